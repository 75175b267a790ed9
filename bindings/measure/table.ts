// Rows of numbers out of the bytes of a text: tables of instruments have up to ten million rows, so that no row becomes a
// string.

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const HASH = 0x23;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const SPACE = 0x20;

export interface Dialect {
  delimiter: string;
  decimalComma: boolean;
}

/** Delimiter and decimal sign of a line of data. */
export function dialectOf(line: string): Dialect {
  const delimiter = [";", "\t", ","].find((sign) => line.includes(sign)) ?? ",";
  return { delimiter, decimalComma: delimiter !== "," && /\d,\d/.test(line) };
}

/** A cursor over the lines of a text. */
export class Lines {
  readonly bytes: Uint8Array;
  /** Of the current line, without its end. */
  start = 0;
  end = 0;
  /** From 1. */
  number = 0;
  #next: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#next = hasMark ? 3 : 0;
  }

  /** Goes to the next line; false at the end. */
  next(): boolean {
    const { bytes } = this;
    if (this.#next >= bytes.length) return false;
    this.start = this.#next;
    const feed = bytes.indexOf(LINE_FEED, this.start);
    const stop = feed < 0 ? bytes.length : feed;
    this.#next = stop + 1;
    this.end = stop > this.start && bytes[stop - 1] === RETURN ? stop - 1 : stop;
    this.number++;
    return true;
  }

  get empty(): boolean {
    return this.end === this.start;
  }

  get isComment(): boolean {
    return this.bytes[this.start] === HASH;
  }

  text(from = this.start, to = this.end): string {
    return new TextDecoder().decode(this.bytes.subarray(from, to));
  }
}

/** Cells of a line of text. */
export function splitCells(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Fifteen digits fit into a double without rounding. */
const EXACT_DIGITS = 15;

/** Reads the cells of lines one after the other. */
export class CellReader {
  readonly #lines: Lines;
  readonly #delimiter: number;
  readonly #decimal: number;
  #at = 0;
  /** Of the last cell that was read. */
  from = 0;
  to = 0;

  constructor(lines: Lines, { delimiter, decimalComma }: Dialect) {
    this.#lines = lines;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#decimal = decimalComma ? COMMA : POINT;
  }

  /** Goes to the first cell of the current line. */
  begin(): void {
    this.#at = this.#lines.start;
  }

  /** Bounds of the next cell without blanks and quotes; false after the last one. */
  advance(): boolean {
    const { bytes, end } = this.#lines;
    if (this.#at > end) return false;
    let from = this.#at;
    let to = from;
    while (to < end && bytes[to] !== this.#delimiter) to++;
    this.#at = to + 1;
    while (from < to && (bytes[from] === SPACE || bytes[from] === QUOTE)) from++;
    while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === QUOTE)) to--;
    this.from = from;
    this.to = to;
    return true;
  }

  get text(): string {
    return this.#lines.text(this.from, this.to);
  }

  /** The cell as a number, correctly rounded; undefined when it is none. */
  number(): number | undefined {
    const { bytes } = this.#lines;
    const { to } = this;
    let at = this.from;
    const sign = bytes[at];
    if (sign === MINUS || sign === PLUS) at++;
    let mantissa = 0;
    let digits = 0;
    let decimals = 0;
    let afterPoint = false;
    let seen = false;
    for (; at < to; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        seen = true;
        if (mantissa > 0) digits++;
        if (afterPoint) decimals++;
      } else if (bytes[at] === this.#decimal && !afterPoint) afterPoint = true;
      else return this.#slowNumber();
    }
    if (!seen) return undefined;
    if (digits > EXACT_DIGITS || decimals >= POWERS.length) return this.#slowNumber();
    const value = mantissa / POWERS[decimals]!;
    return sign === MINUS ? -value : value;
  }

  /** With an exponent, or more digits than can be summed up. */
  #slowNumber(): number | undefined {
    const text = this.#decimal === COMMA ? this.text.replace(",", ".") : this.text;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  }

  /** A complaint about the current cell. */
  wrong(source: string, field: string, expected: string) {
    const text = this.text;
    return complain("bad-file", `${source}:${this.#lines.number}`, {
      field: printable(field),
      expected,
      found: text === "" ? "an empty cell" : `"${printable(text)}"`,
    });
  }
}
