import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { readModel, toNcpsStateDict, writeModel } from "../../bindings/network/checkpoint.ts";
import { parseSafetensors, writeSafetensors } from "../../bindings/network/safetensors.ts";
import { checkpoints, EXAMPLES, fullReference, GOLDEN, ncpsCase, ncpsCases, thrownBy } from "./golden.ts";
import { randomModel } from "./random-model.ts";

const source = { weights: "w.safetensors", config: "net.json" };

test.each(ncpsCases())("brings $name from ncps to our file and back byte for byte", ({ json, weights }) => {
  const imported = readModel(weights, json, source);
  const ours = readModel(writeModel(imported), undefined, { weights: "ours" });
  expect(ours).toEqual(imported);
  expect(Buffer.compare(toNcpsStateDict(ours), weights)).toBe(0);
});

test.each(checkpoints())("keeps names, order and bits of $name", ({ json, weights }) => {
  const { tensors } = parseSafetensors(weights, "case");
  const ours = writeModel(readModel(weights, json, source));
  const exported = parseSafetensors(toNcpsStateDict(readModel(ours, undefined, source)), "x");
  expect([...exported.tensors]).toEqual([...tensors]);
  expect(exported.metadata).toEqual({ format: "pt" });
});

test("keeps the order of a file whose tensors are sorted by name, as the safetensors package writes them", () => {
  const { json, weights } = ncpsCase("ltc-ncp-19");
  const sorted = new Map([...parseSafetensors(weights, "x").tensors].sort(([a], [b]) => (a < b ? -1 : 1)));
  const model = readModel(writeSafetensors(sorted, {}), json, source);
  const names = [...parseSafetensors(toNcpsStateDict(model), "x").tensors.keys()];
  expect(names).toEqual([...sorted.keys()]);
});

test("writes and reads 100 random models of every class", () => {
  for (let seed = 0; seed < 100; seed++) {
    const model = randomModel(seed);
    expect(readModel(writeModel(model), undefined, source)).toEqual(model);
  }
});

test("keeps notes beside the configuration and writes equal bytes for equal models", () => {
  const model = randomModel(3);
  const bytes = writeModel(model, { provenance: "a test" });
  expect(parseSafetensors(bytes, "x").metadata).toMatchObject({ format: "pt", provenance: "a test" });
  expect(Buffer.compare(bytes, writeModel(randomModel(3), { provenance: "a test" }))).toBe(0);
  expect(() => writeModel(model, { liquid_edge: "x" })).toThrow(RangeError);
});

test("a given configuration goes before the one in the metadata", () => {
  const { json, weights } = ncpsCase("ltc-unfolds3-10");
  const ours = writeModel(readModel(weights, json, source));
  const other = readModel(ours, { ...json, config: { ...json.config, ode_unfolds: 12 } }, source);
  expect(other.config).toMatchObject({ ode_unfolds: 12 });
});

describe("complains in one line about", () => {
  const { tensors } = parseSafetensors(ncpsCase("ltc-fc-8").weights, "x");
  const read = (metadata: Record<string, string>) =>
    thrownBy(() => readModel(writeSafetensors(tensors, metadata), undefined, { weights: "w.safetensors" }));

  test("no configuration anywhere", () => {
    expect(read({ format: "pt" })).toBe(
      "bad-config w.safetensors: expected a configuration in its metadata, found none " +
        "(pass --config file.json with class and config, or save the file with metadata)",
    );
  });
  test.each([
    ["[]", 'bad-file w.safetensors: "__metadata__.liquid_edge" expected format 1, found nothing'],
    [
      '{"format":2}',
      'bad-file w.safetensors: "__metadata__.liquid_edge" expected format 1, found 2 (a newer version of liquid-edge wrote it)',
    ],
    [
      '{"format":1,"class":"torch.nn.GRU"}',
      'bad-config w.safetensors (metadata): "config" expected an object, found nothing',
    ],
  ])("metadata %s", (liquid_edge, message) => {
    expect(read({ liquid_edge })).toBe(message);
  });
  test("metadata that are not JSON", () => {
    expect(read({ liquid_edge: "{" })).toMatch(
      /^bad-file w\.safetensors: "__metadata__\.liquid_edge" expected JSON, found \P{Cc}+$/u,
    );
  });
  test("a configuration that contradicts the tensors", () => {
    const { weights } = ncpsCase("ltc-fc-8");
    const config = { class: "ncps.torch.LTC", config: { input_size: 4, units: 9 } };
    expect(thrownBy(() => readModel(weights, config, source))).toBe(
      'bad-config w.safetensors: "rnn_cell.gleak" expected shape [9], found [8] ' +
        "(the configuration net.json says units = 9, the tensors say 8)",
    );
  });
  test("NaN in weights", () => {
    const { json, weights } = ncpsCase("ltc-fc-8");
    const bytes = Uint8Array.from(weights);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.NaN, true);
    expect(thrownBy(() => readModel(bytes, json, source))).toBe(
      'bad-file w.safetensors: "rnn_cell.output_b" expected finite values, found NaN at [1]',
    );
  });
});

