// A file of any instrument as a trace.

import { inflate } from "../inflate.ts";
import { expectAtMost, MAX_JSON_BYTES } from "../limits.ts";
import { parseJson } from "../parse-json.ts";
import { accuracyOf } from "./accuracy.ts";
import { LIVE_FORMATS } from "./live-instruments.ts";
import { Lpm01aDecoder } from "./lpm01a-decoder.ts";
import { readTable } from "./read-csv.ts";
import { isEnergyTrace, isGzip, readEnergyTrace, readRunnerResults } from "./read-mlperf.ts";
import { readPpk2Session, readPpk2Stream } from "./read-ppk2.ts";
import type { Recording } from "./recording.ts";
import type { TableOptions } from "./sample-rows.ts";

/** A format of traces that `readTrace` takes. */
export type TraceFormat = "csv" | "mlperf" | "ppk2" | "lpm01a" | "meter";
export const TRACE_FORMATS: readonly TraceFormat[] = ["csv", "mlperf", ...LIVE_FORMATS];

/** What a trace does not say of itself. */
export interface ReadTraceOptions extends TableOptions {
  /** Default: what the bytes look like. */
  format?: TraceFormat;
  /** What took the samples, where the file does not say it: `ina226`, `lpm01a`, … */
  instrument?: string;
  /** Of the shunt resistor, relative; default 1 %. */
  shuntTolerance?: number;
}

/**
 * A trace from the bytes of a file, which may be gzipped.
 * @throws LiquidEdgeError `bad-file`, `bad-config` when the file lacks what an option must give, `unknown-name`
 */
export async function readTrace(
  bytes: Uint8Array,
  source: string,
  options: ReadTraceOptions = {},
): Promise<Recording> {
  const plain = isGzip(bytes) ? await inflate(bytes, "gzip", source) : bytes;
  const recording = await readFormat(plain, source, options);
  const { instrument, shuntOhm, shuntTolerance } = options;
  const { trace } = recording;
  if (instrument === undefined) {
    const { accuracy } = trace;
    if (accuracy === null || shuntTolerance === undefined || accuracy.shunt === 0) return recording;
    return { ...recording, trace: { ...trace, accuracy: { ...accuracy, shunt: shuntTolerance } } };
  }
  const accuracy = accuracyOf(instrument, shuntOhm, shuntTolerance);
  return { ...recording, trace: { ...trace, instrument: accuracy.name, accuracy } };
}

async function readFormat(bytes: Uint8Array, source: string, options: ReadTraceOptions): Promise<Recording> {
  switch (options.format ?? guess(bytes)) {
    case "csv":
    case "meter":
      return { trace: readTable(bytes, source, options) };
    case "mlperf":
      return readMlperf(bytes, source);
    case "ppk2":
      return { trace: await readPpk2(bytes, source, options) };
    case "lpm01a": {
      const decoder = new Lpm01aDecoder();
      decoder.push(bytes);
      return { trace: decoder.trace(source) };
    }
  }
}

function readMlperf(bytes: Uint8Array, source: string): Recording {
  if (!isJson(bytes)) return readEnergyTrace(bytes, source);
  expectAtMost(MAX_JSON_BYTES, bytes.length, source);
  return readRunnerResults(parseJson(new TextDecoder().decode(bytes), source, "bad-file"), source);
}

async function readPpk2(bytes: Uint8Array, source: string, options: ReadTraceOptions) {
  if (isZip(bytes)) return readPpk2Session(bytes, source, options.volts);
  if (isPpk2Stream(bytes)) return readPpk2Stream(bytes, source, options.volts);
  const trace = readTable(bytes, source, options);
  return { ...trace, instrument: "Nordic PPK2", accuracy: accuracyOf("ppk2") };
}

function guess(bytes: Uint8Array): TraceFormat {
  if (isEnergyTrace(bytes) || isJson(bytes)) return "mlperf";
  if (isZip(bytes) || isPpk2Stream(bytes)) return "ppk2";
  const head = headOf(bytes);
  if (head.includes("PowerShield >")) return "lpm01a";
  if (head.includes("liquid-edge-meter")) return "meter";
  // The header of Nordic's Power Profiler, whole or in part.
  return /^Timestamp\(ms\),Current\(uA\)/.test(head) ? "ppk2" : "csv";
}

function headOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
}

function isJson(bytes: Uint8Array): boolean {
  return /^\s*[[{]/.test(headOf(bytes));
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function isPpk2Stream(bytes: Uint8Array): boolean {
  return /^(Calibrated|R0):/m.test(headOf(bytes));
}
