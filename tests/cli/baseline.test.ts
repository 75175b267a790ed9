// `benchmark` and the keeping of baselines.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { record } from "../record/made-records.ts";
import { cli, cliJson, ROOT, SINE } from "./run-cli.ts";

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-baseline-"));
  writeFileSync(at("record.json"), canonicalJson(record()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ends = { typ: number; min: number; max: number };

const SUITE = { name: "two", models: [{ id: "sine", weights: SINE }], platforms: ["nrf52840", "rp2040"] };

/** Runs a suite that is given as an object. */
function benchmark(suite: object, args: readonly string[] = []) {
  return cli(["benchmark", "suite.json", ...args], { files: { "suite.json": JSON.stringify(suite) } });
}

describe("benchmark", () => {
  it("costs every combination, with the figures of estimate", async () => {
    const files = { "suite.json": JSON.stringify({ ...SUITE, precisions: ["fp32", "fp16"], rateHz: 50 }) };
    const made = parseRecord(await cliJson(["benchmark", "suite.json"], { files }), "output");
    expect(made.entries.map(({ id }) => id)).toEqual([
      "sine/nrf52840/fp16/0",
      "sine/nrf52840/fp32/0",
      "sine/rp2040/fp16/0",
      "sine/rp2040/fp32/0",
    ]);
    const [first] = (await cliJson(["estimate", SINE, "--platform", "nrf52840", "--rate-hz", "50"])) as {
      energyUj: Ends;
      latencyUs: Ends;
      averagePowerUw: Ends;
      ramBytes: number;
      flashBytes: number;
    }[];
    const [one, estimate] = [made.entries[1]!, first!];
    expect(one.energyUj!.value).toBeCloseTo(estimate.energyUj.typ, 8);
    expect(one.latencyMs!.max).toBeCloseTo(estimate.latencyUs.max / 1000, 8);
    expect(one.averagePowerMw!.min).toBeCloseTo(estimate.averagePowerUw.min / 1000, 8);
    expect(one.memoryKb!.value).toBe(estimate.ramBytes / 1024);
    expect(one.flashKb!.value).toBe(estimate.flashBytes / 1024);
  });

  it("gives the same record twice, but for the time", async () => {
    const files = { "suite.json": JSON.stringify(SUITE) };
    const runs = [1, 2].map(() => cliJson(["benchmark", "suite.json"], { files }) as Promise<object>);
    const [first, second] = (await Promise.all(runs)).map((json) => ({ ...json, createdAt: "" }));
    expect(second).toEqual(first);
  });

  it("scores networks on tasks and lists what cannot be", async () => {
    const tasks = [
      {
        id: "sine",
        data: join(ROOT, "examples/sine.csv"),
        dataset: "csv",
        description: join(ROOT, "examples/sine.csv.json"),
      },
    ];
    const models = [{ ...SUITE.models[0], tasks: ["sine"] }];
    const suite = { ...SUITE, models, tasks, platforms: ["nrf52840"], precisions: ["fp32", "int8"] };
    const { code, out, err } = await benchmark(suite);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toMatch(/^sine\/nrf52840\/fp32\/0\/sine .* mse 0\.000206 \[.*\]$/m);
    expect(out).toContain("Not costed: sine/nrf52840/int8/0/sine: --precision int8: expected a train part");
  });

  it("shows how far it is", async () => {
    const { progress } = await benchmark(SUITE);
    expect(progress[0]).toBe(`[${".".repeat(20)}] 0 %, 0 of 2: sine fp32`);
  });

  it("refuses a suite in one line", async () => {
    for (const [suite, reason] of [
      [
        { ...SUITE, platforms: ["nrf52841"] },
        /^liquid-edge: suite\.json: "platforms\[0\]" expected one of .*, found "nrf52841" \(did you mean "nrf52840"\?\)$/,
      ],
      [
        { ...SUITE, models: [{ id: "x", weights: "none.safetensors" }] },
        /none\.safetensors: expected a readable file, found none there/,
      ],
      [{ ...SUITE, colour: 1 }, /suite\.json: "colour" expected no field of this name/],
    ] as const) {
      const { code, err, out } = await benchmark(suite);
      expect({ code, out, lines: err.length }).toEqual({ code: 2, out: "", lines: 1 });
      expect(err[0]).toMatch(reason);
    }
    const absent = await cli(["benchmark", at("none.yaml")]);
    expect(absent).toMatchObject({ code: 2, err: [expect.stringContaining("found none there")] });
  });
});

describe("baseline save, list, show", () => {
  const save = (version: string, ...args: string[]) =>
    cli(["baseline", "save", version, "--folder", at("kept"), "--record", at("record.json"), ...args], {
      disk: true,
    });

  it("keeps a record with schema and history", async () => {
    expect(await save("v1")).toMatchObject({ code: 0, err: [] });
    expect(readdirSync(at("kept"))).toEqual(["history.jsonl", "record.schema.json", "v1.json"]);
    const text = readFileSync(at("kept/v1.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ $schema: "./record.schema.json", version: "v1" });
    expect(text).toBe(canonicalJson(JSON.parse(text)));
    const list = await cliJson(["baseline", "list", "--folder", at("kept")]);
    expect(list).toEqual([
      {
        version: "v1",
        createdAt: "2026-01-31T12:00:00.000Z",
        suite: "made",
        commit: "a".repeat(40),
        entries: 1,
      },
    ]);
    expect(await cliJson(["baseline", "show", "v1", "--folder", at("kept")])).toEqual({
      ...record(),
      version: "v1",
    });
  });

  it("replaces a version only when told", async () => {
    expect(await save("v1")).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/"v1" expected a new version/)],
    });
    expect((await save("v1", "--force")).code).toBe(0);
  });

  it.each(["../up", "a/b", ".hidden", "", "record.schema", "x".repeat(101), "a b", "\u001b[31m"])(
    "refuses %j as a version",
    async (version) => {
      const { code, err } = await save(version);
      expect(code).toBe(2);
      expect(err.join("\n")).not.toContain("\u001b");
    },
  );

  it("refuses a record that is broken, and writes nothing", async () => {
    writeFileSync(at("broken.json"), "{");
    const args = ["baseline", "save", "v1", "--folder", at("fresh"), "--record", at("broken.json")];
    expect(await cli(args, { disk: true })).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/broken\.json: expected JSON/)],
    });
    expect(() => readdirSync(at("fresh"))).toThrow();
  });

  it("says when nothing is there", async () => {
    expect((await cli(["baseline", "list", "--folder", at("nowhere")])).out).toContain("No baseline in");
    expect(await cli(["baseline", "show", "v1", "--folder", at("nowhere")])).toMatchObject({ code: 2 });
  });
});

describe("baseline export", () => {
  const exporting = (format: string, ...args: string[]) => cli(["baseline", "export", format, ...args]);

  it("prints a record in a format of others", async () => {
    const { code, out } = await exporting("bencher", "--record", at("record.json"));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveProperty("net/nrf52840/fp32/0.energy-uj.value", 100);
    expect((await exporting("openmetrics", "--record", at("record.json"))).out).toMatch(/\n# EOF$/);
  });

  it("prints the history of an entry", async () => {
    const { code, out } = await exporting("csv", "--folder", at("kept"), "--entry", "net/nrf52840/fp32/0");
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toBe("time,commit,version,energyUj,averagePowerMw,latencyMs,memoryKb,flashKb");
  });

  it("needs one source, and a format that exists", async () => {
    expect((await exporting("bencher")).err[0]).toMatch(
      /expected --record or --baseline-version, found neither$/,
    );
    expect((await exporting("csv")).err[0]).toMatch(/--entry: expected with csv/);
    expect((await exporting("csv", "--folder", at("kept"), "--entry", "x")).code).toBe(2);
    expect((await exporting("xls")).code).toBe(2);
  });
});
