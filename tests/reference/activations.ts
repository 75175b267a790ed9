// Scalar activation functions in float64.

import type { Activation } from "../../bindings/network/model.ts";

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** log(1 + e^x), and exactly x above PyTorch's threshold of 20. */
export function softplus(x: number): number {
  return x > 20 ? x : Math.log1p(Math.exp(x));
}

/**
 * The error function: 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (1 * 3 * ... * (2n+1))  (Abramowitz and Stegun 7.1.6).
 * No term is negative for x > 0, so nothing cancels; the error is that of x^2 in the exponential, below 1e-14. From
 * 6 on 1 - erf(x) is below 2.2e-17, less than half a unit of the last place of 1.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** x Phi(x), the exact form, not the tanh approximation. */
export function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

/** The scaled tanh of ncps: its inner factor is 0.666, not 2/3. */
export function lecunTanh(x: number): number {
  return 1.7159 * Math.tanh(0.666 * x);
}

export const ACTIVATIONS: Record<Activation, (x: number) => number> = {
  lecun_tanh: lecunTanh,
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  silu: (x) => x * sigmoid(x),
  gelu,
  sigmoid,
  linear: (x) => x,
};
