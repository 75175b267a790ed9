// Gradients of the training core: against ncps' automatic differentiation, and of every cell against central differences of
// the float64 reference.

import { describe, expect, it } from "vitest";
import { compile } from "../../bindings/image/compile.ts";
import type { Model } from "../../bindings/network/model.ts";
import { PRUNE_MASK_PREFIX, pruneMaskOf, withoutPruneMasks } from "../../bindings/network/prune-mask.ts";
import { type PruneOptions, prune } from "../../bindings/prune/prune.ts";
import { Differentiator, type ForwardOptions } from "../../bindings/train/differentiator.ts";
import { completeModel } from "../kernel/run-core.ts";
import { ltcWithReadout } from "../network/ltc-with-readout.ts";
import { MODEL_KINDS, randomModel, randomSequence, TestRandom } from "../network/random-model.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { gradientCases } from "./gradient-case.ts";
import { numericGradient, type Variable, type WeightedRun } from "./numeric-gradient.ts";

/** Largest deviation allowed, as a share of the tensor's largest gradient. */
const LIMIT = 1e-4;

describe.each(gradientCases())("$golden.name against ncps", ({ golden, target, loss, gradients }) => {
  it("has the gradients of parameters, inputs and initial states within 1e-4 of the largest", async () => {
    const network = await Differentiator.create(completeModel(golden));
    const [batch, steps, features] = golden.input.shape as [number, number, number];
    const width = target.shape[2]!;
    const units = golden.initialH?.shape[1] ?? 0;
    const found = new Map<string, number[]>([...gradients.keys()].map((name) => [name, []]));
    let sum = 0;
    for (let row = 0; row < batch; row++) {
      const part = (values: GoldenCase["initialH"], n: number) =>
        Float32Array.from({ length: n }, (_, i) => values!.data[row * n + i]!);
      const options: ForwardOptions = {};
      if (golden.timespans !== null) options.timespans = part(golden.timespans, steps);
      if (golden.initialH !== null) options.initialHidden = part(golden.initialH, units);
      if (golden.initialC !== null) options.initialCell = part(golden.initialC, units);
      const output = network.forward(part(golden.input, steps * features), options);
      const wanted = part(target, steps * width);
      const error = output.map((y, i) => y - wanted[i]!);
      sum += error.reduce((total, e) => total + e * e, 0);
      network.backward(error.map((e) => (2 * e) / (batch * steps * width)));
      found.get("@input")!.push(...network.inputGradient);
      found.get("@initial_h")?.push(...network.initialHiddenGradient);
      found.get("@initial_c")?.push(...network.initialCellGradient);
    }
    expect(sum / (batch * steps * width)).toBeCloseTo(loss, 5);
    for (const [name, data] of network.gradients) found.set(name, [...data]);
    expect([...found.keys()].sort()).toEqual([...gradients.keys()].sort());
    for (const [name, expected] of gradients) {
      const actual = found.get(name)!;
      expect(actual.length, name).toBe(expected.length);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
      expect(worst, name).toBeLessThanOrEqual(LIMIT * largest);
    }
  });
});

/** Elements of a variable that are tried: up to `most`, the first and the last among them. */
function elementsOf(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)));
}

/** Expects the gradients of the run near central differences, at some elements of every variable. */
async function expectNumeric(run: WeightedRun, label: string, perVariable = 8): Promise<void> {
  const { model, input, timespans, initialH, initialC, outputWeights } = run;
  const network = await Differentiator.create(model);
  const options: ForwardOptions = {};
  if (timespans !== null) options.timespans = timespans;
  if (initialH !== null) options.initialHidden = initialH;
  if (initialC !== null) options.initialCell = initialC;
  network.forward(input, options);
  network.backward(outputWeights);
  const found = new Map<Variable, Float32Array>(network.gradients);
  found.set("@input", network.inputGradient);
  if (initialH !== null) found.set("@initial_h", network.initialHiddenGradient);
  if (initialC !== null) found.set("@initial_c", network.initialCellGradient);

  const largestOf = (data: ArrayLike<number>) =>
    Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // A sum over steps that happens to cancel has the rounding of its terms: below 1e-3 of the largest gradient of all.
  const floor = 1e-3 * Math.max(...[...found.values()].map(largestOf));
  const reference = { ...run, model: { ...model, tensors: withoutPruneMasks(model) } };
  for (const [variable, actual] of found) {
    const pruned = pruneMaskOf(model.tensors, variable);
    const limit = LIMIT * Math.max(largestOf(actual), floor);
    for (const element of elementsOf(actual.length, perVariable)) {
      const expected = pruned?.[element] === 0 ? 0 : numericGradient(reference, variable, element);
      const where = `${label}, ${variable}[${element}]: ${actual[element]} against ${expected}`;
      expect(Math.abs(actual[element]! - expected), where).toBeLessThanOrEqual(limit);
    }
  }
}

