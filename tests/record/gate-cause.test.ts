// Why a computed figure changed: arithmetic of counts and coefficients, done here by hand.

import { describe, expect, it } from "vitest";
import { gate } from "../../bindings/record/gate.ts";
import { causeOf } from "../../bindings/record/gate-cause.ts";
import type { BenchmarkRecord, Breakdown, Entry } from "../../bindings/record/record.ts";
import { entry, reading, record } from "./made-records.ts";

interface Side {
  breakdown?: Partial<Breakdown>;
  /** Typical values. */
  coefficients?: Record<string, number>;
  rest?: Partial<Entry>;
  core?: string;
}

function made({ breakdown = {}, coefficients = {}, rest = {}, core = "0" }: Side): BenchmarkRecord {
  const one = entry({ breakdown: { classes: {}, kernels: {}, sections: {}, ...breakdown }, ...rest });
  const typical = Object.entries(coefficients).map(
    ([name, typ]) => [name, [typ, 0, 1000]] as [string, [number, number, number]],
  );
  return record([one], {
    platforms: { nrf52840: { hash: "0".repeat(64), coefficients: Object.fromEntries(typical) } },
    coreHash: core.repeat(64),
  });
}

function why(now: Side, then: Side, quantity: "energyUj" | "memoryKb" | "flashKb" = "energyUj"): string {
  const [current, baseline] = [made(now), made(then)];
  return causeOf(quantity, current.entries[0]!, baseline.entries[0]!, current, baseline);
}

const PRICES = {
  "cycles.f32Add": 1,
  "cycles.f32Mul": 2,
  "cycles.f32Div": 14,
  "cyclesPerMac.int8": 5,
  activeCurrentMa: 10,
};
const THEN: Side = {
  breakdown: { classes: { f32Add: 100, f32Mul: 100, f32Div: 10 }, kernels: { int8: 40 } },
  coefficients: PRICES,
};
/** As `THEN`, 640 cycles, but for what is named. */
const now = (classes: Record<string, number>, kernels: Record<string, number> = {}): Side => ({
  breakdown: {
    classes: { ...THEN.breakdown!.classes, ...classes },
    kernels: { ...THEN.breakdown!.kernels, ...kernels },
  },
  coefficients: PRICES,
});
const repriced = (prices: Record<string, number>): Side => ({
  ...THEN,
  coefficients: { ...PRICES, ...prices },
});

const SAME_CODE = "the code that computes it: operations, coefficients and memory are the same";

