import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GateOptions, gate, STATES } from "../../bindings/record/gate.ts";
import { tangoInterval } from "../../bindings/record/gate-accuracy.ts";
import { measuredVerdict } from "../../bindings/record/gate-measured.ts";
import type { Accuracy, Entry } from "../../bindings/record/record.ts";
import { entry, reading, record } from "./made-records.ts";

/** States by figure of one entry against its baseline. */
function states(now: Partial<Entry>, then: Partial<Entry> = {}, options: GateOptions = {}) {
  const { comparisons } = gate(record([entry(now)]), record([entry(then)]), options);
  return Object.fromEntries(comparisons.map(({ quantity, state }) => [quantity, state]));
}

describe("figures of the model", () => {
  it.each([
    [100, "same"],
    [99.999999, "improved"],
    [100.000001, "drifted"],
    [105, "drifted"],
    [105.0001, "regressed"],
    [0, "improved"],
  ])("at %d against 100 are %s", (value, state) => {
    expect(states({ energyUj: { value, min: 0, max: 200 } })).toMatchObject({
      energyUj: state,
      latencyMs: "same",
    });
  });

  it("are worse without bound where there was nothing", () => {
    const nothing = { memoryKb: { value: 0, min: 0, max: 0 } };
    expect(states({}, nothing).memoryKb).toBe("regressed");
    expect(states(nothing, nothing).memoryKb).toBe("same");
  });

  it("have the state that their ratio says, whatever the threshold", () => {
    const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.double({ min: 0, max: 2, noNaN: true }), (now, then, threshold) => {
        const { energyUj } = states({ energyUj: reading(now) }, { energyUj: reading(then) }, { threshold });
        const ratio = now / then;
        if (now === then) expect(energyUj).toBe("same");
        else if (ratio < 1 - 1e-9) expect(energyUj).toBe("improved");
        else if (ratio > 1 + threshold + 1e-8) expect(energyUj).toBe("regressed");
        else if (ratio > 1 + 1e-9 && ratio < 1 + threshold - 1e-9) expect(energyUj).toBe("drifted");
      }),
    );
  });
});

describe("why", () => {
  const breakdown = {
    classes: { f32Mul: 100, f32Add: 50 },
    kernels: {},
    sections: { "image.weights": 1024 },
  };
  const coefficients = (mul: number) => ({
    platforms: {
      nrf52840: {
        hash: "0".repeat(64),
        coefficients: {
          "cycles.f32Mul": [mul, 1, 9],
          "cycles.f32Add": [1, 1, 1],
          "cyclesPerRow.port-int8": [25, 21, 35],
        },
      },
    },
  });
  const why = (now: Partial<Entry>, nowMul = 2, core = "0") => {
    const [then, changed] = [entry({ breakdown }), entry({ energyUj: reading(120), breakdown, ...now })];
    const current = record([changed], { ...(coefficients(nowMul) as object), coreHash: core.repeat(64) });
    const { comparisons } = gate(current, record([then], coefficients(2) as object));
    return comparisons.find(({ state }) => state === "regressed")!.why;
  };

  it("is the operations that changed, by their cost", () => {
    const classes = { f32Mul: 1300, f32Add: 60, select: 0 };
    expect(why({ modelHash: "1".repeat(64), breakdown: { ...breakdown, classes } })).toBe(
      "+1,200 f32Mul, +10 f32Add (another model)",
    );
  });

  it("is the rows of a kernel, where the baseline knew none", () => {
    const rows = { "port-int8": 64 };
    expect(why({ imageHash: "2".repeat(64), breakdown: { ...breakdown, rows } })).toMatch(
      /^\+64 port-int8 rows /,
    );
  });

  it("is a coefficient", () => {
    expect(why({}, 2.5)).toBe("coefficient cycles.f32Mul 2 → 2.5");
  });

  it("is the memory map", () => {
    const sections = { "image.weights": 2048, "arena.state": 64 };
    const memory = { energyUj: reading(100), memoryKb: reading(99), imageHash: "2".repeat(64) };
    expect(why({ ...memory, breakdown: { ...breakdown, sections } })).toBe(
      "image weights +1,024 B, arena state +64 B (the same model, compiled differently)",
    );
  });

  it("is the core, or the code that computes", () => {
    expect(why({}, 2, "c")).toBe("the same image, another core");
    expect(why({})).toMatch(/^the code that computes it/);
  });
});

