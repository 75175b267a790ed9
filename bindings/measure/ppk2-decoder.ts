// The stream of a Nordic PPK2: 100,000 samples a second, a little-endian word each:
//
//   bits 0-13 ADC, in units of 4   14-16 range   18-23 counter   24-31 logic inputs D0 to D7
//
// and, with the calibration of the range and the supply V,
//
//   x = (4 adc - O) (1.8 / 163840) / R          current = UG (x (GS x + GI) + S V + I)
//
// Facts from pc-nrfconnect-ppk, ppk2-api-python and ppk2-rs; this code is none of theirs. There is no filter of spikes at
// range changes: it would move charge between samples, and peaks are shown as they came.

import { concatBytes } from "../concat-bytes.ts";
import { complain } from "../errors.ts";
import { accuracyOf } from "./accuracy.ts";
import { SampleBuffer } from "./sample-buffer.ts";
import type { Trace } from "./trace.ts";

export const PPK2_SAMPLES_PER_SECOND = 100_000;
const WORD_BYTES = 4;
const VOLTS_PER_COUNT = 1.8 / 163_840;
const FULL_SCALE = 0x3fff;
const COUNTER_MASK = 63;
const N_RANGES = 5;
const TOP_RANGE = N_RANGES - 1;
/** So many counters in a row that go up by one are no chance. */
const RUN_WORDS = 8;
const RUN_BYTES = WORD_BYTES * RUN_WORDS + WORD_BYTES - 1;

interface RangeModifiers {
  R: number;
  GS: number;
  GI: number;
  O: number;
  S: number;
  I: number;
  UG: number;
}

/** Of a device that was never calibrated; also stands for 0 and -nan in metadata. */
const DEFAULT_R = [1031.64, 101.65, 10.15, 0.94, 0.043];
const DEFAULTS = { GS: 1, GI: 1, UG: 1, O: 0, S: 0, I: 0 };

export interface Ppk2Metadata {
  ranges: RangeModifiers[];
  calibrated: boolean;
  supplyMv: number | null;
}

/**
 * The answer to the command for metadata, up to `END`.
 * @throws LiquidEdgeError `device-refused` when it is another device's
 */
export function parsePpk2Metadata(text: string, source: string): Ppk2Metadata {
  const fields = new Map(
    [...text.matchAll(/^\s*(\w+):\s*(\S+)\s*$/gm)].map(([, key, value]) => [key!, Number(value)]),
  );
  if (!fields.has("R0") || !/\bEND\b/.test(text)) {
    throw complain("device-refused", source, {
      expected: "metadata of a PPK2, with R0 to R4 and END",
      found: text === "" ? "nothing" : `"${text.slice(0, 40).replace(/\s+/g, " ")}"`,
    });
  }
  const modifier = (name: string, fallback: number) => {
    const value = fields.get(name);
    return value === undefined || value === 0 || !Number.isFinite(value) ? fallback : value;
  };
  const ranges = DEFAULT_R.map((resistance, i) => ({
    R: modifier(`R${i}`, resistance),
    GS: modifier(`GS${i}`, DEFAULTS.GS),
    GI: modifier(`GI${i}`, DEFAULTS.GI),
    O: modifier(`O${i}`, DEFAULTS.O),
    S: modifier(`S${i}`, DEFAULTS.S),
    I: modifier(`I${i}`, DEFAULTS.I),
    UG: modifier(`UG${i}`, DEFAULTS.UG),
  }));
  const supply = fields.get("VDD");
  return {
    ranges,
    calibrated: fields.get("Calibrated") === 1,
    supplyMv: supply !== undefined && supply > 0 ? supply : null,
  };
}

/** Turns bytes into samples, whatever pieces they come in. */
export class Ppk2Decoder {
  readonly samples = new SampleBuffer();
  /** Times that bytes were lost in the middle of a word and the words were found again. */
  rephased = 0;
  readonly #ranges: readonly RangeModifiers[];
  readonly #volts: number;
  #rest: Uint8Array = new Uint8Array(0);
  #expected = -1;

  constructor({ ranges }: Ppk2Metadata, supplyMv: number) {
    this.#ranges = ranges;
    this.#volts = supplyMv / 1000;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : concatBytes([this.#rest, chunk]);
    const used = this.#decode(bytes, false);
    this.#rest = bytes.slice(used);
  }

  /** Decodes what is still held back. */
  finish(): void {
    this.#decode(this.#rest, true);
    this.#rest = new Uint8Array(0);
  }

  #decode(bytes: Uint8Array, last: boolean): number {
    let at = 0;
    while (at + WORD_BYTES <= bytes.length) {
      const word = wordAt(bytes, at);
      const counter = (word >>> 18) & COUNTER_MASK;
      if (counter !== this.#expected) {
        // A break: samples are missing, or a part of a word is. What follows tells which.
        if (bytes.length - at < RUN_BYTES && !last) return at;
        const phase = phaseOfRun(bytes, at);
        if (phase !== 0 && !(phase < 0 && last)) {
          if (phase > 0) this.rephased++;
          at += phase > 0 ? phase : 1;
          continue;
        }
        if (phase < 0) return bytes.length;
        if (this.#expected >= 0) this.samples.pushLost((counter - this.#expected) & COUNTER_MASK);
      }
      this.#expected = (counter + 1) & COUNTER_MASK;
      this.#add(word);
      at += WORD_BYTES;
    }
    return at;
  }

  #add(word: number): void {
    const adc = word & FULL_SCALE;
    const range = Math.min((word >>> 14) & 7, TOP_RANGE);
    const { R, GS, GI, O, S, I, UG } = this.#ranges[range]!;
    const x = ((4 * adc - O) * VOLTS_PER_COUNT) / R;
    this.samples.push(UG * (x * (GS * x + GI) + S * this.#volts + I), word >>> 24);
    if (range === TOP_RANGE && adc === FULL_SCALE) this.samples.markSaturated();
  }

  /** The samples that are kept, as a trace. */
  trace(source: string, fromSample?: number): Trace {
    const { values, bits, saturated, first } = this.samples.copyFrom(fromSample);
    return {
      source,
      instrument: "Nordic PPK2",
      clock: {
        kind: "uniform",
        startSeconds: first / PPK2_SAMPLES_PER_SECOND,
        samplesPerSecond: PPK2_SAMPLES_PER_SECOND,
      },
      quantity: { kind: "current", amperes: values, volts: this.#volts },
      markers: { bits, names: Array.from({ length: 8 }, (_, i) => `D${i}`) },
      edges: null,
      saturated,
      accuracy: accuracyOf("ppk2"),
      notes:
        this.samples.lost + this.rephased === 0
          ? []
          : [
              `the PPK2 lost samples ${this.rephased > 0 ? "and parts of words " : ""}on the way: at least ` +
                `${this.samples.lost} (its counter shows losses modulo 64)`,
            ],
    };
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** The first of four byte offsets from which counters go up by one, -1 when there is none. */
function phaseOfRun(bytes: Uint8Array, at: number): number {
  for (let phase = 0; phase < WORD_BYTES; phase++) {
    const words = Math.min(RUN_WORDS, Math.floor((bytes.length - at - phase) / WORD_BYTES));
    if (words < 1) continue;
    const counterOf = (k: number) => (wordAt(bytes, at + phase + WORD_BYTES * k) >>> 18) & COUNTER_MASK;
    const first = counterOf(0);
    let k = 1;
    while (k < words && counterOf(k) === ((first + k) & COUNTER_MASK)) k++;
    if (k === words) return phase;
  }
  return -1;
}
