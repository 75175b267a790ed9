// The maps at both ends: raw counts → activations or LTC inputs, states → outputs. Multiply, add, shift by channel.

import { complain } from "../errors.ts";
import type { Statistics } from "./calibration.ts";
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
/** What an input that was 0 throughout the calibration data is taken to reach. */
const SILENT_REACH = 1;
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

/** What the counts of a sensor are to the network: input = (count - offset) / scale, channel by channel. */
export interface InputCounts {
  /** [nInputs], in counts. */
  readonly offset: ArrayLike<number>;
  /** [nInputs], counts that make 1 of the network's input; above 0. */
  readonly scale: ArrayLike<number>;
}

/** Real values of raw inputs by channel: count · unit + offset. */
export interface RawScale {
  unit: Float64Array;
  offset: Float64Array;
}

/**
 * The scale of raw inputs: that of the counts if there are any, else powers of two with room for twice what calibration saw.
 * @throws LiquidEdgeError `bad-input` for counts of another width, without scale, or beyond 16 bits; `source` is what
 * messages call them
 */
export function rawScale(input: Statistics, counts: InputCounts | null, source: string): RawScale {
  const { length } = input.min;
  if (counts === null) {
    return {
      unit: Float64Array.from({ length }, (_, c) => rawUnit(inputReach(input, c))),
      offset: new Float64Array(length),
    };
  }
  const { offset, scale } = counts;
  const fail = (field: string, expected: string, found: string, hint?: string) =>
    complain("bad-input", source, { field, expected, found, ...(hint === undefined ? {} : { hint }) });
  for (const [field, values] of Object.entries({ offset, scale })) {
    if (values.length !== length) throw fail(field, `${length} numbers, one an input`, `${values.length}`);
  }
  for (let c = 0; c < length; c++) {
    if (!Number.isFinite(offset[c])) throw fail(`offset[${c}]`, "a finite number", String(offset[c]));
    if (!(scale[c]! > 0 && Number.isFinite(scale[c])))
      throw fail(`scale[${c}]`, "a number above 0", String(scale[c]));
    for (const x of [input.min[c]!, input.max[c]!]) {
      const count = roundHalfUp(x * scale[c]! + offset[c]!);
      if (count >= -I16_MAX - 1 && count <= I16_MAX) continue;
      const hint = "shift the readings right, and scale with them";
      const expected = `counts from ${-I16_MAX - 1} to ${I16_MAX} in channel ${c}`;
      throw fail("counts", expected, String(count), hint);
    }
  }
  return {
    unit: Float64Array.from(scale, (s) => 1 / s),
    offset: Float64Array.from(scale, (s, c) => -offset[c]! / s),
  };
}

/** Largest magnitude of input `c`, above 0. */
export function inputReach(input: Statistics, c: number): number {
  return input.peak(c) || SILENT_REACH;
}

/** A power of two, twice the values that calibration saw fit. */
function rawUnit(peak: number): number {
  let bits = 0;
  while (peak * RAW_HEADROOM * power2(bits + 1) <= I16_MAX && bits < 1000) bits++;
  while (peak * RAW_HEADROOM * power2(bits) > I16_MAX) bits--;
  return power2(-bits);
}
