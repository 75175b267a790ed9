// The intervals behind a verdict, against published examples, scipy 1.17 and definitions that are evaluated another way.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gate } from "../../bindings/record/gate.ts";
import { accuracyVerdict, tangoInterval } from "../../bindings/record/gate-accuracy.ts";
import { measuredVerdict } from "../../bindings/record/gate-measured.ts";
import type { Accuracy } from "../../bindings/record/record.ts";
import { entry, reading, record } from "./made-records.ts";

const Z90 = 1.6448536269514722;

const verdict = (now: Partial<Accuracy>, then: Partial<Accuracy>, points = 1, share = 0.05) => {
  const common = { metric: "f1", better: "higher", value: 0, min: 0, max: 0, n: 100 } as const;
  const [current, baseline] = [now, then].map((accuracy) => entry({ accuracy: { ...common, ...accuracy } }));
  return accuracyVerdict(current!, baseline!, { points, share });
};

describe("two metrics, not paired", () => {
  /** Wilson's interval of a share, as its formula stands in textbooks. */
  const wilson = (hits: number, n: number, z: number) => {
    const [p, half] = [hits / n, z * Math.sqrt(((hits / n) * (1 - hits / n)) / n + z ** 2 / (4 * n ** 2))];
    const [centre, scale] = [p + z ** 2 / (2 * n), 1 + z ** 2 / n];
    return { value: p, min: (centre - half) / scale, max: (centre + half) / scale };
  };

  it("have the interval of Newcombe's (1998) method 10: 56 of 70 against 48 of 80, 0.0524 to 0.3339", () => {
    const [a, b] = [wilson(56, 70, 1.959964), wilson(48, 80, 1.959964)];
    const gained = verdict({ ...a }, { ...b });
    expect(gained.change).toBeCloseTo(0.2, 12);
    expect(gained.changeMin).toBeCloseTo(0.0524, 4);
    expect(gained.changeMax).toBeCloseTo(0.3339, 4);
    expect(gained).toMatchObject({ state: "improved", why: "by the intervals of both, not paired" });
    const lost = verdict({ ...b }, { ...a });
    expect(lost.changeMin).toBeCloseTo(-0.3339, 4);
    expect(lost.changeMax).toBeCloseTo(-0.0524, 4);
    expect(lost).toMatchObject({ state: "regressed", why: "by the intervals of both, not paired" });
  });

  it("have the same interval of an error, where more is worse", () => {
    const [a, b] = [wilson(56, 70, 1.959964), wilson(48, 80, 1.959964)];
    const worse = verdict({ ...a, better: "lower" }, { ...b, better: "lower" });
    expect(worse.changeMin).toBeCloseTo(0.0524, 4);
    expect(worse.changeMax).toBeCloseTo(0.3339, 4);
    // 5 % of 0.6 is 0.03.
    expect(worse.state).toBe("regressed");
    const allowed = (share: number) =>
      verdict({ ...a, better: "lower" }, { ...b, better: "lower" }, 1, share).state;
    // 0.3339 / 0.6 and 0.0524 / 0.6.
    expect([0.557, 0.556, 0.088, 0.087].map(allowed)).toEqual([
      "drifted",
      "undecided",
      "undecided",
      "regressed",
    ]);
  });

  it("may lose the points that are allowed, each a hundredth", () => {
    const [a, b] = [wilson(48, 80, 1.959964), wilson(56, 70, 1.959964)];
    const allowed = (points: number) => verdict({ ...a }, { ...b }, points).state;
    expect([33.4, 33.3, 5.25, 5.2].map(allowed)).toEqual(["drifted", "undecided", "undecided", "regressed"]);
  });

  it("may lose exactly what is allowed", () => {
    const exactly = (value: number) => ({ value, min: value, max: value });
    expect(verdict(exactly(0.5), exactly(0.75), 25).state).toBe("drifted");
    expect(verdict(exactly(0.5), exactly(0.75), 24).state).toBe("regressed");
  });

  it("are undecided where the test set is too small, unless the value got better", () => {
    const wide = (value: number) => ({ value, min: value - 0.4, max: value + 0.4 });
    expect(verdict(wide(0.5), wide(0.55))).toMatchObject({
      state: "undecided",
      why: "by the intervals of both, not paired; the test set is too small to tell",
    });
    expect(verdict(wide(0.55), wide(0.5)).state).toBe("improved");
    expect(verdict(wide(0.5), wide(0.5))).toMatchObject({ state: "same", why: "", change: 0 });
  });

  it("are of one metric and as many answers", () => {
    const nothing = { state: "incomparable", change: null, changeMin: null, changeMax: null };
    expect(verdict({ n: 50 }, {})).toEqual({ ...nothing, why: "50 answers now, 100 in the baseline" });
    expect(verdict({ metric: "auc" }, {})).toEqual({ ...nothing, why: "auc now, f1 in the baseline" });
    expect(verdict({ metric: "auc", n: 5 }, {}).why).toBe("auc now, f1 in the baseline");
  });
});

