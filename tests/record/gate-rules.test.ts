// The rules of docs/baselines.md, one by one: what is compared, in which order it is told, what a limit meets.

import { describe, expect, it } from "vitest";
import { exceeds, gate, relativeChange } from "../../bindings/record/gate.ts";
import type { BenchmarkRecord, Entry, Quantity } from "../../bindings/record/record.ts";
import { entry, reading, record } from "./made-records.ts";

const told = (now: BenchmarkRecord, then: BenchmarkRecord) =>
  gate(now, then).comparisons.map(({ quantity, state, why }) => [quantity, state, why]);

describe("a change", () => {
  it("is above a threshold by more than a figure's rounding", () => {
    expect(exceeds(0.05 + 1e-10, 0.05)).toBe(false);
    expect(exceeds(0.05 + 1e-8, 0.05)).toBe(true);
    expect(exceeds(0.04, 0.05)).toBe(false);
  });

  it("is relative, and without bound from nothing", () => {
    expect([relativeChange(3, 2), relativeChange(1, 2), relativeChange(2, 2)]).toEqual([0.5, -0.5, 0]);
    expect([relativeChange(0, 0), relativeChange(1, 0)]).toEqual([0, Number.MAX_VALUE]);
  });

  it("of a figure stands in its comparison, both values with it", () => {
    const [first] = gate(record([entry({ energyUj: reading(150) })]), record()).comparisons;
    expect(first).toMatchObject({
      id: "net/nrf52840/fp32/0",
      quantity: "energyUj",
      baseline: 100,
      current: 150,
      change: 0.5,
      changeMin: null,
      changeMax: null,
    });
  });
});

describe("a figure that only one record has", () => {
  const { latencyMs: _, ...without } = entry();

  it("is new, or missing, which is no pass", () => {
    const added = gate(record(), record([without]));
    expect(added).toMatchObject({ verdict: "pass", compared: 4, expected: 4 });
    expect(added.comparisons.find(({ state }) => state === "new")).toMatchObject({
      quantity: "latencyMs",
      baseline: null,
      current: 1,
      why: "",
    });
    const lost = gate(record([without]), record());
    expect(lost).toMatchObject({ verdict: "not-compared", compared: 4, expected: 5 });
    expect(lost.comparisons[0]).toMatchObject({
      state: "missing",
      quantity: "latencyMs",
      baseline: 1,
      current: null,
      why: "not in the new record",
    });
  });

  it("is every figure of an entry that only one record has", () => {
    const { comparisons } = gate(record([entry({ model: "b" })]), record([entry({ model: "a" })]));
    expect(comparisons.filter(({ state }) => state === "new")).toHaveLength(5);
    expect(comparisons.filter(({ state }) => state === "new")[0]).toMatchObject({
      baseline: null,
      current: 100,
    });
    const missing = comparisons.filter(({ state }) => state === "missing");
    expect(missing).toHaveLength(5);
    expect(missing[0]).toMatchObject({ baseline: 100, current: null, why: "not in the new record" });
  });

  it("is missing for the reason that the new record has, in one line", () => {
    const skipped = [
      { id: "other", reason: "no" },
      { id: entry({ model: "a" }).id, reason: "too\nlarge" },
    ];
    const { comparisons } = gate(record([entry()], { skipped }), record([entry({ model: "a" })]));
    expect(comparisons[0]!.why).toBe("too\\u000alarge");
  });

  it("is accuracy too", () => {
    const accuracy = { metric: "f1", better: "higher", value: 0.5, min: 0.4, max: 0.6, n: 10 } as const;
    expect(told(record([entry({ accuracy })]), record())[0]).toEqual(["accuracy", "new", ""]);
    expect(told(record(), record([entry({ accuracy })]))[0]).toEqual([
      "accuracy",
      "missing",
      "not in the new record",
    ]);
  });
});

