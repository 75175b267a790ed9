// Counts of emulated boards, kernel by kernel, on a board that is made by hand.

import { describe, expect, it } from "vitest";
import type { Calibration, EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import {
  calibrationOf,
  fitCounts,
  leaveOneCellOut,
  type MeasuredNetwork,
} from "../../bindings/estimate/calibrate.ts";
import {
  countsByKernel,
  estimateCounts,
  type KernelCount,
  numbersOf,
  predictCount,
} from "../../bindings/estimate/counts.ts";
import { exactBoard, figure } from "./boards.ts";

const { cycles } = exactBoard();
const board: EmulatedBoard = {
  id: "emulated",
  name: "Emulated",
  core: exactBoard().core,
  emulator: { kind: "rp2040js", testMemory: "0x0" },
  counts: "cycles",
  costs: {
    ...cycles,
    classes: { ...cycles.classes, f32Mul: figure(2, 0.5, 4), i64Div: null },
    kernels: { int8: figure(5, 4, 7) },
  },
  portKernels: { matvecS8: "int8" },
  calibration: null,
  memory: { codeBytes: 1, ramBytes: 1 },
  notes: [],
  sources: {},
};

const kernel = (name: string, calls: number, macs: number, classes: Record<string, number>) => ({
  name,
  calls,
  macs,
  rows: 0,
  operations: 0,
  classes,
});
/** 100 additions outside of kernels, 30 multiplications and 10 additions in one, 8 MACs in another. */
const profile: NetworkProfile = {
  classes: { f32Add: 110, f32Mul: 30, i32Mul: 8, i64Div: 2 },
  macs: [],
  operations: 150,
  layers: [],
  kernels: [
    kernel("matvecF32", 3, 15, { f32Add: 10, f32Mul: 30 }),
    kernel("matvecS8", 2, 8, { i32Mul: 8 }),
    kernel("copyS8", 1, 0, { i64Div: 2 }),
  ],
  valueDependent: [],
};

describe("the numbers of a kernel", () => {
  it.each([
    ["matvecF32", "float"],
    ["tanhF16", "float"],
    ["matvecS8", "integer"],
    ["matvecS8x16", "integer"],
    ["F32x", "integer"],
    ["port_matvecS4", "integer"],
    ["other", "other"],
  ])("of %s are %s", (name, numbers) => {
    expect(numbersOf(name)).toBe(numbers);
  });
});

describe("counts by kernel", () => {
  it("price operations by class and those of the port by the MAC, the rest last", () => {
    expect(countsByKernel(profile, board)).toEqual([
      { name: "matvecF32", calls: 3, count: { typ: 70, min: 25, max: 130 } },
      { name: "port_matvecS8", calls: 2, count: { typ: 40, min: 32, max: 56 } },
      // i64Div has no price.
      { name: "copyS8", calls: 1, count: { typ: 0, min: 0, max: 0 } },
      { name: "other", calls: 0, count: { typ: 100, min: 100, max: 100 } },
    ]);
  });

  it("leave a kernel of the port that multiplies nothing to its operations", () => {
    const portKernels = { copyS8: "int8", matvecF32: "int8" };
    expect(countsByKernel(profile, { ...board, portKernels }).map(({ name }) => name)).toEqual([
      "port_matvecF32",
      "matvecS8",
      "copyS8",
      "other",
    ]);
  });
});

describe("an estimate of counts", () => {
  const calibration: Calibration = {
    board: "emulated",
    counts: "cycles",
    factors: { matvecF32: 1.5, other: 2 },
    defaultFactors: { float: 10, integer: 3, other: 100 },
    callOverhead: 7,
    relativeSpread: 0.1,
    fittedTo: ["a", "b"],
    provenance: {},
  };

  it("is the sum of what the table prices where nothing was fitted", () => {
    expect(estimateCounts(profile, board)).toEqual({
      board: "emulated",
      counts: "cycles",
      count: { typ: 210, min: 157, max: 286 },
      calibratedOn: null,
    });
  });

  it("has each kernel's factor, that of its numbers where it has none, the calls, and the spread of the fit", () => {
    // 70 × 1.5 + 40 × 3 + 0 × 3 + 100 × 2 + 6 calls of 7.
    const typ = 105 + 120 + 200 + 42;
    const found = estimateCounts(profile, { ...board, calibration });
    expect(found).toEqual({
      board: "emulated",
      counts: "cycles",
      count: {
        typ: expect.closeTo(typ, 9),
        // 1.645 standard deviations of 10 %, of the logarithm.
        min: expect.closeTo(typ * Math.exp(-0.1644853626951472), 9),
        max: expect.closeTo(typ * Math.exp(0.1644853626951472), 9),
      },
      calibratedOn: ["a", "b"],
    });
    expect(estimateCounts(profile, board, calibration)).toEqual(found);
    expect(estimateCounts(profile, { ...board, calibration }, null).calibratedOn).toBeNull();
    expect(predictCount(calibration, countsByKernel(profile, board))).toBeCloseTo(typ, 9);
  });
});

describe("a fit", () => {
  const count = (name: string, typ: number, calls = 0): KernelCount => ({
    name,
    calls,
    count: { typ, min: typ / 2, max: typ * 2 },
  });
  const network = (
    id: string,
    cell: string,
    measured: number,
    ...kernels: KernelCount[]
  ): MeasuredNetwork => ({
    id,
    cell,
    measured,
    kernels,
  });

  it("has as defaults the median ratios: of floats, of integers, of all", () => {
    const networks = [
      network("f1", "a", 100, count("matvecF32", 80), count("other", 20)),
      network("f2", "b", 200, count("matvecF32", 100)),
      network("f3", "c", 900, count("tanhF16", 300)),
      network("i1", "d", 500, count("matvecS8", 100)),
      network("i2", "e", 700, count("matvecS8", 90), count("other", 10)),
    ];
    expect(fitCounts(networks).defaultFactors).toEqual({ float: 2, integer: 6, other: 3 });
    expect(fitCounts(networks.slice(0, 3)).defaultFactors).toEqual({ float: 2, integer: 2, other: 2 });
    expect(fitCounts(networks.slice(3)).defaultFactors).toEqual({ float: 6, integer: 6, other: 6 });
  });

  it("draws a kernel to the others' factor by its prior: one network, one kernel, in closed form", () => {
    // Common factor 2, no calls: nothing pulls away from it.
    const fit = fitCounts([network("a", "a", 200, count("matvecF32", 100))]);
    expect(fit.factors.matvecF32).toBeCloseTo(2, 9);
    expect(fit.callOverhead).toBeCloseTo(0, 9);
    // Two networks of ratios 2 and 4, priors at their mean 3 with a spread of 0.25 and a noise of 1 %: the derivative of the sum
    // of squares is linear in the one factor.
    const two = fitCounts([
      network("a", "a", 200, count("matvecF32", 100)),
      network("b", "b", 400, count("matvecF32", 100)),
    ]);
    const weights = [1e4 / 4, 1e4 / 16];
    const prior = 1 / 0.25 ** 2;
    const f = (weights[0]! * 2 + weights[1]! * 4 + prior * 3) / (weights[0]! + weights[1]! + prior);
    expect(two.factors.matvecF32).toBeCloseTo(f, 6);
  });

  it("draws the overhead of a call to nothing, within ten", () => {
    // One factor for both, so that calls alone tell them apart: 50 more for 10 calls.
    const networks = Array.from({ length: 6 }, (_, i) =>
      network(`n${i}`, "a", 10_000 + 50 * i, count("matvecF32", 10_000, 10 * i)),
    );
    expect(fitCounts(networks).callOverhead).toBeGreaterThan(2);
    expect(fitCounts(networks).callOverhead).toBeLessThan(5);
    expect(fitCounts(networks.map((one) => ({ ...one, measured: 9_000 }))).callOverhead).toBe(0);
  });

  it("names its kernels in order, each once", () => {
    const kernels = [count("tanhF32", 5), count("matvecF32", 5), count("tanhF32", 5)];
    expect(Object.keys(fitCounts([network("a", "a", 15, ...kernels)]).factors)).toEqual([
      "matvecF32",
      "tanhF32",
    ]);
  });

  it("is told by the cells that it was not fitted to", () => {
    const networks = [
      network("a1", "a", 100, count("matvecF32", 100)),
      network("a2", "a", 200, count("matvecF32", 200)),
      network("b1", "b", 120, count("matvecF32", 100)),
    ];
    const errors = leaveOneCellOut(networks);
    // Fitted to b alone, the factor is 1.2; to both of a, 1.
    expect(errors).toEqual([expect.closeTo(0.2, 9), expect.closeTo(0.2, 9), expect.closeTo(1 / 1.2 - 1, 9)]);
    const made = calibrationOf(board, networks, { by: "hand" });
    expect(made).toMatchObject({
      board: "emulated",
      counts: "cycles",
      fittedTo: ["a1", "a2", "b1"],
      provenance: { by: "hand" },
      ...fitCounts(networks),
    });
    expect(made.relativeSpread).toBeCloseTo(Math.sqrt((0.04 + 0.04 + (1 / 6) ** 2) / 3), 9);
    expect(calibrationOf(board, networks.slice(0, 2), {}).relativeSpread).toBe(0);
  });
});
