import { describe, expect, test } from "vitest";
import { loadCountedCore } from "../../bindings/core/core.ts";
import { profileNetwork } from "../../bindings/core/profile.ts";
import { installNetwork, placeNetwork } from "../../bindings/core/session.ts";
import { addCounts, OpCounter } from "../../bindings/count/counted-core.ts";
import { type OpCounts, totalOperations } from "../../bindings/count/op-class.ts";
import { type CountedRunner, profileImage } from "../../bindings/count/profile.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import type { Model } from "../../bindings/network/model.ts";
import { completeModel } from "../kernel/run-core.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { ownCases } from "../reference/golden-case.ts";

/** A step on that input, after a reset, in an instance of its own. */
async function countStep(compiled: CompiledNetwork, input: Float32Array): Promise<OpCounts> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  const core = await loadCountedCore(memoryBytes);
  installNetwork(core, compiled, image, arena);
  new Float32Array(core.memory.buffer, arena + compiled.input.at).set(input);
  const counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
  return counter.measure(() => expect(core.exports.step(image, arena)).toBe(0)).classes;
}

/** The same structure with other weights: every tensor scaled, so that zeros stay zeros and signs stay signs. */
function scaled(model: Model, factor: number): Model {
  const tensors = [...model.tensors].map(
    ([name, { shape, data }]) => [name, { shape, data: data.map((x) => x * factor) }] as const,
  );
  return { ...model, tensors: new Map(tensors) };
}

describe.each(MODEL_KINDS.map((kind, seed) => ({ kind, seed })))(
  "the profile of: $kind",
  ({ kind, seed }) => {
    const model = randomModel(seed, { kind });
    const compiled = compile(model);

    test("adds up over layers, and its kernels over theirs", async () => {
      const { layers, kernels, classes, operations } = await profileNetwork(compiled);
      expect(addCounts(layers.map((layer) => layer.classes))).toEqual(classes);
      expect(totalOperations(classes)).toBe(operations);
      expect(layers.map(({ name }) => name)).toEqual([...compiled.layers.map(({ name }) => name), "step"]);
      for (const kernel of kernels) {
        const parts = layers.flatMap((layer) => layer.kernels).filter(({ name }) => name === kernel.name);
        expect(addCounts(parts.map((part) => part.classes))).toEqual(kernel.classes);
        expect(parts.reduce((sum, { calls }) => sum + calls, 0)).toBe(kernel.calls);
        expect(parts.reduce((sum, { macs }) => sum + macs, 0)).toBe(kernel.macs);
      }
      for (const layer of layers) {
        const inKernels = layer.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
        expect(inKernels).toBeLessThanOrEqual(layer.operations);
      }
    });

    test("is the same on repeated runs", async () => {
      expect(await profileNetwork(compiled)).toEqual(await profileNetwork(compiled));
    });

    test("counts a step of any input and weights", async () => {
      const { classes } = await profileNetwork(compiled);
      for (let i = 0; i < 10; i++) {
        const other = compile(scaled(model, 2 ** (i - 5)));
        expect(await countStep(other, randomSequence(i, model, 1).input)).toEqual(classes);
      }
    });
  },
);

test("a multilayer perceptron's profile multiplies once for each of its nIn x nOut weights", async () => {
  const golden = ownCases("gated").find(({ name }) => name === "mlp-relu")!;
  const { layers, kernels, classes, macs } = await profileNetwork(compile(completeModel(golden)));
  const perLayer = [6 * 17, 17 * 9, 9 * 3];
  expect(
    layers.slice(0, 3).map((layer) => layer.kernels.find(({ name }) => name === "matvecF32")?.macs),
  ).toEqual(perLayer);
  expect(kernels.find(({ name }) => name === "matvecF32")).toMatchObject({
    calls: 3,
    macs: 6 * 17 + 17 * 9 + 9 * 3,
  });
  expect(classes.f32Mul).toBe(6 * 17 + 17 * 9 + 9 * 3);
  expect(macs).toEqual([]);
});

describe("profileImage", () => {
  /** A core of one layer that executes nothing, with other answers where a test says so. */
  const idle = (overrides: Partial<CountedRunner>): (() => unknown) => {
    const runner: CountedRunner = {
      exports: { step: () => 0, stepLayer: () => 0 },
      image: 0,
      arena: 0,
      layers: [{ name: "ltc", kind: "ltc", macs: [] }],
      reset: () => {},
      ...overrides,
    };
    return () => profileImage(runner, new OpCounter({}, { functions: [], counters: [] }));
  };

  test("does not profile a step or a layer that the core refuses", () => {
    expect(idle({ exports: { step: () => 2, stepLayer: () => 0 } })).toThrow("step was not accepted");
    expect(idle({ exports: { step: () => 0, stepLayer: () => 3 } })).toThrow("stepLayer 0 was not accepted");
    expect(idle({})).not.toThrow();
  });

  test("does not list MACs in a kernel that was not called", () => {
    const macs = [{ kernel: "matvecF32", count: 8 }];
    expect(idle({ layers: [{ name: "a", kind: "mlp", macs }] })).toThrow(
      'kernel "matvecF32", which was not called',
    );
  });

  test("says which operations take cycles that depend on values", async () => {
    const texts = (await profileNetwork(compile(randomModel(0)))).valueDependent;
    expect(texts).toEqual([
      expect.stringMatching(/^f32Add, f32Mul, f32Div.*: on a core without a floating-point unit/),
    ]);
  });
});