describe("operations that changed", () => {
  it("are ordered by their cycles, not by their number", () => {
    // 10 × 2 cycles against 15 × 1.
    expect(why(now({ f32Add: 115, f32Mul: 110 }), THEN)).toBe("+10 f32Mul, +15 f32Add");
    // 50 × 1 against 2 × 14 and 4 × 5.
    expect(why(now({ f32Add: 150, f32Div: 12 }, { int8: 44 }), THEN)).toBe("+50 f32Add, +2 f32Div, 1 more");
    expect(why(now({ f32Add: 150, f32Div: 12, f32Mul: 101 }, { int8: 44 }), THEN)).toMatch(/, 2 more$/);
  });

  it("may be fewer, and then count by how much they are", () => {
    // 30 × 2 cycles less, 40 × 1 more.
    expect(why(now({ f32Mul: 70, f32Add: 140 }), THEN)).toBe("−30 f32Mul, +40 f32Add");
  });

  it("are multiply-accumulates of a port's kernel too", () => {
    // 20 × 5 cycles against 50 × 1.
    expect(why(now({ f32Add: 150 }, { int8: 60 }), THEN)).toBe("+20 int8, +50 f32Add");
  });

  it("are priced by the new record where the old one did not execute them", () => {
    const added: Side = {
      ...now({ f32Sqrt: 10, f32Add: 110 }),
      coefficients: { ...PRICES, "cycles.f32Sqrt": 14 },
    };
    expect(why(added, THEN)).toBe("+10 f32Sqrt, +10 f32Add");
    expect(why(THEN, added)).toBe("−10 f32Sqrt, −10 f32Add");
  });

  it("by the price of the old record where both have one, so that nothing is counted twice", () => {
    const both = { ...now({ f32Add: 130, f32Div: 11 }), coefficients: { ...PRICES, "cycles.f32Div": 40 } };
    // 30 × 1 against 1 × 14 (not 40); the price itself: 11 × 26.
    expect(why(both, THEN)).toBe("coefficient cycles.f32Div 14 → 40, +30 f32Add, 1 more");
  });

  it("weigh the same where a board counted them", () => {
    const counted = { rest: { kind: "emulated" } as const };
    expect(
      why(
        { breakdown: { classes: { f32Div: 12, f32Add: 115 }, kernels: { int8: 2 } }, ...counted },
        { breakdown: { classes: { f32Div: 10, f32Add: 100 } }, ...counted },
      ),
    ).toBe("+15 f32Add, +2 f32Div, 1 more");
  });

  it("say nothing without a price", () => {
    expect(why({ breakdown: { classes: { f32Add: 1 } } }, { breakdown: { classes: { f32Add: 2 } } })).toBe(
      SAME_CODE,
    );
  });

  it("are all there is where the baseline executed nothing", () => {
    expect(why(now({}), { coefficients: PRICES })).toBe("+100 f32Add, +100 f32Mul, 2 more");
  });

  it("have commas at thousands", () => {
    expect(why(now({ f32Add: 1_234_667 }), THEN)).toBe("+1,234,567 f32Add");
    expect(why(now({ f32Add: 1_099 }), THEN)).toBe("+999 f32Add");
    expect(why(THEN, now({ f32Add: 1_100 }))).toBe("−1,000 f32Add");
  });

  it("have names that are printed in one line", () => {
    const hostile = { breakdown: { classes: { "x\n": 5 } }, coefficients: { "cycles.x\n": 1 } };
    expect(why(hostile, { ...hostile, breakdown: { classes: { "x\n": 4 } } })).toBe("+1 x\\u000a");
    expect(why({ ...hostile, coefficients: { "cycles.x\n": 2 } }, hostile)).toBe(
      "coefficient cycles.x\\u000a 1 → 2",
    );
  });
});

describe("coefficients that changed", () => {
  it("are ordered by what they are of the cycles", () => {
    // 100 × 0.5 cycles of 640 against 10 × 6.
    expect(why(repriced({ "cycles.f32Add": 1.5, "cycles.f32Div": 20 }), THEN)).toBe(
      "coefficient cycles.f32Div 14 → 20, coefficient cycles.f32Add 1 → 1.5",
    );
    // 40 × 1 against 10 × 3.
    expect(why(repriced({ "cyclesPerMac.int8": 6, "cycles.f32Div": 11 }), THEN)).toBe(
      "coefficient cyclesPerMac.int8 5 → 6, coefficient cycles.f32Div 14 → 11",
    );
  });

  it("that are not of an operation count by their own change", () => {
    // 10 % of everything against 100 cycles of 640, and against 50.
    expect(why(repriced({ activeCurrentMa: 11, "cycles.f32Add": 2 }), THEN)).toBe(
      "coefficient cycles.f32Add 1 → 2, coefficient activeCurrentMa 10 → 11",
    );
    expect(why(repriced({ activeCurrentMa: 9, "cycles.f32Add": 1.5 }), THEN)).toBe(
      "coefficient activeCurrentMa 10 → 9, coefficient cycles.f32Add 1 → 1.5",
    );
  });

  it("say nothing of what the network does not execute, or only one side used", () => {
    const unused = (price: number): Side => repriced({ "cycles.i64Div": price });
    expect(why(unused(2), unused(1))).toBe(SAME_CODE);
    expect(why(repriced({ wakeUs: 3 }), THEN)).toBe(SAME_CODE);
    expect(why(THEN, repriced({ wakeUs: 3 }))).toBe(SAME_CODE);
  });

  it("say nothing of operations where a record does not break them down", () => {
    const [current, baseline] = [made(repriced({ "cycles.f32Add": 2 })), made(THEN)];
    expect(causeOf("energyUj", entry(), entry(), current, baseline)).toBe(SAME_CODE);
  });

  it("are those of the entry's own platform", () => {
    const [current, baseline] = [made(THEN), made(THEN)];
    current.platforms.other = baseline.platforms.nrf52840!;
    current.platforms.nrf52840 = made(repriced({ activeCurrentMa: 12 })).platforms.nrf52840!;
    const cause = (platform: string) =>
      causeOf(
        "energyUj",
        { ...current.entries[0]!, platform },
        { ...baseline.entries[0]!, platform },
        current,
        baseline,
      );
    expect(cause("nrf52840")).toBe("coefficient activeCurrentMa 10 → 12");
    expect(cause("none")).toBe(SAME_CODE);
  });
});

