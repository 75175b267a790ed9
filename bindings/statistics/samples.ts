// Means, variances, medians and comparisons of samples.

import { studentQuantile, studentTwoSided } from "./distributions.ts";

export interface Summary {
  n: number;
  mean: number;
  /** Of the sample, divided by n - 1; 0 for a single value. */
  variance: number;
}

/** Mean and variance in two passes; the second takes out what rounding left in the mean. */
export function summarise(values: readonly number[]): Summary {
  const n = values.length;
  const first = values[0] ?? Number.NaN;
  let sum = 0;
  for (const value of values) sum += value - first;
  const mean = first + sum / n;
  let squares = 0;
  let rest = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    rest += value - mean;
  }
  return { n, mean: mean + rest / n, variance: n < 2 ? 0 : (squares - (rest * rest) / n) / (n - 1) };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[] | Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export interface Difference {
  /** Mean of the second minus mean of the first. */
  difference: number;
  min: number;
  max: number;
  df: number;
}

/** Difference of two means with its confidence interval for unequal variances (Welch 1947); n >= 2 in both. */
export function welchInterval(first: Summary, second: Summary, confidence: number): Difference {
  const [a, b] = [first.variance / first.n, second.variance / second.n];
  const difference = second.mean - first.mean;
  if (a + b === 0) return { difference, min: difference, max: difference, df: first.n + second.n - 2 };
  const df = (a + b) ** 2 / (a ** 2 / (first.n - 1) + b ** 2 / (second.n - 1));
  const half = studentQuantile(1 - confidence, df) * Math.sqrt(a + b);
  return { difference, min: difference - half, max: difference + half, df };
}

/** Student's two-sided test of equal means, one variance in both; n1 + n2 > 2. Without variance any difference is certain. */
export function pooledP(first: Summary, second: Summary): number {
  const df = first.n + second.n - 2;
  const variance = ((first.n - 1) * first.variance + (second.n - 1) * second.variance) / df;
  const difference = second.mean - first.mean;
  if (difference === 0) return 1;
  if (variance === 0) return 0;
  return studentTwoSided(difference / Math.sqrt(variance * (1 / first.n + 1 / second.n)), df);
}

/** Adjusted p-values that control the false discovery rate (Benjamini and Hochberg 1995), in the order given. */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[b]! - ps[a]!);
  const adjusted = new Array<number>(ps.length);
  let least = 1;
  for (const [place, i] of order.entries()) {
    least = Math.min(least, (ps[i]! * ps.length) / (ps.length - place));
    adjusted[i] = least;
  }
  return adjusted;
}
