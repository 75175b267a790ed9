// Since when, and how fast: the series of a history, one for each figure of each entry.

import { type ChangePoint, changePoints } from "../statistics/change-points.ts";
import { benjaminiHochberg, summarise } from "../statistics/samples.ts";
import { leastSquares, mannKendall, theilSen } from "../statistics/trend-tests.ts";
import { QUANTITIES, type Quantity } from "./record.ts";
import type { HistoryLine } from "./schema.ts";

export interface TrendPoint {
  at: string;
  commit: string | null;
  version: string | null;
  value: number;
  min: number;
  max: number;
}

/** One figure, run by run. */
export interface Series {
  /** Of the entry. */
  id: string;
  quantity: Quantity | "accuracy";
  /** Of accuracy: as `evaluate` names it. */
  metric: string | null;
  /** Which direction is good. */
  better: "higher" | "lower";
  /** Run by run, the earliest first. */
  points: TrendPoint[];
}

export interface LevelChange extends ChangePoint {
  at: string;
  commit: string | null;
  /** (after - before) / before. */
  change: number;
  worse: boolean;
  /** Whether a later level is as good as the one before again. */
  recovered: boolean;
  /** `p`, adjusted for all changes of all series (Benjamini and Hochberg). */
  q: number;
}

/** Whether, and since when, a series changed. */
export interface Trend extends Series {
  /** Of runs, not of time: runs are not spread evenly. A share of the first value a run. Null below 3 points. */
  slope: {
    leastSquares: number;
    p: number;
    q: number;
    theilSen: number;
    mannKendallP: number;
    mannKendallQ: number;
  } | null;
  /** Where the level changed, the earliest first. */
  changes: LevelChange[];
  /** Last level against the first, as a share; null below 2 points or when the first is 0. */
  total: number | null;
  /** An open change for the worse, or a significant slope for the worse by both tests. */
  worsening: boolean;
}

/** What counts as a change. */
export interface TrendOptions {
  /** Only the last runs of each series. */
  last?: number;
  /** Share of false discoveries among all that are reported. Default 0.01. */
  alpha?: number;
  /** Changes below this share are not worth a line. Default 0.005. */
  minChange?: number;
  /** Runs that a level must last for. Default 3. */
  minSegment?: number;
}

/** The series of a history; a point is a record. */
export function seriesOf(lines: readonly HistoryLine[]): Series[] {
  const all = new Map<string, Series>();
  for (const line of lines) {
    const point = { at: line.at, commit: line.commit, version: line.version };
    for (const quantity of QUANTITIES) {
      const reading = line[quantity];
      if (reading === undefined) continue;
      const series = { id: line.id, quantity, metric: null, better: "lower" } as const;
      add(all, { ...series, points: [] }, line.kind, { ...point, ...bounds(reading) });
    }
    if (line.accuracy !== undefined) {
      const { metric, better } = line.accuracy;
      const series = { id: line.id, quantity: "accuracy", metric, better } as const;
      add(all, { ...series, points: [] }, line.kind, { ...point, ...bounds(line.accuracy) });
    }
  }
  return [...all.values()];
}

