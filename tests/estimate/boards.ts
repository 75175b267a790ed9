// Boards made by hand, with figures that are easy to reckon with.

import type { Board, Figure, OperatingPoint } from "../../bindings/board/board.ts";
import { OP_CLASSES, type OpClass } from "../../bindings/count/op-class.ts";

/** A figure of the hand-made boards; exact when no bounds are given. */
export function figure(typ: number, min = typ, max = typ, source = "HAND"): Figure {
  return { typ, min, max, source, grade: "C" };
}

/** 100 MHz, 2 V, 10 mA active, 20 mA peak, 1 mA in wfi, 0.01 mA in stop (wake-up 0 and 50 µs); nothing uncertain. */
export function exactPoint(changes: Partial<OperatingPoint> = {}): OperatingPoint {
  return {
    id: "100mhz",
    description: "100 MHz, 2 V",
    clockHz: 100e6,
    supplyV: 2,
    activeCurrentMa: figure(10),
    peakCurrentMa: figure(20),
    idle: {
      wfi: { currentMa: figure(1), wakeUs: figure(0), description: "clock on" },
      stop: { currentMa: figure(0.01), wakeUs: figure(50), description: "clock off" },
    },
    ...changes,
  };
}

/** Every class costs 1 cycle but f32Mul 2, f32Div 14 and i64Div, which the board lacks. */
export function exactBoard(changes: Partial<Board> = {}): Board {
  const classes = Object.fromEntries(
    (Object.keys(OP_CLASSES) as OpClass[]).map((name) => [name, figure(1)]),
  ) as Board["cycles"]["classes"];
  return {
    id: "hand",
    name: "Hand-made",
    mcu: "none",
    core: { name: "none", fpu: "single", features: [], cores: 1 },
    memory: { flashBytes: 1000, ramBytes: 500, flash: "internal", source: "HAND", grade: "C" },
    cycles: {
      id: "hand",
      description: "by hand",
      classes: { ...classes, f32Mul: figure(2), f32Div: figure(14), i64Div: null },
      kernels: { "int8-scalar": figure(5) },
      sources: { HAND: "the author of the test" },
    },
    cycleOptions: {
      rom: { description: "other float library", bitIdentical: false, classes: { f32Mul: figure(1) } },
    },
    portKernels: {},
    operatingPoints: [exactPoint(), exactPoint({ id: "50mhz", clockHz: 50e6, activeCurrentMa: figure(6) })],
    defaultPoint: "100mhz",
    notes: [],
    sources: { BOARD: "the board's document" },
    ...changes,
  };
}

/** As `exactBoard`, but every coefficient uncertain, each by another factor below and above. */
export function uncertainBoard(): Board {
  const board = exactBoard();
  board.cycles.classes.f32Add = figure(1, 0.5, 3);
  board.cycles.classes.f32Mul = figure(2, 2, 4);
  board.cycles.classes.f32Load = figure(2, 0, 3);
  board.cycles.classes.drop = figure(0, 0, 1);
  board.cycles.kernels["int8-scalar"] = figure(5, 4, 8);
  const point = exactPoint({
    activeCurrentMa: figure(10, 7, 15),
    peakCurrentMa: figure(20, 18, 25),
    idle: {
      stop: { currentMa: figure(0.1, 0.02, 0.4), wakeUs: figure(20, 1, 100), description: "clock off" },
    },
  });
  board.operatingPoints = [point];
  return board;
}
