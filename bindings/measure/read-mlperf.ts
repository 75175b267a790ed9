// Energy traces of MLPerf Tiny.
//
// EEMBC's runner (rounds 0.5 to 1.2) writes `trace1-energy.bin`, here also gzipped,
//
//   F1 | sample rate f32 | energy of a sample in uJ f32 | ...                         little-endian
//
// and `trace1-timestamps.json`, the marks in seconds. Its sample times are sums of 1/rate in double precision.
// MLCommons' runner (round 1.3) writes `results.json`: an entry for each input, with energies in J a millisecond and the
// indices of the samples where its last two marks fell.

import { complain } from "../errors.ts";
import { describeValue, printable } from "../network/printable.ts";
import type { Recording } from "./recording.ts";
import type { Trace } from "./trace.ts";
import type { Marks } from "./windows.ts";

const MAGIC = 0xf1;
const HEADER_BYTES = 5;
const RUNNER_SAMPLES_PER_SECOND = 1000;

/** Whether bytes look like a trace of EEMBC's runner, or one that is gzipped. */
export function isEnergyTrace(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC || isGzip(bytes);
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @throws LiquidEdgeError `bad-file` */
export function readEnergyTrace(bytes: Uint8Array, source: string): Recording {
  if (bytes[0] !== MAGIC || bytes.length < HEADER_BYTES) {
    throw complain("bad-file", source, {
      expected: "an energy trace, which starts with byte f1 and a sample rate",
      found: bytes.length === 0 ? "an empty file" : `${bytes.length} bytes that start with ${hex(bytes[0]!)}`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samplesPerSecond = view.getFloat32(1, true);
  if (!(samplesPerSecond > 0 && samplesPerSecond < 1e7)) {
    throw complain("bad-file", source, {
      field: "sample rate",
      expected: "a positive number of samples a second",
      found: String(samplesPerSecond),
    });
  }
  const n = (bytes.length - HEADER_BYTES) / 4;
  if (!Number.isInteger(n) || n === 0) {
    throw complain("bad-file", source, {
      expected: "four bytes a sample after the first five",
      found: `${bytes.length - HEADER_BYTES} bytes`,
    });
  }
  const microjoules = new Float32Array(n);
  for (let i = 0; i < n; i++) microjoules[i] = view.getFloat32(HEADER_BYTES + 4 * i, true);
  return {
    trace: energyTrace(source, microjoules, summedTimes(n, samplesPerSecond), samplesPerSecond),
    isMlperf: true,
  };
}

/** 0, 1/rate, 1/rate + 1/rate, …: rounded as the runner rounds, which decides on which side of a mark a sample falls. */
function summedTimes(n: number, samplesPerSecond: number): Float64Array {
  const seconds = new Float64Array(n);
  const step = 1 / samplesPerSecond;
  let time = 0;
  for (let i = 0; i < n; i++) {
    seconds[i] = time;
    time += step;
  }
  return seconds;
}

function energyTrace(
  source: string,
  microjoules: Float32Array | Float64Array,
  seconds: Float64Array,
  samplesPerSecond: number,
): Trace {
  return {
    source,
    instrument: "energy trace of MLPerf Tiny",
    clock: { kind: "listed", seconds, samplesPerSecond },
    quantity: { kind: "energy", microjoules },
    markers: null,
    edges: null,
    saturated: [],
    accuracy: null,
    notes: [],
  };
}

/** The `results.json` of an energy run of MLCommons' runner. */
export function readRunnerResults(json: unknown, source: string): Recording {
  const entries = Array.isArray(json) ? json : [json];
  const joules: number[] = [];
  const marks: number[] = [];
  const iterations = new Set<number>();
  entries.forEach((entry, i) => {
    const field = `[${i}].power`;
    const { power, infer } = (entry ?? {}) as { power?: unknown; infer?: { iterations?: unknown } };
    const { samples, timestamps } = (power ?? {}) as { samples?: unknown; timestamps?: unknown };
    if (!Array.isArray(samples) || !Array.isArray(timestamps)) {
      throw complain("bad-file", source, {
        field,
        expected: '"samples" and "timestamps" of an energy run',
        found: power === undefined || power === null ? "none" : "others",
      });
    }
    const indices = timestamps.slice(-2).map((mark) => (Array.isArray(mark) ? mark[1] : Number.NaN));
    if (
      indices.length < 2 ||
      !indices.every((index) => Number.isInteger(index) && index >= 0 && index <= samples.length)
    ) {
      throw complain("bad-file", source, {
        field: `${field}.timestamps`,
        expected: "pairs of a counter and the index of a sample, at least two",
        found: printable(JSON.stringify(timestamps.slice(-2))),
      });
    }
    marks.push(...indices.map((index) => joules.length + index));
    // A loop, because a spread has a limit.
    for (const sample of samples) joules.push(typeof sample === "number" ? sample : Number.NaN);
    if (typeof infer?.iterations === "number") iterations.add(infer.iterations);
  });
  if (joules.length === 0) {
    throw complain("bad-file", source, { expected: "samples of an energy run", found: "none" });
  }
  const microjoules = Float64Array.from(joules, (value) => value * 1e6);
  const seconds = Float64Array.from(joules, (_, i) => i / RUNNER_SAMPLES_PER_SECOND);
  const trace = energyTrace(source, microjoules, seconds, RUNNER_SAMPLES_PER_SECOND);
  const [inferences] = iterations;
  return {
    trace,
    isMlperf: true,
    windows: {
      by: "pairs",
      marks: { seconds: marks.map((index) => index / RUNNER_SAMPLES_PER_SECOND), source },
    },
    ...(iterations.size === 1 ? { inferences: inferences! } : {}),
  };
}

/**
 * Marks of a run: an array of seconds as EEMBC's runner writes it, or an object with such an array as `timestamps_s`,
 * `timestamps` or `seconds`.
 */
export function parseMarks(json: unknown, source: string): Marks {
  const { timestamps_s, timestamps, seconds } = (json ?? {}) as Record<string, unknown>;
  const list = Array.isArray(json) ? json : (timestamps_s ?? timestamps ?? seconds);
  if (!Array.isArray(list)) {
    throw complain("bad-input", source, {
      expected: 'an array of times in seconds, or an object with one as "timestamps_s"',
      found: describeValue(json),
    });
  }
  const wrong = list.findIndex((time) => typeof time !== "number" || !Number.isFinite(time));
  if (wrong >= 0) {
    throw complain("bad-input", source, {
      field: `[${wrong}]`,
      expected: "a time in seconds",
      found: describeValue(list[wrong]),
    });
  }
  return { seconds: list, source };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
