// What trends find, and how often they find what is not there.

import { describe, expect, it } from "vitest";
import { parseHistory } from "../../bindings/record/history.ts";
import { type Series, seriesOf, trendsOf } from "../../bindings/record/trend.ts";
import { changePoints } from "../../bindings/statistics/change-points.ts";
import { made, valuesOf } from "./noise.ts";

describe("change points", () => {
  it("need more than a spike", () => {
    expect(changePoints(valuesOf(made((run) => (run === 30 ? 150 : 100))))).toEqual([]);
  });

  it("of figures without noise are every step that lasts", () => {
    const exact = [...Array(5).fill(100), ...Array(4).fill(103), ...Array(6).fill(101)];
    expect(changePoints(exact).map(({ index, before, after }) => [index, before, after])).toEqual([
      [5, 100, 103],
      [9, 103, 101],
    ]);
    expect(changePoints(Array(20).fill(7))).toEqual([]);
  });
});

describe("trends", () => {
  const one = (series: Series) => trendsOf([series])[0]!;

  it("worsen when a level rises and stays", () => {
    const trend = one(made((run) => (run < 40 ? 100 : 105)));
    expect(trend.worsening).toBe(true);
    expect(trend.changes).toHaveLength(1);
    expect(trend.changes[0]).toMatchObject({ commit: "c40", worse: true, recovered: false });
    expect(trend.changes[0]!.change).toBeCloseTo(0.05, 2);
    expect(trend.total).toBeCloseTo(0.05, 2);
  });

  it("do not worsen when the level is better, or good again", () => {
    expect(one(made((run) => (run < 40 ? 100 : 95))).worsening).toBe(false);
    const bump = one(made((run) => (run >= 20 && run < 35 ? 105 : 100)));
    expect(bump.changes.map(({ worse, recovered }) => [worse, recovered])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(bump.worsening).toBe(false);
    expect(one({ ...made((run) => (run < 40 ? 100 : 105)), better: "higher" }).worsening).toBe(false);
  });

  it("find the one series of a hundred that got worse", () => {
    const flat = Array.from({ length: 99 }, (_, i) => made(() => 100, 40, 0.02, 1 + i, `net-${i}`));
    const trends = trendsOf([...flat, made((run) => (run < 30 ? 100 : 110), 40, 0.02, 500, "worse")]);
    expect(trends.filter(({ worsening }) => worsening).map(({ id }) => id)).toEqual(["worse"]);
    expect(trends[0]!.id).toBe("worse");
  });

  it("of one point, or two, say nothing", () => {
    for (const runs of [1, 2]) {
      expect(one(made(() => 100, runs))).toMatchObject({ slope: null, changes: [], worsening: false });
    }
    expect(trendsOf([])).toEqual([]);
  });

  it("count only the last runs when asked", () => {
    const trend = trendsOf([made((run) => (run < 40 ? 100 : 105))], { last: 15 })[0]!;
    expect([trend.points.length, trend.changes.length]).toEqual([15, 0]);
  });
});

describe("the series of a history", () => {
  it("are one for each figure, and each kind of reading", () => {
    const line = (day: number, kind: string, energy: number) =>
      JSON.stringify({
        format: "liquid-edge/history@1",
        at: `2026-01-0${day}T00:00:00Z`,
        commit: "c",
        version: null,
        id: "net",
        kind,
        energyUj: { value: energy, min: energy, max: energy },
        latencyMs: { value: 1, min: 1, max: 1 },
      });
    const text = [line(2, "model", 5), line(1, "model", 4), line(3, "measured", 9)].join("\n");
    const series = seriesOf(parseHistory(text, "h"));
    expect(series.map(({ quantity, points }) => [quantity, points.map(({ value }) => value)])).toEqual([
      ["energyUj", [4, 5]],
      ["latencyMs", [1, 1]],
      ["energyUj", [9]],
      ["latencyMs", [1]],
    ]);
  });
});
