// Tables of samples: exports of Nordic's Power Profiler, Joulescope, Otii, oscilloscopes, and lines of a meter that a
// microcontroller prints:
//
//   # liquid-edge-meter v1 dev=INA219 shunt_ohm=0.1 fs=1700
//   t_us,shunt_uV,bus_mV,trig
//   1000588,4560,3296,1          a sample
//   E,1000731,1                  an edge of the marker pin, at its exact time

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { accuracyOf, hasOwnShunt, INSTRUMENT_IDS } from "./accuracy.ts";
import { findColumns } from "./columns.ts";
import { MISSING, SampleRows, type TableOptions } from "./sample-rows.ts";
import { CellReader, type Dialect, dialectOf, Lines, splitCells } from "./table.ts";
import type { Trace } from "./trace.ts";

const DIGIT_NINE = 0x39;
const METER = /^liquid-edge-meter\b/;
/** A line of Arduino's serial plotter: `Current:12.3 Voltage:3.3`. */
const PLOTTER = /^\s*[A-Za-z][\w()µ]*:\s*[-+.\d]/;

/**
 * A trace from a table.
 * @throws LiquidEdgeError `bad-file` naming line and column, `bad-config` when the file lacks what an option must give
 */
export function readTable(bytes: Uint8Array, source: string, options: TableOptions = {}): Trace {
  const lines = new Lines(withHeader(bytes));
  const { names, comments, dialect, firstIsData } = readHead(lines, source);
  const meter = meterFacts(comments);
  const columns = findColumns(names, source, options.columns);
  const cells = new CellReader(lines, dialect);
  const rows = new SampleRows(columns, countLines(lines.bytes), source);
  let more = firstIsData || lines.next();
  while (more) {
    if (!lines.isComment && !lines.empty && !isHeader(lines, names, dialect.delimiter)) {
      rows.addLine(lines, cells, names.length);
    }
    more = lines.next();
  }
  const shuntOhm = options.shuntOhm ?? meter?.shuntOhm;
  const trace = rows.finish({ ...options, ...(shuntOhm === undefined ? {} : { shuntOhm }) });
  if (meter === null) return trace;
  const known = INSTRUMENT_IDS.includes(meter.chip.toLowerCase());
  if (known && shuntOhm === undefined && !hasOwnShunt(meter.chip)) {
    throw complain("bad-config", source, {
      expected: `the resistance of the ${printable(meter.chip)}'s shunt, in its first line or as an option`,
      found: "none above 0",
    });
  }
  return {
    ...trace,
    instrument: `meter with ${meter.chip}`,
    accuracy: known ? accuracyOf(meter.chip, shuntOhm) : null,
  };
}

/** What the first line of our own meter says. */
function meterFacts(comments: readonly string[]): { chip: string; shuntOhm?: number } | null {
  const line = comments.find((comment) => METER.test(comment));
  if (line === undefined) return null;
  const facts = new Map([...line.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]));
  const shuntOhm = Number(facts.get("shunt_ohm"));
  return { chip: facts.get("dev") ?? "unknown", ...(shuntOhm > 0 ? { shuntOhm } : {}) };
}

/** Lines of labels and values as a table with the labels for a header; other text as it is. */
function withHeader(bytes: Uint8Array): Uint8Array {
  const lines = new Lines(bytes);
  while (lines.next() && (lines.isComment || lines.empty));
  const first = lines.text();
  if (!PLOTTER.test(first)) return bytes;
  const pairs = (line: string) => [...line.matchAll(/([A-Za-z][\w()µ]*):\s*([^\s,;]+)/g)];
  const header = pairs(first).map(([, label]) => label);
  const text = new TextDecoder().decode(bytes);
  const rows = text.split(/\r?\n/).flatMap((line) => {
    const values = pairs(line).map(([, , value]) => value);
    return values.length > 0 ? [values.join(",")] : [];
  });
  return new TextEncoder().encode([header.join(","), ...rows, ""].join("\n"));
}

/** Comments, then the header; a header may itself be the last comment, as Joulescope writes it. */
function readHead(lines: Lines, source: string) {
  const comments: string[] = [];
  while (lines.next()) {
    if (lines.empty) continue;
    const text = lines.text();
    if (lines.isComment) {
      comments.push(text.slice(1).trim());
      continue;
    }
    const dialect = dialectOf(text);
    const cells = splitCells(text, dialect.delimiter);
    if (cells.some((cell) => /[a-z]/i.test(cell) && Number.isNaN(Number(cell)) && !MISSING.test(cell))) {
      // The header's own commas say nothing of the data's: its first line does.
      return { names: cells, comments, dialect: peekDialect(lines, dialect), firstIsData: false };
    }
    const header = splitCells(comments.at(-1) ?? "", dialect.delimiter);
    if (header.length === cells.length) {
      comments.pop();
      return { names: header, comments, dialect, firstIsData: true };
    }
    // Opened in the middle of a line: what comes before the header is no data.
    if (cells.length > 1 && lines.number > 1) break;
  }
  throw complain("bad-file", source, {
    expected: "a header line with the names of the columns",
    found: lines.number === 0 ? "an empty file" : "none",
  });
}

/** A meter prints its header again when it is asked, or starts anew. */
function isHeader(lines: Lines, names: readonly string[], delimiter: string): boolean {
  const first = lines.bytes[lines.start]!;
  return first > DIGIT_NINE && lines.text() === names.join(delimiter);
}

function peekDialect(lines: Lines, dialect: Dialect): Dialect {
  const ahead = new Lines(lines.bytes.subarray(lines.end));
  for (let i = 0; i < 3 && ahead.next(); ) {
    if (ahead.empty || ahead.isComment) continue;
    i++;
    const { delimiter } = dialect;
    const text = ahead.text();
    if (delimiter !== "," && /\d,\d/.test(text)) return { delimiter, decimalComma: true };
  }
  return { ...dialect, decimalComma: false };
}

/** Lines that hold something: empty ones must not cost memory. */
function countLines(bytes: Uint8Array): number {
  let count = 1;
  let before = -1;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (at > before + 1) count++;
    before = at;
  }
  return count;
}
