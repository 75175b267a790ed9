// Energy and power from one value of each quantity, their corners, and the table of cycles behind the draws, by hand.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Figure } from "../../bindings/board/board.ts";
import { STRATUM_Z } from "../../bindings/estimate/draws.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { scale, spreadOf, valuesAt } from "../../bindings/estimate/interval.ts";
import { PricedProfile, PriceList } from "../../bindings/estimate/price.ts";
import { idleShareOf, outcomeOf, utilisationOf } from "../../bindings/estimate/simulate.ts";
import { exactBoard, exactPoint, figure, uncertainBoard } from "./boards.ts";

describe("an outcome", () => {
  const conditions = { periodUs: 100, supplyV: 3, clockMhz: 100 };

  it("is 25 µs at 30 mW, and 30 of 100 µs awake: 9 mW and 2.1 mW of 3 mW asleep", () => {
    expect(outcomeOf(conditions, 2500, 10, 1, 5)).toEqual({
      energyUj: expect.closeTo(0.75, 12),
      averagePowerUw: expect.closeTo(11_100, 9),
      idleEnergyShare: expect.closeTo(2100 / 11_100, 12),
    });
  });

  it("without any current is nothing, and no share of nothing", () => {
    expect(outcomeOf(conditions, 2500, 0, 0, 5)).toEqual({
      energyUj: 0,
      averagePowerUw: 0,
      idleEnergyShare: 0,
    });
  });

  it("that takes longer than the period is awake all the time", () => {
    expect(outcomeOf(conditions, 20_000, 10, 1, 5)).toMatchObject({
      averagePowerUw: expect.closeTo(30_000, 9),
      idleEnergyShare: 0,
    });
    expect([idleShareOf(0.25), idleShareOf(1), idleShareOf(1.5)]).toEqual([0.75, 0, 0]);
  });

  it("keeps a rate by latency and wake-up together", () => {
    const utilisation = utilisationOf({ typ: 20, min: 10, max: 30 }, { typ: 2, min: 1, max: 10 }, 100);
    expect(utilisation).toEqual({ typ: 0.22, min: 0.11, max: 0.4 });
  });
});

describe("the corner", () => {
  const adds = { classes: { f32Add: 1000 }, macs: [] };

  it("has all coefficients at one end: 500 to 3000 cycles, 7 to 15 mA, 0.02 to 0.4 mA, 1 to 100 µs", () => {
    const { corner } = new EnergySimulator({ platform: uncertainBoard(), rateHz: 1000 }).estimate(adds);
    const range = (min: number, max: number) => ({
      min: expect.closeTo(min, 9),
      max: expect.closeTo(max, 9),
    });
    expect(corner).toEqual({
      cycles: range(500, 3000),
      latencyUs: range(5, 30),
      energyUj: range(0.07, 0.9),
      // 7 mA for 6 of 1000 µs and 0.02 mA for 994, to 15 mA for 130 µs and 0.4 mA for 870, at 2 V.
      averagePowerUw: range(123.76, 4596),
    });
  });

  it("is of the whole inference", () => {
    const { corner } = new EnergySimulator({ platform: uncertainBoard(), rateHz: 1000, steps: 4 }).estimate(
      adds,
    );
    expect(corner.cycles.max).toBeCloseTo(12_000, 9);
    expect(corner.latencyUs.min).toBeCloseTo(20, 9);
    expect(corner.energyUj.max).toBeCloseTo(3.6, 9);
  });

  it("of busy waiting has one current", () => {
    const options = { platform: uncertainBoard(), rateHz: 1000, idle: "run" } as const;
    const { averagePowerUw } = new EnergySimulator(options).estimate(adds).corner;
    expect(averagePowerUw.min).toBeCloseTo(14_000, 8);
    expect(averagePowerUw.max).toBeCloseTo(30_000, 8);
  });

  it("is outside even where more work means less power, because waiting takes more than working", () => {
    const board = exactBoard({
      operatingPoints: [
        exactPoint({
          activeCurrentMa: figure(1),
          idle: { stop: { currentMa: figure(10), wakeUs: figure(0), description: "odd" } },
        }),
      ],
    });
    board.cycles.classes.f32Add = figure(1, 0.5, 2);
    const { corner, averagePowerUw } = new EnergySimulator({ platform: board, rateHz: 10_000 }).estimate(
      adds,
    );
    // 5 to 20 of 100 µs at 2 mW, the rest at 20 mW.
    expect(corner.averagePowerUw).toEqual({ min: expect.closeTo(16_400, 8), max: expect.closeTo(19_100, 8) });
    expect(averagePowerUw.typ).toBeCloseTo(18_200, 8);
    expect(averagePowerUw.min).toBeLessThan(18_200);
    expect(averagePowerUw.max).toBeGreaterThan(18_200);
  });
});

