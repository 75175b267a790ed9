// Losses and their gradients with respect to a network's answers, as PyTorch defines them (torch.nn.functional, mean
// reduction): the trainer divides by the number of answers, so that a batch of sequences can be summed one by one.
//
//   mse                     mean over the outputs of (y - t)^2
//   mae                     mean over the outputs of |y - t|; gradient 0 at y = t
//   cross-entropy           -sum q log softmax(y),  q = (1 - s) onehot(t) + s / outputs,  s the label smoothing
//   binary-cross-entropy    w1 q softplus(-y) + w0 (1 - q) softplus(y),  q = t (1 - s) + s / 2,  of a single logit y
//
// Gradients use only own elementary functions: every engine trains to the same bits.

import { expOfMinus, sigmoid, softplus64 } from "../quantize/elementary.ts";

export const LOSSES = ["mse", "mae", "cross-entropy", "binary-cross-entropy"] as const;
export type LossName = (typeof LOSSES)[number];

export type Loss =
  | { name: "mse" | "mae" }
  /** Label smoothing from 0 to below 1. */
  | { name: "cross-entropy"; labelSmoothing: number }
  /** `classWeights`: of answers whose target is 0 and 1; [1, w] is PyTorch's pos_weight w. */
  | { name: "binary-cross-entropy"; labelSmoothing: number; classWeights: readonly [number, number] };

/** Numbers that may be written. */
export type FloatArray = Float32Array | Float64Array;

export interface Answers {
  /** [n, nOutputs] row-major. */
  output: Readonly<ArrayLike<number>>;
  nOutputs: number;
  /** [n, nTargets]: values, a class index, or 0 and 1. */
  target: Readonly<ArrayLike<number>>;
  /** [n], at least 0: how much each answer counts, 0 for padding and steps without a label; null: 1 for all. */
  weight: Readonly<ArrayLike<number>> | null;
}

/**
 * The weighted sum of the answers' losses. Where `gradient` [n, nOutputs] is given, `scale` times the sum's gradient
 * is written to it.
 */
export function lossOf(loss: Loss, answers: Answers, gradient: FloatArray | null = null, scale = 1): number {
  const { output, nOutputs, target, weight } = answers;
  const n = output.length / nOutputs;
  const nTargets = target.length / n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const w = weight === null ? 1 : weight[i]!;
    const at = i * nOutputs;
    if (w === 0) {
      gradient?.fill(0, at, at + nOutputs);
      continue;
    }
    sum += w * lossOfAnswer(loss, output, at, nOutputs, target, i * nTargets, gradient, w * scale);
  }
  return sum;
}

/** The loss of the answer at `at`; its gradient times `scale` goes to the same place of `gradient`. */
function lossOfAnswer(
  loss: Loss,
  output: Readonly<ArrayLike<number>>,
  at: number,
  nOutputs: number,
  target: Readonly<ArrayLike<number>>,
  targetAt: number,
  gradient: FloatArray | null,
  scale: number,
): number {
  let sum = 0;
  switch (loss.name) {
    case "mse":
      for (let o = 0; o < nOutputs; o++) {
        const error = output[at + o]! - target[targetAt + o]!;
        sum += error * error;
        if (gradient !== null) gradient[at + o] = (2 * scale * error) / nOutputs;
      }
      return sum / nOutputs;
    case "mae":
      for (let o = 0; o < nOutputs; o++) {
        const error = output[at + o]! - target[targetAt + o]!;
        sum += Math.abs(error);
        if (gradient !== null) gradient[at + o] = (scale * Math.sign(error)) / nOutputs;
      }
      return sum / nOutputs;
    case "binary-cross-entropy": {
      const [w0, w1] = loss.classWeights;
      const y = output[at]!;
      const q = target[targetAt]! * (1 - loss.labelSmoothing) + loss.labelSmoothing / 2;
      const p = sigmoid(y);
      if (gradient !== null) gradient[at] = scale * (w0 * (1 - q) * p - w1 * q * (1 - p));
      return w1 * q * softplus64(-y) + w0 * (1 - q) * softplus64(y);
    }
    default:
      return crossEntropy(output, at, nOutputs, target[targetAt]!, loss.labelSmoothing, gradient, scale);
  }
}

function crossEntropy(
  output: Readonly<ArrayLike<number>>,
  at: number,
  nOutputs: number,
  label: number,
  smoothing: number,
  gradient: FloatArray | null,
  scale: number,
): number {
  let largest = output[at]!;
  for (let o = 1; o < nOutputs; o++) largest = Math.max(largest, output[at + o]!);
  let total = 0;
  let mean = 0;
  for (let o = 0; o < nOutputs; o++) {
    total += expOfMinus(largest - output[at + o]!);
    mean += output[at + o]! / nOutputs;
  }
  if (gradient !== null) {
    for (let o = 0; o < nOutputs; o++) {
      const p = expOfMinus(largest - output[at + o]!) / total;
      const q = (o === label ? 1 - smoothing : 0) + smoothing / nOutputs;
      gradient[at + o] = scale * (p - q);
    }
  }
  const logSum = largest + Math.log(total);
  return logSum - (1 - smoothing) * output[at + label]! - smoothing * mean;
}
