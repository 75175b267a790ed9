// Whether a series goes up or down: least squares, and two methods that single outliers cannot move.

import { normalTwoSided, studentTwoSided } from "./distributions.ts";
import { median, summarise } from "./samples.ts";

export interface LeastSquares {
  slope: number;
  intercept: number;
  slopeError: number;
  interceptError: number;
  /** Share of the variance that the line explains; 1 for a series without variance. */
  rSquared: number;
  /** Residual standard deviation, n - 2 degrees of freedom. */
  residualError: number;
  /** Two-sided, of a slope of zero. */
  p: number;
}

/** The least-squares line through at least 3 points that do not all have one x. Centred, so times may be large numbers. */
export function leastSquares(xs: readonly number[], ys: readonly number[]): LeastSquares {
  const n = xs.length;
  const meanX = summarise(xs).mean;
  const meanY = summarise(ys).mean;
  let [sxx, sxy, syy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [xs[i]! - meanX, ys[i]! - meanY];
    sxx += dx * dx;
    sxy += dx * dy;
    syy += dy * dy;
  }
  const slope = sxy / sxx;
  let residuals = 0;
  for (let i = 0; i < n; i++) residuals += (ys[i]! - meanY - slope * (xs[i]! - meanX)) ** 2;
  const residualError = Math.sqrt(residuals / (n - 2));
  const slopeError = residualError / Math.sqrt(sxx);
  return {
    slope,
    intercept: meanY - slope * meanX,
    slopeError,
    interceptError: residualError * Math.sqrt(1 / n + meanX ** 2 / sxx),
    rSquared: syy === 0 ? 1 : 1 - residuals / syy,
    residualError,
    p: slope === 0 ? 1 : slopeError === 0 ? 0 : studentTwoSided(slope / slopeError, n - 2),
  };
}

/** Median of the slopes between all pairs of points with different x (Theil 1950, Sen 1968); n >= 2. */
export function theilSen(xs: readonly number[], ys: readonly number[]): { slope: number; intercept: number } {
  const slopes: number[] = [];
  for (let i = 1; i < xs.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = xs[i]! - xs[j]!;
      if (dx !== 0) slopes.push((ys[i]! - ys[j]!) / dx);
    }
  }
  const slope = median(slopes);
  return { slope, intercept: median(ys) - slope * median(xs) };
}

export interface MannKendall {
  /** Pairs that rise minus pairs that fall. */
  s: number;
  /** Of S without a trend, ties taken into account. */
  variance: number;
  /** How much serial correlation raises that variance (Hamed and Rao 1998), at least 1: never bolder than without. */
  correlationFactor: number;
  /** Two-sided, with continuity correction. */
  p: number;
}

/** Mann (1945) and Kendall's test of a series in the order of time. */
export function mannKendall(ys: readonly number[]): MannKendall {
  const n = ys.length;
  let s = 0;
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) s += Math.sign(ys[i]! - ys[j]!);
  let variance = n * (n - 1) * (2 * n + 5);
  for (const ties of tieSizes(ys)) variance -= ties * (ties - 1) * (2 * ties + 5);
  variance /= 18;
  const correlationFactor = variance === 0 ? 1 : Math.max(1, hamedRao(ys));
  const z = (Math.abs(s) - Math.sign(Math.abs(s))) / Math.sqrt(variance * correlationFactor);
  return { s, variance, correlationFactor, p: variance === 0 ? 1 : normalTwoSided(z) };
}

/** n / n* of Hamed and Rao: autocorrelation of the ranks of what is left without the trend, at the lags where it is significant. */
function hamedRao(ys: readonly number[]): number {
  const n = ys.length;
  const xs = ys.map((_, i) => i);
  const { slope } = theilSen(xs, ys);
  const ranks = ranksOf(ys.map((y, i) => y - slope * i));
  const mean = summarise(ranks).mean;
  const centred = ranks.map((rank) => rank - mean);
  const energy = centred.reduce((sum, value) => sum + value * value, 0);
  if (energy === 0) return 1;
  const significant = 1.959963984540054 / Math.sqrt(n);
  let sum = 0;
  for (let lag = 1; lag < n - 2; lag++) {
    let product = 0;
    for (let i = lag; i < n; i++) product += centred[i]! * centred[i - lag]!;
    const correlation = product / energy;
    if (Math.abs(correlation) > significant) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  return 1 + (2 * sum) / (n * (n - 1) * (n - 2));
}

function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

/** Ranks from 1; equal values share their mean rank. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
