// Intervals and the spread of a coefficient.
//
// A coefficient with typical value t and 90 % range [a, b] is modelled as
//
//   value(z) = t * (a / t) ^ (-z / 1.645)   for z < 0
//              t * (b / t) ^ ( z / 1.645)   for z >= 0,     z standard normal
//
// a split normal in the logarithm: its median is t and its 5 % and 95 % quantiles are a and b exactly.

import type { Figure } from "../board/board.ts";

/** A typical value and the bounds of its 90 % interval. The unit stands in the name of what holds it. */
export interface Interval {
  /** Typical value, in the unit that the field's name ends with. */
  typ: number;
  /** Bounds of 90 %, with `max`. */
  min: number;
  max: number;
}

/** The 95 % quantile of the standard normal distribution: 5 % lie above, 5 % below its negative. */
export const Z90 = 1.6448536269514722;

/** What a minimum of 0 cycles becomes, because a logarithm has none: a quarter of a cycle, or the typical value. */
const LEAST_CYCLES = 0.25;

/**
 * The spread of one coefficient. `logLow` and `logHigh` are the changes of its logarithm for each unit of z below
 * and above 0. A typical value of 0 (an operation that is usually free) has no logarithm: it grows linearly to `max`.
 */
export interface Spread {
  typ: number;
  logLow: number;
  logHigh: number;
  max: number;
}

export function spreadOf(figure: Figure | Interval): Spread {
  const { typ, max } = figure;
  if (typ === 0) return { typ, logLow: 0, logHigh: 0, max };
  const min = figure.min > 0 ? figure.min : Math.min(LEAST_CYCLES, typ);
  return { typ, logLow: Math.log(typ / min) / Z90, logHigh: Math.log(max / typ) / Z90, max };
}

/** Value of the coefficient at `z` standard deviations. */
export function valueAt(spread: Spread, z: number): number {
  if (spread.typ === 0) return z > 0 ? (spread.max * z) / Z90 : 0;
  return spread.typ * Math.exp(z * (z < 0 ? spread.logLow : spread.logHigh));
}

/** `factor` times the coefficient at each of `zs`. */
export function valuesAt(spread: Spread, zs: Readonly<Float64Array>, factor: number): Float64Array {
  const values = new Float64Array(zs.length);
  for (let i = 0; i < zs.length; i++) values[i] = factor * valueAt(spread, zs[i]!);
  return values;
}

/** Every value multiplied by `factor` >= 0. */
export function scale(interval: Interval, factor: number): Interval {
  return { typ: interval.typ * factor, min: interval.min * factor, max: interval.max * factor };
}

/**
 * The 5 % and 95 % quantiles of `unit` times the `samples` (which get reordered) around the typical value. Where nothing is
 * uncertain on one side, rounding must not put the bound on the other side of it.
 */
export function intervalOf(typ: number, samples: Float64Array, unit = 1): Interval {
  return {
    typ,
    min: Math.min(typ, unit * quantile(samples, 0.05)),
    max: Math.max(typ, unit * quantile(samples, 0.95)),
  };
}

/** Linear between the two nearest values in order. Two of 1500 values do not need all of them sorted. */
function quantile(values: Float64Array, p: number): number {
  const position = p * (values.length - 1);
  const below = Math.floor(position);
  const low = select(values, below);
  let high = below + 1 < values.length ? Number.POSITIVE_INFINITY : low;
  for (let i = below + 1; i < values.length; i++) high = Math.min(high, values[i]!);
  return low + (high - low) * (position - below);
}

/** The value that sorting would put at `rank`; afterwards smaller ones stand before it, larger ones behind (Hoare 1961). */
function select(values: Float64Array, rank: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (rank <= j) to = j;
    else if (rank >= i) from = i;
    else break;
  }
  return values[rank]!;
}
