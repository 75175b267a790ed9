// What trends find, and how often they find what is not there.

import { describe, expect, it } from "vitest";
import { parseHistory } from "../../bindings/record/history.ts";
import { type Series, seriesOf, trendsOf } from "../../bindings/record/trend.ts";
import { changePoints } from "../../bindings/statistics/change-points.ts";
import { normals } from "./noise.ts";

/** A series of energies; `level` is its mean at each run. */
function made(level: (run: number) => number, runs = 60, cv = 0.01, seed = 1, id = "net"): Series {
  const draw = normals(seed);
  const points = Array.from({ length: runs }, (_, run) => {
    const value = level(run) * (1 + cv * draw());
    const at = new Date(Date.UTC(2026, 0, 1 + run)).toISOString();
    return { at, commit: `c${run}`, version: null, value, min: value, max: value };
  });
  return { id, quantity: "energyUj", metric: null, better: "lower", points };
}

const valuesOf = (series: Series) => series.points.map(({ value }) => value);
const TRIALS = 400;

describe("change points", () => {
  it("lie within 2 runs of a step of 5 % at a noise of 1 %, in 95 of 100 series", () => {
    const errors: number[] = [];
    for (let seed = 1; seed <= TRIALS; seed++) {
      const at = 5 + (seed % 50);
      const found = changePoints(valuesOf(made((run) => (run < at ? 100 : 105), 60, 0.01, seed)));
      errors.push(Math.min(60, ...found.map(({ index }) => Math.abs(index - at))));
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(0.5 * TRIALS)]).toBe(0);
    expect(errors[Math.floor(0.95 * TRIALS)]).toBeLessThanOrEqual(2);
  });

  it("are found once, not several times", () => {
    let extra = 0;
    for (let seed = 1; seed <= TRIALS; seed++) {
      extra += changePoints(valuesOf(made((run) => (run < 30 ? 100 : 105), 60, 0.01, seed))).length - 1;
    }
    expect(extra / TRIALS).toBeLessThanOrEqual(0.02);
  });

  it("are seldom found where there are none, outliers included", () => {
    const alarms = (outliers: number) => {
      let n = 0;
      for (let seed = 1; seed <= TRIALS; seed++) {
        const spikes = normals(seed + 5000);
        n += Number(
          changePoints(
            valuesOf(made(() => (spikes() > 2 - outliers ? 100 + 10 * outliers : 100), 60, 0.03, seed)),
          ).length > 0,
        );
      }
      return n / TRIALS;
    };
    expect(alarms(0)).toBeLessThanOrEqual(0.02);
    expect(alarms(0.35)).toBeLessThanOrEqual(0.03);
  });

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

  it("worsen slowly too", () => {
    let found = 0;
    for (let seed = 1; seed <= 50; seed++)
      found += Number(one(made((run) => 100 * (1 + (0.05 * run) / 60), 60, 0.01, seed)).worsening);
    expect(found).toBeGreaterThanOrEqual(48);
  });

  it("raise at most one false alarm in twenty histories of a hundred series", () => {
    let histories = 0;
    for (let history = 0; history < 20; history++) {
      const flat = Array.from({ length: 100 }, (_, i) =>
        made(() => 100, 40, 0.02, 1 + history * 100 + i, `net-${i}`),
      );
      histories += Number(trendsOf(flat).some(({ worsening }) => worsening));
    }
    expect(histories).toBeLessThanOrEqual(1);
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
