// Files of a Nordic PPK2: `.ppk2` of Nordic's Power Profiler, and what came over its port (the answer to the command for
// metadata, then samples).
//
// `.ppk2` is a zip archive; `session.raw` in it has six bytes a sample: microamperes as f32 little-endian, then two bits for
// each logic input, big-endian, D0 lowest: 1 low, 2 high, 3 both within the sample, 0 unknown. `metadata.json` has the rate.

import { complain } from "../errors.ts";
import { describeValue } from "../network/printable.ts";
import { parseJson } from "../parse-json.ts";
import { accuracyOf } from "./accuracy.ts";
import { Ppk2Decoder, parsePpk2Metadata } from "./ppk2-decoder.ts";
import type { Trace } from "./trace.ts";
import { unzip } from "./unzip.ts";

const SAMPLE_BYTES = 6;
const CHANNELS = 8;

/** @param volts the supply: files have currents only */
export async function readPpk2Session(bytes: Uint8Array, source: string, volts?: number): Promise<Trace> {
  const raw = await unzip(bytes, "session.raw", source);
  const json = await unzip(bytes, "metadata.json", source);
  if (raw === null || json === null) {
    throw complain("bad-file", source, {
      expected: "session.raw and metadata.json in the archive",
      found: raw === null ? "no session.raw" : "no metadata.json",
    });
  }
  const samplesPerSecond = rateOf(json, source);
  const n = Math.floor(raw.length / SAMPLE_BYTES);
  if (n === 0) throw complain("bad-file", source, { expected: "samples in session.raw", found: "none" });
  const amperes = new Float32Array(n);
  const bits = new Uint8Array(n);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let i = 0; i < n; i++) {
    amperes[i] = view.getFloat32(SAMPLE_BYTES * i, true) * 1e-6;
    const pairs = view.getUint16(SAMPLE_BYTES * i + 4, false);
    let levels = 0;
    for (let channel = 0; channel < CHANNELS; channel++)
      levels |= ((pairs >> (2 * channel + 1)) & 1) << channel;
    bits[i] = levels;
  }
  return {
    source,
    instrument: "Nordic PPK2",
    clock: { kind: "uniform", startSeconds: 0, samplesPerSecond },
    quantity: { kind: "current", amperes, volts: expectVolts(volts, source) },
    markers: { bits, names: Array.from({ length: CHANNELS }, (_, i) => `D${i}`) },
    edges: null,
    saturated: [],
    accuracy: accuracyOf("ppk2"),
    notes: [],
  };
}

function rateOf(json: Uint8Array, source: string): number {
  const value = parseJson(new TextDecoder().decode(json), source, "bad-file", "metadata.json");
  const { metadata } = (value ?? {}) as { metadata?: { samplesPerSecond?: unknown } | null };
  const rate = metadata?.samplesPerSecond;
  if (typeof rate === "number" && rate > 0) return rate;
  throw complain("bad-file", source, {
    field: "metadata.samplesPerSecond",
    expected: "a positive number in metadata.json",
    found: describeValue(rate),
  });
}

/** What came over the port of a PPK2, metadata first. */
export function readPpk2Stream(bytes: Uint8Array, source: string, volts?: number): Trace {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const end = /\bEND\s*?\n?/.exec(text);
  const headBytes = end === null ? 0 : end.index + end[0].length;
  const metadata = parsePpk2Metadata(text.slice(0, headBytes), source);
  const supply = volts ?? (metadata.supplyMv === null ? undefined : metadata.supplyMv / 1000);
  const decoder = new Ppk2Decoder(metadata, 1000 * expectVolts(supply, source));
  decoder.push(bytes.subarray(headBytes));
  decoder.finish();
  if (decoder.samples.count === 0) {
    throw complain("bad-file", source, { expected: "samples after the metadata", found: "none" });
  }
  return decoder.trace(source);
}

function expectVolts(volts: number | undefined, source: string): number {
  if (volts !== undefined) return volts;
  throw complain("bad-config", source, {
    expected: "a supply voltage, which the file does not hold",
    found: "none",
    hint: "--voltage gives it in volts",
  });
}
