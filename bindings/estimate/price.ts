// Cycles of a profile: sum of count * cycles over operation classes, plus MACs * cycles per MAC, plus rows * cycles per row where
// a kernel has such a price, over kernels.
// All coefficients of one board's table move together, as functions of one standard normal z.

import type { Board, CycleOption, Figure } from "../board/board.ts";
import type { OpClass, OpCounts } from "../count/op-class.ts";
import type { OpProfile } from "../count/op-profile.ts";
import { LiquidEdgeError, nearestName } from "../errors.ts";
import { type Interval, type Spread, spreadOf, valueAt, Z90 } from "./interval.ts";

interface Term {
  name: string;
  kind: "class" | "kernel" | "row";
  count: number;
  figure: Figure;
  spread: Spread;
}

/** Knots of the tabulated cycles: every 1/8 of a standard deviation from -3 to 3, which holds all strata of the draws. */
const KNOTS_PER_SIGMA = 8;
const N_KNOTS_SIDE = 3 * KNOTS_PER_SIGMA;

/** The cycles of one profile on one board. */
export class PricedProfile {
  readonly terms: readonly Term[];

  constructor(terms: Term[]) {
    this.terms = terms;
  }

  /** Exactly at the typical coefficients and at the ends of their 90 % ranges: with one z the cycles are monotone. */
  get cycles(): Interval {
    return { typ: this.at(0), min: this.at(-Z90), max: this.at(Z90) };
  }

  at(z: number): number {
    let cycles = 0;
    for (const { count, spread } of this.terms) cycles += count * valueAt(spread, z);
    return cycles;
  }

  /**
   * `factor` times the cycles at each of `zs`, which lie between -3 and 3, by linear interpolation in a table. Its
   * relative error is below 4e-4 when all ranges are within a factor of 2 either way, below 1.5e-3 within a factor of 4.
   */
  tabulated(zs: Readonly<Float64Array>, factor: number): Float64Array {
    const table = new Float64Array(2 * N_KNOTS_SIDE + 1);
    for (const { count, spread } of this.terms) addTerm(table, count, spread);
    const values = new Float64Array(zs.length);
    for (let i = 0; i < zs.length; i++) {
      const position = zs[i]! * KNOTS_PER_SIGMA + N_KNOTS_SIDE;
      const knot = Math.min(Math.floor(position), 2 * N_KNOTS_SIDE - 1);
      const below = table[knot]!;
      values[i] = factor * (below + (table[knot + 1]! - below) * (position - knot));
    }
    return values;
  }
}

/** Knots are equidistant, so each term is a geometric series on either side of the middle: two exponentials a term. */
function addTerm(table: Float64Array, count: number, spread: Spread): void {
  const up = Math.exp(spread.logHigh / KNOTS_PER_SIGMA);
  const down = Math.exp(-spread.logLow / KNOTS_PER_SIGMA);
  const linear = spread.typ === 0 ? (count * spread.max) / (Z90 * KNOTS_PER_SIGMA) : 0;
  let high = count * spread.typ;
  let low = high;
  table[N_KNOTS_SIDE]! += high;
  for (let k = 1; k <= N_KNOTS_SIDE; k++) {
    high *= up;
    low *= down;
    table[N_KNOTS_SIDE + k]! += high + linear * k;
    table[N_KNOTS_SIDE - k]! += low;
  }
}

/** Prices of one board, with a cycle option applied. */
export class PriceList {
  readonly #board: Board;
  readonly #classes: Board["cycles"]["classes"];

  constructor(board: Board, option?: CycleOption) {
    this.#board = board;
    this.#classes =
      option === undefined ? board.cycles.classes : { ...board.cycles.classes, ...option.classes };
  }

  /** Throws `unavailable`, naming board and class or kernel, when the board has no price for executed work. */
  price(profile: OpProfile): PricedProfile {
    const terms: Term[] = [];
    for (const [name, count] of entriesOf(profile.classes)) {
      if (count === 0) continue;
      const figure = this.#classes[name];
      if (figure === null || figure === undefined) {
        throw new LiquidEdgeError(
          "unavailable",
          `board ${this.#board.id}: no cycles for operation class "${name}", which the profile executes ${count} times`,
        );
      }
      terms.push({ name, kind: "class", count, figure, spread: spreadOf(figure) });
    }
    for (const { kernel, count, rows } of profile.macs) {
      if (count === 0) continue;
      const figure = this.#board.cycles.kernels[kernel];
      if (figure === undefined) throw this.#noKernel(kernel, count);
      terms.push({ name: kernel, kind: "kernel", count, figure, spread: spreadOf(figure) });
      const { perRow } = figure;
      if (perRow === undefined) continue;
      if (rows === undefined) throw this.#noRows(kernel, count);
      terms.push({ name: kernel, kind: "row", count: rows, figure: perRow, spread: spreadOf(perRow) });
    }
    return new PricedProfile(terms);
  }

  /** Typical cycles of a layer; what has no price costs nothing here, `price` has refused it before. */
  typicalCycles({ classes, macs }: OpProfile): number {
    let cycles = 0;
    for (const [name, count] of entriesOf(classes)) cycles += count * (this.#classes[name]?.typ ?? 0);
    for (const { kernel, count, rows = 0 } of macs) {
      const figure = this.#board.cycles.kernels[kernel];
      cycles += count * (figure?.typ ?? 0) + rows * (figure?.perRow?.typ ?? 0);
    }
    return cycles;
  }

  #noRows(kernel: string, count: number): LiquidEdgeError {
    return new LiquidEdgeError(
      "unavailable",
      `board ${this.#board.id}: kernel "${kernel}" is priced by the row as well, and the profile has ${count} MACs of it without "rows"`,
    );
  }

  #noKernel(kernel: string, count: number): LiquidEdgeError {
    const names = Object.keys(this.#board.cycles.kernels);
    const near = nearestName(kernel, names);
    const hint = near !== undefined ? `did you mean "${near}"?` : `priced are: ${names.join(", ") || "none"}`;
    return new LiquidEdgeError(
      "unavailable",
      `board ${this.#board.id}: no cycles per MAC for kernel "${kernel}", which the profile executes ${count} times (${hint})`,
    );
  }
}

/** `Object.entries` forgets the key type. */
function entriesOf(counts: OpCounts): [OpClass, number][] {
  return Object.entries(counts) as [OpClass, number][];
}
