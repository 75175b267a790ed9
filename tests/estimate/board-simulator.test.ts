// What the simulator takes and refuses, and what it passes on: sources, facts, memory, firmware.

import { describe, expect, it } from "vitest";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import { BoardSimulator, type BoardSimulatorOptions } from "../../bindings/estimate/board-simulator.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { estimateJson } from "../../bindings/estimate/estimate.ts";
import { chooseIdle } from "../../bindings/estimate/idle.ts";
import { MemoryProfiler } from "../../bindings/estimate/memory-profiler.ts";
import { withPortKernels } from "../../bindings/estimate/port-kernels.ts";
import { exactBoard, exactPoint, figure } from "./boards.ts";

const NOTHING = { classes: {}, macs: [] };
const MEMORY = {
  imageBytes: 300,
  arenaBytes: 100,
  sections: { weights: 200, tables: 0, header: 64, state: 16, io: 12, scratch: 40 },
};

describe("numbers of an estimate", () => {
  const refuse = (options: object) => () =>
    new BoardSimulator(exactBoard(), options as BoardSimulatorOptions);

  it.each([
    [{ rateHz: 0 }, '"rateHz" expected a finite number > 0, got 0'],
    [{ rateHz: Number.POSITIVE_INFINITY }, '"rateHz" expected a finite number > 0, got Infinity'],
    [{ steps: 0 }, '"steps" expected a whole number >= 1, got 0'],
    [{ steps: 2.5 }, '"steps" expected a whole number >= 1, got 2.5'],
    [{ seed: -1 }, '"seed" expected a whole number >= 0, got -1'],
    [{ seed: 0.5 }, '"seed" expected a whole number >= 0, got 0.5'],
    [{ draws: 99 }, '"draws" expected a whole number >= 100, got 99'],
    [{ draws: 100.5 }, '"draws" expected a whole number >= 100, got 100.5'],
    [{ batteryMwh: 0 }, '"batteryMwh" expected a finite number > 0, got 0'],
    [{ batteryMwh: Number.NaN }, '"batteryMwh" expected a finite number > 0, got NaN'],
    [{ ramLimitBytes: -1 }, '"ramLimitBytes" expected bytes >= 0, got -1'],
    [{ ramLimitBytes: 1.5 }, '"ramLimitBytes" expected bytes >= 0, got 1.5'],
  ])("are refused: %o", (options, message) => {
    expect(refuse(options)).toThrow(new RangeError(message));
  });

  it("are numbers", () => {
    expect(refuse({ rateHz: "10" })).toThrow(new TypeError('"rateHz" expected a number, got string'));
    expect(refuse({ ramLimitBytes: null })).toThrow(
      new TypeError('"ramLimitBytes" expected a number, got object'),
    );
  });

  it("are taken at their ends", () => {
    const options = { rateHz: 1e-9, steps: 1, seed: 0, draws: 100, batteryMwh: 1e-9, ramLimitBytes: 0 };
    const estimate = new BoardSimulator(exactBoard(), options).estimate(NOTHING, MEMORY);
    expect(estimate.interval).toEqual({ confidence: 0.9, draws: 100, seed: 0 });
    expect(estimate.memory).toMatchObject({ ramLimitBytes: 0, fits: { ramLimit: false } });
  });

  it("have defaults: 100 Hz, one step, 1500 draws of seed 1", () => {
    const { realTime, steps, interval, point } = {
      ...new BoardSimulator(exactBoard()).estimate(NOTHING),
      point: new BoardSimulator(exactBoard()).point,
    };
    expect(realTime).toMatchObject({ rateHz: 100, periodUs: 10_000 });
    expect({ steps, interval }).toEqual({ steps: 1, interval: { confidence: 0.9, draws: 1500, seed: 1 } });
    expect(point.id).toBe("100mhz");
  });
});

