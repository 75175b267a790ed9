// What an ST X-NUCLEO-LPM01A sends: answers to commands, and samples in one of two forms.
//
//   ascii_dec   "6409-07" is 6409e-7; "TimeStamp: 000s 123ms, buff 00%" every 1000 samples; "event 00 ris" for an edge
//   bin_hexa    two bytes big-endian, high nibble e, the rest m: m * 16^-e; after F0 comes no sample but
//               F1 error text, F2 text, F3 time in ms u32 and load of the buffer u8, F4 end, F5 overcurrent, each to FF FF
//
// Samples are amperes, or joules of one sample, as the board was told. Its answers say how, so that a log of everything
// that came over the port is enough. (From the help of the board's firmware and two tools that drive it.)

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { accuracyOf } from "./accuracy.ts";
import { SampleBuffer } from "./sample-buffer.ts";
import type { MarkerEdge, Trace } from "./trace.ts";

const ESCAPE = 0xf0;
const TIME_BYTES = 9;
const END_MARK = 0xff;
const SAMPLE_LINE = /^(\d+)([+-]\d+)$/;
const TIME_LINE = /^TimeStamp:\s*(\d+)s\s*(\d+)ms/;
const EVENT_LINE = /^event\s+\d+\s+(ris|fal)/;
const ANSWER_LINE = /^PowerShield > (ack|error) (.*)$/;
/** A timestamp rounds to a millisecond, and the board counts from one sample earlier or later. */
const TIME_SLACK_SECONDS = 0.002;
/** The board's fastest; a damaged log may claim any. */
const MAX_SAMPLES_PER_SECOND = 100_000;
/** Samples that are lost for longer than this leave nothing to measure; a damaged log may claim years. */
const MAX_LOST_SECONDS = 10;

export interface Lpm01aSettings {
  samplesPerSecond: number | null;
  output: "current" | "energy" | null;
  volts: number | null;
}

