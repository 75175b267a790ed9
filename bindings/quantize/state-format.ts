// Formats of states: fraction bits of h by cell, of an LSTM's c from calibration, and how far h is shifted to become an i8
// activation.

import type { LoweredLayer, LoweredNetwork } from "../image/lowered.ts";
import type { CalibrationRun } from "./calibration.ts";
import { expOfMinus, power2 } from "./elementary.ts";
import { fractionBits, potentialBound } from "./quantize-ltc.ts";
import { I16_MAX, PRE_UNIT, roundHalfUp } from "./tables.ts";
import type { TimeFormat } from "./time-format.ts";

type PureLayer = Extract<LoweredLayer, { kind: "cfc"; mode: "pure" }>;

const CELL_MARGIN = 2;
const CELL_FORMAT_MAX = 4;
/** An i8 activation uses the range that calibration saw, and this much more. */
export const ACTIVATION_MARGIN = 1.1;
export const I8_MAX = 127;

/** Fraction bits of the state that a layer leaves behind; an LSTM in front of another cell takes that cell's. */
export function stateBits(layer: LoweredLayer, format: TimeFormat): number {
  switch (layer.kind) {
    case "cfc":
      if (layer.mode === "pure") return fractionBits(pureRange(layer, format));
      return layer.mode === "no_gate" ? 14 : 15;
    case "ltc":
      return fractionBits(potentialBound(layer));
    default:
      return 15;
  }
}

/** Fraction bits by layer. With a mixed memory, LSTM and cell write one state in one format. */
export function stateFormats({ layers }: LoweredNetwork, format: TimeFormat): number[] {
  const own = layers.map((layer) => stateBits(layer, format));
  const memory = layers.find(({ kind }) => kind === "lstm");
  const sharers = layers.map(({ out }) => memory !== undefined && isWithin(out.at, memory.out));
  const shared = Math.min(...own.filter((_, l) => sharers[l]));
  return own.map((bits, l) => (sharers[l] ? shared : bits));
}

function isWithin(at: number, { at: start, length }: { at: number; length: number }): boolean {
  return at >= start && at < start + 4 * length;
}

/** Largest |A - A f1 exp(-T (|w_tau| + |f1|))| over pre-activations of ±16 and all elapsed times. */
function pureRange({ bound, absTau }: PureLayer, { constant, min }: TimeFormat): number {
  const shortest = constant ?? min;
  const saturated = I16_MAX * PRE_UNIT;
  const f1 = Math.min(saturated, 1 / shortest);
  return bound.reduce((peak, a, j) => {
    const swing = f1 * expOfMinus(shortest * (absTau[j]! + f1));
    return Math.max(peak, Math.abs(a) * (1 + swing));
  }, 0);
}

const MANTISSA_LIMIT = 2 ** 14;
const BOUND_SHIFT_MAX = 30;

/** A as 14-bit mantissas and shifts, from v in Q4.11 to states of `bits` fraction bits. */
export function pureBound(bound: Float32Array, bits: number): { bound: Int32Array; boundShift: Uint8Array } {
  const result = { bound: new Int32Array(bound.length), boundShift: new Uint8Array(bound.length) };
  for (const [j, a] of bound.entries()) {
    const factor = a * PRE_UNIT * power2(bits);
    let shift = 0;
    while (shift < BOUND_SHIFT_MAX && Math.abs(roundHalfUp(factor * power2(shift + 1))) < MANTISSA_LIMIT)
      shift++;
    result.bound[j] = roundHalfUp(factor * power2(shift));
    result.boundShift[j] = shift;
  }
  return result;
}

/** k of an LSTM's cell state Q(k).(15-k). */
export function cellFormat(peak: number): number {
  let k = 0;
  while (k < CELL_FORMAT_MAX && CELL_MARGIN * peak > power2(k)) k++;
  return k;
}

/** The least shift that brings states of `bits` fraction bits up to `peak` into i8. */
export function narrowShift(peak: number, bits: number): number {
  const units = Math.min(ACTIVATION_MARGIN * peak * power2(bits), I16_MAX);
  let shift = 0;
  while (units > (I8_MAX + 0.5) * power2(shift) && shift < 8) shift++;
  return shift;
}

/** The real value of one unit of each of `n` states with `bits` fraction bits. */
export const unitsOf = (n: number, bits: number): Float64Array => new Float64Array(n).fill(power2(-bits));

/** Largest |h| that any layer wrote into `state` on the calibration data. */
export function statePeak({ layers }: LoweredNetwork, run: CalibrationRun, at: number): number {
  return layers.reduce((peak, layer, l) => {
    const first = (at - layer.out.at) / 4;
    return first >= 0 && first < layer.out.length ? Math.max(peak, run.layers[l]!.out.peakOfAll) : peak;
  }, 0);
}
