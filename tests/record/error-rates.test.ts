// How often gate and trend are wrong, by chance: thousands of made histories each.

import { describe, expect, it } from "vitest";
import { tangoInterval } from "../../bindings/record/gate-accuracy.ts";
import { measuredVerdict } from "../../bindings/record/gate-measured.ts";
import { type Series, trendsOf } from "../../bindings/record/trend.ts";
import { changePoints } from "../../bindings/statistics/change-points.ts";
import { reading } from "./made-records.ts";
import { made, normals, valuesOf } from "./noise.ts";

describe("Tango's interval", () => {
  it("holds the truth in about 90 of 100 samples", () => {
    for (const [pLost, pWon, n] of [
      [0.06, 0.02, 100],
      [0.1, 0.1, 60],
      [0.02, 0.02, 200],
    ] as const) {
      const draw = normals(n + 1);
      // Uniform numbers from two normal ones: their angle.
      const uniform = () => Math.atan2(draw(), draw()) / (2 * Math.PI) + 0.5;
      const trials = 3000;
      let inside = 0;
      for (let trial = 0; trial < trials; trial++) {
        let [lost, won] = [0, 0];
        for (let i = 0; i < n; i++) {
          const u = uniform();
          if (u < pLost) lost++;
          else if (u < pLost + pWon) won++;
        }
        const { min, max } = tangoInterval(lost, won, n);
        inside += Number(min <= pLost - pWon && pLost - pWon <= max);
      }
      // Counts are whole, so the coverage of any interval swings around its level.
      expect(inside / trials).toBeGreaterThan(0.87);
      expect(inside / trials).toBeLessThan(0.95);
    }
  });
});

describe("measured figures", () => {
  const TRIALS = 2000;

  /** Shares of verdicts, of readings with noise and a true change. */
  function power(n: number, cv: number, change: number) {
    const draw = normals(n * 1000 + change * 100 + cv);
    const sample = (mean: number) => Array.from({ length: n }, () => mean * (1 + cv * draw()));
    const shares = { regressed: 0, undecided: 0, pass: 0 };
    for (let trial = 0; trial < TRIALS; trial++) {
      const [then, now] = [sample(100), sample(100 * (1 + change))];
      const { state } = measuredVerdict(
        reading(100, { samples: now }),
        reading(100, { samples: then }),
        0.05,
      );
      shares[state === "regressed" || state === "undecided" ? state : "pass"] += 1 / TRIALS;
    }
    return shares;
  }

  it("do not fail by luck: +3 % at n = 5 and a noise of 3 % at most 2 times in 100", () => {
    expect(power(5, 0.03, 0.03).regressed).toBeLessThanOrEqual(0.02);
    expect(power(5, 0.03, 0).regressed).toBeLessThanOrEqual(0.002);
    // At the threshold itself, half of what a 90 % interval leaves outside.
    expect(power(10, 0.03, 0.05).regressed).toBeLessThanOrEqual(0.07);
  });

  it("fail when they should: +10 % at n = 10 and a noise of 3 % at least 95 times in 100", () => {
    expect(power(10, 0.03, 0.1).regressed).toBeGreaterThanOrEqual(0.95);
    expect(power(5, 0.01, 0.1).regressed).toBeGreaterThanOrEqual(0.99);
    expect(power(20, 0.03, 0).pass).toBeGreaterThanOrEqual(0.98);
  });
});

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
});

describe("trends", () => {
  const one = (series: Series) => trendsOf([series])[0]!;

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
});
