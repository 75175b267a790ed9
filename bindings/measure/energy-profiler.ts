// Energy of parts of a program, with an instrument that measures beside it or a trace that was recorded:
//
//   await using profiler = await EnergyProfiler.open(await Ppk2.open(link, { mode: "source", supplyMv: 3000 }));
//   {
//     await using window = profiler.measure("inference", { inferences: 100 });
//     for (let i = 0; i < 100; i++) await mcu.runInference(input);
//   }
//   console.log(profiler.energyMj, profiler.averagePowerMw);
//
// With a marker the window is where the device says it is. Without one it is where this program was, and the instrument's
// samples are placed by the time at which they came: as inexact as that, which the uncertainty contains.

import { complain } from "../errors.ts";
import type { Interval } from "../estimate/interval.ts";
import type { Instrument } from "./instrument.ts";
import type { EnergyReport } from "./measure-energy.ts";
import type { Trace } from "./trace.ts";
import {
  type Corrections,
  LiveSource,
  type ProfilerOptions,
  RecordedSource,
  type WindowSource,
} from "./window-sources.ts";
import type { WindowRule } from "./windows.ts";

/** What was measured between `measure` and its end. */
export class MeasuredWindow {
  /** As `measure` was told. */
  readonly label: string;
  readonly #finish: () => Promise<EnergyReport>;
  #report: EnergyReport | null = null;

  /**
   * `EnergyProfiler.measure` makes windows.
   * @param finish what measures to the end; called once
   */
  constructor(label: string, finish: () => Promise<EnergyReport>) {
    this.label = label;
    this.#finish = finish;
  }

  /** Ends the window; `await using` does it at the end of the block. */
  async end(): Promise<void> {
    this.#report ??= await this.#finish();
  }

  /** Ends the window, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  /** Windows, problems and the rest. Throws before the end. */
  get report(): EnergyReport {
    if (this.#report !== null) return this.#report;
    throw complain("unavailable", `window "${this.label}"`, {
      expected: "a window that has ended",
      found: "one that has not",
      hint: "await window.end()",
    });
  }

  /** Of all windows that the marker showed, or of the one. */
  get energyMj(): number {
    return sumOf(this.report.windows, ({ energyUj }) => energyUj) / 1000;
  }

  /** Median of the windows. */
  get energyPerInferenceUj(): number {
    return this.report.medianEnergyPerInferenceUj;
  }

  /** Energy of all windows by their whole length, idle power included. */
  get averagePowerMw(): number {
    const { windows } = this.report;
    const millijoules = sumOf(windows, (w) => w.averagePowerMw * w.durationSeconds);
    return millijoules / sumOf(windows, ({ durationSeconds }) => durationSeconds);
  }

  /** Highest power of a sample in any of the windows. */
  get peakPowerMw(): number {
    return Math.max(...this.report.windows.map(({ peakPowerMw }) => peakPowerMw));
  }

  /** 90 % interval of `energyMj`; null for an instrument of unknown accuracy. */
  get uncertaintyMj(): Interval | null {
    const ranges = this.report.windows.map(({ energyRangeUj }) => energyRangeUj);
    if (ranges.some((range) => range === null)) return null;
    // One instrument is wrong by the same share everywhere: bounds add up.
    const bound = (key: keyof Interval) => sumOf(ranges, (range) => range![key]) / 1000;
    return { typ: bound("typ"), min: bound("min"), max: bound("max") };
  }
}

/** Energy of parts of a program, while an instrument measures or from a trace. */
export class EnergyProfiler {
  readonly #source: WindowSource;
  #last: MeasuredWindow | null = null;

  private constructor(source: WindowSource) {
    this.#source = source;
  }

  /** Starts the instrument and keeps it measuring until `close`, which closes it as well. */
  static async open(instrument: Instrument, options: ProfilerOptions = {}): Promise<EnergyProfiler> {
    await instrument.start();
    return new EnergyProfiler(new LiveSource(instrument, options));
  }

  /** Takes the windows of a recorded trace one after the other, so that a program can run against a recording. */
  static replay(trace: Trace, windows: WindowRule, options: Corrections = {}): EnergyProfiler {
    return new EnergyProfiler(new RecordedSource(trace, windows, options));
  }

  /** Begins a window; only one is open at a time. */
  measure(label: string, { inferences = 1 }: { inferences?: number } = {}): MeasuredWindow {
    this.#last = new MeasuredWindow(label, this.#source.begin(inferences));
    return this.#last;
  }

  /** Of the last window. */
  get energyMj(): number {
    return this.#expectLast().energyMj;
  }

  /** Of the last window. */
  get averagePowerMw(): number {
    return this.#expectLast().averagePowerMw;
  }

  /** Of the last window. */
  get peakPowerMw(): number {
    return this.#expectLast().peakPowerMw;
  }

  /** 90 % interval of `energyMj` of the last window; null for an instrument of unknown accuracy. */
  get uncertaintyMj(): Interval | null {
    return this.#expectLast().uncertaintyMj;
  }

  /** Ends the measurement and closes the instrument. */
  close(): Promise<void> {
    return this.#source.close();
  }

  /** Closes, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #expectLast(): MeasuredWindow {
    if (this.#last !== null) return this.#last;
    throw complain("unavailable", "profiler", { expected: "a window", found: "none", hint: "measure first" });
  }
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