describe("the draws' interval", () => {
  const within = (value: number, share: number) => ({
    least: value * (1 - share),
    most: value * (1 + share),
  });

  it("is the own range of a quantity that varies alone", () => {
    const alone = (changes: { active?: Figure; idle?: Figure; wake?: Figure }) => {
      const stop = {
        currentMa: changes.idle ?? figure(0),
        wakeUs: changes.wake ?? figure(0),
        description: "",
      };
      const point = exactPoint({ activeCurrentMa: changes.active ?? figure(10), idle: { stop } });
      const options = { platform: exactBoard({ operatingPoints: [point] }), rateHz: 10_000 };
      return new EnergySimulator(options).estimate({ classes: { f32Add: 1000 }, macs: [] });
    };
    // 10 µs at 7 to 15 mA and 2 V.
    const active = alone({ active: figure(10, 7, 15) });
    for (const [found, { least, most }] of [
      [active.energyUj.min, within(0.14, 0.01)],
      [active.energyUj.max, within(0.3, 0.01)],
      [active.averagePowerUw.min, within(1400, 0.01)],
      [active.averagePowerUw.max, within(3000, 0.01)],
      // 2 mW for a tenth of the time, and 0.5 to 4 mA at 2 V for the rest.
      [alone({ idle: figure(1, 0.5, 4) }).averagePowerUw.min, within(2000 + 900, 0.01)],
      [alone({ idle: figure(1, 0.5, 4) }).averagePowerUw.max, within(2000 + 7200, 0.01)],
      // 20 mW for 10 µs and the wake-up of 5 to 40 µs.
      [alone({ wake: figure(10, 5, 40) }).averagePowerUw.min, within(3000, 0.01)],
      [alone({ wake: figure(10, 5, 40) }).averagePowerUw.max, within(10_000, 0.01)],
    ] as const) {
      expect(found).toBeGreaterThan(least);
      expect(found).toBeLessThan(most);
    }
    expect(alone({ wake: figure(10, 5, 40) }).energyUj).toEqual({
      typ: expect.closeTo(0.2, 12),
      min: expect.closeTo(0.2, 12),
      max: expect.closeTo(0.2, 12),
    });
  });

  it("never has an inference awake for longer than its period", () => {
    const options = { platform: uncertainBoard(), rateHz: 1e6 };
    const { averagePowerUw } = new EnergySimulator(options).estimate({ classes: { f32Add: 1000 }, macs: [] });
    expect(averagePowerUw.max).toBeLessThan(30_000 * 1.01);
    expect(averagePowerUw.min).toBeGreaterThan(14_000 * 0.99);
  });
});

