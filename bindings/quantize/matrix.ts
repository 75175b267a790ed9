// A float matrix and what its columns read → integers: y = sat16((sum_i w_ri z_i + b_r) M_r >> s_r), docs/integers.md.
//
// Column i of z is (x_i - offset_i) / step_i, so that step_i goes into the weight and offset_i into the bias before anything
// is rounded. Each row has its own scale, M 2^-s output units, which the weights are rounded against; the mean error of
// that rounding on the calibration data goes into the bias.

import { LiquidEdgeError } from "../errors.ts";
import type { IntMatrix } from "../image/lowered-integer.ts";
import type { Matrix } from "../image/parameters.ts";
import type { Statistics } from "./calibration.ts";
import { power2 } from "./elementary.ts";
import { clampRound, roundHalfUp } from "./tables.ts";

export type WeightBits = 8 | 4;
export type ActivationBits = 8 | 16;

/** What one unit of each column is, and the real value at its 0; [nIn] each. */
export interface Columns {
  bits: ActivationBits;
  step: Float64Array;
  offset: Float64Array;
}

/** How weights are rounded. */
export interface Rounding {
  /** Room of i8 inputs, as a multiple of what calibration saw: clipping against coarser steps. */
  inputMargin: number;
  /** Added to the variance of each column, as a share of it: how little the calibration data's correlations are trusted. */
  damping: number;
  /** Each weight for itself instead of all of a row together; default false. */
  isPlain?: boolean;
  /** Whether the units of states follow what calibration saw, without room: finer i8 activations, and clipped sooner. */
  fitsStates: boolean;
}

export const LARGEST_WEIGHT = { 8: 127, 4: 7 } as const;
/** What `check` takes a weight to be at most: anything of its bits. */
const LARGEST_STORED = { 8: 128, 4: 8 } as const;
export const LARGEST_ACTIVATION = { 8: 127, 16: 32_767 } as const;
const ACCUMULATOR_MAX = 2 ** 31 - 1;
const MANTISSA = 2 ** 14;
const SHIFT_MAX = 46;
/** Above so many columns only one scale a row is tried. */
const MANY_COLUMNS = 256;
const SHARES: Readonly<Record<WeightBits, readonly number[]>> = {
  8: [1],
  4: [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5],
};
/** Passes over a row's weights, at most. */
const MAX_PASSES = 8;
/** Variance of an activation's own rounding, in units of its step. */
const ROUNDING_VARIANCE = 1 / 12;

/** A real factor as mantissa × 2^-shift. */
export interface Factor {
  /** 2^14 to 2^15 - 1 */
  multiplier: number;
  shift: number;
}

/** The nearest normalised factor of `ratio` > 0, its shift as it comes. */
export function normalise(ratio: number): Factor {
  let shift = 0;
  let mantissa = ratio;
  while (mantissa < MANTISSA) {
    mantissa *= 2;
    shift++;
  }
  while (mantissa >= 2 * MANTISSA) {
    mantissa /= 2;
    shift--;
  }
  const multiplier = roundHalfUp(mantissa);
  return multiplier === 2 * MANTISSA ? { multiplier: MANTISSA, shift: shift - 1 } : { multiplier, shift };
}

/**
 * Quantizes a matrix to outputs in units of `outUnit`. `read` are statistics of the columns.
 * @throws LiquidEdgeError `unavailable` when weights are so large that one unit of them is beyond the outputs
 */