describe("answers in pairs", () => {
  const HASH = "1".repeat(64);
  const answers = (outcomes: string, rest: Partial<Accuracy> = {}): Partial<Accuracy> => ({
    metric: "accuracy",
    n: outcomes.length,
    value: [...outcomes].filter((one) => one === "1").length / outcomes.length,
    min: 0,
    max: 1,
    outcomes,
    targetsHash: HASH,
    ...rest,
  });

  it("say how many were lost and won", () => {
    const then = `${"1".repeat(60)}${"0".repeat(40)}`;
    const now = `${"0".repeat(3)}${"1".repeat(58)}${"0".repeat(39)}`;
    const found = verdict(answers(now), answers(then));
    const { min, max } = tangoInterval(3, 1, 100);
    expect(found).toMatchObject({ state: "undecided", change: expect.closeTo(-0.02, 12) });
    expect(found.why).toBe("3 answers lost, 1 won of 100; the test set is too small to tell");
    expect([found.changeMin, found.changeMax]).toEqual([-max, -min]);
  });

  it("that change places are no change, but not the same either", () => {
    const found = verdict(answers(`01${"1".repeat(998)}`), answers(`10${"1".repeat(998)}`));
    expect(found).toMatchObject({ state: "same", change: 0, why: "1 answers lost, 1 won of 1000" });
    expect(verdict(answers("0110"), answers("0110"))).toMatchObject({ state: "same", why: "" });
  });

  it("need outcomes and targets on both sides", () => {
    const loose = "by the intervals of both, not paired";
    const { outcomes: _, ...unknown } = answers("0111");
    for (const [now, then] of [
      [unknown, answers("1111")],
      [answers("0111"), { ...unknown, value: 1 }],
      [answers("0111", { targetsHash: "2".repeat(64) }), answers("1111")],
      [answers("0111"), answers("11111", { n: 4 })],
    ] as const) {
      expect(verdict(now, then).why).toBe(`${loose}; the test set is too small to tell`);
    }
    expect(verdict(answers("0111"), answers("1111")).why).toMatch(/^1 answers lost, 0 won of 4/);
  });

  /** The score with the nuisance share found by maximising the likelihood, as Tango (1998) defines it. */
  function score(lost: number, won: number, n: number, delta: number): number {
    const logOf = (count: number, share: number) =>
      count === 0 ? 0 : count * Math.log(Math.max(share, 1e-300));
    const likelihood = (p: number) =>
      logOf(lost, p + delta) + logOf(won, p) + logOf(n - lost - won, 1 - 2 * p - delta);
    let [low, high] = [Math.max(0, -delta), (1 - delta) / 2];
    for (let i = 0; i < 200; i++) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
      if (likelihood(a) < likelihood(b)) low = a;
      else high = b;
    }
    const p = (low + high) / 2;
    return (lost - won - n * delta) / Math.sqrt(n * (2 * p + delta - delta ** 2));
  }

  it("have the differences at which Tango's score is ±1.645", () => {
    const counts = fc.record({
      lost: fc.integer({ min: 1, max: 20 }),
      won: fc.integer({ min: 1, max: 20 }),
      rest: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(counts, ({ lost, won, rest }) => {
        const n = lost + won + rest;
        const { min, max } = tangoInterval(lost, won, n);
        expect(score(lost, won, n, min)).toBeCloseTo(Z90, 4);
        expect(score(lost, won, n, max)).toBeCloseTo(-Z90, 4);
      }),
      { numRuns: 100 },
    );
  });

  it("that were all lost, or all won, reach the end of the scale", () => {
    // Then the share that was won is (1 - delta) / 2, and the score solves in closed form: (n - z²) / (n + z²).
    for (const n of [1, 5, 20, 1000]) {
      const bound = (n - Z90 ** 2) / (n + Z90 ** 2);
      expect(tangoInterval(n, 0, n)).toEqual({ min: expect.closeTo(bound, 9), max: expect.closeTo(1, 9) });
      expect(tangoInterval(0, n, n)).toEqual({ min: expect.closeTo(-1, 9), max: expect.closeTo(-bound, 9) });
    }
    const [right, wrong] = [answers("1".repeat(20)), answers("0".repeat(20))];
    expect(verdict(wrong, right).state).toBe("regressed");
    expect(verdict(right, wrong).state).toBe("improved");
  });
});

