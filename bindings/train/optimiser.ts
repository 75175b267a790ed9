// One step from gradients to parameters, as PyTorch's optimisers take it.
//
//   adam     g += decay p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
//            p -= rate / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)           (Kingma and Ba 2015)
//   adamw    p *= 1 - rate decay, then adam without decay in g                      (Loshchilov and Hutter 2019)
//   sgd      g += decay p;  m = momentum m + g (m = g in the first step);  p -= rate m

import type { FloatArray } from "./loss.ts";

export const OPTIMISERS = ["adam", "adamw", "sgd"] as const;
export type OptimiserName = (typeof OPTIMISERS)[number];

export interface OptimiserSettings {
  name: OptimiserName;
  /** Decay of the first moment, of adam and adamw. */
  beta1: number;
  /** Decay of the second moment. */
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Of sgd. */
  momentum: number;
}

/** PyTorch's defaults; those of adamw have a weight decay of 0.01. */
export const ADAM: OptimiserSettings = {
  name: "adam",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  momentum: 0,
};

export class Optimiser {
  readonly settings: OptimiserSettings;
  /** First moment of adam, momentum of sgd, [nParameters]. */
  readonly firstMoment: Float32Array;
  /** Second moment, [nParameters]; empty for sgd. */
  readonly secondMoment: Float32Array;
  /** Steps taken. */
  steps = 0;

  constructor(settings: OptimiserSettings, nParameters: number) {
    this.settings = settings;
    this.firstMoment = new Float32Array(nParameters);
    this.secondMoment = new Float32Array(settings.name === "sgd" ? 0 : nParameters);
  }

  /** Changes `parameters` in place. */
  step(parameters: FloatArray, gradient: Readonly<FloatArray>, learningRate: number): void {
    this.steps++;
    if (this.settings.name === "sgd") this.#descend(parameters, gradient, learningRate);
    else this.#adapt(parameters, gradient, learningRate);
  }

  /** Forgets what it knows of the parameters `start` to `end` that `mask` has a 0 for. */
  clear(start: number, mask: ArrayLike<number>): void {
    for (const moment of [this.firstMoment, this.secondMoment]) {
      for (let i = 0; i < mask.length && start + i < moment.length; i++) {
        if (mask[i] === 0) moment[start + i] = 0;
      }
    }
  }

  #descend(parameters: FloatArray, gradient: Readonly<FloatArray>, learningRate: number): void {
    const { momentum, weightDecay } = this.settings;
    const m = this.firstMoment;
    for (let i = 0; i < m.length; i++) {
      const g = gradient[i]! + weightDecay * parameters[i]!;
      m[i] = momentum * m[i]! + g;
      parameters[i]! -= learningRate * m[i]!;
    }
  }

  #adapt(parameters: FloatArray, gradient: Readonly<FloatArray>, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay, name } = this.settings;
    const m = this.firstMoment;
    const v = this.secondMoment;
    const rate = learningRate / (1 - power(beta1, this.steps));
    const correction = Math.sqrt(1 - power(beta2, this.steps));
    const shrink = name === "adamw" ? 1 - learningRate * weightDecay : 1;
    const decay = name === "adam" ? weightDecay : 0;
    for (let i = 0; i < m.length; i++) {
      const p = parameters[i]!;
      const g = gradient[i]! + decay * p;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      parameters[i] = shrink * p - (rate * m[i]!) / (Math.sqrt(v[i]!) / correction + epsilon);
    }
  }
}

/** base^n by squaring: engines round Math.pow differently. */
function power(base: number, n: number): number {
  let result = 1;
  for (let factor = base, rest = n; rest > 0; factor *= factor, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= factor;
  }
  return result;
}

/**
 * Shortens the gradient to a Euclidean norm of at most `maxNorm`, as torch.nn.utils.clip_grad_norm_: by the factor
 * min(1, maxNorm / (norm + 1e-6)). Returns the norm before; one that is not finite leaves the gradient as it is.
 */
export function clipByNorm(gradient: FloatArray, maxNorm: number): number {
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(squares);
  const factor = maxNorm / (norm + 1e-6);
  if (factor < 1) for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
  return norm;
}
