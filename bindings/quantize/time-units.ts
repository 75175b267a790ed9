// Units of what the elapsed time multiplies (docs/integers.md): CfC's time head, the rates of CfC pure and of LiquidGate. Long
// times need fine units, and such a value then matters only while it is small: where i16 ends, the shortest time has
// brought the gate to its end, or calibration saw no more. Short times let values be large, in coarse units.

import type { IntTable } from "../image/lowered-integer.ts";
import type { Statistics } from "./calibration.ts";
import { expOfMinus, power2, softplus64 } from "./elementary.ts";
import { WORD_MARGIN } from "./integer-builder.ts";
import { expNegTable, I16_MAX, PRE_UNIT, softplusTable } from "./tables.ts";
import type { TimeFormat } from "./time-format.ts";

/** k of a unit 2^-(11 + k), at the ends. */
const FINEST = 11;
const COARSEST = -11;
/** Largest pre-activation in units of 2^-11. */
const PRE_MAX = I16_MAX * PRE_UNIT;
/** Where the table of the sigmoid ends. */
const SIGMOID_FLAT = 8;
/** Where exp(-u) rounds to 0 in Q0.15. */
const EXP_FLAT = 11.1;
/** Of CfC pure's v. */
const HALF_A_UNIT = PRE_UNIT / 2;

/** The finest unit, as k, that the longest time asks for and whose range holds what matters; else 0. */
function finest(longest: number, holds: (range: number, unit: number) => boolean): number {
  let k = 0;
  while (k < FINEST && power2(k) < longest) k++;
  while (k > 0 && !holds(PRE_MAX * power2(-k), PRE_UNIT * power2(-k))) k--;
  return k;
}

/** k of CfC's time head for n neurons; `pre`: statistics of [pa | pb]. */
export function timeHeadFineness(pre: Statistics, n: number, { time, min, max }: TimeFormat): number {
  const peakOf = (from: number) => {
    let peak = 0;
    for (let j = from; j < from + n; j++) peak = Math.max(peak, pre.peak(j));
    return peak;
  };
  const [peakA, peakB] = [peakOf(0), peakOf(n)];
  const needed = (margin: number) =>
    Math.min(margin * peakA, (SIGMOID_FLAT + Math.min(PRE_MAX, margin * peakB)) / min);
  let k = finest(max, (range) => range >= needed(WORD_MARGIN));
  while (k > Math.max(COARSEST, -time.exponent) && k <= 0 && PRE_MAX * power2(-k) < needed(1)) k--;
  return k;
}

/** Largest |w_tau| that no product with the elapsed time takes beyond u32, in units. */
export function largestTau({ time }: TimeFormat): number {
  return Math.min(2 ** 31 - 1, Math.floor((2 ** 32 - 1) / time.max) - I16_MAX);
}

/** k of ff1 and w_tau of CfC pure; `pre`: statistics of f1. */
export function pureFineness(pre: Statistics, absTau: Float32Array, format: TimeFormat): number {
  const { min, max } = format;
  const peak = pre.peakOfAll;
  const steepest = absTau.reduce((a, b) => Math.max(a, b), 0);
  return finest(max, (range, unit) => {
    // f1 exp(-T |f1|) falls beyond 1 / T.
    const isGone = min * range >= 1 && range * expOfMinus(min * range) <= HALF_A_UNIT;
    const tau = largestTau(format) * unit;
    return (isGone || range >= WORD_MARGIN * peak) && (tau >= steepest || min * tau >= EXP_FLAT);
  });
}

/** Rates have room for this much beyond the pre-activations that calibration saw: e^2 times slower or faster. */
const RATE_MARGIN = 2;
/** Where LiquidGate's decay may end, at 3.4e-4, as the sigmoid's table does: what lies behind makes all before it coarser. */
const GATE_FLAT = 8;
/** A smaller share of the way to the target is none. */
const NO_SHARE = 2 ** -16;
const GRID = 1 / 16;
const SHIFT_MAX = 30;

/** LiquidGate's tables for varying elapsed times, and the shift of their product; `pre`: statistics of a. */
export function rateTables(
  pre: Statistics,
  { time, min, max }: TimeFormat,
): { softplus: IntTable; expNeg: IntTable; timeShift: number } {
  const [least, most] = [Math.min(...pre.min) - RATE_MARGIN, Math.max(...pre.max) + RATE_MARGIN];
  let top = -PRE_MAX;
  while (top + GRID < Math.min(most, PRE_MAX) && min * softplus64(top) < GATE_FLAT) top += GRID;
  let low = top - GRID;
  while (low - GRID > Math.max(least, -PRE_MAX) && max * softplus64(low) > NO_SHARE) low -= GRID;
  // Bits of the rate, and of its product with the time.
  let m = SHIFT_MAX;
  while (softplus64(top) * power2(m) > I16_MAX) m--;
  let bits = Math.min(SHIFT_MAX, m + time.exponent);
  while (Math.min(GATE_FLAT, max * softplus64(top)) * power2(bits) > I16_MAX) bits--;
  m = Math.min(m, SHIFT_MAX + bits - time.exponent);
  return {
    softplus: softplusTable(low, top, power2(-m)),
    expNeg: expNegTable(power2(-bits)),
    timeShift: time.exponent + m - bits,
  };
}