describe("measured figures", () => {
  const samples = (...values: number[]) => reading(1, { samples: values });

  it("have Welch's interval of the logarithms: scipy.stats.ttest_ind(…, equal_var=False)", () => {
    const equal = measuredVerdict(samples(104, 106, 108), samples(98, 100, 102), 0.05);
    expect(equal.change).toBeCloseTo(0.06001555316295848, 10);
    expect(equal.changeMin).toBeCloseTo(0.0247039996994054, 8);
    expect(equal.changeMax).toBeCloseTo(0.09654395149915285, 8);
    const unequal = measuredVerdict(samples(104, 112, 103), samples(98, 100, 102, 99, 101), 0.05);
    expect(unequal.change).toBeCloseTo(0.06268927865986096, 10);
    expect(unequal.changeMin).toBeCloseTo(-0.012595082275183689, 8);
    expect(unequal.changeMax).toBeCloseTo(0.1437136707611042, 8);
    expect(unequal.why).toMatch(/^n = 5 and 3; /);
  });

  it("would be decided by the readings that scipy.stats.t.ppf asks for", () => {
    const wanted = (threshold: number) =>
      measuredVerdict(samples(104, 106, 108), samples(98, 100, 102), threshold).why;
    expect(wanted(0.03)).toBe("n = 3 and 3; about 4 readings on both sides would decide");
    expect(wanted(0.05)).toBe("n = 3 and 3; about 24 readings on both sides would decide");
    expect(wanted(0.058)).toBe("n = 3 and 3; about 566 readings on both sides would decide");
    expect(wanted(0.0599)).toBe("n = 3 and 3; too close to the threshold for readings to decide");
    expect(measuredVerdict(samples(104, 112, 103), samples(98, 100, 102, 99, 101), 0.05).why).toBe(
      "n = 5 and 3; about 46 readings on both sides would decide",
    );
  });

  it("are worse only when the whole interval is above the threshold", () => {
    const [now, then] = [samples(104, 106, 108), samples(98, 100, 102)];
    expect(measuredVerdict(now, then, 0.024)).toMatchObject({
      state: "regressed",
      why: "measured, n = 3 and 3",
    });
    expect(measuredVerdict(now, then, 0.025).state).toBe("undecided");
    expect(measuredVerdict(now, then, 0.0966)).toMatchObject({ state: "drifted", why: "" });
    expect(measuredVerdict(now, then, 0.0965).state).toBe("undecided");
  });

  it("without spread are decided by a hair", () => {
    const of = (value: number) => samples(value, value);
    expect(measuredVerdict(of(105), of(100), 0.05 + 1e-12).state).toBe("drifted");
    expect(measuredVerdict(of(105), of(100), 0.0499).state).toBe("regressed");
    expect(measuredVerdict(of(100), of(100), 0).state).toBe("same");
    expect(measuredVerdict(of(99), of(100), 0).state).toBe("improved");
  });

  it("that are single have the interval of the noise that is known: ±1.645 sigma √(1/n + 1/m)", () => {
    const floor = { noiseFloor: 0.02 };
    const once = measuredVerdict(reading(150), reading(100, floor), 0.05);
    expect(Math.log1p(once.changeMin!)).toBeCloseTo(Math.log(1.5) - Z90 * 0.02 * Math.SQRT2, 12);
    expect(Math.log1p(once.changeMax!)).toBeCloseTo(Math.log(1.5) + Z90 * 0.02 * Math.SQRT2, 12);
    expect(once.change).toBeCloseTo(0.5, 12);
    expect(once.why).toBe("measured, by the noise floor of the baseline");
    const more = measuredVerdict(samples(100, 100, 100, 100), reading(100, floor), 0.05);
    expect(Math.log1p(more.changeMax!)).toBeCloseTo(Z90 * 0.02 * Math.sqrt(1.25), 12);
    const many = reading(1, { ...floor, samples: [100, 100, 100, 100] });
    expect(Math.log1p(measuredVerdict(reading(100), many, 0.05).changeMax!)).toBeCloseTo(
      Z90 * 0.02 * Math.sqrt(1.25),
      12,
    );
    // The floor of the new reading, where the baseline has none; the baseline's, where both have one.
    const now = measuredVerdict(reading(100, floor), reading(100), 0.05);
    const both = measuredVerdict(reading(100, floor), reading(100, { noiseFloor: 0.01 }), 0.05);
    expect(Math.log1p(now.changeMax!)).toBeCloseTo(Z90 * 0.02 * Math.SQRT2, 12);
    expect(Math.log1p(both.changeMax!)).toBeCloseTo(Z90 * 0.01 * Math.SQRT2, 12);
  });

  it("that are single, without a floor, have no interval", () => {
    expect(measuredVerdict(reading(200), reading(100), 0.05)).toEqual({
      state: "undecided",
      change: expect.closeTo(1, 12),
      changeMin: null,
      changeMax: null,
      why: "single readings, and no noise floor in the baseline: measure at least twice",
    });
    // One of them in several samples: the ratio of geometric means.
    expect(measuredVerdict(samples(100, 400), reading(100), 0.05).change).toBeCloseTo(1, 12);
    expect(measuredVerdict(reading(400), samples(400), 0.05).change).toBeCloseTo(0, 12);
  });

  it("of nothing have no ratio", () => {
    const verdictOn = measuredVerdict(
      reading(0, { noiseFloor: 0.1 }),
      reading(100, { noiseFloor: 0.1 }),
      0.05,
    );
    expect(verdictOn).toMatchObject({ state: "undecided", changeMin: null });
    expect(measuredVerdict(reading(1), reading(0, { noiseFloor: 0.1 }), 0.05).changeMin).toBeNull();
  });

  it("stand in the gate with interval and reason", () => {
    const of = (energyUj: ReturnType<typeof reading>) => {
      const { averagePowerMw: _, latencyMs: __, ...rest } = entry({ kind: "measured", energyUj });
      return record([rest]);
    };
    const [first] = gate(of(samples(104, 106, 108)), of(samples(98, 100, 102)), {
      threshold: 0.024,
    }).comparisons;
    expect(first).toMatchObject({ quantity: "energyUj", state: "regressed", why: "measured, n = 3 and 3" });
    expect(first!.changeMin).toBeCloseTo(0.0247039996994054, 8);
  });
});
