// A Nordic PPK2 as the host sees it. A sample is one little-endian word:
//
//   31 ........ 24 23 ...... 18 17 16 . 14 13 .......... 0
//   D7 ....... D0  counter      -  range   ADC, in units of 4
//
// and the host is to compute, with the calibration of the range,
//
//   x = (4 adc - O) (1.8 / 163840) / R          I = UG (x (GS x + GI) + S V + I0)
//
// which is inverted here to get the ADC's value from the current.

import type { Current } from "./current.ts";

export interface RangeCalibration {
  R: number;
  GS: number;
  GI: number;
  O: number;
  S: number;
  I: number;
  UG: number;
}

/** No range of it at a default value, of the size that devices have. */
export const CALIBRATION: readonly RangeCalibration[] = [
  { R: 1003.35, GS: 3.125, GI: 1.0125, O: 112.942, S: 4.8e-8, I: -1.04e-7, UG: 1.01 },
  { R: 101.5865, GS: 112.789, GI: 0.9695, O: 75.4627, S: 5.96e-7, I: -1.443e-6, UG: 0.99 },
  { R: 10.3027, GS: 18.0115, GI: 0.9609, O: 64.602, S: 5.281e-6, I: 3.6439e-5, UG: 1.02 },
  { R: 0.9636, GS: 2.4217, GI: 0.9519, O: 50.4983, S: 6.2577e-5, I: -3.74119e-4, UG: 0.98 },
  { R: 0.0564, GS: 0.0729, GI: 0.9582, O: 87.2177, S: 2.940743e-3, I: -9.388455e-3, UG: 1.03 },
];

const SAMPLES_PER_SECOND = 100_000;
const VOLTS_PER_COUNT = 1.8 / 163_840;
/** A current above these amperes needs the next range. */
const UPPER_A = [50e-6, 500e-6, 5e-3, 60e-3];
/** It falls back below this share of the limit. */
const HYSTERESIS = 0.8;

export interface FakePpk2Options {
  current: Current;
  /** Logic inputs D0 to D7 as bits, by time in seconds. */
  logic?: (seconds: number) => number;
  calibration?: readonly RangeCalibration[];
  /** What metadata give as the start value of the supply. */
  supplyMv?: number;
  /** Samples that never reach the host: index of the first, how many. */
  lost?: readonly (readonly [at: number, n: number])[];
  /** Single bytes that never reach the host, by the sample that they belong to. */
  lostBytes?: readonly number[];
  /** Metadata in the form of a device that was never calibrated. */
  uncalibrated?: boolean;
}

export class FakePpk2 {
  readonly #options: FakePpk2Options;
  readonly #calibration: RangeCalibration[];
  readonly #pending: number[] = [];
  #replies: Uint8Array[] = [];
  #supplyMv: number;
  #sample = 0;
  #range = 0;
  #running = false;
  /** Ranges that have been used. */
  readonly ranges = new Set<number>();
  switches = 0;
  mode: "ampere" | "source" | null = null;
  dutPower = false;

  constructor(options: FakePpk2Options) {
    this.#options = options;
    this.#calibration = (options.calibration ?? CALIBRATION).map((range) => ({ ...range }));
    this.#supplyMv = options.supplyMv ?? 3700;
  }

  get running(): boolean {
    return this.#running;
  }

  get supplyMv(): number {
    return this.#supplyMv;
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    this.#pending.push(...bytes);
    for (;;) {
      const [command] = this.#pending;
      if (command === undefined) return;
      const length = { 17: 2, 12: 2, 13: 3, 37: 6 }[command] ?? 1;
      if (this.#pending.length < length) return;
      this.#obey(this.#pending.splice(0, length));
    }
  }

  /** What is on its way to the host, with `n` samples more if it is measuring. */
  produce(n: number): Uint8Array {
    const parts = this.#replies;
    this.#replies = [];
    if (this.#running && n > 0) parts.push(this.#samples(n));
    return Buffer.concat(parts);
  }

  #obey([command, ...values]: number[]): void {
    if (command === 0x19) this.#replies.push(Buffer.from(this.#metadata(), "latin1"));
    else if (command === 0x11) this.mode = values[0] === 1 ? "ampere" : "source";
    else if (command === 0x0c) this.dutPower = values[0] === 1;
    else if (command === 0x0d) this.#supplyMv = 256 * values[0]! + values[1]!;
    else if (command === 0x25) {
      this.#calibration[values[0]!]!.UG = Buffer.from(values.slice(1)).readFloatLE(0);
    } else if (command === 0x06) {
      this.#running = true;
      this.#sample = 0;
    } else if (command === 0x07) this.#running = false;
  }

  #metadata(): string {
    const { uncalibrated = false, supplyMv = 3700 } = this.#options;
    const names = ["R", "GS", "GI", "O", "S", "I", "UG"] as const;
    const lines = names.flatMap((name) =>
      this.#calibration.map((range, i) => `${name}${i}: ${uncalibrated ? "-nan" : range[name]}`),
    );
    return [
      `Calibrated: ${uncalibrated ? 0 : 1}`,
      ...lines,
      "HW: 9173",
      "IA: 59",
      `VDD: ${supplyMv}`,
      "mode: 2",
      "END\n",
    ].join("\n");
  }

  #samples(n: number): Uint8Array {
    const { current, logic, lost = [], lostBytes = [] } = this.#options;
    const bytes = Buffer.alloc(4 * n);
    let at = 0;
    for (let i = 0; i < n; i++) {
      const sample = this.#sample++;
      const seconds = sample / SAMPLES_PER_SECOND;
      const word = this.#word(current.at(seconds), sample, logic?.(seconds) ?? 0);
      if (lost.some(([first, count]) => sample >= first && sample < first + count)) continue;
      at = bytes.writeUInt32LE(word, at);
      if (lostBytes.includes(sample)) at--;
    }
    return bytes.subarray(0, at);
  }

  #word(amperes: number, sample: number, logic: number): number {
    const before = this.#range;
    while (this.#range < 4 && amperes > UPPER_A[this.#range]!) this.#range++;
    while (this.#range > 0 && amperes < HYSTERESIS * UPPER_A[this.#range - 1]!) this.#range--;
    if (this.#range !== before) this.switches++;
    this.ranges.add(this.#range);
    const { R, GS, GI, O, S, I, UG } = this.#calibration[this.#range]!;
    const c = S * (this.#supplyMv / 1000) + I - amperes / UG;
    const x = (-GI + Math.sqrt(GI * GI - 4 * GS * c)) / (2 * GS);
    const adc = Math.round(((x * R) / VOLTS_PER_COUNT + O) / 4);
    const clipped = Math.max(0, Math.min(0x3fff, adc));
    return (((logic & 0xff) << 24) | ((sample & 63) << 18) | (this.#range << 14) | clipped) >>> 0;
  }
}
