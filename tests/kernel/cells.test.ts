// One suite for every build of the core: golden numbers of other implementations, the reference in float64 on random
// networks, and equal bits on all builds.

import { describe, expect, it } from "vitest";
import type { Engine } from "../../bindings/core/core.ts";
import type { Model } from "../../bindings/network/model.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { expectGolden } from "../reference/expect-golden.ts";
import {
  benchCases,
  type GoldenCase,
  hasFullSets,
  maxDifference,
  ncpsCases,
  ownCases,
} from "../reference/golden-case.ts";
import {
  type ReferenceOptions,
  type ReferenceRun,
  runReference,
  type Values,
} from "../reference/run-model.ts";
import { bitsOf, completeModel, ENGINES, runCore } from "./run-core.ts";

/** Largest absolute deviation of float32 from float64; ncps' own float32 is within 2e-6 of its float64 here. */
const FLOAT32_LIMIT = 1e-5;

const NCPS = ncpsCases();
const OWN = [...ownCases("gated"), ...ownCases("gate"), ...ownCases("solvers")];
const BENCH = benchCases();

/** Runs the case on the engine and expects every output and the final states within the limit. */
async function checkGolden(engine: Engine, golden: GoldenCase): Promise<void> {
  const { output, finalH, finalC } = await runCore(engine, completeModel(golden), golden.input, golden);
  const run = { shape: output.shape, output: output.data, finalH: finalH.data, finalC: finalC?.data ?? null };
  expectGolden(run, (golden.float64 ?? golden.float32)!, FLOAT32_LIMIT);
}

/** Expects the same bits of all results from every build. */
async function checkBits(
  model: Model,
  input: Values,
  options: ReferenceOptions,
  label: string,
): Promise<void> {
  const [first, ...others] = ENGINES;
  const expected = bitsOf(await runCore(first!, model, input, options));
  for (const engine of others) {
    expect(bitsOf(await runCore(engine, model, input, options)), `${label} on ${engine}`).toBe(expected);
  }
}

describe.each(ENGINES)("the %s core", (engine) => {
  it.each(NCPS)("computes $name within 1e-5 of ncps in float64", (golden) => checkGolden(engine, golden));

  it.each(OWN)("computes $name within 1e-5 of the golden numbers", (golden) => checkGolden(engine, golden));

  if (hasFullSets) {
    it.each(BENCH)("computes $name within 1e-5 of ncps in float32", (golden) => checkGolden(engine, golden));
  }
});

describe("all builds of the core", () => {
  it.each([...NCPS, ...OWN, ...BENCH])("give the same bits for $name", (golden) =>
    checkBits(completeModel(golden), golden.input, golden, golden.name),
  );
});

const N_NETWORKS_OF_KIND = 100;
const N_OVERFLOWING = 20;
const N_STEPS = 4;

interface RandomRun {
  seed: number;
  model: Model;
  input: Values;
  options: ReferenceOptions;
}

/** 100 models of one kind with a short input each. */
function randomRuns(kindIndex: number): RandomRun[] {
  return Array.from({ length: N_NETWORKS_OF_KIND }, (_, i) => {
    const seed = i * MODEL_KINDS.length + kindIndex;
    const model = randomModel(seed);
    const { input, timespans, initialH, initialC } = randomSequence(seed, model, N_STEPS);
    const row = (data: Float32Array | null) => (data === null ? null : { shape: [1, data.length], data });
    return {
      seed,
      model,
      input: { shape: [1, N_STEPS, input.length / N_STEPS], data: input },
      options: { timespans: row(timespans), initialH: row(initialH), initialC: row(initialC) },
    };
  });
}

describe.each(MODEL_KINDS.map((kind, index) => ({ kind, runs: randomRuns(index) })))(
  "100 random networks: $kind",
  ({ runs }) => {
    it("give the same bits on all builds of the core", async () => {
      for (const { seed, model, input, options } of runs) {
        await checkBits(model, input, options, `seed ${seed}`);
      }
    }, 60_000);

    it("stay near the reference", async () => {
      for (const { seed, model, input, options } of runs) {
        const run = await runCore("scalar", model, input, options);
        const reference = runReference(model, input, options);
        expect(run.output.shape, `seed ${seed}`).toEqual(reference.shape);
        const limit = FLOAT32_LIMIT * scaleOf(reference);
        expect(maxDifference(run.output.data, reference.output), `seed ${seed}`).toBeLessThan(limit);
        expect(maxDifference(run.finalH.data, reference.finalH), `seed ${seed}`).toBeLessThan(limit);
        expect(maxDifference(run.finalC?.data ?? [], reference.finalC ?? []), `seed ${seed}`).toBeLessThan(
          limit,
        );
      }
    }, 60_000);

    it("give the same bits on all builds when values overflow", async () => {
      for (const { seed, model, input, options } of runs.slice(0, N_OVERFLOWING)) {
        await checkBits(withHugeWeights(model), input, options, `seed ${seed}, huge weights`);
        await checkBits(withOneHugeNeuron(model), input, options, `seed ${seed}, one huge neuron`);
      }
    }, 60_000);
  },
);

/** The largest state or output of a run, at least 1: an explicit solver with too long a step amplifies rounding. */
function scaleOf({ output, row0Trace }: ReferenceRun): number {
  return [...output, ...row0Trace].reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
}

/** So large that every third CfC or MLP ends in NaN. Builds must agree on what becomes infinite and what NaN. */
function withHugeWeights(model: Model): Model {
  return withParameters(model, (value) => value * 1e15);
}

/** Its first neuron turns to infinity or NaN, and the others, which see it through their synapses, need not. */
function withOneHugeNeuron(model: Model): Model {
  return withParameters(model, (value, i) => (i === 0 ? 3e38 : value));
}

/** Every parameter but the masks, changed value by value. */
function withParameters(model: Model, change: (value: number, index: number) => number): Model {
  const tensors = [...model.tensors].map(([name, { shape, data }]) => {
    return [name, { shape, data: name.endsWith("sparsity_mask") ? data : data.map(change) }] as const;
  });
  return { ...model, tensors: new Map(tensors) };
}
