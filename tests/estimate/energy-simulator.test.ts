import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import { OP_CLASSES, type OpClass, type OpCounts } from "../../bindings/count/op-class.ts";
import type { NetworkProfile, OpProfile } from "../../bindings/count/op-profile.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { type Estimate, estimateJson } from "../../bindings/estimate/estimate.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import { exactBoard, exactPoint, figure, uncertainBoard } from "./boards.ts";

const exactly = (value: number) => ({
  typ: expect.closeTo(value, 9),
  min: expect.closeTo(value, 9),
  max: expect.closeTo(value, 9),
});

/** 1000 adds, 500 multiplications at 2 and 100 MACs at 5 cycles on the hand-made board: 2500 cycles. */
const PROFILE: OpProfile = {
  classes: { f32Add: 1000, f32Mul: 500 },
  macs: [{ kernel: "int8-scalar", count: 100 }],
};

function thrownBy(action: () => unknown): LiquidEdgeError {
  try {
    action();
  } catch (error) {
    if (error instanceof LiquidEdgeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the arithmetic, on a board without uncertainty", () => {
  let estimate: Estimate;
  beforeEach(() => {
    estimate = new EnergySimulator({ platform: exactBoard() }).estimate(PROFILE);
  });

  it("adds up cycles and divides by the clock", () => {
    expect(estimate.cycles).toEqual(exactly(2500));
    expect(estimate.latencyUs).toEqual(exactly(25));
  });

  it("multiplies latency, active current and supply: 25 µs * 10 mA * 2 V = 0.5 µJ", () => {
    expect(estimate.energyUj).toEqual(exactly(0.5));
  });

  it("weighs active and idle power by time: 20 mW for 25 µs, 2 mW for 9975 µs", () => {
    expect(estimate.averagePowerUw).toEqual(exactly((20_000 * 25 + 2_000 * 9_975) / 10_000));
    expect(estimate.idle.timeShare).toEqual(exactly(0.9975));
    expect(estimate.idle.energyShare).toBeCloseTo((2_000 * 9_975) / (20_000 * 25 + 2_000 * 9_975), 12);
  });

  it("takes the peak from the peak current", () => {
    expect(estimate.peakPowerUw).toEqual(exactly(40_000));
  });

  it("says what fits into the period", () => {
    expect(estimate.realTime).toEqual({
      rateHz: 100,
      periodUs: 10_000,
      utilisation: exactly(0.0025),
      ok: true,
      okTypical: true,
    });
  });

  it("adds the wake-up at active current: 20 mW for 75 µs, 0.02 mW for 9925 µs", () => {
    const stop = new EnergySimulator({ platform: exactBoard(), idle: "stop" }).estimate(PROFILE);
    expect(stop.averagePowerUw).toEqual(exactly((20_000 * 75 + 20 * 9_925) / 10_000));
    expect(stop.realTime.utilisation).toEqual(exactly(0.0075));
    expect(stop.energyUj).toEqual(exactly(0.5));
  });

  it("takes an inference of n steps for n times the work and reports the single step too", () => {
    const steps = new EnergySimulator({ platform: exactBoard(), steps: 75 }).estimate(PROFILE);
    expect(steps.cycles).toEqual(exactly(75 * 2500));
    expect(steps.energyUj).toEqual(exactly(37.5));
    expect(steps.perStep).toEqual({ cycles: exactly(2500), latencyUs: exactly(25), energyUj: exactly(0.5) });
  });

  it("uses the operating point that was named", () => {
    const slow = new EnergySimulator({ platform: exactBoard(), point: "50mhz" }).estimate(PROFILE);
    expect(slow.operatingPoint).toMatchObject({ id: "50mhz", clockHz: 50e6, supplyV: 2 });
    expect(slow.energyUj).toEqual(exactly(0.6));
  });

  it("uses the cycle option that was named and says that bits may differ", () => {
    const rom = new EnergySimulator({ platform: exactBoard(), option: "rom" }).estimate(PROFILE);
    expect(rom).toMatchObject({ cycleOption: "rom", bitIdentical: false, cycles: exactly(2000) });
    expect(estimate).toMatchObject({ cycleOption: null, bitIdentical: true });
  });

  it("divides the battery by the average power", () => {
    const { batteryLifeHours, averagePowerUw } = new EnergySimulator({
      platform: exactBoard(),
      batteryMwh: 3000,
    }).estimate(PROFILE);
    expect(batteryLifeHours).toEqual(exactly(3e6 / averagePowerUw.typ));
    expect(estimate.batteryLifeHours).toBeNull();
  });

  it("turns the bounds around where more power means less: in battery life and in idle time", () => {
    const { batteryLifeHours, averagePowerUw, idle, realTime } = new EnergySimulator({
      platform: uncertainBoard(),
      batteryMwh: 3000,
    }).estimate(PROFILE);
    expect(batteryLifeHours!.min).toBeCloseTo(3e6 / averagePowerUw.max, 9);
    expect(batteryLifeHours!.max).toBeCloseTo(3e6 / averagePowerUw.min, 9);
    expect(idle.timeShare.min).toBeCloseTo(1 - realTime.utilisation.max, 12);
    expect(idle.timeShare.max).toBeCloseTo(1 - realTime.utilisation.min, 12);
  });

  it("adds the ends of latency and wake-up to those of the utilisation", () => {
    const { latencyUs, realTime } = new EnergySimulator({ platform: uncertainBoard() }).estimate(PROFILE);
    expect(realTime.utilisation.typ).toBeCloseTo((latencyUs.typ + 20) / 10_000, 12);
    expect(realTime.utilisation.min).toBeCloseTo((latencyUs.min + 1) / 10_000, 12);
    expect(realTime.utilisation.max).toBeCloseTo((latencyUs.max + 100) / 10_000, 12);
  });

  it("fits where flash, RAM and the user's limit suffice", () => {
    const memory = {
      imageBytes: 300,
      arenaBytes: 100,
      sections: { weights: 200, tables: 0, header: 64, state: 16, io: 12, scratch: 40 },
    };
    const fits = (ramLimitBytes?: number, imageIn?: "ram" | "flash") =>
      new EnergySimulator({
        platform: exactBoard(),
        firmware: false,
        ...(ramLimitBytes !== undefined && { ramLimitBytes }),
        ...(imageIn && { imageIn }),
      }).estimate(PROFILE, memory);
    expect(fits()).toMatchObject({ fits: true, ramBytes: 400, memory: { imageIn: "ram" } });
    expect(fits(150)).toMatchObject({ fits: true, ramBytes: 100, memory: { imageIn: "flash" } });
    expect(fits(150, "ram")).toMatchObject({ fits: false, ramBytes: 400 });
    expect(fits(99)).toMatchObject({ fits: false, ramBytes: 100 });
    expect(estimate).toMatchObject({ fits: null, ramBytes: null, flashBytes: null, memory: null });
  });

  it("names the source of every coefficient that it used", () => {
    expect(estimate.coefficients.map((c) => c.name)).toEqual([
      "cycles.f32Add",
      "cycles.f32Mul",
      "cyclesPerMac.int8-scalar",
      "activeCurrentMa",
      "peakCurrentMa",
      "idleCurrentMa",
      "wakeUs",
    ]);
    expect(estimate.coefficients[1]).toEqual({
      name: "cycles.f32Mul",
      typ: 2,
      min: 2,
      max: 2,
      source: "the author of the test",
      grade: "C",
    });
  });

  it("costs nothing when nothing is executed", () => {
    const idle = new EnergySimulator({ platform: exactBoard() }).estimate({ classes: {}, macs: [] });
    expect(idle.energyUj).toEqual(exactly(0));
    expect(idle.averagePowerUw).toEqual(exactly(2000));
    expect(idle.breakdown.classes).toEqual([]);
  });
});

describe("an inference that does not fit into its period", () => {
  it("is never idle and draws the active power", () => {
    const estimate = new EnergySimulator({ platform: exactBoard(), rateHz: 50_000 }).estimate(PROFILE);
    expect(estimate.realTime).toMatchObject({ utilisation: exactly(1.25), ok: false, okTypical: false });
    expect(estimate.averagePowerUw).toEqual(exactly(20_000));
    expect(estimate.idle.timeShare).toEqual(exactly(0));
  });

  it("is not real time when only the upper end of the interval is late", () => {
    const board = exactBoard();
    board.cycles.classes.f32Add = figure(1, 1, 3);
    const estimate = new EnergySimulator({ platform: board, rateHz: 30_000 }).estimate(PROFILE);
    expect(estimate.latencyUs.typ).toBeLessThan(estimate.realTime.periodUs);
    expect(estimate.latencyUs.max).toBeGreaterThan(estimate.realTime.periodUs);
    expect(estimate.realTime).toMatchObject({ ok: false, okTypical: true });
  });

  it("is late when the wake-up makes it late", () => {
    const options = { platform: exactBoard(), rateHz: 20_000 };
    expect(new EnergySimulator(options).estimate(PROFILE).realTime.ok).toBe(true);
    expect(new EnergySimulator({ ...options, idle: "stop" }).estimate(PROFILE).realTime.ok).toBe(false);
  });
});

describe("the idle mode", () => {
  const modeAt = (idle: ReturnType<typeof exactPoint>["idle"], asked?: "run" | "wfi" | "stop") => {
    const board = exactBoard({ operatingPoints: [exactPoint({ idle })] });
    return new EnergySimulator({ platform: board, ...(asked && { idle: asked }) }).estimate(PROFILE).idle;
  };
  const { wfi, stop } = exactPoint().idle as Required<ReturnType<typeof exactPoint>["idle"]>;

  it("defaults to wfi, then stop, then run, and says why", () => {
    expect(modeAt({ wfi, stop })).toMatchObject({
      mode: "wfi",
      reason: "default: the operating point has a sourced figure",
    });
    expect(modeAt({ stop })).toMatchObject({ mode: "stop", reason: "default: no sourced figure for wfi" });
    expect(modeAt({})).toMatchObject({ mode: "run", reason: "default: no sourced figure for wfi or stop" });
  });

  it("is the one that was asked for", () => {
    expect(modeAt({ wfi, stop }, "stop")).toMatchObject({
      mode: "stop",
      reason: "as asked",
      currentMa: exactly(0.01),
    });
  });

  it("busy-waits at the active current without a wake-up", () => {
    const board = uncertainBoard();
    // At 20 kHz the core computes for about half of the time; two independent currents would give a narrower interval.
    const estimate = new EnergySimulator({ platform: board, idle: "run", rateHz: 20_000 }).estimate(PROFILE);
    expect(estimate.averagePowerUw.typ).toBeCloseTo(20_000, 6);
    expect(estimate.idle.timeShare.typ).toBeCloseTo(0.5, 6);
    expect(estimate.idle.wakeUs).toEqual({ typ: 0, min: 0, max: 0 });
    // One current flows all the time, so its own 90 % range is that of the power.
    expect(Math.abs(estimate.averagePowerUw.min / 14_000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(estimate.averagePowerUw.max / 30_000 - 1)).toBeLessThan(0.01);
  });

  it("is refused when the operating point has no figure for it", () => {
    const error = thrownBy(() => modeAt({ wfi }, "stop"));
    expect(error.code).toBe("unavailable");
    expect(error.message).toBe(
      'board hand: "operatingPoints.100mhz.idle" expected run or wfi, found stop (no sourced current for this idle mode)',
    );
  });
});

describe("the breakdown", () => {
  const layer = (name: string, classes: OpCounts) => ({
    name,
    kind: "ltc",
    operations: 1,
    classes,
    kernels: [],
  });
  const profile: NetworkProfile = {
    classes: { f32Add: 1000, f32Mul: 500 },
    macs: [],
    operations: 1500,
    layers: [layer("ltc", { f32Add: 600, f32Mul: 500 }), layer("step", { f32Add: 400 })],
    kernels: [],
    valueDependent: [],
  };

  it("shares cycles and energy among layers and classes without a remainder", () => {
    const { breakdown, cycles, energyUj } = new EnergySimulator({
      platform: exactBoard(),
      steps: 3,
    }).estimate(profile);
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    expect(breakdown.layers.map((l) => [l.name, l.cycles, l.share])).toEqual([
      ["ltc", 4800, 0.8],
      ["step", 1200, 0.2],
    ]);
    expect(sum(breakdown.layers.map((l) => l.energyUj))).toBeCloseTo(energyUj.typ, 12);
    expect(sum(breakdown.classes.map((c) => c.cycles))).toBe(cycles.typ);
    expect(sum(breakdown.classes.map((c) => c.share))).toBeCloseTo(1, 12);
  });

  it("lists kernels that are priced by the MAC beside the classes, costliest first", () => {
    const { breakdown } = new EnergySimulator({ platform: exactBoard() }).estimate({
      classes: { f32Add: 10, f32Div: 10 },
      macs: [{ kernel: "int8-scalar", count: 4 }],
    });
    expect(breakdown.classes.map((c) => c.name)).toEqual(["f32Div", "f32Add"]);
    expect(breakdown.kernels).toEqual([{ name: "int8-scalar", count: 4, cycles: 20, share: 20 / 170 }]);
    expect(breakdown.layers).toEqual([]);
  });
});

describe("for all profiles", () => {
  const classNames = (Object.keys(OP_CLASSES) as OpClass[]).filter((name) => name !== "i64Div");
  const profiles = fc
    .dictionary(fc.constantFrom(...classNames), fc.integer({ min: 0, max: 1e6 }))
    .map((classes): OpProfile => ({ classes, macs: [{ kernel: "int8-scalar", count: 10 }] }));
  let simulator: EnergySimulator;
  beforeEach(() => {
    simulator = new EnergySimulator({ platform: uncertainBoard() });
  });
  const quantities = (e: ReturnType<EnergySimulator["estimate"]>) => [
    e.cycles,
    e.latencyUs,
    e.energyUj,
    e.averagePowerUw,
    e.realTime.utilisation,
  ];

  it("keeps min <= typ <= max, inside the corner bounds", () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const estimate = simulator.estimate(profile);
        for (const { typ, min, max } of quantities(estimate)) {
          expect(min).toBeLessThanOrEqual(typ);
          expect(typ).toBeLessThanOrEqual(max);
        }
        // Sampling may move a bound by some tenths of a per cent, which shows where one coefficient decides alone.
        for (const name of ["cycles", "latencyUs", "energyUj", "averagePowerUw"] as const) {
          expect(estimate.corner[name].min).toBeLessThanOrEqual(estimate[name].min * 1.01);
          expect(estimate.corner[name].max).toBeGreaterThanOrEqual(estimate[name].max * 0.99);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("never gets cheaper by more work", () => {
    fc.assert(
      fc.property(
        profiles,
        fc.constantFrom(...classNames),
        fc.integer({ min: 1, max: 1e5 }),
        (profile, name, n) => {
          const more = {
            ...profile,
            classes: { ...profile.classes, [name]: (profile.classes[name] ?? 0) + n },
          };
          const [a, b] = [quantities(simulator.estimate(profile)), quantities(simulator.estimate(more))];
          a.forEach((quantity, i) => {
            for (const end of ["typ", "min", "max"] as const) {
              expect(b[i]![end]).toBeGreaterThanOrEqual(quantity[end] * (1 - 1e-12));
            }
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("scales cycles, latency and energy with the counts", () => {
    fc.assert(
      fc.property(profiles, fc.integer({ min: 2, max: 50 }), (profile, factor) => {
        const scaled: OpProfile = {
          classes: Object.fromEntries(Object.entries(profile.classes).map(([name, n]) => [name, n * factor])),
          macs: profile.macs.map(({ kernel, count }) => ({ kernel, count: count * factor })),
        };
        const [a, b] = [simulator.estimate(profile), simulator.estimate(scaled)];
        const ratio = (x: Interval, y: Interval) => [y.typ / x.typ, y.min / x.min, y.max / x.max];
        for (const name of ["cycles", "latencyUs", "energyUj"] as const) {
          for (const r of ratio(a[name], b[name])) expect(r / factor).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("gives an energy of an inference that does not depend on the rate", () => {
    fc.assert(
      fc.property(profiles, fc.double({ min: 0.01, max: 1e6, noNaN: true }), (profile, rateHz) => {
        const other = new EnergySimulator({ platform: uncertainBoard(), rateHz }).estimate(profile);
        expect(other.energyUj).toEqual(simulator.estimate(profile).energyUj);
      }),
      { numRuns: 50 },
    );
  });
});

describe("what cannot be estimated", () => {
  let simulator: EnergySimulator;
  beforeEach(() => {
    simulator = new EnergySimulator({ platform: exactBoard() });
  });

  it("is a class that the board has no cycles for, named with the board", () => {
    const error = thrownBy(() => simulator.estimate({ classes: { i64Div: 3 }, macs: [] }));
    expect(error.code).toBe("unavailable");
    expect(error.message).toBe(
      'board hand: no cycles for operation class "i64Div", which the profile executes 3 times',
    );
  });

  it("is a kernel that the board has no price for, with the nearest name", () => {
    const error = thrownBy(() =>
      simulator.estimate({ classes: {}, macs: [{ kernel: "int8-scaler", count: 3 }] }),
    );
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain('board hand: no cycles per MAC for kernel "int8-scaler"');
    expect(error.message).toContain('did you mean "int8-scalar"?');
  });

  it("does not include classes and kernels that are executed 0 times", () => {
    const nothing = { classes: { i64Div: 0 }, macs: [{ kernel: "none", count: 0 }] };
    expect(simulator.estimate(nothing).cycles.typ).toBe(0);
  });

  it("is a class that does not exist", () => {
    const error = thrownBy(() => simulator.estimate({ classes: { f32Ad: 1 } as OpCounts, macs: [] }));
    expect(error.code).toBe("unknown-name");
    expect(error.message).toContain('did you mean "f32Add"?');
  });

  it("is an operating point or a cycle option that does not exist", () => {
    expect(thrownBy(() => new EnergySimulator({ platform: exactBoard(), point: "100mh" })).code).toBe(
      "unknown-name",
    );
    const error = thrownBy(() => new EnergySimulator({ platform: exactBoard(), option: "ron" }));
    expect(error.code).toBe("unknown-name");
    expect(error.message).toBe('board hand: "cycleOptions" expected rom, found "ron" (did you mean "rom"?)');
  });

  it.each([
    { rateHz: 0 },
    { rateHz: Number.NaN },
    { steps: 1.5 },
    { seed: -1 },
    { draws: 10 },
    { batteryMwh: 0 },
    { ramLimitBytes: -1 },
  ])("is refused for %o", (options) => {
    const name = Object.keys(options)[0]!;
    expect(() => new EnergySimulator({ platform: exactBoard(), ...options })).toThrow(RangeError);
    expect(() => new EnergySimulator({ platform: exactBoard(), ...options })).toThrow(`"${name}" expected`);
  });
});

describe("on the built-in platforms", () => {
  const liquid: OpProfile = {
    classes: {
      f32Load: 4000,
      f32Add: 3000,
      f32Mul: 3000,
      f32Div: 100,
      i32Alu: 5000,
      branchTaken: 900,
      call: 50,
    },
    macs: [],
  };

  it.each(builtinBoards().map((board) => board.id))("estimates on %s", (platform) => {
    const estimate = new EnergySimulator({ platform }).estimate(liquid);
    expect(estimate.platform).toBe(platform);
    expect(estimate.energyUj.min).toBeGreaterThan(0);
    expect(estimate.energyUj.min).toBeLessThan(estimate.energyUj.max);
    expect(estimate.averagePowerUw.typ).toBeLessThan(estimate.peakPowerUw.max);
    for (const { source } of estimate.coefficients) expect(source.length).toBeGreaterThan(8);
  });

  it("refuses a platform that does not exist, with the nearest name", () => {
    const error = thrownBy(() => new EnergySimulator({ platform: "stm32h734" }));
    expect(error.code).toBe("unknown-name");
    expect(error.message).toContain('did you mean "stm32h743"?');
  });

  it("prices the ROM's float library of the RP2040 below libgcc's, at the cost of equal bits", () => {
    const libgcc = new EnergySimulator({ platform: "rp2040" }).estimate(liquid);
    const rom = new EnergySimulator({ platform: "rp2040", option: "rom-float" }).estimate(liquid);
    expect(libgcc.bitIdentical).toBe(true);
    expect(rom.bitIdentical).toBe(false);
    expect(rom.cycles.typ).toBeLessThan(libgcc.cycles.typ);
  });
});

describe("estimateJson", () => {
  it("leaves out bounds and coefficients unless asked, and everything survives JSON", () => {
    const memory = {
      imageBytes: 300,
      arenaBytes: 100,
      sections: { weights: 200, tables: 0, header: 64, state: 16, io: 12, scratch: 40 },
    };
    const estimate = new EnergySimulator({ platform: exactBoard(), firmware: false }).estimate(
      PROFILE,
      memory,
      {
        precision: "fp32",
        sparsity: 0,
      },
    );
    const short = estimateJson(estimate);
    expect(short).not.toHaveProperty("corner");
    expect(short).toMatchObject({
      precision: "fp32",
      sparsity: 0,
      flashBytes: 300,
      ramBytes: 400,
      fits: true,
    });
    const verbose = estimateJson(estimate, { verbose: true });
    expect(JSON.parse(JSON.stringify(verbose))).toEqual(verbose);
  });
});
