// exp, sigmoid, tanh, erf and the activations in float64, from + - * / alone: `Math.exp` differs between engines in its
// last bits, and what is computed here decides which integers stand in an image. Errors stay below 2^-50 of the result
// for exp, of 1 for the others, so that a table entry of 16 bits is rounded correctly unless it lies within 2^-34 of a
// tie; tests/quantize/tables.test.ts shows that no fixed entry does.
//
//   e^-x = 2^-k e^-r,  k = round(x / ln 2), |r| <= ln 2 / 2, Taylor to r^14

import type { Activation } from "../network/model.ts";

/** ln 2 as a sum: the first part has 32 significant bits, so that k times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const EXP_TERMS = 14;
const MAX_HALVINGS = 1074;

/** 2^-k for k = 0 … 1074. */
const HALVINGS = new Float64Array(MAX_HALVINGS + 1);
for (let k = 0, power = 1; k <= MAX_HALVINGS; k++, power /= 2) HALVINGS[k] = power;

/** 2^k, exactly, for whole k from -1022 to 1023. */
export function power2(k: number): number {
  return k >= 0 ? 1 / HALVINGS[k]! : HALVINGS[-k]!;
}

/** e^-x for x >= 0. */
export function expOfMinus(x: number): number {
  const k = Math.floor(x / LN2_HIGH + 0.5);
  if (!(k <= MAX_HALVINGS)) return Number.isNaN(x) ? x : 0;
  const r = -x + k * LN2_HIGH + k * LN2_LOW;
  let sum = 1;
  for (let n = EXP_TERMS; n >= 1; n--) sum = 1 + (r / n) * sum;
  return sum * HALVINGS[k]!;
}

export function sigmoid(x: number): number {
  const y = expOfMinus(Math.abs(x));
  return x >= 0 ? 1 / (1 + y) : y / (1 + y);
}

export function tanh(x: number): number {
  const y = expOfMinus(2 * Math.abs(x));
  const t = (1 - y) / (1 + y);
  return x >= 0 ? t : -t;
}

/** log(1 + e^x): the terms of 2 artanh(y / (2 + y)), y = e^-|x|. */
export function softplus64(x: number): number {
  const y = expOfMinus(Math.abs(x));
  const s = y / (2 + y);
  let sum = 0;
  for (let n = 20; n >= 1; n--) sum = s * s * (1 / (2 * n + 1) + sum);
  return Math.max(x, 0) + 2 * s * (1 + sum);
}

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** Abramowitz and Stegun 7.1.6: no term is negative for x > 0, so nothing cancels. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z >= 6) return x > 0 ? 1 : -1;
  let term = z;
  let sum = z;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  const value = TWO_OVER_SQRT_PI * expOfMinus(z * z) * sum;
  return x >= 0 ? value : -value;
}

/** Activations as ncps and PyTorch define them. */
export const ACTIVATION: Readonly<Record<Activation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  tanh,
  sigmoid,
  lecun_tanh: (x) => 1.7159 * tanh(0.666 * x),
  silu: (x) => x * sigmoid(x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

/** Largest magnitude of an activation; infinite where it has none. */
export const ACTIVATION_BOUND: Readonly<Record<Activation, number>> = {
  linear: Number.POSITIVE_INFINITY,
  relu: Number.POSITIVE_INFINITY,
  silu: Number.POSITIVE_INFINITY,
  gelu: Number.POSITIVE_INFINITY,
  tanh: 1,
  sigmoid: 1,
  lecun_tanh: 1.7159,
};

/** Where an activation has reached its bound to within 2^-11; infinite where it has none. */
export const ACTIVATION_FLAT: Readonly<Record<Activation, number>> = {
  ...ACTIVATION_BOUND,
  tanh: 4.2,
  sigmoid: 8,
  lecun_tanh: 6.2,
};
