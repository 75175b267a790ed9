// Runs a network over the samples of a data set, in the core itself, and keeps its answers.

import type { BatchPool } from "../core/batch-pool.ts";
import { BatchRunner } from "../core/batch-runner.ts";
import type { Sequence } from "../core/sequence.ts";
import type { SessionOptions } from "../core/session.ts";
import { countTargets, type Dataset, type Sample } from "../data/dataset.ts";
import { complain } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";

/** What a network answered, and what it should have. An answer belongs to a sequence or to a step of one. */
export interface Answers {
  n: number;
  nOutputs: number;
  /** [n, nOutputs] */
  output: Float64Array;
  /** [n, nTargets] */
  target: Float64Array;
  /** [n]: what the answer is resampled with, 0 to nUnits - 1: its sequence, or its block of a stream. */
  unit: Int32Array;
  nUnits: number;
  /** Where the first output that is not finite stands, e.g. `run 7 step 3`; null when all are. */
  nonFinite: string | null;
}

export interface PredictOptions extends SessionOptions {
  /** Called as steps are done. */
  onStep?: (done: number, total: number) => void;
  /** Threads that run the samples, on the pool's engine: worth it from about a second of work on. Default: none. */
  pool?: BatchPool;
}

/** Widths that a network must have for a data set. Throws `bad-input`; `name` is the network's. */
export function checkWidths(compiled: CompiledNetwork, dataset: Dataset, name: string): void {
  const { input, output } = compiled;
  if (input.length !== dataset.nInputs) {
    throw complain("bad-input", name, {
      field: "inputs",
      expected: `${dataset.nInputs} for ${dataset.name}`,
      found: String(input.length),
    });
  }
  const isFit = output.length === dataset.nOutputs || (dataset.task === "binary" && output.length === 2);
  if (!isFit) {
    const what = { classification: "one a class", binary: "or 2", regression: "one a target" }[dataset.task];
    throw complain("bad-input", name, {
      field: "outputs",
      expected: `${dataset.nOutputs} for ${dataset.name}, ${what}`,
      found: String(output.length),
    });
  }
}

/** The network's answers to `samples` of `dataset`, each sequence from a state of zeros. Throws `bad-input`. */
export async function predict(
  compiled: CompiledNetwork,
  dataset: Dataset,
  samples: readonly Sample[],
  name: string,
  options: PredictOptions = {},
): Promise<Answers> {
  checkWidths(compiled, dataset, name);
  const { pool } = options;
  const sequences = samples.map((sample) => sequenceOf(sample, dataset.nInputs));
  const results =
    pool === undefined
      ? await (await BatchRunner.create(compiled, options)).runAll(sequences, options.onStep)
      : await pool.runAll(compiled, sequences, options.onStep);
  const { nTargets, readout, blockSteps } = dataset;
  const nOutputs = compiled.output.length;
  const n = countTargets(dataset, samples);
  const output = new Float64Array(n * nOutputs);
  const target = new Float64Array(n * nTargets);
  const unit = new Int32Array(n);
  let nonFinite: string | null = null;
  let answer = 0;
  let nUnits = 0;
  for (const [i, sample] of samples.entries()) {
    const { id, nSteps } = sample;
    const outputs = results[i]!.output.data;
    target.set(sample.target, answer * nTargets);
    for (let step = 0; step < nSteps; step++) {
      const y = outputs.subarray(step * nOutputs, (step + 1) * nOutputs);
      if (nonFinite === null && !y.every(Number.isFinite)) nonFinite = `${id} step ${step}`;
      if (readout === "step") {
        const block = blockSteps === null ? 0 : Math.floor(step / blockSteps);
        output.set(y, (answer + step) * nOutputs);
        unit[answer + step] = nUnits + block;
      } else if (readout === "mean") {
        for (let o = 0; o < nOutputs; o++) output[answer * nOutputs + o]! += y[o]! / nSteps;
      } else if (step === nSteps - 1) {
        output.set(y, answer * nOutputs);
      }
    }
    if (readout !== "step") unit[answer] = nUnits;
    answer += readout === "step" ? nSteps : 1;
    nUnits += readout === "step" && blockSteps !== null ? Math.ceil(nSteps / blockSteps) : 1;
  }
  return { n, nOutputs, output, target, unit, nUnits, nonFinite };
}

function sequenceOf({ nSteps, input, timespans }: Sample, nInputs: number): Sequence {
  return {
    batch: 1,
    steps: nSteps,
    features: nInputs,
    input,
    timespans: timespans ?? null,
    initialH: null,
    initialC: null,
  };
}