describe("the verdict", () => {
  it("counts every state", () => {
    const then = record([entry({ model: "a" }), entry({ model: "gone" })]);
    const now = record([entry({ model: "a", latencyMs: reading(1.01) }), entry({ model: "b" })]);
    const { counts, compared, expected, verdict } = gate(now, then);
    expect(counts).toEqual({
      regressed: 0,
      missing: 5,
      incomparable: 0,
      undecided: 0,
      drifted: 1,
      improved: 0,
      new: 5,
      same: 4,
    });
    expect({ compared, expected, verdict }).toEqual({ compared: 5, expected: 10, verdict: "not-compared" });
    expect(Object.keys(counts).sort()).toEqual([...STATES].sort());
  });

  it("is never a pass when nothing was compared", () => {
    expect(gate(record([entry({ model: "b" })]), record([entry({ model: "a" })])).verdict).toBe(
      "not-compared",
    );
    const other = record([entry({ conditions: { operatingPoint: "64mhz-ldo", rateHz: 100, steps: 1 } })]);
    const { verdict, comparisons, compared } = gate(other, record());
    expect({ verdict, compared }).toEqual({ verdict: "not-compared", compared: 0 });
    expect(comparisons[0]).toMatchObject({
      state: "incomparable",
      why: "operatingPoint 64mhz-ldo now, 64mhz-dcdc in the baseline",
    });
  });

  it("is a regression before anything else", () => {
    const now = record([entry({ model: "a", energyUj: reading(200) })]);
    expect(gate(now, record([entry({ model: "a" }), entry({ model: "gone" })])).verdict).toBe("regressed");
  });

  it("repeats why an entry could not be costed", () => {
    const skipped = [{ id: "gone/nrf52840/fp32/0", reason: "too large" }];
    const { comparisons } = gate(record([entry()], { skipped }), record([entry(), entry({ model: "gone" })]));
    expect(comparisons[0]).toMatchObject({ state: "missing", why: "too large" });
  });

  it("does not compare different kinds, or measurements of different benches", () => {
    expect(states({ kind: "measured" }).energyUj).toBe("incomparable");
    const measured = entry({ kind: "measured" });
    const bench = (meter: string) => ({ environment: { node: "v20", os: "linux", measured: { meter } } });
    const { comparisons } = gate(record([measured], bench("js220")), record([measured], bench("ppk2")));
    expect(comparisons[0]).toMatchObject({
      state: "incomparable",
      why: "meter js220 now, ppk2 in the baseline",
    });
  });
});

describe("limits", () => {
  const limited = (entries: string, max: number, now: Partial<Entry> = {}) =>
    gate(record([entry(now)]), record(), { limits: [{ entries, quantity: "energyUj", max }] });

  it("hold whatever the baseline says, for new entries too", () => {
    expect(limited("*", 99).comparisons[0]).toMatchObject({
      state: "regressed",
      why: "above the limit of 99",
    });
    expect(limited("*", 100).verdict).toBe("pass");
    const fresh = limited("fresh/*", 99, { model: "fresh" });
    expect(fresh.comparisons[0]).toMatchObject({ id: "fresh/nrf52840/fp32/0", state: "regressed" });
  });

  it("match ids by pieces", () => {
    for (const pattern of ["net/nrf52840/fp32/0", "net/*", "*/fp32/*", "*nrf*/0", "n*t*", "**"]) {
      expect(limited(pattern, 1).verdict, pattern).toBe("regressed");
    }
    for (const pattern of ["net", "*/int8/*", "net/nrf52840/fp32/0*0", "et/*", "*0*1*", ""]) {
      expect(limited(pattern, 1).comparisons[0], pattern).toMatchObject({
        state: "missing",
        why: "the limit of 1 meets no entry",
      });
    }
  });
});

