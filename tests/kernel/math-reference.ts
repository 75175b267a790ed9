// The same functions in double precision, written for precision over all of f32 and not after the core: about 1e-14
// relative, which is 1e-7 ULP of f32. tests/kernel/math.test.ts compares them with mpmath's values.

import type { MathFunction } from "./math-bounds.ts";

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * Phi(-a) = erfc(a / sqrt 2) / 2 for a >= 0: Abramowitz and Stegun 26.2.11 (series) below 2.5, 26.2.14 (continued
 * fraction) above.
 */
function normalTail(a: number): number {
  const density = Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= (a * a) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let k = Math.ceil(20 + 400 / (a * a)); k > 0; k--) fraction = k / (a + fraction);
  return density / (a + fraction);
}

export const REFERENCE: Record<MathFunction, (x: number) => number> = {
  exp: Math.exp,
  sigmoid,
  tanh: Math.tanh,
  lecunTanh: (x) => 1.7159 * Math.tanh(0.666 * x),
  silu: (x) => (x === -Infinity ? 0 : x >= 0 ? x * sigmoid(x) : (x * Math.exp(x)) / (1 + Math.exp(x))),
  gelu: (x) => (x === -Infinity ? 0 : x < 0 ? x * normalTail(-x) : x * (1 - normalTail(x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
};
