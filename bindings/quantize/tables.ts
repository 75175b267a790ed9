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

export const tanhTable = (): IntTable => table(-4 * 2048, 6, GATE_UNIT, PRE_UNIT, tanh);
export const sigmoidTable = (): IntTable => table(-8 * 2048, 7, GATE_UNIT, PRE_UNIT, sigmoid);
export const expNegTable = (): IntTable => table(0, 7, GATE_UNIT, PRE_UNIT, expOfMinus);
export const softplusTable = (): IntTable => table(-8 * 2048, 7, PRE_UNIT, PRE_UNIT, softplus64);

/** An activation of a backbone or dense layer, from units of `inUnit` to units of `outUnit`. */
export const activationTable = (activation: Activation, inUnit: number, outUnit: number): IntTable =>
  table(-16 * 2048, 8, outUnit, inUnit, ACTIVATION[activation]);

/** sigmoid over [-8, 8) at the middle of 1024 steps, Q0.15. */
export function synapseTable(): Int16Array {
  return Int16Array.from({ length: LOOKUPS }, (_, i) =>
    clampRound(sigmoid((32 * i + 16 - 16_384) * PRE_UNIT) / GATE_UNIT, I16_MAX),
  );
}
