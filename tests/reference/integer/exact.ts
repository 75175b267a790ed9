// Functions in fixed point with 384 fraction bits, without any library: precise enough to round an entry of a table
// whatever its unit, however near to a tie. Saturating functions come close to ties: tanh(8) * 1999.5 misses one by 5e-10.

import type { Activation } from "../../../bindings/network/model.ts";

/** A real number times 2^384. */
export type Fixed = bigint;

const FRACTION_BITS = 384n;
export const ONE: Fixed = 1n << FRACTION_BITS;

const times = (a: Fixed, b: Fixed): Fixed => (a * b) >> FRACTION_BITS;
const over = (a: Fixed, b: Fixed): Fixed => (a << FRACTION_BITS) / b;

/** A float64 exactly, as long as it has no bits below 2^-200. */
export function fixedOf(x: number): Fixed {
  return BigInt(x * 2 ** 200) << (FRACTION_BITS - 200n);
}

/** floor(x + 1/2). */
export function nearest(x: Fixed): number {
  return Number((x + (ONE >> 1n)) >> FRACTION_BITS);
}

/** e^x: Taylor's series at x / 2^16, squared 16 times; e^-x as 1 / e^x, to keep its relative precision. */
export function exp(x: Fixed): Fixed {
  if (x < 0n) return over(ONE, exp(-x));
  const small = x >> 16n;
  let sum = ONE;
  let term = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = times(term, small) / n;
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = times(sum, sum);
  return sum;
}

export const sigmoid = (x: Fixed): Fixed => over(ONE, ONE + exp(-x));

export function tanh(x: Fixed): Fixed {
  const square = exp(2n * x);
  return over(square - ONE, square + ONE);
}

/** log(1 + e^x) with log a = 2 artanh((a - 1) / (a + 1)) for a <= 2, and log(1 + e^x) = x + log(1 + e^-x). */
export function softplus(x: Fixed): Fixed {
  if (x > 0n) return x + softplus(-x);
  const y = exp(x);
  const ratio = over(y, y + 2n * ONE);
  let sum = 0n;
  let power = ratio;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = times(times(power, ratio), ratio);
  }
  return 2n * sum;
}

/** arctan(1 / n) by its series. */
function arcTangentOfOneOver(n: bigint): Fixed {
  let sum = 0n;
  let power = ONE / n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return sum;
}

/** Newton's square root from above. */
function squareRoot(x: Fixed): Fixed {
  const square = x << FRACTION_BITS;
  let root = x > ONE ? x : ONE;
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Machin: pi = 16 arctan(1/5) - 4 arctan(1/239). */
const PI = 16n * arcTangentOfOneOver(5n) - 4n * arcTangentOfOneOver(239n);
const ROOT_OF_2_PI = squareRoot(2n * PI);

/** x Phi(x), Phi(x) = 1/2 + phi(x) (x + x^3 / 3 + x^5 / (3 * 5) + …): Abramowitz and Stegun 26.2.11. */
export function gelu(x: Fixed): Fixed {
  const square = times(x, x);
  let sum = 0n;
  let term = x;
  // A division rounds towards zero, a shift down: end on both.
  for (let n = 3n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = times(term, square) / n;
  }
  const density = over(ONE, times(ROOT_OF_2_PI, exp(square / 2n)));
  return times(x, ONE / 2n + times(density, sum));
}

export const EXACT: Record<Activation, (x: Fixed) => Fixed> = {
  lecun_tanh: (x) => (17159n * tanh((666n * x) / 1000n)) / 10000n,
  relu: (x) => (x > 0n ? x : 0n),
  tanh,
  silu: (x) => times(x, sigmoid(x)),
  gelu,
  sigmoid,
  linear: (x) => x,
};