describe("the cycles of a profile", () => {
  const priced = (...figures: [number, Figure][]) =>
    new PricedProfile(
      figures.map(([count, one]) => ({
        name: "f32Add",
        kind: "class",
        count,
        figure: one,
        spread: spreadOf(one),
      })),
    );
  const ranged = (factor: number) =>
    fc
      .tuple(
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        fc.double({ min: 1, max: factor, noNaN: true }),
        fc.double({ min: 1, max: factor, noNaN: true }),
      )
      .map(([typ, down, up]) => figure(typ, typ / down, typ * up));
  const counts = fc.integer({ min: 1, max: 100_000 });

  it.each([
    [2, 4e-4],
    [4, 1.5e-3],
  ])("are tabulated, within a factor of %d either way to %d", (factor, error) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(counts, ranged(factor)), { minLength: 1, maxLength: 6 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (figures, z) => {
          const profile = priced(...figures);
          const [value] = profile.tabulated(Float64Array.of(z), 0.5);
          expect(Math.abs(value! / (0.5 * profile.at(z)) - 1)).toBeLessThan(error);
        },
      ),
    );
  });

  it("are exact at the knots, every eighth of a standard deviation, to the ends", () => {
    const profile = priced([1000, figure(2, 1, 7)], [300, figure(0, 0, 5)]);
    const zs = Float64Array.from({ length: 49 }, (_, i) => -3 + i / 8);
    const values = profile.tabulated(zs, 3);
    for (const [i, z] of zs.entries()) expect(values[i]! / (3 * profile.at(z))).toBeCloseTo(1, 12);
  });

  it("of an operation that is usually free grow in a line, and only upwards", () => {
    const profile = priced([100, figure(0, 0, 5)]);
    const values = profile.tabulated(Float64Array.of(-2, 0, 0.3, 1.6448536269514722, 2.9), 1);
    expect([...values]).toEqual(
      [0, 0, 0.3, 1.6448536269514722, 2.9].map((z) => expect.closeTo((500 * z) / 1.6448536269514722, 9)),
    );
  });

  it("are sums over all strata of the draws", () => {
    const spread = spreadOf(figure(2, 1, 7));
    const [lowest] = valuesAt(spread, STRATUM_Z, 10);
    // The lowest stratum's median is -2.886 standard deviations.
    expect(lowest).toBeCloseTo(20 * 0.5 ** (2.8856349124267573 / 1.6448536269514722), 6);
    expect(scale({ typ: 2, min: 1, max: 4 }, 0.5)).toEqual({ typ: 1, min: 0.5, max: 2 });
  });
});

describe("a price list", () => {
  const board = exactBoard();
  board.cycles.kernels["int8-dsp"] = figure(3);
  const said = (classes: object, macs: { kernel: string; count: number }[], of = board) => {
    try {
      new PriceList(of).price({ classes, macs });
    } catch (error) {
      return [(error as { code?: string }).code, (error as Error).message];
    }
    return null;
  };

  it("names what it cannot price, and what it could", () => {
    expect(said({}, [{ kernel: "vendor", count: 7 }])).toEqual([
      "unavailable",
      'board hand: no cycles per MAC for kernel "vendor", which the profile executes 7 times (priced are: int8-scalar, int8-dsp)',
    ]);
    expect(said({}, [{ kernel: "int8-scale", count: 7 }])![1]).toMatch(/\(did you mean "int8-scalar"\?\)$/);
    const none = exactBoard();
    none.cycles.kernels = {};
    expect(said({}, [{ kernel: "f32", count: 1 }], none)![1]).toMatch(/\(priced are: none\)$/);
    expect(said({ i64Div: 2 }, [])).toEqual([
      "unavailable",
      'board hand: no cycles for operation class "i64Div", which the profile executes 2 times',
    ]);
  });

  it("does not mind what is executed 0 times", () => {
    expect(said({ i64Div: 0 }, [{ kernel: "vendor", count: 0 }])).toBeNull();
  });

  it("has typical cycles of parts, in which what has no price costs nothing", () => {
    const prices = new PriceList(board);
    expect(
      prices.typicalCycles({
        classes: { f32Add: 10, f32Mul: 5, i64Div: 3 },
        macs: [
          { kernel: "int8-scalar", count: 2 },
          { kernel: "none", count: 9 },
        ],
      }),
    ).toBe(10 + 10 + 10);
  });

  it("has the prices of a cycle option before its own", () => {
    const option = {
      description: "",
      bitIdentical: true,
      classes: { f32Mul: figure(1), i64Div: figure(40) },
    };
    const prices = new PriceList(board, option);
    expect(prices.price({ classes: { f32Add: 1, f32Mul: 1, i64Div: 1 }, macs: [] }).cycles.typ).toBe(42);
    expect(prices.typicalCycles({ classes: { f32Mul: 3 }, macs: [] })).toBe(3);
  });
});
