// When a series changed its level. E-divisive (Matteson and James 2014) proposes where, Student's t-test decides whether:
//
//   Q(tau, kappa) = mn / (m + n) (2 mean|x - y| - mean|x - x'| - mean|y - y'|)
//
// for x = series[start..tau), y = series[tau..kappa); m, n their lengths, the means over pairs of different points. Of all
// pairs of tau and kappa that with the largest Q splits the series, and the parts are searched in turn. As kappa need not be
// the end, a bump that has passed is found. There is no drawing of lots: equal series give equal answers.
//
// The largest of many differences is large by chance, so a p-value is multiplied by the number of places where the split
// could have been (Bonferroni). In the end every point must hold against its final neighbours.

import { pooledP, summarise } from "./samples.ts";

export interface ChangePointOptions {
  /** Points that a level must last for, so that a single spike is none; at least 2. Default 3. */
  minSegment?: number;
  /** Chance of a change point in a series that has none. Default 0.01. */
  alpha?: number;
  /** Differences of levels below this share of the level before are not reported. Default 0. */
  minChange?: number;
}

export interface ChangePoint {
  /** Of the first point of the new level. */
  index: number;
  /** Mean of the level before, and of the new one up to the next change or the end. */
  before: number;
  after: number;
  /** Two-sided, multiplied by the number of possible places. */
  p: number;
}

/** Change points of a series in the order of time, in that order. */
export function changePoints(series: readonly number[], options: ChangePointOptions = {}): ChangePoint[] {
  const { minSegment = 3, alpha = 0.01, minChange = 0 } = options;
  const least = Math.max(2, minSegment);
  const found = search(series, 0, series.length, least, alpha);
  for (;;) {
    const points = describe(series, found, least);
    // The weakest goes first: what is left of it may then strengthen or weaken its neighbours.
    const weakest = points.reduce((worst, { p }, i) => (p > (points[worst]?.p ?? -1) ? i : worst), -1);
    if (weakest >= 0 && points[weakest]!.p > alpha) {
      found.splice(weakest, 1);
      continue;
    }
    const small = points.findIndex(
      ({ before, after }) => Math.abs(after - before) < minChange * Math.abs(before),
    );
    if (small < 0) return points;
    found.splice(small, 1);
  }
}

function search(
  series: readonly number[],
  start: number,
  end: number,
  least: number,
  alpha: number,
): number[] {
  const split = bestSplit(series, start, end, least);
  if (split === null) return [];
  const { tau, kappa } = split;
  const p = pOf(series, start, tau, kappa, end - start - 2 * least + 1);
  const whole = kappa === end ? p : pOf(series, start, tau, end, end - start - 2 * least + 1);
  if (Math.min(p, whole) > alpha) return [];
  return [...search(series, start, tau, least, alpha), tau, ...search(series, tau, end, least, alpha)];
}

/** The tau and kappa of the largest Q; null when the part is too short or has one value only. O(n^2) time, O(n) memory. */
export function bestSplit(
  series: readonly number[],
  start: number,
  end: number,
  least: number,
): { tau: number; kappa: number; q: number } | null {
  const n = end - start;
  // Of point k: sum of |x_i - x_k| over all points i before it, and over those before tau.
  const toEarlier = new Float64Array(n);
  for (let k = 1; k < n; k++) {
    for (let i = 0; i < k; i++) toEarlier[k]! += Math.abs(series[start + i]! - series[start + k]!);
  }
  const toLeft = new Float64Array(n);
  let withinLeft = 0;
  let best: { tau: number; kappa: number; q: number } | null = null;
  for (let tau = 1; tau <= n - least; tau++) {
    withinLeft += toEarlier[tau - 1]!;
    for (let k = tau; k < n; k++) toLeft[k]! += Math.abs(series[start + tau - 1]! - series[start + k]!);
    if (tau < least) continue;
    let across = 0;
    let withinRight = 0;
    for (let k = tau; k < n; k++) {
      across += toLeft[k]!;
      withinRight += toEarlier[k]! - toLeft[k]!;
      const right = k - tau + 1;
      if (right < least) continue;
      const energy =
        (2 * across) / (tau * right) -
        (2 * withinLeft) / (tau * (tau - 1)) -
        (2 * withinRight) / (right * (right - 1));
      const q = (energy * tau * right) / (tau + right);
      if (q > (best?.q ?? 0)) best = { tau: start + tau, kappa: start + k + 1, q };
    }
  }
  return best;
}

function describe(series: readonly number[], indices: readonly number[], least: number): ChangePoint[] {
  const ends = [0, ...indices, series.length];
  return indices.map((index, i) => {
    const [from, to] = [ends[i]!, ends[i + 2]!];
    const before = summarise(series.slice(from, index));
    const after = summarise(series.slice(index, to));
    const places = Math.max(1, to - from - 2 * least + 1);
    return { index, before: before.mean, after: after.mean, p: Math.min(1, pooledP(before, after) * places) };
  });
}

function pOf(series: readonly number[], start: number, tau: number, end: number, places: number): number {
  const p = pooledP(summarise(series.slice(start, tau)), summarise(series.slice(tau, end)));
  return Math.min(1, p * Math.max(1, places));
}