function weights(length: number, seed: number): Float32Array {
  const random = new TestRandom(seed);
  return Float32Array.from({ length }, () => random.between(-1, 1));
}

function randomRun(seed: number, model: Model, steps: number): WeightedRun {
  const sequence = randomSequence(seed, model, steps);
  return { model, steps, ...sequence, outputWeights: weights(steps * compile(model).output.length, seed) };
}

const N_SEEDS = 12;
const N_STEPS = 4;

describe.each(MODEL_KINDS.map((kind, index) => ({ kind, index })))("random networks: $kind", ({ index }) => {
  it("have the gradients that central differences give", async () => {
    for (let i = 0; i < N_SEEDS; i++) {
      const seed = i * MODEL_KINDS.length + index;
      await expectNumeric(randomRun(seed, randomModel(seed, { maxUnits: 10 }), N_STEPS), `seed ${seed}`);
    }
  }, 60_000);
});

describe.each([
  { solver: "fused", mixed_memory: false },
  { solver: "rk4", mixed_memory: false },
  { solver: "fused", mixed_memory: true },
])("an LTC with a readout, $solver, memory $mixed_memory", (options) => {
  it("has the gradients that central differences give", async () => {
    for (const seed of [1, 2, 3])
      await expectNumeric(randomRun(seed, ltcWithReadout(seed, options), N_STEPS), `seed ${seed}`);
  });
});

/** The first steps of the first row of a golden case. */
function goldenRun(golden: GoldenCase, steps: number): WeightedRun {
  const model = completeModel(golden);
  const compiled = compile(model);
  const part = (values: GoldenCase["initialH"], n: number) =>
    values === null ? null : Float32Array.from({ length: n }, (_, i) => values.data[i]!);
  return {
    model,
    steps,
    input: part(golden.input, steps * compiled.input.length)!,
    timespans: part(golden.timespans, steps),
    initialH: part(golden.initialH, compiled.hidden.length),
    initialC: part(golden.initialC, compiled.cell.length),
    outputWeights: weights(steps * compiled.output.length, 1),
  };
}

const GOLDEN = [...ncpsCases(), ...ownCases("gated"), ...ownCases("gate"), ...ownCases("solvers")];

describe("golden cases", () => {
  it.each(GOLDEN)("$name has the gradients that central differences give", (golden) =>
    expectNumeric(goldenRun(golden, 3), golden.name, 5),
  );
});

const PRUNED: { method: string; options: PruneOptions; format: string }[] = [
  { method: "single weights", options: { method: "unstructured", sparsity: 0.8 }, format: "sparse" },
  { method: "4x1 blocks", options: { method: "4x1", sparsity: 0.75 }, format: "block" },
  { method: "every second weight", options: { method: "n:m", n: 2, m: 4 }, format: "dense" },
];
/** Widths that are multiples of 4 and others, so that blocks have padding. */
const PRUNED_KINDS = ["GRU", "LSTM", "ncps CfC", "wired CfC", "LiquidGate", "CT-RNN", "ncps LTC"] as const;

describe.each(PRUNED)("networks pruned by $method", ({ options, format }) => {
  it("have the gradients of what is left, and 0 for what is absent", async () => {
    const formats = new Set<string>();
    for (const [i, kind] of PRUNED_KINDS.entries()) {
      for (const seed of [100 + i, 200 + i]) {
        const { model } = prune(randomModel(seed, { kind, maxUnits: 23 }), options);
        for (const layer of compile(model).layers)
          for (const parameter of layer.parameters) formats.add(parameter.format);
        await expectNumeric(randomRun(seed, model, 3), `${kind}, seed ${seed}`, 6);
        const network = await Differentiator.create(model);
        const absent = [...network.gradients.keys()].filter((name) =>
          network.model.tensors.has(PRUNE_MASK_PREFIX + name),
        );
        if (kind !== "ncps LTC") expect(absent.length, kind).toBeGreaterThan(0);
      }
    }
    expect(formats).toContain(format);
  }, 60_000);
});
