// Samples out of the rows of a table. The clock may be 32 bits of microseconds that wrap.

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import type { Column } from "./columns.ts";
import type { CellReader, Lines } from "./table.ts";
import { type Clock, type MarkerEdge, nominalRate, type Quantity, type Trace } from "./trace.ts";

export interface TableOptions {
  /** Supply where the table has currents only. */
  volts?: number;
  /** Of the shunt, where the table has its voltage. */
  shuntOhm?: number;
  /** Samples a second, where the table has no times. */
  samplesPerSecond?: number;
  /** What columns mean, as `findColumns` takes it. */
  columns?: string;
}

/** A step back of so much of 2^32 units is a counter that wrapped. */
const WRAP = 2 ** 32;
const WRAP_SHARE = 0.5;
const OVERFLOW = /^(ovf|ovl|overflow|[+-]?inf(inity)?)$/i;
export const MISSING = /^([+-]?nan|null|n\/a)?$/i;

/** An interrupt stamps an edge to a microsecond; our own meter looks at the pin every few microseconds. */
const STAMP_SECONDS = 10e-6;

/** Bits of a byte. */
const MAX_MARKERS = 8;

const SI: Readonly<Record<Column["role"], string>> = {
  time: "seconds",
  current: "amperes",
  voltage: "volts",
  power: "watts",
  shunt: "volts",
  marker: "0 or 1",
  bits: "0 or 1",
};

/** Values of the columns that count, as they come. */
export class SampleRows {
  readonly #columns: readonly Column[];
  readonly #source: string;
  readonly #byIndex: (Column | undefined)[] = [];
  readonly #values = new Map<Column, Float64Array>();
  readonly #arrays: (Float64Array | undefined)[] = [];
  readonly #bits: Uint8Array | null;
  readonly #markerNames: string[] = [];
  readonly #markerBit = new Map<Column, number>();
  readonly #saturated: number[] = [];
  readonly #edges: { raw: number; row: number; high: boolean }[] = [];
  readonly #notes: string[] = [];
  #n = 0;
  #halfLines = 0;
  #wraps = 0;
  #lastRaw = Number.NEGATIVE_INFINITY;

