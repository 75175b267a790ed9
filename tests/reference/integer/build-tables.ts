// The tables of docs/integers.md, made here a second time to compare the quantizer's with. Entry i of 257 belongs to
// x = (lo + i 2^k) / 2048 and is floor(f(x) * unit + 1/2), then sat16; entry i of the LTC's 1024 belongs to the middle of
// its step, x = (32 i + 16 - 2^14) / 2048. Functions are evaluated in `exact.ts`, far beyond float64.

import type { IntTable } from "../../../bindings/image/lowered-integer.ts";
import type { Activation } from "../../../bindings/network/model.ts";
import { EXACT, exp, type Fixed, fixedOf, nearest, ONE, sigmoid, softplus, tanh } from "./exact.ts";

/** One in Q4.11, the format of pre-activations. */
const Q11 = 2048;
/** One in Q0.15, the format of gates. */
const Q15 = 32768;

export interface Tables {
  sigmoid: IntTable;
  tanh: IntTable;
  expNeg: IntTable;
  softplus: IntTable;
  /** [1024] */
  sigmoidNearest: Int16Array;
}

/** The tables that every integer network of its kind shares. */
export function buildTables(): Tables {
  return {
    sigmoid: buildTable(sigmoid, -8 * Q11, 7, Q15),
    tanh: buildTable(tanh, -4 * Q11, 6, Q15),
    expNeg: buildTable((u) => exp(-u), 0, 7, Q15),
    softplus: buildTable(softplus, -8 * Q11, 7, Q11),
    sigmoidNearest: Int16Array.from({ length: 1024 }, (_, i) => entryOf(sigmoid, 32 * i + 16 - 16384, Q15)),
  };
}

/** The table of a backbone's or MLP's activation; `unit`: output integers per 1. */
export function buildActivationTable(activation: Activation, unit: number): IntTable {
  return buildTable(EXACT[activation], -16 * Q11, 8, unit);
}

/** 257 entries of f; `unit`: output integers per 1. */
function buildTable(f: (x: Fixed) => Fixed, lo: number, k: number, unit: number): IntTable {
  return { lo, k, entries: Int16Array.from({ length: 257 }, (_, i) => entryOf(f, lo + i * 2 ** k, unit)) };
}

/** `x` in units of 2^-11. */
function entryOf(f: (x: Fixed) => Fixed, x: number, unit: number): number {
  const value = (f(fixedOf(x / Q11)) * fixedOf(unit)) / ONE;
  return Math.min(Math.max(nearest(value), -32767), 32767);
}