describe("accuracy", () => {
  const scored = (outcomes: string, rest: Partial<Accuracy> = {}): Partial<Entry> => {
    const value = [...outcomes].filter((one) => one === "1").length / outcomes.length;
    return {
      accuracy: {
        metric: "accuracy",
        better: "higher",
        value,
        min: 0,
        max: 1,
        n: outcomes.length,
        outcomes,
        targetsHash: "1".repeat(64),
        ...rest,
      },
    };
  };
  const all = (n: number, wrong = 0) => "0".repeat(wrong) + "1".repeat(n - wrong);

  it("is compared answer by answer", () => {
    const then = scored(all(1000));
    expect(states(scored(all(1000)), then).accuracy).toBe("same");
    expect(states(scored(all(1000, 40)), then).accuracy).toBe("regressed");
    expect(states(scored(all(1000, 2)), then).accuracy).toBe("drifted");
    expect(states(scored(all(1000, 10)), then).accuracy).toBe("undecided");
    expect(states(then, scored(all(1000, 40))).accuracy).toBe("improved");
    expect(states(scored(all(1000, 40)), then, { accuracyPoints: 6 }).accuracy).toBe("drifted");
  });

  it("needs the same answers and metric", () => {
    expect(states(scored(all(10)), scored(all(11))).accuracy).toBe("incomparable");
    expect(states(scored(all(10), { metric: "f1" }), scored(all(10))).accuracy).toBe("incomparable");
    // Other targets: no pairs, and intervals as wide as the scale.
    expect(states(scored(all(100, 9), { targetsHash: "2".repeat(64) }), scored(all(100))).accuracy).toBe(
      "undecided",
    );
  });

  it("of errors is worse when it is more, as a share", () => {
    const error = (value: number): Partial<Entry> => ({
      accuracy: { metric: "mse", better: "lower", value, min: value * 0.99, max: value * 1.01, n: 50 },
    });
    expect(states(error(1.2), error(1)).accuracy).toBe("regressed");
    expect(states(error(0.8), error(1)).accuracy).toBe("improved");
    expect(states(error(1.02), error(1)).accuracy).toBe("drifted");
    expect(states(error(1), error(1)).accuracy).toBe("same");
  });

  it("has Tango's interval, which inverts the score test", () => {
    // Without discordant pairs it is that of Wilson's for no success: z^2 / (n + z^2).
    const z2 = 1.6448536269514722 ** 2;
    const none = tangoInterval(0, 0, 50);
    expect(none.max).toBeCloseTo(z2 / (50 + z2), 10);
    expect(none.min).toBeCloseTo(-none.max, 10);
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.integer({ min: 60, max: 500 }), (lost, won, n) => {
        const one = tangoInterval(lost, won, n);
        const mirrored = tangoInterval(won, lost, n);
        expect(one.min).toBeLessThanOrEqual((lost - won) / n);
        expect(one.max).toBeGreaterThanOrEqual((lost - won) / n);
        expect(one.min).toBeCloseTo(-mirrored.max, 9);
      }),
    );
  });
});

describe("measured figures", () => {
  it("say how many readings would decide", () => {
    const [then, now] = [
      reading(100, { samples: [98, 100, 102] }),
      reading(106, { samples: [104, 106, 108] }),
    ];
    const { state, why } = measuredVerdict(now, then, 0.03);
    expect(state).toBe("undecided");
    expect(why).toMatch(/^n = 3 and 3; about \d+ readings on both sides would decide$/);
  });

  it("that are single are undecided without a noise floor", () => {
    expect(measuredVerdict(reading(200), reading(100), 0.05).state).toBe("undecided");
    expect(measuredVerdict(reading(200), reading(100, { noiseFloor: 0.02 }), 0.05).state).toBe("regressed");
    expect(measuredVerdict(reading(100), reading(100, { noiseFloor: 0.02 }), 0.05).state).toBe("same");
  });

  it("improve and drift", () => {
    const near = (mean: number) => reading(mean, { samples: [0.999, 1, 1.001].map((x) => x * mean) });
    expect(measuredVerdict(near(90), near(100), 0.05).state).toBe("improved");
    expect(measuredVerdict(near(102), near(100), 0.05).state).toBe("drifted");
    expect(measuredVerdict(near(100), near(100), 0.05).state).toBe("same");
  });
});
