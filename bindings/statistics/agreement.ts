// How far estimates and measurements agree.

import type { Interval } from "../estimate/interval.ts";

export interface Pair {
  measured: number;
  estimate: Interval;
}

/** Errors are estimate / measured - 1. */
export interface Agreement {
  n: number;
  /** Mean and greatest size of the error. */
  meanError: number;
  worstError: number;
  /** Mean error, and its limits of agreement: 1.96 standard deviations either way (Bland and Altman 1986). */
  bias: number;
  limits: { min: number; max: number };
  /** Share of the measurements inside of the estimate's 90 % interval, and the median width of that, relative. */
  coverage: number;
  medianIntervalWidth: number;
}

export function agreementOf(pairs: readonly Pair[]): Agreement {
  const errors = pairs.map(({ measured, estimate }) => estimate.typ / measured - 1);
  const sizes = errors.map(Math.abs);
  const bias = mean(errors);
  const variance = errors.reduce((sum, e) => sum + (e - bias) ** 2, 0) / Math.max(1, errors.length - 1);
  const half = 1.96 * Math.sqrt(variance);
  const inside = pairs.filter(
    ({ measured, estimate }) => estimate.min <= measured && measured <= estimate.max,
  );
  const widths = pairs
    .map(({ estimate }) => (estimate.max - estimate.min) / estimate.typ)
    .sort((a, b) => a - b);
  const n = pairs.length;
  return {
    n,
    meanError: mean(sizes),
    worstError: Math.max(...sizes),
    bias,
    limits: { min: bias - half, max: bias + half },
    coverage: inside.length / n,
    medianIntervalWidth: (widths[(n - 1) >> 1]! + widths[n >> 1]!) / 2,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
