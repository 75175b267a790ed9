// The maps at both ends: raw counts → activations or LTC inputs, states → outputs. Multiply, add, shift by channel.

import { power2 } from "./elementary.ts";
import { I16_MAX, roundHalfUp } from "./tables.ts";

/** Multiplier, bias and shift of each channel: out = (in multiplier + bias) / 2^shift, rounded. */
export interface ElementMap {
  multiplier: Int32Array;
  bias: Int32Array;
  shift: Uint8Array;
}

const MULTIPLIER_LIMIT = 2 ** 15;
const BIAS_LIMIT = 2 ** 30;
const SHIFT_MAX = 30;
/** Of raw inputs, so that values of twice what calibration saw still fit. */
const RAW_HEADROOM = 2;

/** Per channel: `factor` out units by in unit, `offset` in out units. */
export function elementMap(factor: ArrayLike<number>, offset: ArrayLike<number>): ElementMap {
  const n = factor.length;
  const map = { multiplier: new Int32Array(n), bias: new Int32Array(n), shift: new Uint8Array(n) };
  for (let i = 0; i < n; i++) {
    const fits = (s: number) =>
      Math.abs(roundHalfUp(factor[i]! * power2(s))) < MULTIPLIER_LIMIT &&
      Math.abs(roundHalfUp(offset[i]! * power2(s))) + power2(s) < BIAS_LIMIT;
    let shift = 0;
    while (shift < SHIFT_MAX && fits(shift + 1)) shift++;
    // What does not even fit without a shift saturates.
    const limit = (x: number, most: number) =>
      Math.min(most - 1, Math.max(1 - most, roundHalfUp(x * power2(shift))));
    map.multiplier[i] = limit(factor[i]!, MULTIPLIER_LIMIT);
    map.bias[i] = limit(offset[i]!, BIAS_LIMIT);
    map.shift[i] = shift;
  }
  return map;
}

/** The unit of a raw input: a power of two, twice the values that calibration saw fit. */
export function rawUnit(peak: number): number {
  let bits = 0;
  while (peak * RAW_HEADROOM * power2(bits + 1) <= I16_MAX && bits < 1000) bits++;
  while (peak * RAW_HEADROOM * power2(bits) > I16_MAX) bits--;
  return power2(-bits);
}
