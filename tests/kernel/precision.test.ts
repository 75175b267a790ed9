// Networks in fp16 and in 4x1 blocks: equal bits on all builds, and near what they compute in fp32.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { Network } from "../../bindings/network.ts";
import { comparePrecisions, precisionMarkdown } from "../../scripts/make-precision.ts";
import { describeImage, inForm } from "../fuzz/image-bases.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { bitsOf, ENGINES, runCompiled } from "./run-core.ts";

const N_NETWORKS_OF_KIND = 100;
const N_STEPS = 3;
const LARGEST_RELATIVE_ERROR = 0.002;

describe.each(MODEL_KINDS.map((kind, index) => ({ kind, index })))(
  "100 random networks: $kind",
  ({ index }) => {
    const seeds = Array.from({ length: N_NETWORKS_OF_KIND }, (_, i) => i * MODEL_KINDS.length + index);

    it("give the same bits in fp16 on all builds of the core", async () => {
      for (const seed of seeds)
        await expectEqualBits(seed, compile(randomModel(seed), { precision: "fp16" }));
    }, 60_000);

    it("give the same bits pruned to 4x1 blocks and sparse rows on all builds", async () => {
      for (const seed of seeds) {
        const compiled = compile(randomModel(seed));
        const base = describeImage(compiled.image, compiled.arenaBytes);
        const precision = seed % 4 < 2 ? "fp32" : "fp16";
        const { image } = inForm(base, { format: "block", precision }, seed);
        await expectEqualBits(seed, { ...compiled, image });
      }
    }, 60_000);
  },
);

async function expectEqualBits(seed: number, compiled: CompiledNetwork): Promise<void> {
  const { input, timespans, initialH, initialC } = randomSequence(seed, randomModel(seed), N_STEPS);
  const row = (data: Float32Array | null) => (data === null ? null : { shape: [1, data.length], data });
  const values = { shape: [1, N_STEPS, input.length / N_STEPS], data: input };
  const options = { timespans: row(timespans), initialH: row(initialH), initialC: row(initialC) };
  const bits: string[] = [];
  for (const engine of ENGINES) bits.push(bitsOf(await runCompiled(engine, compiled, values, options)));
  expect(new Set(bits).size, `seed ${seed}`).toBe(1);
}

describe("the reference networks of ncps in fp16", async () => {
  it.each(await comparePrecisions())("$name: outputs within 0.2 % rms of fp32", ({ relativeError }) => {
    expect(relativeError).toBeLessThan(LARGEST_RELATIVE_ERROR);
    expect(relativeError).toBeGreaterThan(0);
  });

  it("are in docs/precision.md as scripts/make-precision.ts writes it", async () => {
    const text = readFileSync(new URL("../../docs/precision.md", import.meta.url), "utf8");
    expect(text).toBe(await precisionMarkdown());
  });
});

describe("withPrecision", () => {
  const network = Network.fromModel(randomModel(1, { maxUnits: 60 }), "net.safetensors");

  it("is another network of the same model and name", () => {
    const fp16 = network.withPrecision("fp16");
    expect([network.compiled.precision, fp16.compiled.precision]).toEqual(["fp32", "fp16"]);
    expect([fp16.model, fp16.name]).toEqual([network.model, network.name]);
    expect(fp16.withPrecision("fp32").compiled.image).toEqual(network.compiled.image);
  });

  it("counts MACs in the kernels of that precision", async () => {
    const { kernels } = await network.withPrecision("fp16").profileOperations();
    const names = kernels.filter(({ macs }) => macs > 0).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/F16$/);
  });

  it("names file and tensor of a weight that fp16 does not hold", () => {
    const tensors = new Map(network.model.tensors);
    const [name, { shape, data }] = [...tensors].find(([tensor]) => tensor.endsWith("ff1.weight"))!;
    tensors.set(name, { shape, data: data.map((value, i) => (i === 7 ? -7e4 : value)) });
    const large = Network.fromModel({ ...network.model, tensors }, "net.safetensors");
    expect(() => large.withPrecision("fp16")).toThrow(
      `net.safetensors: "${name}" expected magnitudes of at most 65504, which fp16 holds, found -70000`,
    );
  });
});