export class Lpm01aDecoder {
  /** Of the last acquisition. */
  samples = new SampleBuffer();
  readonly settings: Lpm01aSettings = { samplesPerSecond: null, output: null, volts: null };
  edges: MarkerEdge[] = [];
  /** Lines that are no samples and nobody has taken yet: answers to commands. */
  readonly lines: string[] = [];
  completed = false;
  readonly #notes: string[] = [];
  #jumpSeconds: number | null = null;
  #binaryFormat = false;
  #inBinary = false;
  #rest: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    let at = 0;
    for (;;) {
      const used = this.#inBinary ? this.#binary(bytes, at) : this.#line(bytes, at);
      if (used === 0) break;
      at += used;
    }
    this.#rest = bytes.slice(at);
  }

  /** Bytes of one line that were used, 0 when it is not complete. */
  #line(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return 0;
    const line = new TextDecoder("latin1").decode(bytes.subarray(at, end)).trim();
    const sample = SAMPLE_LINE.exec(line);
    const time = TIME_LINE.exec(line);
    const event = EVENT_LINE.exec(line);
    if (sample !== null) this.#add(Number(`${sample[1]}e${sample[2]}`));
    else if (time !== null) this.#stamp(Number(time[1]) + Number(time[2]) / 1000);
    else if (event !== null) this.#edge(event[1] === "ris");
    else if (line !== "") this.#answer(line);
    return end + 1 - at;
  }

  #answer(line: string): void {
    const [, kind, command = ""] = ANSWER_LINE.exec(line) ?? [];
    const [verb, value = ""] = command.split(" ");
    if (kind === "ack") {
      if (verb === "freq") this.settings.samplesPerSecond = frequencyOf(value);
      else if (verb === "output") this.settings.output = value === "energy" ? "energy" : "current";
      else if (verb === "volt") this.settings.volts = voltsOf(value) ?? this.settings.volts;
      else if (verb === "format") this.#binaryFormat = value === "bin_hexa";
      else if (verb === "start") this.#begin();
    }
    if (line.includes("Acquisition completed")) this.completed = true;
    if (/overcurrent/i.test(line)) this.#overcurrent();
    this.lines.push(line);
  }

  #begin(): void {
    this.#inBinary = this.#binaryFormat;
    this.samples = new SampleBuffer();
    this.edges = [];
    this.completed = false;
  }

  /** Bytes of one sample or message that were used, 0 when it is not complete. */
  #binary(bytes: Uint8Array, at: number): number {
    if (bytes.length - at < 2) return 0;
    if (bytes[at] !== ESCAPE) {
      const word = (bytes[at]! << 8) | bytes[at + 1]!;
      this.#add((word & 0xfff) * 16 ** -(word >> 12));
      return 2;
    }
    const kind = bytes[at + 1];
    if (kind === 0xf3) {
      // Its bytes may be FF FF themselves.
      if (bytes.length - at < TIME_BYTES) return 0;
      const view = new DataView(bytes.buffer, bytes.byteOffset + at);
      this.#stamp(view.getUint32(2) / 1000);
      return TIME_BYTES;
    }
    let end = at + 2;
    while (end + 1 < bytes.length && !(bytes[end] === END_MARK && bytes[end + 1] === END_MARK)) end++;
    if (end + 1 >= bytes.length) return 0;
    const text = new TextDecoder("latin1").decode(bytes.subarray(at + 2, end)).trim();
    if (kind === 0xf4) this.#inBinary = false;
    else if (kind === 0xf5) this.#overcurrent();
    else if (kind === 0xf1) this.#notes.push(`the board reported: ${printable(text)}`);
    return end + 2 - at;
  }

  #add(value: number): void {
    this.samples.push(value, 0);
  }

  #edge(high: boolean): void {
    // It comes before the first sample that was taken after it.
    this.edges.push({ seconds: (this.samples.count - 0.5) / (this.settings.samplesPerSecond ?? 1), high });
  }

  #overcurrent(): void {
    if (this.samples.count > 0) this.samples.markSaturated();
    this.#notes.push("the board reported overcurrent");
  }

  /** The board's clock at the next sample: when it is ahead of the samples, some are lost. */
  #stamp(seconds: number): void {
    const rate = this.settings.samplesPerSecond;
    if (rate === null) return;
    const behind = seconds - this.samples.count / rate;
    if (behind > MAX_LOST_SECONDS) this.#jumpSeconds ??= behind;
    else if (behind > TIME_SLACK_SECONDS + 1.5 / rate) this.samples.pushLost(Math.round(behind * rate));
  }

  /** The samples that are kept, as a trace. Throws `bad-file` when the board's answers are not in what was pushed. */
  trace(source: string, fromSample?: number): Trace {
    const { samplesPerSecond, output, volts } = this.settings;
    const { values, saturated, first } = this.samples.copyFrom(fromSample);
    if (samplesPerSecond === null || output === null || values.length === 0) {
      throw complain("bad-file", source, {
        expected: "samples after the board's answers to freq and output",
        found: values.length === 0 ? "no sample" : "samples only",
        hint: "the log must begin before the board is set up",
      });
    }
    if (this.#jumpSeconds !== null) {
      throw complain("bad-file", source, {
        expected: `a clock of the board that goes on, or lacks at most ${MAX_LOST_SECONDS} s of samples`,
        found: `a jump of ${this.#jumpSeconds.toFixed(1)} s`,
      });
    }
    if (output === "current" && volts === null) {
      throw complain("bad-file", source, { expected: "the board's answer to volt", found: "none" });
    }
    const { lost } = this.samples;
    const startSeconds = first / samplesPerSecond;
    return {
      source,
      instrument: "ST X-NUCLEO-LPM01A",
      clock: { kind: "uniform", startSeconds, samplesPerSecond },
      quantity:
        output === "energy"
          ? { kind: "energy", microjoules: values.map((joules) => joules * 1e6) }
          : { kind: "current", amperes: values, volts: volts! },
      markers: null,
      edges:
        this.edges.length === 0
          ? null
          : {
              list: this.edges.filter(({ seconds }) => seconds >= startSeconds),
              withinSeconds: 0.5 / samplesPerSecond,
            },
      saturated,
      accuracy: accuracyOf("lpm01a"),
      notes: lost === 0 ? this.#notes : [...this.#notes, `the board's clock shows ${lost} lost samples`],
    };
  }
}

/** 100k, 1k, 500: samples a second. */
function frequencyOf(text: string): number | null {
  const match = /^(\d+)(k?)$/.exec(text);
  const rate = match === null ? 0 : Number(match[1]) * (match[2] === "k" ? 1000 : 1);
  return rate > 0 && rate <= MAX_SAMPLES_PER_SECOND ? rate : null;
}

/** Numbers of the board's commands: 3300m, 3292-03, 3. Null for `get` and others. */
function voltsOf(text: string): number | null {
  const match = /^(\d+)(m|[+-]\d+)?$/.exec(text);
  if (match === null) return null;
  const [, digits, suffix = ""] = match;
  return suffix === "m" ? Number(digits) / 1000 : Number(`${digits}e${suffix === "" ? 0 : suffix}`);
}
