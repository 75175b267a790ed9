// Metrics, intervals and tests against scikit-learn and SciPy (tests/golden/evaluate), and against their definitions.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mcNemar, percentiles, resample, wilson } from "../../bindings/evaluate/intervals.ts";
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  mae,
  mse,
  Ranking,
} from "../../bindings/evaluate/metrics.ts";

interface WeightedCase {
  label: number[];
  weight: number[];
  accuracy: number;
  balancedAccuracy: number;
  f1: number;
}

interface Golden {
  ranking: (WeightedCase & { score: number[]; auc: number; averagePrecision: number })[];
  classes: (WeightedCase & { classes: number; predicted: number[] })[];
  regression: {
    width: number;
    target: number[];
    output: number[];
    weight: number[];
    mse: number;
    mae: number;
  }[];
  wilson: { k: number; n: number; level: 0.9 | 0.95; min: number; max: number }[];
  mcnemar: { onlyFirst: number; onlySecond: number; exact: number; midP: number }[];
  bootstrap: { size: number[]; sum: number[]; ci90: [number, number]; ci95: [number, number] };
}

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "../golden/evaluate/metrics.json"), "utf8"),
);

const DIGITS = 12;

describe("metrics equal scikit-learn's", () => {
  it.each(golden.ranking)("of rankings, case %$", (c) => {
    const label = Int32Array.from(c.label);
    const score = Float64Array.from(c.score);
    const weight = Float64Array.from(c.weight);
    const ranking = new Ranking(label, score);
    expect(ranking.auc(weight)).toBeCloseTo(c.auc, DIGITS);
    expect(ranking.averagePrecision(weight)).toBeCloseTo(c.averagePrecision, DIGITS);
    const matrix = confusion(
      label,
      Int32Array.from(score, (s) => (s > 0 ? 1 : 0)),
      2,
      weight,
    );
    expect(accuracy(matrix)).toBeCloseTo(c.accuracy, DIGITS);
    expect(balancedAccuracy(matrix)).toBeCloseTo(c.balancedAccuracy, DIGITS);
    expect(f1(matrix, true)).toBeCloseTo(c.f1, DIGITS);
  });

  it.each(golden.classes)("of classes, case %$", (c) => {
    const matrix = confusion(
      Int32Array.from(c.label),
      Int32Array.from(c.predicted),
      c.classes,
      Float64Array.from(c.weight),
    );
    expect(accuracy(matrix)).toBeCloseTo(c.accuracy, DIGITS);
    expect(balancedAccuracy(matrix)).toBeCloseTo(c.balancedAccuracy, DIGITS);
    expect(f1(matrix, false)).toBeCloseTo(c.f1, DIGITS);
  });

  it.each(golden.regression)("of values, case %$", (c) => {
    const weight = Float64Array.from(c.weight);
    expect(mse(c.target, c.output, c.width, weight)).toBeCloseTo(c.mse, DIGITS);
    expect(mae(c.target, c.output, c.width, weight)).toBeCloseTo(c.mae, DIGITS);
  });
});

describe("the area under the ROC curve", () => {
  it("is the share of pairs ranked right, ties counting half", () => {
    const item = fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: -3, max: 3 }) });
    fc.assert(
      fc.property(fc.array(item, { minLength: 2, maxLength: 30 }), (items) => {
        const [positives, negatives] = [1, 0].map((label) => items.filter((i) => i.label === label));
        const pairs = positives!.flatMap((p) =>
          negatives!.map((n) => (p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0)),
        );
        const expected = pairs.reduce((a: number, b) => a + b, 0) / pairs.length;
        const actual = new Ranking(
          Int32Array.from(items, ({ label }) => label),
          Float64Array.from(items, ({ score }) => score),
        ).auc();
        if (pairs.length === 0) expect(actual).toBeNaN();
        else expect(actual).toBeCloseTo(expected, DIGITS);
      }),
    );
  });
});

describe("weights", () => {
  it("of whole numbers repeat answers", () => {
    const item = fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.integer({ min: -3, max: 3 }),
      times: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
        const repeated = items.flatMap((i) => new Array<typeof i>(i.times).fill(i));
        const ranking = (list: typeof items) =>
          new Ranking(
            Int32Array.from(list, (i) => i.label),
            Float64Array.from(list, (i) => i.score),
          );
        const weights = Float64Array.from(items, ({ times }) => times);
        if (repeated.length === 0) return;
        // Undefined with one class, and with either way of counting.
        const same = (a: number, b: number) =>
          expect(Number.isNaN(b) ? Number.isNaN(a) : Math.abs(a - b) < 1e-12).toBe(true);
        same(ranking(items).auc(weights), ranking(repeated).auc());
        same(ranking(items).averagePrecision(weights), ranking(repeated).averagePrecision());
      }),
    );
  });
});

describe("intervals", () => {
  it.each(golden.wilson)("Wilson's of $k in $n at $level equals SciPy's", ({ k, n, level, min, max }) => {
    const bounds = wilson(k, n, level);
    expect(bounds.min).toBeCloseTo(min, 7);
    expect(bounds.max).toBeCloseTo(max, 7);
  });

  it.each(golden.mcnemar)("McNemar's test of $onlyFirst and $onlySecond equals SciPy's", (c) => {
    const { exact, midP } = mcNemar(c.onlyFirst, c.onlySecond);
    expect(exact / c.exact).toBeCloseTo(1, 9);
    expect(midP / c.midP).toBeCloseTo(1, 9);
  });

  it("of the bootstrap come close to SciPy's, and are the same for the same seed", () => {
    const { size, sum, ci90, ci95 } = golden.bootstrap;
    const unit = Int32Array.from(size, (_, i) => i);
    const draw = (seed: number) => {
      const values: number[] = [];
      resample(unit, unit.length, seed, (weights) => {
        const total = (of: number[]) => weights.reduce((s, w, i) => s + w * of[i]!, 0);
        values.push(total(sum) / total(size));
      });
      return Float64Array.from(values);
    };
    for (const [level, expected] of [
      [0.9, ci90],
      [0.95, ci95],
    ] as const) {
      const { min, max, defined } = percentiles(draw(1), level);
      const width = expected[1] - expected[0];
      expect(Math.abs(min - expected[0])).toBeLessThan(0.05 * width);
      expect(Math.abs(max - expected[1])).toBeLessThan(0.05 * width);
      expect(defined).toBe(1);
    }
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  it("draws units as a whole, each as often as the others", () => {
    const unit = Int32Array.of(0, 0, 1, 2, 2, 2);
    const drawn = new Float64Array(3);
    resample(unit, 3, 7, (weights) => {
      expect(weights[0]).toBe(weights[1]);
      expect(new Set(weights.slice(3)).size).toBe(1);
      expect(weights[0]! + weights[2]! + weights[3]!).toBe(3);
      [weights[0]!, weights[2]!, weights[3]!].forEach((w, i) => {
        drawn[i]! += w;
      });
    });
    for (const times of drawn) expect(Math.abs(times / 2000 - 1)).toBeLessThan(0.08);
  });

  it("leave out what is undefined and say so", () => {
    const bounds = percentiles(Float64Array.of(Number.NaN, 1, 2, 3), 0.9);
    expect(bounds.min).toBeCloseTo(1.1, DIGITS);
    expect(bounds.max).toBeCloseTo(2.9, DIGITS);
    expect(bounds.defined).toBe(0.75);
  });
});
