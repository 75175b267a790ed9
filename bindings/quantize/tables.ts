// Tables of integer networks (docs/integers.md): 257 entries to interpolate between, or 1024 to look up. Entry i of a
// table is f(lo + i 2^k), rounded half up; inputs are Q4.11 unless a layer has a unit of its own.

import type { IntTable } from "../image/lowered-integer.ts";
import type { Activation } from "../network/model.ts";
import { ACTIVATION, expOfMinus, power2, sigmoid, softplus64, tanh } from "./elementary.ts";

const INTERVALS = 256;
const LOOKUPS = 1024;
export const I16_MAX = 32_767;
/** One unit of a pre-activation, Q4.11. */
export const PRE_UNIT = 1 / 2048;
/** One unit of a gate or state, Q0.15. */
export const GATE_UNIT = 1 / 32_768;

/** The one rounding rule, half up. */
export const roundHalfUp = (x: number): number => Math.floor(x + 0.5);

/** `roundHalfUp`, clamped to the symmetric range ±`max`. */
export function clampRound(x: number, max: number): number {
  return Math.min(max, Math.max(-max, roundHalfUp(x)));
}

function table(lo: number, k: number, outUnit: number, inUnit: number, f: (x: number) => number): IntTable {
  const entries = new Int16Array(INTERVALS + 1);
  for (let i = 0; i <= INTERVALS; i++)
    entries[i] = clampRound(f((lo + i * power2(k)) * inUnit) / outUnit, I16_MAX);
  return { lo, k, entries };
}

/** tanh in units of `outUnit`, Q0.15 or coarser. */
export const tanhTable = (outUnit = GATE_UNIT): IntTable => table(-4 * 2048, 6, outUnit, PRE_UNIT, tanh);
export const sigmoidTable = (): IntTable => table(-8 * 2048, 7, GATE_UNIT, PRE_UNIT, sigmoid);
/** exp(-u) for u of 0 to 32767 units. */
export const expNegTable = (unit = PRE_UNIT): IntTable => table(0, 7, GATE_UNIT, unit, expOfMinus);

/** softplus over [low, top] and what its intervals reach below, within [-16, 16), in units of `outUnit`. */
export function softplusTable(low: number, top: number, outUnit: number): IntTable {
  const k = intervalBits(top - low);
  const start = Math.max(roundHalfUp(top / PRE_UNIT) - INTERVALS * power2(k), -PRE_MAX / PRE_UNIT);
  return table(start, k, outUnit, PRE_UNIT, softplus64);
}

/** k of 256 intervals of 2^k pre-activation units that cover `width`. */
function intervalBits(width: number): number {
  let k = 1;
  while (INTERVALS * power2(k) * PRE_UNIT < width) k++;
  return k;
}

/** Where a table may end: at a value so near the curve's own end. The sigmoid's ends so at ±8. */
const REMAINDER_FLAT = 3.4e-4;
const PRE_MAX = 16;

/**
 * LiquidGate's share of the old state after a constant elapsed time T, exp(-T softplus(-x)), at x = -a; at T = 1 the
 * sigmoid. Over where it is not flat, and as far beyond as its intervals reach: slow neurons live at the upper end.
 */
export function remainderTable(elapsed: number): IntTable {
  const share = (x: number) => expOfMinus(elapsed * softplus64(-x));
  const step = 1 / 16;
  let low = -PRE_MAX;
  while (low < PRE_MAX - step && share(low + step) <= REMAINDER_FLAT) low += step;
  let high = low + step;
  while (high < PRE_MAX && 1 - share(high) > REMAINDER_FLAT) high += step;
  return table(low / PRE_UNIT, intervalBits(high - low), GATE_UNIT, PRE_UNIT, share);
}

/** An activation of a backbone or dense layer, from units of `inUnit` to units of `outUnit`. */
export const activationTable = (activation: Activation, inUnit: number, outUnit: number): IntTable =>
  table(-16 * 2048, 8, outUnit, inUnit, ACTIVATION[activation]);

/** sigmoid over ±`reach` at the middle of 1024 steps, Q0.15. */
export function synapseTable(reach = 8): Int16Array {
  return Int16Array.from({ length: LOOKUPS }, (_, i) =>
    clampRound(sigmoid((((32 * i + 16 - 16_384) * PRE_UNIT) / 8) * reach) / GATE_UNIT, I16_MAX),
  );
}
