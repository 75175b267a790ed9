// Tables of text: RFC 4180 with a header line. Fields may be quoted, lines end in \n or \r\n, a byte-order mark and empty
// lines at the end are ignored. Every complaint names file, line (from 1, as editors count) and column.

import { complain, type LiquidEdgeError, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";

export class CsvTable {
  readonly source: string;
  readonly columns: readonly string[];
  readonly nRows: number;
  readonly #cells: readonly (readonly string[])[];
  /** Line of each row: quoted fields may hold line feeds. */
  readonly #lines: readonly number[];
  readonly #indices: ReadonlyMap<string, number>;

  /** @throws LiquidEdgeError `bad-file` */
  constructor(text: string, source: string, delimiter = ",") {
    this.source = source;
    const { rows, lines } = splitCsv(text, source, delimiter);
    const [header, ...cells] = rows;
    if (header === undefined) {
      throw complain("bad-file", source, {
        expected: "a header line with column names",
        found: "an empty file",
      });
    }
    this.columns = header.map((name) => name.trim());
    this.#indices = new Map(this.columns.map((name, i) => [name, i]));
    if (this.#indices.size !== this.columns.length) {
      const twice = this.columns.find((name, i) => this.#indices.get(name) !== i)!;
      throw this.#complain(1, printable(twice), "column names that differ", "this one twice");
    }
    this.#cells = cells;
    this.#lines = lines.slice(1);
    this.nRows = cells.length;
    if (this.nRows === 0) {
      throw complain("bad-file", source, { expected: "rows below the header", found: "none" });
    }
    cells.forEach((row, i) => {
      if (row.length === this.columns.length) return;
      throw complain("bad-file", `${source}:${this.#lines[i]}`, {
        expected: `${this.columns.length} fields as in the header`,
        found: String(row.length),
        ...(this.columns.length === 1 && delimiter === "," ? { hint: "another delimiter?" } : {}),
      });
    });
  }

  /** Whether there is such a column. */
  has(column: string): boolean {
    return this.#indices.has(column);
  }

  /** Index of a column. Throws with the nearest name when there is none; `field` is what asked for it. */
  index(column: string, field?: string): number {
    const index = this.#indices.get(column);
    if (index !== undefined) return index;
    const near = nearestName(column, this.columns);
    // One column, whose name has what other programs put between columns, was not cut.
    const isUncut = this.columns.length === 1 && /[;|\t]/.test(this.columns[0]!);
    const hint = isUncut ? "another delimiter?" : near && `did you mean "${near}"?`;
    throw complain("bad-file", `${this.source}:1`, {
      field: printable(column),
      expected:
        field === undefined ? "a column of this name" : `a column of this name, which ${field} asks for`,
      found: this.columns.join(", "),
      ...(hint && { hint }),
    });
  }

  /** The text of a cell without surrounding blanks. */
  text(row: number, index: number): string {
    return this.#cells[row]![index]!.trim();
  }

  /** The finite number in a cell. */
  number(row: number, index: number): number {
    const text = this.text(row, index);
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) return value;
    throw this.wrong(row, index, "a finite number");
  }

  /** All numbers of a column. */
  numbers(column: string): Float64Array {
    const index = this.index(column);
    return Float64Array.from({ length: this.nRows }, (_, row) => this.number(row, index));
  }

  /** A complaint about a cell, ready to throw. */
  wrong(row: number, index: number, expected: string, found?: string, hint?: string): LiquidEdgeError {
    const text = this.text(row, index);
    const what = found ?? (text === "" ? "an empty cell" : `"${printable(text)}"`);
    return this.#complain(this.#lines[row]!, printable(this.columns[index]!), expected, what, hint);
  }

  /** The line of a row, for messages of others. */
  line(row: number): number {
    return this.#lines[row]!;
  }

  #complain(line: number, field: string, expected: string, found: string, hint?: string): LiquidEdgeError {
    return complain("bad-file", `${this.source}:${line}`, {
      field,
      expected,
      found,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function splitCsv(text: string, source: string, delimiter: string): { rows: string[][]; lines: number[] } {
  const rows: string[][] = [];
  const lines: number[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const plain = text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end);
    if (!plain.includes('"')) {
      // Nearly every line of nearly every file.
      rows.push(plain.split(delimiter));
      lines.push(line);
      at = end + 1;
      line++;
      continue;
    }
    const quoted = readQuotedRow(text, at, delimiter);
    if (quoted === null) {
      throw complain("bad-file", `${source}:${line}`, {
        expected: 'a quoted field that ends in " and a delimiter or a line end',
        found: "one that does not",
      });
    }
    rows.push(quoted.fields);
    lines.push(line);
    line += text.slice(at, quoted.next).split("\n").length - 1;
    at = quoted.next;
  }
  // Only empty lines at the end may be left out: one in the middle is a gap in the data.
  while (rows.length > 0 && rows.at(-1)!.length === 1 && rows.at(-1)![0]!.trim() === "") {
    rows.pop();
    lines.pop();
  }
  return { rows, lines };
}

/** The fields of a row that starts at `at`, and where the next row starts; null when a quote is not closed. */
function readQuotedRow(
  text: string,
  at: number,
  delimiter: string,
): { fields: string[]; next: number } | null {
  const fields: string[] = [];
  for (;;) {
    let field = "";
    if (text[at] === '"') {
      at++;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close < 0) return null;
        field += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
      field = text.slice(start, at);
    }
    fields.push(field);
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    if (at >= text.length || text[at] === "\n") return { fields, next: at + 1 };
    if (text[at] !== delimiter) return null;
    at++;
  }
}