describe("a cycle option that does not exist", () => {
  const said = (option: string, options?: string[]) => {
    const board = exactBoard();
    const [first] = Object.values(board.cycleOptions);
    if (options) board.cycleOptions = Object.fromEntries(options.map((name) => [name, first!]));
    expect(() => new BoardSimulator(board, { option })).toThrow(
      expect.objectContaining({ code: "unknown-name" }),
    );
    try {
      new BoardSimulator(board, { option });
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("is answered by those that there are, the nearest suggested", () => {
    expect(said("quick")).toBe('board hand: "cycleOptions" expected rom, found "quick"');
    expect(said("ro", ["rom", "other"])).toBe(
      'board hand: "cycleOptions" expected rom or other, found "ro" (did you mean "rom"?)',
    );
    expect(said("rom", [])).toBe('board hand: "cycleOptions" expected no cycle option, found "rom"');
  });

  it("may be called like a property that every object has", () => {
    expect(said("toString")).toContain('expected rom, found "toString"');
  });
});

describe("the idle mode", () => {
  it("that waits busily has no wake-up, and the source of the active current", () => {
    const board = exactBoard();
    expect(chooseIdle(board, exactPoint({ activeCurrentMa: figure(7, 6, 8, "PAGE 5") }), "run")).toEqual({
      mode: "run",
      reason: "as asked",
      description: "busy waiting at the active current",
      currentMa: figure(7, 6, 8, "PAGE 5"),
      wakeUs: { typ: 0, min: 0, max: 0, source: "PAGE 5", grade: "C" },
    });
  });

  it("has the description, current and wake-up of the operating point", () => {
    expect(chooseIdle(exactBoard(), exactPoint(), "stop")).toEqual({
      mode: "stop",
      reason: "as asked",
      description: "clock off",
      currentMa: figure(0.01),
      wakeUs: figure(50),
    });
    const { idle } = new BoardSimulator(exactBoard(), { idle: "stop" }).estimate(NOTHING);
    expect(idle).toMatchObject({
      description: "clock off",
      currentMa: { typ: 0.01, min: 0.01, max: 0.01 },
      wakeUs: { typ: 50, min: 50, max: 50 },
    });
  });

  it("that has no figure is refused with those that have one", () => {
    const of = (idle: ReturnType<typeof exactPoint>["idle"]) => () =>
      chooseIdle(exactBoard(), exactPoint({ idle }), "wfi");
    const { stop } = exactPoint().idle;
    const message = (expected: string) =>
      `board hand: "operatingPoints.100mhz.idle" expected ${expected}, found wfi (no sourced current for this idle mode)`;
    expect(of({})).toThrow(expect.objectContaining({ code: "unavailable", message: message("run") }));
    expect(of({ stop: stop! })).toThrow(message("run or stop"));
  });
});

describe("coefficients", () => {
  it("have the titles of all their sources, of the cycle table or of the board, and else the key", () => {
    const board = exactBoard({
      operatingPoints: [
        exactPoint({
          activeCurrentMa: { ...figure(10, 9, 12, "BOARD, HAND"), grade: "A" },
          peakCurrentMa: figure(20, 20, 20, "NOWHERE"),
        }),
      ],
    });
    const of = (name: string) =>
      new BoardSimulator(board).estimate(NOTHING).coefficients.find((one) => one.name === name);
    expect(of("activeCurrentMa")).toEqual({
      name: "activeCurrentMa",
      typ: 10,
      min: 9,
      max: 12,
      source: "the board's document; the author of the test",
      grade: "A",
    });
    expect(of("peakCurrentMa")!.source).toBe("NOWHERE");
  });

  it("of waiting are none where the core waits busily", () => {
    const names = (idle: "run" | "stop") =>
      new BoardSimulator(exactBoard(), { idle }).estimate(NOTHING).coefficients.map(({ name }) => name);
    expect(names("run")).toEqual(["activeCurrentMa", "peakCurrentMa"]);
    expect(names("stop")).toEqual(["activeCurrentMa", "peakCurrentMa", "idleCurrentMa", "wakeUs"]);
  });
});

describe("a rate", () => {
  it("is kept by an inference that takes the whole period, to the microsecond", () => {
    // 2500 cycles at 100 MHz: 25 µs.
    const at = (rateHz: number) =>
      new BoardSimulator(exactBoard(), { rateHz }).estimate({ classes: { f32Add: 2500 }, macs: [] }).realTime;
    expect(at(40_000)).toMatchObject({ utilisation: { typ: 1 }, ok: true, okTypical: true });
    expect(at(40_001)).toMatchObject({ ok: false, okTypical: false });
  });
});

describe("a profile", () => {
  it("that is wrong is called so", () => {
    const classes = { f32Add: -1 };
    expect(() => new BoardSimulator(exactBoard()).estimate({ classes, macs: [] })).toThrow(
      'operation profile: "classes.f32Add" expected a finite count >= 0, found -1',
    );
  });
});

describe("what the caller knows", () => {
  it("is passed on, and null where nobody said it", () => {
    const simulator = new BoardSimulator(exactBoard());
    expect(simulator.estimate(NOTHING)).toMatchObject({ precision: null, sparsity: null, assumed: [] });
    const facts = { precision: "int8", sparsity: 0.5, assumed: ["a range"] };
    expect(simulator.estimate(NOTHING, undefined, facts)).toMatchObject(facts);
  });

  it("of memory may be a profiler with its peak, or sizes", () => {
    const profiler = new MemoryProfiler(MEMORY);
    profiler.recordLinearMemory(4096);
    const simulator = new BoardSimulator(exactBoard());
    expect(simulator.estimate(NOTHING, profiler)).toMatchObject({
      flashBytes: 300,
      memory: { peakBytes: 4096 },
    });
    expect(simulator.estimate(NOTHING, MEMORY)).toMatchObject({
      flashBytes: 300,
      memory: { peakBytes: null },
    });
  });

  it("of where the image lies and how much RAM there is decides", () => {
    const memoryOf = (options: BoardSimulatorOptions) =>
      new BoardSimulator(exactBoard(), options).estimate(NOTHING, MEMORY);
    expect(memoryOf({})).toMatchObject({
      fits: true,
      ramBytes: 400,
      memory: { imageIn: "ram", ramLimitBytes: null },
    });
    expect(memoryOf({ imageIn: "flash" })).toMatchObject({ ramBytes: 100, memory: { imageIn: "flash" } });
    expect(memoryOf({ ramLimitBytes: 399 })).toMatchObject({ ramBytes: 100, memory: { ramLimitBytes: 399 } });
    // Each of the three alone is enough not to fit.
    const small = (flashBytes: number, ramBytes: number) =>
      exactBoard({ memory: { ...exactBoard().memory, flashBytes, ramBytes } });
    const fits = (board: ReturnType<typeof exactBoard>, options: BoardSimulatorOptions = {}) =>
      new BoardSimulator(board, options).estimate(NOTHING, MEMORY).fits;
    expect([fits(small(300, 100)), fits(small(299, 100)), fits(small(300, 99))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(fits(small(300, 400), { ramLimitBytes: 100 })).toBe(true);
    expect(fits(small(300, 400), { ramLimitBytes: 99 })).toBe(false);
  });
});

describe("firmware", () => {
  it("of a built-in platform counts, unless it is not to", () => {
    const of = (firmware?: boolean) =>
      new EnergySimulator({ platform: "nrf52840", ...(firmware !== undefined && { firmware }) }).estimate(
        NOTHING,
        MEMORY,
      ).memory!;
    expect(of().firmware).toMatchObject({ board: "nrf52840", basis: "measured" });
    expect(of().totalFlashBytes).toBeGreaterThan(300);
    expect(of(true)).toEqual(of());
    expect(of(false)).toMatchObject({ firmware: null, totalFlashBytes: 300, totalRamBytes: 400 });
  });
});

describe("the breakdown", () => {
  const layer = (name: string, f32Add: number, f32Mul: number) => ({
    name,
    kind: "dense",
    operations: f32Add + f32Mul,
    classes: { f32Add, f32Mul },
    kernels: [],
  });
  const profile: NetworkProfile = {
    classes: { f32Add: 40, f32Mul: 30 },
    macs: [{ kernel: "int8-scalar", count: 20 }],
    operations: 70,
    layers: [layer("a", 10, 30), layer("b", 30, 0)],
    kernels: [],
    valueDependent: [],
  };

  it("has counts, cycles, time and energy of an inference of several steps", () => {
    // 40 + 60 + 100 cycles a step; a has 10 + 60 of them.
    const { breakdown, energyUj } = new BoardSimulator(exactBoard(), { steps: 2 }).estimate(profile);
    expect(energyUj.typ).toBeCloseTo(0.08, 12);
    expect(breakdown.layers[0]).toEqual({
      name: "a",
      kind: "dense",
      count: 80,
      cycles: 140,
      share: 0.35,
      latencyUs: expect.closeTo(1.4, 12),
      energyUj: expect.closeTo(0.028, 12),
    });
    expect(breakdown.classes).toEqual([
      { name: "f32Mul", count: 60, cycles: 120, share: 0.3 },
      { name: "f32Add", count: 80, cycles: 80, share: 0.2 },
    ]);
    expect(breakdown.kernels).toEqual([{ name: "int8-scalar", count: 40, cycles: 200, share: 0.5 }]);
  });

  it("shares out nothing where nothing costs anything", () => {
    const free = exactBoard();
    free.cycles.classes.f32Add = figure(0, 0, 1);
    const { breakdown } = new BoardSimulator(free).estimate({ classes: { f32Add: 5 }, macs: [] });
    expect(breakdown.classes).toEqual([{ name: "f32Add", count: 5, cycles: 0, share: 0 }]);
  });
});

describe("kernels of the port", () => {
  const kernel = (name: string, macs: number, i32Mul: number, rows = 0) => ({
    name,
    calls: 1,
    macs,
    rows,
    operations: i32Mul,
    classes: { i32Mul },
  });
  const kernels = [kernel("matvecS8", 10, 40, 2), kernel("matvecS4", 5, 20), kernel("copy", 0, 3)];
  const profile: NetworkProfile = {
    classes: { f32Add: 1, i32Mul: 63 },
    macs: [{ kernel: "f32", count: 2 }],
    operations: 64,
    layers: [{ name: "l", kind: "dense", operations: 63, classes: { i32Mul: 63 }, kernels }],
    kernels,
    valueDependent: [],
  };

  it("replace the operations of those that multiply, in the whole and in each layer", () => {
    expect(withPortKernels(profile, { portKernels: { matvecS8: "int8", copy: "int8" } })).toEqual({
      classes: { f32Add: 1, i32Mul: 23 },
      macs: [
        { kernel: "f32", count: 2 },
        { kernel: "int8", count: 10, rows: 2 },
      ],
      layers: [{ classes: { i32Mul: 23 }, macs: [{ kernel: "int8", count: 10, rows: 2 }] }],
      portKernels: ["matvecS8"],
    });
  });

  it("are none by the name of what every object has", () => {
    const named = { ...profile, kernels: [kernel("toString", 1, 63)], layers: [] };
    expect(withPortKernels(named, { portKernels: {} })).toMatchObject({
      portKernels: [],
      classes: profile.classes,
    });
  });

  it("are none of a profile from elsewhere", () => {
    const elsewhere = { classes: { f32Add: 1 }, macs: [{ kernel: "f32", count: 2 }] };
    expect(withPortKernels(elsewhere, { portKernels: { f32: "int8" } })).toEqual({
      ...elsewhere,
      layers: [],
      portKernels: [],
    });
  });
});

describe("estimate --json", () => {
  it("is without bounds and coefficients, or all", () => {
    const estimate = new BoardSimulator(exactBoard()).estimate(NOTHING);
    const { corner, coefficients, ...short } = estimate;
    expect([corner, coefficients].every((part) => part !== undefined)).toBe(true);
    expect(estimateJson(estimate)).toEqual(short);
    expect(estimateJson(estimate, { verbose: false })).toEqual(short);
    expect(estimateJson(estimate, { verbose: true })).toBe(estimate);
  });
});
