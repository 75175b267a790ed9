// Formats of states: fraction bits of h by cell, of an LSTM's c from calibration, and how far h is shifted to become an i8
// activation. As a last resort h has a unit that is no power of two, with which that activation fills its range: what h is
// made of, tables or amplitudes, is scaled to it.

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
const NARROW_SHIFT_MAX = 8;

/** Fraction bits of the state that a layer leaves behind; an LSTM in front of another cell takes that cell's. */
export function stateBits(layer: LoweredLayer, format: TimeFormat): number {
  switch (layer.kind) {
    case "cfc":
      if (layer.mode === "pure")
        return fractionBits(pureRanges(layer, format).reduce((a, b) => Math.max(a, b), 0));
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

/** Largest |A - A f1 exp(-T (|w_tau| + |f1|))| of each neuron over pre-activations of ±16 and all elapsed times. */
function pureRanges({ bound, absTau }: PureLayer, { constant, min }: TimeFormat): Float64Array {
  const shortest = constant ?? min;
  const saturated = I16_MAX * PRE_UNIT;
  const f1 = Math.min(saturated, 1 / shortest);
  return Float64Array.from(bound, (a, j) => {
    const swing = f1 * expOfMinus(shortest * (absTau[j]! + f1));
    return Math.abs(a) * (1 + swing);
  });
}

/** Real value of one unit of each state of a layer, and the shift to i8 activations. */
export interface StateUnits {
  unit: Float64Array;
  shift: number;
}

/** Shifts to i8 that leave a state this many bits finer than its activation. */
const LEAST_FIT_SHIFT = 4;
/** A neuron that hardly moves counts as moving this share of the layer's most. */
const LEAST_SHARE = 1 / 64;

/**
 * Units with which the i8 copies of a layer's states fill their range: of CfC pure one a neuron, which its amplitude takes
 * up, else one a layer, which the table of its tanh takes up. Null where others share the format, or nothing is gained.
 */
export function fittedStates(
  { layers }: LoweredNetwork,
  run: CalibrationRun,
  format: TimeFormat,
  l: number,
  bits: number,
): StateUnits | null {
  const layer = layers[l]!;
  if (layers.some(({ kind }) => kind === "lstm")) return null;
  const { out } = run.layers[l]!;
  const n = layer.out.length;
  const reach = ACTIVATION_MARGIN * out.peakOfAll;
  if (reach === 0) return null;
  if (layer.kind === "cfc" && layer.mode === "pure") {
    const ranges = pureRanges(layer, format);
    const own = Float64Array.from(ranges, (_, j) =>
      Math.max(ACTIVATION_MARGIN * out.peak(j), LEAST_SHARE * reach),
    );
    const fits = (s: number) => ranges.every((range, j) => range * I8_MAX * power2(s) <= own[j]! * I16_MAX);
    let shift = NARROW_SHIFT_MAX;
    while (shift > LEAST_FIT_SHIFT && !fits(shift)) shift--;
    const unit = own.map((peak, j) => Math.max(peak / (I8_MAX * power2(shift)), ranges[j]! / I16_MAX));
    return { unit, shift };
  }
  if (layer.kind !== "cfc" && layer.kind !== "gru" && layer.kind !== "gate") return null;
  const shift = narrowShift(out.peakOfAll, bits) - 1;
  const unit = reach / (I8_MAX * power2(Math.max(shift, 0)));
  return shift < LEAST_FIT_SHIFT || unit < power2(-bits)
    ? null
    : { unit: new Float64Array(n).fill(unit), shift };
}

const SHARING: readonly LoweredLayer["kind"][] = ["cfc", "ltc"];
const BALANCED: readonly LoweredLayer["kind"][] = ["cfc", "gru", "gate", "lstm"];
/** Fraction bits that such states keep at least; i8 copies have 7. */
const LEAST_BITS = 11;

/**
 * The unit of a layer's states that are read as they are, with 16 bits, brought up to that of the inputs beside them: a row's weights
 * share one scale, and where inputs reach 10 deviations those of states in ±1 would have a tenth of its steps. States can do
 * with fewer bits better than their weights can. Null where others share the format, or nothing is gained.
 */
export function balancedStates(
  { layers }: LoweredNetwork,
  l: number,
  bits: number,
  inputUnit: number,
): StateUnits | null {
  const layer = layers[l]!;
  // An LSTM beside a cell is its memory, and both write one state.
  const isShared =
    layers.some(({ kind }) => kind === "lstm") && layers.some(({ kind }) => SHARING.includes(kind));
  const isPure = layer.kind === "cfc" && layer.mode === "pure";
  if (isShared || isPure || !BALANCED.includes(layer.kind)) return null;
  let kept = bits;
  while (kept > LEAST_BITS && power2(-kept) < inputUnit) kept--;
  return kept === bits ? null : { unit: unitsOf(layer.out.length, kept), shift: 0 };
}

const MANTISSA_LIMIT = 2 ** 14;
const BOUND_SHIFT_MAX = 30;

/** A as 14-bit mantissas and shifts, from v in Q4.11 to states in their units. */
export function pureBound(
  bound: Float32Array,
  unit: Float64Array,
): { bound: Int32Array; boundShift: Uint8Array } {
  const result = { bound: new Int32Array(bound.length), boundShift: new Uint8Array(bound.length) };
  for (const [j, a] of bound.entries()) {
    const factor = (a * PRE_UNIT) / unit[j]!;
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
  while (units > (I8_MAX + 0.5) * power2(shift) && shift < NARROW_SHIFT_MAX) shift++;
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
