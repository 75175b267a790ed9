// Pruned models in files, in ncps and in the core: what is absent is absent everywhere.

import { describe, expect, it, test } from "vitest";
import { compile } from "../../bindings/image/compile.ts";
import { readModel, toNcpsStateDict, writeModel } from "../../bindings/network/checkpoint.ts";
import { configToJson } from "../../bindings/network/config.ts";
import { describeModel } from "../../bindings/network/describe.ts";
import type { Model } from "../../bindings/network/model.ts";
import { pruneMaskName, withoutPruneMasks } from "../../bindings/network/prune-mask.ts";
import { type PruneOptions, prune } from "../../bindings/prune/prune.ts";
import { bitsOf, runCore } from "../kernel/run-core.ts";
import { thrownBy } from "../network/golden.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { maxDifference } from "../reference/golden-case.ts";
import { runReference } from "../reference/run-model.ts";

const source = { weights: "w.safetensors" };
const METHODS: PruneOptions[] = [
  { method: "unstructured", sparsity: 0.6 },
  { method: "4x1", sparsity: 0.75 },
  { method: "n:m", n: 1, m: 4 },
];
const N_STEPS = 4;

function sequence(seed: number, model: Model) {
  const { input, timespans, initialH, initialC } = randomSequence(seed, model, N_STEPS);
  const row = (data: Float32Array | null) => (data === null ? null : { shape: [1, data.length], data });
  return {
    input: { shape: [1, N_STEPS, input.length / N_STEPS], data: input },
    options: { timespans: row(timespans), initialH: row(initialH), initialC: row(initialC) },
  };
}

/** Models of one kind with something to prune. */
function modelsOf(kindIndex: number, count: number): { seed: number; model: Model }[] {
  const seeds = Array.from({ length: 60 }, (_, i) => i * MODEL_KINDS.length + kindIndex);
  const all = seeds.map((seed) => ({ seed, model: randomModel(seed) }));
  return all
    .filter(({ model }) => thrownBy(() => prune(model, { sparsity: 0.5 })) === "nothing")
    .slice(0, count);
}

describe.each(MODEL_KINDS.map((kind, index) => ({ kind, models: modelsOf(index, 8) })))(
  "pruned networks: $kind",
  ({ models }) => {
    it("come back from a file of ours as they were", () => {
      for (const { model } of models) {
        for (const options of METHODS) {
          const { model: pruned } = prune(model, options);
          expect(readModel(writeModel(pruned), undefined, source)).toEqual(pruned);
        }
      }
    });

    it("run as the same network with zeros for what is absent, which is also what the reference computes", async () => {
      for (const { seed, model } of models) {
        for (const options of METHODS) {
          const { model: pruned } = prune(model, options);
          const zeroed: Model = { ...pruned, tensors: withoutPruneMasks(pruned) };
          const { input, options: states } = sequence(seed, model);
          const [a, b] = [
            await runCore("scalar", pruned, input, states),
            await runCore("scalar", zeroed, input, states),
          ];
          // Dense and sparse blocks add in another order unless both networks store the same.
          if (formatsOf(pruned) === formatsOf(zeroed)) expect(bitsOf(a)).toBe(bitsOf(b));
          const reference = runReference(zeroed, input, states);
          const scale = reference.output.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
          expect(maxDifference(a.output.data, b.output.data)).toBeLessThan(2e-6 * scale);
          expect(maxDifference(a.output.data, reference.output)).toBeLessThan(1e-5 * scale);
          expect(bitsOf(await runCore("simd", pruned, input, states))).toBe(bitsOf(a));
        }
      }
    });

    it("store and execute no more for it than the network did before", () => {
      for (const { model } of models) {
        for (const options of METHODS) {
          const { model: pruned } = prune(model, options);
          expect(connectionsOf(pruned)).toBeLessThanOrEqual(connectionsOf(model));
        }
      }
    });
  },
);

const formatsOf = (model: Model) =>
  JSON.stringify(compile(model).layers.map(({ parameters }) => parameters.map(({ format }) => format)));

const connectionsOf = (model: Model) =>
  compile(model)
    .layers.flatMap(({ parameters }) => parameters)
    .reduce((sum, { connections }) => sum + connections, 0);