test("exports no class to ncps that ncps does not have", () => {
  expect(thrownBy(() => toNcpsStateDict(randomModel(0, { kind: "GRU" })))).toBe(
    'bad-config model: "class" expected ncps.torch.LTC or ncps.torch.CfC, found torch.nn.GRU (ncps has no counterpart of it)',
  );
  expect(thrownBy(() => toNcpsStateDict(randomModel(0, { kind: "LiquidGate" })))).toBe(
    'bad-config model: "class" expected ncps.torch.LTC or ncps.torch.CfC, found liquid-edge.LiquidGate (ncps has no counterpart of it)',
  );
  const { json, weights } = ncpsCase("ltc-fc-8");
  const own = (config: object) =>
    readModel(weights, { class: "liquid-edge.LTC", config: { ...json.config, ...config } }, source);
  expect(thrownBy(() => toNcpsStateDict(own({ solver: "rk4" })))).toMatch(/^bad-config model: "class"/);
  expect(thrownBy(() => toNcpsStateDict(own({ solver: "rk4", ode_step: 1 / 6 })))).toMatch(
    /^bad-config model: "class"/,
  );
  expect(thrownBy(() => toNcpsStateDict(own({ ode_step: 0.1 })))).toMatch(/^bad-config model: "class"/);
  expect(Buffer.compare(toNcpsStateDict(own({})), weights)).toBe(0);
});

test("any damage to a file of ours gives an error in one line or a complete model", () => {
  const bytes = writeModel(randomModel(9, { kind: "MLP" }));
  const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  let refused = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(127)), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        try {
          writeModel(readModel(damaged, undefined, source));
        } catch (error) {
          expect(error).toBeInstanceOf(LiquidEdgeError);
          expect((error as Error).message).not.toMatch(/[\n\r\t]/);
          refused++;
        }
      },
    ),
    { seed: 3, numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(1000);
});

describe("the bundled example", () => {
  test("is the trained LTC of the first-steps example with its input", () => {
    const bytes = readFileSync(join(EXAMPLES, "sine.safetensors"));
    const model = readModel(bytes, undefined, { weights: "sine.safetensors" });
    expect(model).toMatchObject({
      class: "ncps.torch.LTC",
      config: { input_size: 2, units: 16, wiring: { type: "AutoNCP", args: { units: 16, output_size: 1 } } },
    });
    expect(parseSafetensors(bytes, "x").metadata.provenance).toContain("commit 695ec22");
    const { input } = JSON.parse(readFileSync(join(EXAMPLES, "sine.input.json"), "utf8"));
    expect(input.shape).toEqual([1, 48, 2]);
    expect(input.data.length).toBe(96);
  });
});

describe.skipIf(fullReference === null)("with the complete reference data", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "liquid-edge-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["make-sine.ts", EXAMPLES, /^sine\./],
    ["make-golden.ts", join(GOLDEN, "ncps"), /\.(json|safetensors)$/],
    ["make-gradient-golden.ts", join(GOLDEN, "gradients"), /\.(json|safetensors)$/],
  ])("%s makes the files that are in the repository", (script, committed, pattern) => {
    const target = join(folder, script);
    const path = join(import.meta.dirname, "../../scripts", script);
    execFileSync(process.execPath, ["--import", "tsx", path, fullReference!, target]);
    const made = readdirSync(target).sort();
    expect(made).toEqual(
      readdirSync(committed)
        .filter((name) => pattern.test(name))
        .sort(),
    );
    for (const name of made) {
      expect(Buffer.compare(readFileSync(join(target, name)), readFileSync(join(committed, name)))).toBe(0);
    }
  });
});
