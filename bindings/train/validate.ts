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
  const { nInputs, nOutputs, nTargets, readout } = dataset;
  const n = countTargets(dataset, samples);
  const output = new Float64Array(n * nOutputs);
  const target = new Float64Array(n * nTargets);
  let at = 0;
  for (const sample of samples) {
    const sizes = { nSteps: sample.nSteps, nInputs, nOutputs, pieceSteps: PIECE_STEPS };
    const outputs = runPieces(network, sample, sizes).output;
    output.set(readOut(readout, outputs, nOutputs), at * nOutputs);
    target.set(sample.target, at * nTargets);
    at += readout === "step" ? sample.nSteps : 1;
  }
  const plain = "labelSmoothing" in loss ? { ...loss, labelSmoothing: 0 } : loss;
  const answers: Answers = {
    n,
    nOutputs,
    output,
    target,
    unit: new Int32Array(n),
    nUnits: 1,
    nonFinite: null,
  };
  return {
    loss: lossOf(plain, { output, nOutputs, target, weight: null }) / n,
    metric: scorers(dataset, answers, 0)[0]!.of(null),
  };
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