  constructor(columns: readonly Column[], capacity: number, source: string) {
    this.#columns = columns;
    this.#source = source;
    for (const column of columns) {
      this.#byIndex[column.index] = column;
      if (column.role === "bits") this.#markerNames.push(...Array.from({ length: 8 }, (_, i) => `D${i}`));
      else if (column.role === "marker") {
        if (!this.#markerNames.includes(column.name)) this.#markerNames.push(column.name);
        this.#markerBit.set(column, 1 << this.#markerNames.indexOf(column.name));
      } else {
        const array = new Float64Array(capacity);
        this.#values.set(column, array);
        this.#arrays[column.index] = array;
      }
    }
    if (this.#markerNames.length > MAX_MARKERS) {
      throw complain("bad-file", source, {
        expected: `at most ${MAX_MARKERS} columns with markers`,
        found: String(this.#markerNames.length),
        hint: "--columns marker=NAME takes one of them",
      });
    }
    this.#bits = this.#markerNames.length > 0 ? new Uint8Array(capacity) : null;
    for (const column of columns) {
      if (!column.assumed) continue;
      this.#notes.push(`"${printable(column.name)}" has no unit in its name: taken as ${SI[column.role]}`);
    }
  }

  addLine(lines: Lines, cells: CellReader, nColumns: number): void {
    cells.begin();
    if (lines.bytes[lines.start] === 0x45 && lines.bytes[lines.start + 1] === 0x2c) {
      this.#addEdge(cells);
      return;
    }
    const row = this.#n;
    let bits = 0;
    let index = 0;
    for (; cells.advance(); index++) {
      const column = this.#byIndex[index];
      if (column === undefined) continue;
      const array = this.#arrays[index];
      if (array !== undefined) array[row] = this.#value(cells, column, row);
      else if (column.role === "bits") bits |= this.#packedBits(cells, column);
      else if (this.#isHigh(cells, column)) bits |= this.#markerBit.get(column)!;
    }
    if (index < nColumns) {
      // The first line after a port was opened may be half of one, and the last when it was closed.
      if (row === 0 || lines.end === lines.bytes.length) {
        this.#halfLines++;
        if (this.#saturated.at(-1) === row) this.#saturated.pop();
        return;
      }
      throw complain("bad-file", `${this.#source}:${lines.number}`, {
        expected: `${nColumns} fields as in the header`,
        found: String(index),
      });
    }
    if (this.#bits !== null) this.#bits[row] = bits;
    this.#n++;
  }

  #value(cells: CellReader, column: Column, row: number): number {
    const value = cells.number();
    if (value !== undefined) return column.role === "time" ? this.#unwrap(value, cells, column) : value;
    if (column.role === "time") throw cells.wrong(this.#source, column.name, "a time");
    const { text } = cells;
    if (OVERFLOW.test(text)) {
      if (this.#saturated.at(-1) !== row) this.#saturated.push(row);
      return Number.NaN;
    }
    if (MISSING.test(text)) return Number.NaN;
    throw cells.wrong(this.#source, column.name, "a number");
  }

  #unwrap(raw: number, cells: CellReader, column: Column): number {
    if (raw >= 0 && this.#lastRaw - raw > WRAP_SHARE * WRAP && this.#lastRaw < WRAP) this.#wraps++;
    else if (raw <= this.#lastRaw) {
      throw cells.wrong(this.#source, column.name, `a time after ${this.#lastRaw}`);
    }
    this.#lastRaw = raw;
    return raw + this.#wraps * WRAP;
  }

  #isHigh(cells: CellReader, column: Column): boolean {
    const value = cells.number();
    if (value === 0 || value === 1) return value === 1;
    const { text } = cells;
    if (/^(high|true|on)$/i.test(text)) return true;
    if (/^(low|false|off|)$/i.test(text)) return false;
    throw cells.wrong(this.#source, column.name, "0 or 1");
  }

  #packedBits(cells: CellReader, column: Column): number {
    const { text } = cells;
    if (!/^[01]{8}$/.test(text)) throw cells.wrong(this.#source, column.name, "eight digits of 0 and 1");
    let bits = 0;
    for (let i = 0; i < 8; i++) if (text[i] === "1") bits |= 1 << i;
    return bits;
  }

  /** `E,<time>,<level>`: an edge of the marker pin at its exact time. */
  #addEdge(cells: CellReader): void {
    cells.advance();
    cells.advance();
    const raw = cells.number();
    if (raw === undefined) throw cells.wrong(this.#source, "edge", "a time");
    cells.advance();
    const level = cells.number();
    if (level !== 0 && level !== 1) throw cells.wrong(this.#source, "edge", "0 or 1");
    this.#edges.push({ raw, row: this.#n, high: level === 1 });
  }

  finish(options: TableOptions): Trace {
    const n = this.#n;
    if (n < 2) {
      throw complain("bad-file", this.#source, {
        expected: "at least two rows of samples",
        found: String(n),
      });
    }
    if (this.#halfLines > 0) this.#notes.push("a half line at an end of the file was left out");
    if (this.#wraps > 0) this.#notes.push(`the clock's 32 bits wrapped, ${this.#wraps} times`);
    const clock = this.#clock(options, n);
    return {
      source: this.#source,
      instrument: "table of samples",
      clock,
      quantity: this.#quantity(options, n),
      markers: this.#bits === null ? null : { bits: this.#bits.subarray(0, n), names: this.#markerNames },
      edges:
        clock.kind === "listed" && this.#edges.length > 0
          ? { list: this.#exactEdges(), withinSeconds: STAMP_SECONDS }
          : null,
      saturated: this.#saturated,
      accuracy: null,
      notes: this.#notes,
    };
  }

  #find(role: Column["role"]): Column | undefined {
    return this.#columns.find((column) => column.role === role);
  }

  #scaled(role: Column["role"], n: number): Float64Array | null {
    const column = this.#find(role);
    if (column === undefined) return null;
    const values = this.#values.get(column)!.subarray(0, n);
    if (column.scale !== 1) for (let i = 0; i < n; i++) values[i] = values[i]! * column.scale;
    return values;
  }

  #clock({ samplesPerSecond }: TableOptions, n: number): Clock {
    if (samplesPerSecond !== undefined) return { kind: "uniform", startSeconds: 0, samplesPerSecond };
    const seconds = this.#scaled("time", n);
    if (seconds !== null) return { kind: "listed", seconds, samplesPerSecond: nominalRate(seconds) };
    throw complain("bad-file", this.#source, {
      expected: "a column with times, such as Timestamp(ms)",
      found: "none",
      hint: "--rate gives the samples a second",
    });
  }

  #quantity({ volts, shuntOhm }: TableOptions, n: number): Quantity {
    const watts = this.#scaled("power", n);
    const shunt = this.#find("shunt");
    if (watts !== null && this.#find("current") === undefined) return { kind: "power", watts };
    let amperes = this.#scaled("current", n);
    if (amperes === null && shunt !== undefined) {
      if (shuntOhm === undefined) {
        throw complain("bad-config", this.#source, {
          field: shunt.name,
          expected: "the resistance of the shunt",
          found: "none",
          hint: "--shunt gives it in ohms",
        });
      }
      amperes = this.#scaled("shunt", n)!.map((value) => value / shuntOhm);
    }
    const supply = this.#scaled("voltage", n) ?? volts;
    if (amperes !== null && supply !== undefined) return { kind: "current", amperes, volts: supply };
    if (watts !== null) return { kind: "power", watts };
    throw complain("bad-config", this.#source, {
      expected: "a supply voltage, which the file does not hold",
      found: "none",
      hint: "--voltage gives it in volts",
    });
  }

  #exactEdges(): MarkerEdge[] {
    const time = this.#find("time");
    if (time === undefined) return [];
    const seconds = this.#values.get(time)!;
    return this.#edges.map(({ raw, row, high }) => {
      // An edge has the raw counter; the sample after it, or the last one, tells how often that has wrapped.
      const near = seconds[Math.min(row, this.#n - 1)]! / time.scale;
      const wraps = Math.round((near - raw) / WRAP);
      return { seconds: (raw + wraps * WRAP) * time.scale, high };
    });
  }
}