describe("entries are comparable", () => {
  const conditions = entry().conditions;
  const whyNot = (now: Partial<Entry>, then: Partial<Entry> = {}) => {
    const [first] = gate(record([entry(now)]), record([entry(then)])).comparisons;
    return first!.state === "incomparable" ? first!.why : null;
  };

  it("at the same operating point, rate and number of steps", () => {
    expect(whyNot({})).toBeNull();
    expect(whyNot({ conditions: { ...conditions, rateHz: 10 } })).toBe("rateHz 10 now, 100 in the baseline");
    expect(whyNot({ conditions: { ...conditions, steps: 75 } })).toBe("steps 75 now, 1 in the baseline");
    expect(whyNot({ conditions: { ...conditions, operatingPoint: "a\nb" } })).toBe(
      "operatingPoint a\\u000ab now, 64mhz-dcdc in the baseline",
    );
  });

  it("when they are of one kind", () => {
    expect(whyNot({ kind: "measured" })).toBe("measured now, model in the baseline");
    expect(whyNot({}, { kind: "emulated" })).toBe("model now, emulated in the baseline");
  });

  const bench = (
    kind: Entry["kind"],
    measured?: Record<string, string>,
    boards?: BenchmarkRecord["environment"]["boards"],
  ) =>
    record([entry({ kind })], {
      environment: { node: "v20", os: "linux", ...(measured && { measured }), ...(boards && { boards }) },
    });
  const obstacle = (now: BenchmarkRecord, then: BenchmarkRecord) => {
    const { counts, comparisons } = gate(now, then);
    return counts.incomparable === 5 ? comparisons[0]!.why : null;
  };

  it("of measurements: on the same bench, which models do not have", () => {
    const [a, b] = [
      { meter: "js220", chip: "A" },
      { meter: "js220", chip: "B" },
    ];
    expect(obstacle(bench("measured", a), bench("measured", a))).toBeNull();
    expect(obstacle(bench("measured", a), bench("measured", b))).toBe("chip A now, B in the baseline");
    expect(obstacle(bench("emulated", a), bench("emulated", b))).toBe("chip A now, B in the baseline");
    expect(obstacle(bench("model", a), bench("model", b))).toBeNull();
  });

  it("of measurements: when both say what they depend on", () => {
    expect(obstacle(bench("measured"), bench("measured", { "me\nter": "js\n220" }))).toBe(
      "me\\u000ater nothing now, js\\u000a220 in the baseline",
    );
    expect(obstacle(bench("measured", { meter: "ppk2" }), bench("measured"))).toBe(
      "meter ppk2 now, nothing in the baseline",
    );
  });

  it("of measurements: what a board says of itself comes before what the bench says", () => {
    const own = { nrf52840: { meter: "own" } };
    expect(
      obstacle(bench("measured", { meter: "a" }, own), bench("measured", { meter: "b" }, own)),
    ).toBeNull();
    expect(obstacle(bench("measured", { meter: "a" }, own), bench("measured", { meter: "a" }))).toBe(
      "meter own now, a in the baseline",
    );
  });
});

describe("bytes are exact", () => {
  it("even where everything else was measured", () => {
    const measured = (memoryKb: number, flashKb: number) => {
      const exactly = (value: number) => ({ value, min: value, max: value });
      return record([entry({ kind: "measured", memoryKb: exactly(memoryKb), flashKb: exactly(flashKb) })]);
    };
    const states = Object.fromEntries(
      gate(measured(16.5, 34), measured(16, 32)).comparisons.map(({ quantity, state }) => [quantity, state]),
    );
    expect(states).toEqual({
      memoryKb: "drifted",
      flashKb: "regressed",
      energyUj: "undecided",
      averagePowerMw: "undecided",
      latencyMs: "undecided",
    });
  });
});

describe("comparisons are told", () => {
  it("the worst state first, within a state the largest change", () => {
    const by = (...values: number[]) =>
      record(values.map((value, i) => entry({ model: `m${i}`, energyUj: reading(value) })));
    const { comparisons } = gate(by(101, 120, 90, 150, 100), by(100, 100, 100, 100, 100));
    expect(comparisons.slice(0, 4).map(({ id, state }) => [id.slice(0, 2), state])).toEqual([
      ["m3", "regressed"],
      ["m1", "regressed"],
      ["m0", "drifted"],
      ["m2", "improved"],
    ]);
  });

  it("accuracy by what was lost", () => {
    const scored = (...values: number[]) =>
      record(
        values.map((value, i) =>
          entry({
            model: `m${i}`,
            accuracy: { metric: "f1", better: "higher", value, min: value, max: value, n: 9 },
          }),
        ),
      );
    const { comparisons } = gate(scored(0.7, 0.5, 0.6), scored(0.8, 0.8, 0.8));
    expect(comparisons.slice(0, 3).map(({ id, state }) => [id.slice(0, 2), state])).toEqual([
      ["m1", "regressed"],
      ["m2", "regressed"],
      ["m0", "regressed"],
    ]);
  });
});

