// Calibration data as CSV: one time step a line, one column an input, separated by commas, semicolons or tabs. A first line
// of names is allowed; a column named `elapsed` holds elapsed times. An empty line begins another sequence.

import type { Sequence } from "../core/sequence.ts";
import { complain } from "../errors.ts";
import { describeValue } from "../network/printable.ts";

const ELAPSED = "elapsed";
const SEPARATOR = /[,;\t]/;

/**
 * The sequences of a CSV with `features` input columns.
 * @throws LiquidEdgeError `bad-input` that names line and column
 */
export function parseCalibrationCsv(text: string, features: number, source: string): Sequence[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== "");
  const head = first < 0 ? [] : cellsOf(lines[first]!);
  const hasNames = head.some((cell) => cell !== "" && Number.isNaN(Number(cell)) && !/^nan$/i.test(cell));
  const elapsedAt = hasNames
    ? head.findIndex((cell) => cell.replaceAll('"', "").toLowerCase() === ELAPSED)
    : -1;
  const width = features + (elapsedAt < 0 ? 0 : 1);
  const sequences: Sequence[] = [];
  let input: number[] = [];
  let timespans: number[] = [];
  const close = () => {
    const steps = input.length / features;
    if (steps > 0) {
      sequences.push({
        batch: 1,
        steps,
        features,
        input: Float32Array.from(input),
        timespans: elapsedAt < 0 ? null : Float32Array.from(timespans),
        initialH: null,
        initialC: null,
      });
    }
    [input, timespans] = [[], []];
  };
  for (const [l, line] of lines.entries()) {
    if (line.trim() === "") {
      close();
      continue;
    }
    if (hasNames && l === first) continue;
    const cells = cellsOf(line);
    if (cells.length !== width) {
      throw complain("bad-input", source, {
        field: `line ${l + 1}`,
        expected: `${width} columns (${features} inputs${elapsedAt < 0 ? "" : " and elapsed"})`,
        found: `${cells.length}`,
      });
    }
    for (const [c, cell] of cells.entries()) {
      const value = cell === "" ? Number.NaN : Number(cell);
      if (!Number.isFinite(Math.fround(value))) {
        const expected = "a finite number";
        throw complain("bad-input", source, {
          field: `line ${l + 1}, column ${c + 1}`,
          expected,
          found: describeValue(cell),
        });
      }
      if (c === elapsedAt) timespans.push(value);
      else input.push(value);
    }
  }
  close();
  return sequences;
}

const cellsOf = (line: string): string[] => line.split(SEPARATOR).map((cell) => cell.trim());