export function quantizeMatrix(
  name: string,
  matrix: Matrix,
  columns: Columns,
  read: Statistics,
  readFrom: number,
  outUnit: number,
  bits: WeightBits,
  { damping, isPlain = false }: Rounding,
): IntMatrix {
  const { nOut, nIn, weights, mask, bias } = matrix;
  const largest = LARGEST_WEIGHT[bits];
  const product = LARGEST_STORED[bits] * LARGEST_ACTIVATION[columns.bits];
  const biasRoom = ACCUMULATOR_MAX - product * nIn;
  if (biasRoom <= 0) {
    const hint = columns.bits === 16 ? "take activations of 8 bits, or split the layer" : "split the layer";
    const held = Math.floor(ACCUMULATOR_MAX / product);
    throw new LiquidEdgeError(
      "unavailable",
      `layer ${name}: ${nIn} columns of int${columns.bits}, a 32-bit accumulator holds ${held} (${hint})`,
    );
  }
  const result: IntMatrix = {
    nOut,
    nIn,
    bits,
    activationBits: columns.bits,
    weights: new Int8Array(nOut * nIn),
    mask,
    bias: new Int32Array(nOut),
    multiplier: new Int32Array(nOut),
    shift: new Uint8Array(nOut),
  };
  const mean = Float64Array.from(
    columns.step,
    (step, i) => (read.sum[readFrom + i]! / read.count - columns.offset[i]!) / step,
  );
  const moments = isPlain ? null : momentsOf(columns, read, readFrom, mean, damping);
  const row = new Float64Array(nIn);
  for (let r = 0; r < nOut; r++) {
    let total = bias[r]!;
    let peak = 0;
    for (let i = 0; i < nIn; i++) {
      const weight = weights[r * nIn + i]!;
      row[i] = weight * columns.step[i]!;
      total += weight * columns.offset[i]!;
      peak = Math.max(peak, Math.abs(row[i]!));
    }
    const lowest = Math.max((2 * Math.abs(total)) / biasRoom, outUnit * power2(14 - SHIFT_MAX));
    let best: RoundedRow | null = null;
    for (const share of sharesOf(bits, nIn)) {
      const factor = normalise(Math.max((share * peak) / largest, lowest) / outUnit);
      const scale = factor.multiplier * power2(-factor.shift) * outUnit;
      const rounded =
        moments === null ? plainly(row, scale, largest) : roundTogether(row, moments, scale, largest);
      const candidate = { ...factor, scale, ...rounded };
      if (best === null || candidate.cost < best.cost) best = candidate;
    }
    const { multiplier, shift, scale, weights: rounded } = best!;
    if (shift < 1) {
      throw new LiquidEdgeError(
        "unavailable",
        `layer ${name}, row ${r}: weights up to ${peak / columns.step[0]!} are too large for 16-bit pre-activations (scale the inputs)`,
      );
    }
    let missing = 0;
    for (let i = 0; i < nIn; i++) {
      result.weights[r * nIn + i] = rounded[i]!;
      missing += (row[i]! / scale - rounded[i]!) * mean[i]!;
    }
    result.bias[r] = clampRound(total / scale + missing, biasRoom);
    result.multiplier[r] = multiplier;
    result.shift[r] = shift;
  }
  return result;
}

/** Covariance of the columns in units of their steps, [nIn, nIn], with a heavier diagonal: calibration data are few. */
function momentsOf(
  columns: Columns,
  read: Statistics,
  from: number,
  mean: Float64Array,
  damping: number,
): Float64Array {
  const n = mean.length;
  const moments = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const step = columns.step[i]!;
    if (read.products === null) {
      // Without products, as if the columns were independent and even over their ranges.
      moments[i * n + i] =
        (read.max[from + i]! - read.min[from + i]!) ** 2 / 12 / (step * step) + ROUNDING_VARIANCE;
      continue;
    }
    for (let j = 0; j < n; j++) {
      moments[i * n + j] = read.covariance(from + i, from + j) / (step * columns.step[j]!);
    }
    moments[i * n + i] = moments[i * n + i]! * (1 + damping) + ROUNDING_VARIANCE;
  }
  return moments;
}

/** Shares of a row's largest weight to try as the largest one kept: the others become finer. */
function sharesOf(bits: WeightBits, nIn: number): readonly number[] {
  if (nIn > MANY_COLUMNS) return bits === 8 ? [1] : [0.8];
  return SHARES[bits];
}

/** A row's weights in units of its scale, and what their errors cost. */
interface RoundedRow extends Factor {
  scale: number;
  weights: Int8Array;
  cost: number;
}

/** Weights in units of `scale`, each rounded to the nearest; what their errors cost, as if columns were independent and alike. */
function plainly(row: Float64Array, scale: number, largest: number): Pick<RoundedRow, "weights" | "cost"> {
  const weights = new Int8Array(row.length);
  let cost = 0;
  for (const [i, weight] of row.entries()) {
    const rounded = clampRound(weight / scale, largest);
    weights[i] = rounded;
    cost += (weight - rounded * scale) ** 2;
  }
  return { weights, cost };
}

/**
 * Weights in units of `scale`, rounded so that their errors cancel in the sum: e = row / scale - q, and e' moments e is
 * lowered one weight at a time until no step lowers it.
 */
function roundTogether(
  row: Float64Array,
  moments: Float64Array,
  scale: number,
  largest: number,
): Pick<RoundedRow, "weights" | "cost"> {
  const n = row.length;
  const q = Int8Array.from(row, (w) => clampRound(w / scale, largest));
  const error = row.map((w, i) => w / scale - q[i]!);
  const slope = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) slope[i]! += moments[i * n + j]! * error[j]!;
  }
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let changes = 0;
    for (let i = 0; i < n; i++) {
      if (row[i] === 0) continue;
      const wanted = clampRound(q[i]! + slope[i]! / moments[i * n + i]!, largest);
      const change = wanted - q[i]!;
      if (change === 0) continue;
      q[i] = wanted;
      changes++;
      for (let j = 0; j < n; j++) slope[j]! -= moments[i * n + j]! * change;
    }
    if (changes === 0) break;
  }
  let cost = 0;
  for (let i = 0; i < n; i++) cost += (row[i]! / scale - q[i]!) * slope[i]!;
  return { weights: q, cost: cost * scale * scale };
}