/** Trends of all series, the worst first. Tests are adjusted for how many there are. */
export function trendsOf(series: readonly Series[], options: TrendOptions = {}): Trend[] {
  const { last = Number.POSITIVE_INFINITY, alpha = 0.01, minChange = 0.005, minSegment = 3 } = options;
  const recent = series.map((one) => ({ ...one, points: one.points.slice(-last) }));
  const values = recent.map(({ points }) => points.map(({ value }) => value));
  // Each series may propose what it would report alone; over all series only what survives the adjustment is reported.
  const proposed = values.map((ys) =>
    changePoints(ys, { alpha: Math.max(alpha, 0.05), minSegment, minChange }),
  );
  const qs = benjaminiHochberg([
    ...proposed.flat().map(({ p }) => p),
    // A series that proposes nothing was tested too.
    ...proposed.filter((one) => one.length === 0).map(() => 1),
  ]);
  const slopes = values.map((ys) => slopeOf(ys));
  const olsQs = benjaminiHochberg(slopes.map((slope) => slope?.p ?? 1));
  const kendallQs = benjaminiHochberg(slopes.map((slope) => slope?.mannKendallP ?? 1));
  let next = 0;
  const trends = recent.map((one, i): Trend => {
    const own = proposed[i]!.map((point) => ({ ...point, q: qs[next++]! })).filter(({ q }) => q <= alpha);
    const changes = levelChanges(one, relevelled(values[i]!, own));
    const slope = slopes[i] === null ? null : { ...slopes[i]!, q: olsQs[i]!, mannKendallQ: kendallQs[i]! };
    const direction = one.better === "lower" ? 1 : -1;
    const rises =
      slope !== null &&
      slope.q <= alpha &&
      slope.mannKendallQ <= alpha &&
      slope.leastSquares * direction > 0 &&
      slope.theilSen * direction > 0 &&
      Math.abs(slope.leastSquares) * (one.points.length - 1) >= minChange &&
      // Levels explain a step better than a line does: a step for the better that follows one for the worse is no drift.
      changes.length === 0;
    const worsening = rises || changes.some((change) => change.worse && !change.recovered);
    return { ...one, slope, changes, total: totalOf(values[i]!, changes), worsening };
  });
  return trends.sort((a, b) => Number(b.worsening) - Number(a.worsening) || worsenedBy(b) - worsenedBy(a));
}

/** Means of the levels between the points that are left. */
function relevelled<T extends ChangePoint>(ys: readonly number[], points: readonly T[]): T[] {
  const ends = [0, ...points.map(({ index }) => index), ys.length];
  const mean = (level: number) => summarise(ys.slice(ends[level], ends[level + 1])).mean;
  return points.map((point, i) => ({ ...point, before: mean(i), after: mean(i + 1) }));
}

function levelChanges(
  { points, better }: Series,
  found: readonly (ChangePoint & { q: number })[],
): LevelChange[] {
  const direction = better === "lower" ? 1 : -1;
  return found.map((point, i) => {
    const { at, commit } = points[point.index]!;
    const change =
      point.before === 0 ? Math.sign(point.after) * Number.MAX_VALUE : point.after / point.before - 1;
    const worse = (point.after - point.before) * direction > 0;
    const later = found.slice(i + 1).map(({ after }) => after);
    // Half of what was lost: a level has noise of its own.
    const half = (point.before + point.after) / 2;
    const recovered = worse && later.some((level) => (level - half) * direction < 0);
    return { ...point, at, commit, change, worse, recovered };
  });
}

function slopeOf(ys: readonly number[]) {
  if (ys.length < 3) return null;
  const xs = ys.map((_, i) => i);
  const line = leastSquares(xs, ys);
  const scale = ys[0] === 0 ? 1 : Math.abs(ys[0]!);
  return {
    leastSquares: line.slope / scale,
    p: line.p,
    theilSen: theilSen(xs, ys).slope / scale,
    mannKendallP: mannKendall(ys).p,
  };
}

function totalOf(ys: readonly number[], changes: readonly LevelChange[]): number | null {
  const first = changes[0]?.before ?? ys[0];
  const last = changes.at(-1)?.after ?? ys.at(-1);
  return ys.length < 2 || first === undefined || last === undefined || first === 0 ? null : last / first - 1;
}

function worsenedBy({ total, better }: Trend): number {
  return (total ?? 0) * (better === "lower" ? 1 : -1);
}

function bounds({ value, min, max }: { value: number; min: number; max: number }) {
  return { value, min, max };
}

/** Readings of different kinds are different series: an estimate that became a measurement is no trend. */
function add(all: Map<string, Series>, series: Series, kind: string, point: TrendPoint): void {
  const key = JSON.stringify([series.id, series.quantity, series.metric, kind]);
  const known = all.get(key) ?? series;
  known.points.push(point);
  all.set(key, known);
}
