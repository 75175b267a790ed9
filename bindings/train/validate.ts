// How well a network that is being trained does on samples: the loss without augmentation and label smoothing, and the
// metric that the data set is judged by.

import { countTargets, type Dataset, type Sample } from "../data/dataset.ts";
import type { Answers } from "../evaluate/predict.ts";
import { scorers } from "../evaluate/score.ts";
import { runPieces } from "./batch.ts";
import type { SequenceNetwork } from "./differentiable.ts";
import { type Loss, lossOf } from "./loss.ts";
import { readOut } from "./readout.ts";

export interface Validation {
  /** Mean over all answers. */
  loss: number;
  /** The data set's metric; NaN where it is undefined. */
  metric: number;
}

/** Sequences are run in pieces of so many steps, which bounds the memory of a stream. */
const PIECE_STEPS = 512;

export function validate(
  network: SequenceNetwork,
  dataset: Dataset,
  samples: readonly Sample[],
  loss: Loss,
): Validation {
  const answers = answersTo(network, dataset, samples);
  const { n, nOutputs, output, target } = answers;
  return {
    loss: lossOf(unsmoothed(loss), { output, nOutputs, target, weight: null }) / n,
    metric: scorers(dataset, answers, 0)[0]!.of(null),
  };
}

/**
 * Mean loss, without label smoothing, of each part of the samples that is independent of the others: a sequence, or a block of a
 * stream (docs/data.md). In the same order for every network.
 */
export function lossesByUnit(
  network: SequenceNetwork,
  dataset: Dataset,
  samples: readonly Sample[],
  loss: Loss,
): Float64Array {
  const { n, nOutputs, output, target, unit, nUnits } = answersTo(network, dataset, samples);
  const { nTargets } = dataset;
  const plain = unsmoothed(loss);
  const [sums, counts] = [new Float64Array(nUnits), new Float64Array(nUnits)];
  for (let i = 0; i < n; i++) {
    const answer = {
      output: output.subarray(i * nOutputs, (i + 1) * nOutputs),
      nOutputs,
      target: target.subarray(i * nTargets, (i + 1) * nTargets),
      weight: null,
    };
    sums[unit[i]!]! += lossOf(plain, answer);
    counts[unit[i]!]!++;
  }
  return sums.map((sum, u) => sum / counts[u]!);
}

function unsmoothed(loss: Loss): Loss {
  return "labelSmoothing" in loss ? { ...loss, labelSmoothing: 0 } : loss;
}

function answersTo(network: SequenceNetwork, dataset: Dataset, samples: readonly Sample[]): Answers {
  const { nInputs, nOutputs, nTargets, readout, blockSteps } = dataset;
  const n = countTargets(dataset, samples);
  const output = new Float64Array(n * nOutputs);
  const target = new Float64Array(n * nTargets);
  const unit = new Int32Array(n);
  let at = 0;
  let nUnits = 0;
  for (const sample of samples) {
    const sizes = { nSteps: sample.nSteps, nInputs, nOutputs, pieceSteps: PIECE_STEPS };
    const outputs = runPieces(network, sample, sizes).output;
    output.set(readOut(readout, outputs, nOutputs), at * nOutputs);
    target.set(sample.target, at * nTargets);
    const [answers, perUnit] = readout === "step" ? [sample.nSteps, blockSteps ?? sample.nSteps] : [1, 1];
    for (let a = 0; a < answers; a++) unit[at + a] = nUnits + Math.floor(a / perUnit);
    nUnits += Math.ceil(answers / perUnit);
    at += answers;
  }
  return { n, nOutputs, output, target, unit, nUnits, nonFinite: null };
}

/** Whether `a` is better than `b`: by the metric; of equal ones, which a small part gives often, by the loss. */
export function isBetter(dataset: Dataset, a: Validation, b: Validation): boolean {
  if (a.metric === b.metric) return a.loss < b.loss;
  return isHigherBetter(dataset) ? a.metric > b.metric : a.metric < b.metric;
}

/** Whether more of a metric is better. */
export function isHigherBetter({ metric }: Dataset): boolean {
  return metric !== "mse" && metric !== "mae";
}
