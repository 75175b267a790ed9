// Held against mpmath, SciPy, NIST's certified values and published examples; tests/golden/statistics has their sources.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestSplit } from "../../bindings/statistics/change-points.ts";
import { normalTwoSided, studentQuantile, studentTwoSided } from "../../bindings/statistics/distributions.ts";
import {
  benjaminiHochberg,
  median,
  pooledP,
  summarise,
  welchInterval,
} from "../../bindings/statistics/samples.ts";
import { leastSquares, mannKendall, theilSen } from "../../bindings/statistics/trend-tests.ts";

const golden = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden/statistics", name), "utf8"));
const expected = golden("statistics.json") as Golden;

interface Golden {
  student: { t: number; df: number; p: number }[];
  normal: { z: number; p: number }[];
  quantiles: { p: number; df: number; t: number }[];
  welch: { a: number[]; b: number[]; min: number; max: number; df: number; pooledP: number }[];
  lines: (Record<"x" | "y", number[]> & Record<LineKey, number>)[];
  splits: { series: number[]; tau: number; kappa: number; q: number }[];
}
type LineKey =
  | "slope"
  | "intercept"
  | "slopeError"
  | "interceptError"
  | "rSquared"
  | "p"
  | "theilSen"
  | "theilIntercept"
  | "kendallP"
  | "correlationFactor";

/** Fails unless within `tolerance` of the expected value, relative. */
function expectClose(found: number, value: number, tolerance = 1e-9, what = ""): void {
  const error = Math.abs(found - value);
  expect(error, `${what} found ${found}, expected ${value}`).toBeLessThanOrEqual(tolerance * Math.abs(value));
}

describe("tail probabilities", () => {
  it("of Student's t keep twelve digits far out", () => {
    expect(Math.min(...expected.student.map(({ p }) => p))).toBeLessThan(1e-250);
    for (const { t, df, p } of expected.student) {
      // Below the least normal number digits are lost by nature.
      if (p > 1e-300) expectClose(studentTwoSided(t, df), p, 1e-11, `t ${t} df ${df}`);
    }
    for (const { t, df } of expected.student) expect(studentTwoSided(-t, df)).toBe(studentTwoSided(t, df));
  });

  it("of the normal distribution keep twelve digits far out", () => {
    for (const { z, p } of expected.normal) expectClose(normalTwoSided(z), p, 1e-12, `z ${z}`);
  });

  it("have quantiles", () => {
    for (const { p, df, t } of expected.quantiles)
      expectClose(studentQuantile(p, df), t, 1e-10, `p ${p} df ${df}`);
  });

  it("fall as t grows", () => {
    const t = fc.double({ min: 0, max: 60, noNaN: true });
    const df = fc.double({ min: 1, max: 500, noNaN: true });
    fc.assert(
      fc.property(t, t, df, (a, b, n) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(studentTwoSided(high, n)).toBeLessThanOrEqual(studentTwoSided(low, n) * (1 + 1e-13));
      }),
    );
  });
});

describe("samples", () => {
  it("have NIST's certified mean and deviation of NumAcc4", () => {
    // 10000000.2, then 0.1 and 0.3 more in turn, 1001 values: mean 10000000.2, standard deviation 0.1.
    const values = Array.from({ length: 1001 }, (_, i) =>
      i === 0 ? 10000000.2 : i % 2 === 1 ? 10000000.1 : 10000000.3,
    );
    const { mean, variance } = summarise(values);
    expectClose(mean, 10000000.2, 1e-15);
    // The data themselves hold 8 digits behind the point in binary.
    expectClose(Math.sqrt(variance), 0.1, 1e-7);
  });

  it("differ as SciPy says", () => {
    for (const { a, b, ...rest } of expected.welch) {
      const welch = welchInterval(summarise(a), summarise(b), 0.9);
      expectClose(welch.min, rest.min);
      expectClose(welch.max, rest.max);
      expectClose(welch.df, rest.df);
      expectClose(pooledP(summarise(a), summarise(b)), rest.pooledP);
    }
    expect(Math.min(...expected.welch.map((one) => one.pooledP))).toBeLessThan(1e-12);
  });

  it("without variance differ for certain or not at all", () => {
    const [one, two] = [summarise([3, 3, 3]), summarise([4, 4])];
    expect([pooledP(one, one), pooledP(one, two)]).toEqual([1, 0]);
    expect(welchInterval(one, two, 0.9)).toMatchObject({ difference: 1, min: 1, max: 1 });
  });

  it("have a median", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  });

  it("give the discoveries of Benjamini and Hochberg 1995, table 1", () => {
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    const adjusted = benjaminiHochberg(ps);
    expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4);
    expectClose(adjusted[3]!, (0.0095 * 15) / 4);
    expect(benjaminiHochberg(ps.toReversed()).toReversed()).toEqual(adjusted);
    expect(benjaminiHochberg([])).toEqual([]);
  });
});

describe("lines", () => {
  it("have NIST's certified values of Norris", () => {
    const norris = golden("norris.json");
    const found = leastSquares(norris.x, norris.y) as unknown as Record<string, number>;
    for (const key of ["slope", "intercept", "slopeError", "interceptError", "rSquared", "residualError"]) {
      expectClose(found[key]!, norris[key], 1e-11, key);
    }
  });

  it("are as SciPy draws them", () => {
    for (const one of expected.lines) {
      const line = leastSquares(one.x, one.y);
      for (const key of ["slope", "intercept", "slopeError", "interceptError", "p"] as const)
        expectClose(line[key], one[key], 1e-9, key);
      expect(Math.abs(line.rSquared - one.rSquared)).toBeLessThan(1e-12);
      const theil = theilSen(one.x, one.y);
      expectClose(theil.slope, one.theilSen);
      expectClose(theil.intercept, one.theilIntercept);
    }
    expect(Math.min(...expected.lines.map(({ p }) => p))).toBeLessThan(1e-12);
  });

  it("are level where the series is", () => {
    expect(leastSquares([0, 1, 2], [5, 5, 5])).toMatchObject({ slope: 0, p: 1, rSquared: 1 });
    expect(leastSquares([0, 1, 2], [5, 6, 7])).toMatchObject({ slope: 1, p: 0 });
    expect(mannKendall([5, 5, 5, 5])).toMatchObject({ s: 0, p: 1 });
  });

  it("rise by Kendall's test as SciPy says", () => {
    for (const { y, kendallP, correlationFactor } of expected.lines) {
      const { s, variance, correlationFactor: factor } = mannKendall(y);
      // SciPy makes no continuity correction.
      expectClose(normalTwoSided(s / Math.sqrt(variance)), kendallP);
      expectClose(factor, correlationFactor);
    }
    expect(expected.lines.some(({ correlationFactor }) => correlationFactor > 1.5)).toBe(true);
  });
});

describe("E-divisive", () => {
  it("splits where trying all splits does", () => {
    for (const { series, tau, kappa, q } of expected.splits) {
      const split = bestSplit(series, 0, series.length, 3)!;
      expect([split.tau, split.kappa]).toEqual([tau, kappa]);
      expectClose(split.q, q);
    }
  });

  it("has nothing to split in a constant or short series", () => {
    expect(bestSplit([1, 1, 1, 1, 1, 1], 0, 6, 3)).toBeNull();
    expect(bestSplit([1, 2, 3, 4, 5], 0, 5, 3)).toBeNull();
  });
});