describe("the verdict", () => {
  const measured = (value: number) =>
    record(
      [{ ...entry({ kind: "measured", energyUj: reading(value, { noiseFloor: 0.01 }) }) }].map(
        ({ averagePowerMw: _, latencyMs: __, ...rest }) => rest,
      ),
    );

  it("is undecided where anything is, unless something is worse", () => {
    expect(gate(measured(106), measured(100)).verdict).toBe("undecided");
    expect(gate(measured(100), measured(100)).verdict).toBe("pass");
    expect(gate(measured(150), measured(100)).verdict).toBe("regressed");
  });

  it("is that nothing can be said where an entry is missing, however good the others are", () => {
    const then = record([entry({ model: "a" }), entry({ model: "gone" })]);
    expect(gate(record([entry({ model: "a" })]), then).verdict).toBe("not-compared");
    const half = [entry({ model: "a" }), entry({ model: "gone", kind: "measured" })];
    expect(gate(record(half), then)).toMatchObject({ verdict: "not-compared", compared: 5, expected: 10 });
  });

  it("is that nothing was compared where the baseline has nothing", () => {
    const {
      energyUj: _,
      averagePowerMw: __,
      latencyMs: ___,
      memoryKb: ____,
      flashKb: _____,
      ...bare
    } = entry();
    expect(gate(record(), record([bare]))).toMatchObject({
      verdict: "not-compared",
      compared: 0,
      expected: 0,
    });
  });
});

describe("a limit", () => {
  const limited = (now: BenchmarkRecord, entries: string, max: number, quantity: Quantity = "energyUj") =>
    gate(now, record(), { limits: [{ entries, quantity, max }] });

  it("is told before what else is known", () => {
    const worse = limited(record([entry({ energyUj: reading(120) })]), "*", 110).comparisons[0]!;
    expect(worse).toMatchObject({ state: "regressed", change: expect.closeTo(0.2, 12) });
    expect(worse.why).toBe(
      "above the limit of 110; the code that computes it: operations, coefficients and memory are the same",
    );
  });

  it("is for its own quantity and its own entries", () => {
    const { comparisons } = limited(
      record([entry(), entry({ precision: "int8" })]),
      "*/int8/*",
      9,
      "averagePowerMw",
    );
    const worse = comparisons.filter(({ state }) => state === "regressed");
    expect(worse.map(({ id, quantity }) => [id, quantity])).toEqual([
      ["net/nrf52840/int8/0", "averagePowerMw"],
    ]);
  });

  it("that meets entries without that figure guards nothing", () => {
    const { comparisons, verdict } = limited(record(), "*", 5, "cycles");
    expect(comparisons[0]).toEqual({
      id: "*",
      quantity: "cycles",
      state: "missing",
      baseline: null,
      current: null,
      change: null,
      changeMin: null,
      changeMax: null,
      why: "the limit of 5 meets no entry",
    });
    expect(verdict).toBe("not-compared");
  });

  it("takes * for any text, none included, and all else as it is, in order", () => {
    const meets = (pattern: string) => limited(record(), pattern, 1e6).counts.missing === 0;
    for (const pattern of [
      "net/nrf52840/fp32/0",
      "net/nrf52840/fp32/0*",
      "*net/nrf52840/fp32/0",
      "net/*nrf52840/fp32/0",
      "*nrf*fp32*",
      "*fp32*/0",
      "*/fp*/0",
      "net/n*/*/0",
      "*****",
    ]) {
      expect([pattern, meets(pattern)]).toEqual([pattern, true]);
    }
    for (const pattern of [
      "*fp32*nrf*",
      "n*net*0",
      "net*net/nrf52840/fp32/0",
      "*/0*/0",
      "*0*0*0*0*",
      "net/nrf52840/fp32/0net/nrf52840/fp32/0",
      "Net*",
      "net.nrf52840.fp32.0",
      "*/fp32",
      "fp32/*",
    ]) {
      expect([pattern, meets(pattern)]).toEqual([pattern, false]);
    }
  });
});