/** A CfC of one matrix to prune, large enough that sparse storage pays. */
const cfc = randomModel(1, { kind: "ncps CfC", maxUnits: 64 });

describe("what ncps gets", () => {
  it.each(MODEL_KINDS.filter((kind) => /ncps|CfC/.test(kind)))(
    "is %s with zeros and without our masks",
    async (kind) => {
      for (let seed = 0; seed < 5; seed++) {
        const model = randomModel(seed, { kind });
        if (thrownBy(() => prune(model, { sparsity: 0.5 })) !== "nothing") continue;
        const { model: pruned } = prune(model, { sparsity: 0.5 });
        const back = readModel(toNcpsStateDict(pruned), configToJson(pruned), source);
        expect([...back.tensors.keys()]).toEqual([...model.tensors.keys()]);
        const { input, options } = sequence(seed, model);
        const [ours, theirs] = [
          await runCore("scalar", pruned, input, options),
          await runCore("scalar", back, input, options),
        ];
        const scale = ours.output.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
        expect(maxDifference(ours.output.data, theirs.output.data)).toBeLessThan(2e-6 * scale);
      }
    },
  );

  it("has 0 where a mask of ours says so, even when the matrix holds another value", () => {
    const tensors = new Map(cfc.tensors);
    const { shape, data } = tensors.get("rnn_cell.ff1.weight")!;
    const mask = Float32Array.from(data, (_, i) => i % 2);
    tensors.set(pruneMaskName("rnn_cell.ff1.weight"), { shape, data: mask });
    const masked: Model = { ...cfc, tensors };
    const exported = readModel(toNcpsStateDict(masked), configToJson(cfc), source);
    expect(exported.tensors.get("rnn_cell.ff1.weight")!.data).toEqual(
      data.map((value, i) => (mask[i] === 0 ? 0 : value)),
    );
    expect(exported.tensors.has(pruneMaskName("rnn_cell.ff1.weight"))).toBe(false);
    // The file of ours keeps both, and the core ignores what is masked.
    expect(readModel(writeModel(masked), undefined, source)).toEqual(masked);
    expect(compile(masked).image).toEqual(compile(prune(masked, { sparsity: 0 }).model).image);
  });
});

test("a description counts masks apart", () => {
  const { model } = prune(cfc, { sparsity: 0.5 });
  const [before, after] = [describeModel(cfc), describeModel(model)];
  expect(after.parameters).toEqual(before.parameters);
  expect(before.pruned).toBeNull();
  const { absent, possible } = after.pruned!;
  expect(absent / possible).toBeCloseTo(0.5, 1);
  expect(after.tensors.filter(({ role }) => role === "prune mask").length).toBeGreaterThan(0);
});

describe("a prune mask in a file is refused in one line when it", () => {
  const name = pruneMaskName("rnn_cell.ff1.weight");
  const { shape, data } = cfc.tensors.get("rnn_cell.ff1.weight")!;
  const ones = new Float32Array(data.length).fill(1);
  const written = (mask: string, tensor: { shape: number[]; data: Float32Array }) =>
    thrownBy(() => writeModel({ ...cfc, tensors: new Map([...cfc.tensors, [mask, tensor]]) }));

  it("has another shape", () => {
    expect(written(name, { shape: [data.length], data: ones })).toBe(
      `bad-config model: "${name}" expected shape [${shape.join(", ")}], found [${data.length}] ` +
        "(the dimensions are units, backbone_units)",
    );
  });
  it("holds anything but 0 and 1", () => {
    const half = ones.map((value, i) => (i === 3 ? 0.5 : value));
    expect(written(name, { shape, data: half })).toBe(
      `bad-file model: "${name}" expected a mask of 0 and 1, found 0.5 at position 3`,
    );
  });
  it.each([
    "prune_mask.rnn_cell.ff9.weight",
    "prune_mask.rnn_cell.ff1.bias",
    "prune_mask.",
    `prune_mask.${name}`,
  ])("belongs to no weight matrix: %s", (mask) => {
    expect(written(mask, { shape, data: ones })).toBe(
      `bad-config model: "${mask}" expected no such tensor for class ncps.torch.CfC with this configuration, ` +
        `found one of shape [${shape.join(", ")}] (only a weight matrix of the network has a prune mask)`,
    );
  });
});