describe("memory that changed", () => {
  const sections = (weights: number, state: number): Side => ({
    ...THEN,
    breakdown: { ...THEN.breakdown, sections: { "image.weights": weights, "arena.state": state } },
  });

  it("is sections by their bytes, of RAM and flash alike", () => {
    for (const quantity of ["memoryKb", "flashKb"] as const) {
      expect(why(sections(1100, 64), sections(1000, 32), quantity)).toBe(
        "image weights +100 B, arena state +32 B",
      );
    }
    expect(why(sections(0, 64), sections(1000, 32), "memoryKb")).toBe(
      "image weights −1,000 B, arena state +32 B",
    );
  });

  it("is told the largest first, whatever the order in the record", () => {
    const of = (header: number, io: number, weights: number): Side => ({
      breakdown: { sections: { "arena.io": io, "image.header": header, "image.weights": weights } },
    });
    expect(why(of(65, 14, 5000), of(64, 12, 4000), "memoryKb")).toBe(
      "image weights +1,000 B, arena io +2 B, 1 more",
    );
    expect(why(of(64, 80, 4010), of(64, 12, 4000), "memoryKb")).toBe("arena io +68 B, image weights +10 B");
  });

  it("is not what operations cost, nor the other way round", () => {
    expect(why(now({ f32Add: 200 }), THEN, "memoryKb")).toBe(SAME_CODE);
    expect(why(sections(2, 1), sections(1, 1))).toBe(SAME_CODE);
  });

  it("is said by nothing where a record does not break it down", () => {
    const [plain, broken] = [entry(), made(sections(5, 5)).entries[0]!];
    const whole = record([plain]);
    expect(causeOf("memoryKb", plain, plain, whole, whole)).toBe(SAME_CODE);
    expect(causeOf("memoryKb", broken, plain, whole, whole)).toMatch(
      /^image weights \+5 B, arena state \+5 B/,
    );
    expect(causeOf("memoryKb", plain, broken, whole, whole)).toMatch(/^image weights −5 B/);
    expect(causeOf("energyUj", plain, broken, whole, whole)).toBe(SAME_CODE);
  });
});

describe("what came first", () => {
  const more = now({ f32Add: 110 });

  it("is the model before the image, the image before the core", () => {
    const of = (rest: Partial<Entry>, core = "0") => why({ ...more, rest, core }, THEN);
    expect(of({ modelHash: "1".repeat(64), imageHash: "1".repeat(64) }, "1")).toBe(
      "+10 f32Add (another model)",
    );
    expect(of({ imageHash: "1".repeat(64) }, "1")).toBe("+10 f32Add (the same model, compiled differently)");
    expect(of({}, "1")).toBe("+10 f32Add (the same image, another core)");
    expect(of({})).toBe("+10 f32Add");
  });

  it("is all there is to say where operations, coefficients and memory are the same", () => {
    expect(why({ ...THEN, core: "1" }, THEN)).toBe("the same image, another core");
    expect(why({ ...THEN, rest: { modelHash: "1".repeat(64) } }, THEN)).toBe("another model");
    expect(why(THEN, THEN)).toBe(SAME_CODE);
  });

  it("is the firmware where a board counted or an instrument measured", () => {
    const emulated: Side = { ...THEN, rest: { kind: "emulated" } };
    expect(why(emulated, emulated)).toBe(
      "the firmware: the operations of the network and its memory are the same",
    );
  });
});

describe("the gate", () => {
  it("asks for the cause of what changed, and of nothing else", () => {
    const [current, baseline] = [made(now({ f32Add: 110 })), made(THEN)];
    Object.assign(current.entries[0]!, { energyUj: reading(90), latencyMs: reading(1.01) });
    const whys = gate(current, baseline).comparisons.map(({ quantity, why: text }) => [quantity, text]);
    expect(Object.fromEntries(whys)).toEqual({
      energyUj: "+10 f32Add",
      latencyMs: "+10 f32Add",
      averagePowerMw: "",
      memoryKb: "",
      flashKb: "",
    });
  });
});
