// What a trend says of series that are short enough to reckon by hand. Slopes, p-values and their adjustment: scipy 1.17, linregress,
// theilslopes, false_discovery_control; Mann and Kendall's p by the normal approximation with continuity correction.

import { describe, expect, it } from "vitest";
import type { HistoryLine } from "../../bindings/record/schema.ts";
import { type Series, seriesOf, type TrendOptions, trendsOf } from "../../bindings/record/trend.ts";

const series = (values: readonly number[], rest: Partial<Series> = {}): Series => ({
  id: "net",
  quantity: "energyUj",
  metric: null,
  better: "lower",
  points: values.map((value, run) => ({
    at: `2026-01-${String(run + 1).padStart(2, "0")}T00:00:00Z`,
    commit: `c${run}`,
    version: null,
    value,
    min: value,
    max: value,
  })),
  ...rest,
});
const trend = (values: readonly number[], options: TrendOptions = {}, rest: Partial<Series> = {}) =>
  trendsOf([series(values, rest)], options)[0]!;
/** Runs at each level, without noise. */
const levels = (...pairs: [number, number][]) =>
  pairs.flatMap(([runs, value]) => Array<number>(runs).fill(value));

describe("a change of level", () => {
  it("has its first run, its commit, and its share of the level before", () => {
    const { changes, total, worsening } = trend(levels([5, 100], [4, 110]));
    expect(changes).toEqual([
      {
        index: 5,
        before: 100,
        after: 110,
        p: 0,
        q: 0,
        at: "2026-01-06T00:00:00Z",
        commit: "c5",
        change: expect.closeTo(0.1, 12),
        worse: true,
        recovered: false,
      },
    ]);
    expect(total).toBeCloseTo(0.1, 12);
    expect(worsening).toBe(true);
  });

  it("is worse in the direction in which the figure is", () => {
    const down = levels([5, 100], [4, 90]);
    expect(trend(down)).toMatchObject({ worsening: false, changes: [{ worse: false, recovered: false }] });
    const higher = { quantity: "accuracy", better: "higher" } as const;
    expect(trend(down, {}, higher)).toMatchObject({ worsening: true, changes: [{ worse: true }] });
    expect(trend(levels([5, 90], [4, 100]), {}, higher)).toMatchObject({ worsening: false });
  });

  it("is recovered when more than half of what was lost is won back", () => {
    const recovered = (third: number, better: Series["better"] = "lower") =>
      trend(levels([4, 100], [4, better === "lower" ? 110 : 90], [4, third]), {}, { better }).changes[0]!
        .recovered;
    expect([recovered(104), recovered(106), recovered(105)]).toEqual([true, false, false]);
    expect([recovered(96, "higher"), recovered(94, "higher"), recovered(95, "higher")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("is open when a later level is better, but a still later one as bad", () => {
    const { changes, worsening } = trend(levels([4, 100], [4, 110], [4, 100], [4, 110]));
    expect(changes.map(({ worse, recovered }) => [worse, recovered])).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ]);
    expect(worsening).toBe(true);
  });

  it("from nothing has no ratio: it is without bound, up or down", () => {
    expect(trend(levels([4, 0], [4, 5])).changes[0]!.change).toBe(Number.MAX_VALUE);
    expect(trend(levels([4, 0], [4, -5])).changes[0]!.change).toBe(-Number.MAX_VALUE);
  });

  it("is worth a line from half a per cent on, or from what is asked for", () => {
    const step = levels([6, 1000], [6, 1004]);
    expect(trend(step).changes).toEqual([]);
    expect(trend(step, { minChange: 0.004 }).changes).toHaveLength(1);
    expect(trend(levels([6, 1000], [6, 1005])).changes).toHaveLength(1);
    expect(trend(levels([6, 1000], [6, 1005]), { minChange: 0.01 }).changes).toEqual([]);
  });

  it("lasts for three runs, or for what is asked for", () => {
    const bump = levels([6, 100], [2, 110], [6, 100]);
    expect(trend(bump).changes).toEqual([]);
    expect(trend(bump, { minSegment: 2 }).changes).toHaveLength(2);
    expect(trend(levels([4, 100], [3, 110]), { minSegment: 4 }).changes).toEqual([]);
  });

  it("is held against how many series there are", () => {
    // Alone it is found; among three hundred that are flat it may be luck.
    const noisy = series([100, 101, 99.5, 100.5, 99, 102.6, 103.4, 101.9, 103.2, 102.4]);
    const [alone] = trendsOf([noisy]);
    expect(alone!.changes).toHaveLength(1);
    expect(alone!.changes[0]!.q).toBe(alone!.changes[0]!.p);
    expect(alone!.changes[0]!.p).toBeGreaterThan(0.01 / 300);
    const flat = Array.from({ length: 300 }, (_, i) => series(levels([10, 100]), { id: `flat${i}` }));
    const among = trendsOf([...flat, noisy]).find(({ id }) => id === "net")!;
    expect(among).toMatchObject({ changes: [], worsening: false });
    const two = trendsOf([series(levels([10, 100])), noisy], { alpha: 0.05 });
    const { p, q } = two.find(({ changes }) => changes.length > 0)!.changes[0]!;
    expect(q).toBeCloseTo(2 * p, 12);
  });

  it("keeps the levels between what is reported", () => {
    const { changes } = trend(levels([4, 100], [4, 110], [4, 121]));
    expect(changes.map(({ before, after, change }) => [before, after, change])).toEqual([
      [100, 110, expect.closeTo(0.1, 12)],
      [110, 121, expect.closeTo(0.1, 12)],
    ]);
  });
});

describe("the total", () => {
  it("is the last level against the first, or the last value against the first", () => {
    expect(trend(levels([4, 100], [4, 110], [4, 121])).total).toBeCloseTo(0.21, 12);
    expect(trend([100, 90]).total).toBeCloseTo(-0.1, 12);
    expect(trend([100, 104, 103]).total).toBeCloseTo(0.03, 12);
  });

  it("is none of one value, or from nothing", () => {
    expect(trend([100]).total).toBeNull();
    expect(trend([]).total).toBeNull();
    expect(trend([0, 5]).total).toBeNull();
    expect(trend(levels([4, 0], [4, 5])).total).toBeNull();
  });
});

describe("a slope", () => {
  const RISING = [100, 101.1, 101.9, 103.2, 104];
  const FLAT = [100, 100.2, 99.9, 100.4, 100.1];
  const near = (value: number) => expect.closeTo(value, 9);

  it("is a share of the first value a run, by both methods", () => {
    expect(trend(RISING).slope).toEqual({
      leastSquares: near(0.0101),
      p: near(0.0001491353563967138),
      q: near(0.0001491353563967138),
      theilSen: near(0.01025),
      mannKendallP: near(0.02748633611151033),
      mannKendallQ: near(0.02748633611151033),
    });
    expect(trend([-4, -3.9, -3.7, -3.6, -3.5]).slope).toMatchObject({
      leastSquares: near(0.0325),
      theilSen: near(0.03229166666666666),
    });
  });

  it("from nothing is in the figure's own unit", () => {
    expect(trend([0, 1, 2.5, 3, 4]).slope).toMatchObject({ leastSquares: near(1), theilSen: near(1) });
  });

  it("is adjusted for how many series there are", () => {
    const [a, b] = trendsOf([series(RISING, { id: "a" }), series(FLAT, { id: "b" })]);
    expect(a!.slope).toMatchObject({ q: near(2.98270713e-4), mannKendallQ: near(0.05497267222302066) });
    expect(b!.slope).toMatchObject({ q: near(0.5890317610256758), mannKendallQ: near(0.8064959405073401) });
    // A series too short for a slope was looked at too.
    const withShort = trendsOf([series([2, 1], { id: "short" }), series(RISING)]).find(
      ({ id }) => id === "net",
    )!;
    expect(withShort.slope!.q).toBeCloseTo(2 * 0.0001491353563967138, 9);
    expect(withShort.slope!.mannKendallQ).toBeCloseTo(2 * 0.02748633611151033, 9);
  });

  it("needs three values", () => {
    expect(trend([1, 2]).slope).toBeNull();
    expect(trend([1, 2, 3]).slope).not.toBeNull();
  });

  it("is for the worse when both tests say so, and it is enough", () => {
    const worsening = (options: TrendOptions, values = RISING, rest: Partial<Series> = {}) =>
      trend(values, options, rest).worsening;
    expect(worsening({ alpha: 0.05 })).toBe(true);
    // Mann and Kendall's 0.027 is above 0.02.
    expect(worsening({ alpha: 0.02 })).toBe(false);
    expect(worsening({})).toBe(false);
    // Four runs of 1.01 %.
    expect(worsening({ alpha: 0.05, minChange: 0.0403 })).toBe(true);
    expect(worsening({ alpha: 0.05, minChange: 0.0405 })).toBe(false);
    expect(worsening({ alpha: 0.05 }, FLAT)).toBe(false);
    // Mann and Kendall see five rises; to least squares (p = 0.18) one value far off is no line.
    expect(worsening({ alpha: 0.05 }, [100, 100.1, 100.2, 100.3, 140])).toBe(false);
    expect(worsening({ alpha: 0.05 }, RISING.toReversed())).toBe(false);
    expect(worsening({ alpha: 0.05 }, RISING, { better: "higher" })).toBe(false);
    expect(worsening({ alpha: 0.05 }, RISING.toReversed(), { better: "higher" })).toBe(true);
  });

  it("for the worse does not make a step worse that is for the better", () => {
    // Both tests see a rise over all runs, but more than half of the step up was taken back.
    const { slope, changes, worsening } = trend(levels([20, 100], [3, 112], [20, 105.9]), { alpha: 0.05 });
    expect(Math.max(slope!.q, slope!.mannKendallQ)).toBeLessThan(0.05);
    expect([slope!.leastSquares > 0, slope!.theilSen > 0]).toEqual([true, true]);
    expect(changes.map(({ worse, recovered }) => [worse, recovered])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(worsening).toBe(false);
  });
});

describe("trends", () => {
  it("are told the worst first: what worsens, then by the total", () => {
    const up = (to: number, id: string, rest: Partial<Series> = {}) =>
      series(levels([5, 100], [5, to]), { id, ...rest });
    const told = trendsOf([
      up(90, "better"),
      up(104, "worse"),
      series([100, 150], { id: "short" }),
      up(110, "worst"),
      series([7], { id: "one" }),
      up(80, "accuracy", { better: "higher" }),
    ]).map(({ id }) => id);
    expect(told).toEqual(["accuracy", "worst", "worse", "short", "one", "better"]);
  });

  it("count the last runs only, the levels with them", () => {
    const values = levels([5, 100], [5, 110]);
    const { points, changes, total } = trend(values, { last: 8 });
    expect([points[0]!.commit, points.length, changes[0]!.index, changes[0]!.commit]).toEqual([
      "c2",
      8,
      3,
      "c5",
    ]);
    expect(total).toBeCloseTo(0.1, 12);
    expect(trend(values, { last: 100 }).points).toHaveLength(10);
  });
});

describe("the series of a history", () => {
  const line = (rest: Partial<HistoryLine>): HistoryLine => ({
    format: "liquid-edge/history@1",
    at: "2026-01-01T00:00:00Z",
    commit: "c",
    version: "v1",
    id: "net",
    kind: "model",
    ...rest,
  });
  const accuracy = (metric: string, better: "higher" | "lower", value: number) => ({
    accuracy: { metric, better, value, min: value - 1, max: value + 1, n: 5 },
  });

  it("have in every point when, of what, and the interval", () => {
    expect(seriesOf([line({ cycles: { value: 5, min: 4, max: 6, samples: [5] } })])).toEqual([
      {
        id: "net",
        quantity: "cycles",
        metric: null,
        better: "lower",
        points: [{ at: "2026-01-01T00:00:00Z", commit: "c", version: "v1", value: 5, min: 4, max: 6 }],
      },
    ]);
  });

  it("are one for each metric, better as the metric is", () => {
    const lines = [
      line(accuracy("f1", "higher", 1)),
      line(accuracy("mse", "lower", 2)),
      line(accuracy("f1", "higher", 3)),
    ];
    expect(
      seriesOf(lines).map(({ quantity, metric, better, points }) => [
        quantity,
        metric,
        better,
        points.map(({ value, min, max }) => [value, min, max]),
      ]),
    ).toEqual([
      [
        "accuracy",
        "f1",
        "higher",
        [
          [1, 0, 2],
          [3, 2, 4],
        ],
      ],
      ["accuracy", "mse", "lower", [[2, 1, 3]]],
    ]);
  });

  it("are of one entry and one kind of reading each", () => {
    const cycles = { cycles: { value: 1, min: 1, max: 1 } };
    const lines = [
      line(cycles),
      line({ ...cycles, id: "other" }),
      line({ ...cycles, kind: "emulated" }),
      line(cycles),
    ];
    expect(seriesOf(lines).map(({ id, points }) => [id, points.length])).toEqual([
      ["net", 2],
      ["other", 1],
      ["net", 1],
    ]);
  });
});
