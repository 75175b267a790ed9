// Where a profiler's windows come from: an instrument that measures, or a recording.

import { complain } from "../errors.ts";
import type { Instrument } from "./instrument.ts";
import { type EnergyReport, type MeasureOptions, measureEnergy } from "./measure-energy.ts";
import { InstrumentPump } from "./pump.ts";
import { type Trace, timeAt } from "./trace.ts";
import { findWindows, type WindowRule } from "./windows.ts";

export type Corrections = Pick<
  MeasureOptions,
  "accuracy" | "zero" | "maxMissingShare" | "throughputPerSecond"
> & {
  /** Power that is subtracted, in watts. */
  subtractIdle?: number;
};

/** Where windows are, and what is taken out of their samples. */
export interface ProfilerOptions extends Corrections {
  /** Windows are where this input is high, `true`: the first that toggles. */
  marker?: string | true;
}

/** Kept before a window, for edges that came late. */
const HISTORY_SECONDS = 1;

export interface WindowSource {
  /** Begins a window; what is returned ends it and says what was measured. */
  begin(inferences: number): () => Promise<EnergyReport>;
  close(): Promise<void>;
}

export class RecordedSource implements WindowSource {
  readonly #trace: Trace;
  readonly #options: Corrections;
  readonly #windows: ReturnType<typeof findWindows>["windows"];
  #next = 0;

  constructor(trace: Trace, rule: WindowRule, options: Corrections) {
    this.#trace = trace;
    this.#options = options;
    this.#windows = findWindows(trace, rule).windows;
  }

  begin(inferences: number): () => Promise<EnergyReport> {
    const window = this.#windows[this.#next++];
    if (window === undefined) {
      throw complain("bad-input", this.#trace.source, {
        expected: `at most ${this.#windows.length} windows, as the recording has`,
        found: "one more",
      });
    }
    return async () =>
      measureEnergy(this.#trace, {
        ...this.#options,
        inferences,
        windows: { by: "given", windows: [window] },
      });
  }

  async close(): Promise<void> {}
}

export class LiveSource implements WindowSource {
  readonly #options: ProfilerOptions;
  readonly #pump: InstrumentPump;
  /** Number of the first sample of the open window, null when none is open. */
  #from: number | null = null;
  #previousTo = 0;

  constructor(instrument: Instrument, options: ProfilerOptions) {
    this.#options = options;
    const history = Math.ceil(HISTORY_SECONDS * instrument.samplesPerSecond);
    this.#pump = new InstrumentPump(instrument, () => {
      if (this.#from === null) instrument.discardBefore(instrument.sampleCount - history);
    });
  }

  begin(inferences: number): () => Promise<EnergyReport> {
    if (this.#from !== null) {
      throw complain("unavailable", this.#pump.instrument.name, {
        expected: "one window at a time",
        found: "two",
      });
    }
    this.#from = this.#pump.samplesNow();
    return () => this.#end(inferences);
  }

  async #end(inferences: number): Promise<EnergyReport> {
    const { instrument } = this.#pump;
    const from = this.#from!;
    const to = this.#pump.samplesNow();
    await this.#pump.until(to);
    // Edges of the window before must not come in again.
    const { trace, first } = instrument.traceFrom(Math.max(this.#previousTo, from - this.#pump.margin));
    this.#from = null;
    this.#previousTo = to;
    const { marker, ...corrections } = this.#options;
    const last = Math.min(to, instrument.sampleCount - 1);
    const windows: WindowRule =
      marker === undefined
        ? {
            by: "given",
            windows: [
              {
                number: 1,
                startSeconds: timeAt(trace, Math.max(0, from - first)),
                endSeconds: timeAt(trace, last - first),
                edgeSeconds: this.#pump.latencyMs / 1000,
              },
            ],
          }
        : { by: "marker", ...(marker === true ? {} : { channel: marker }) };
    const report = measureEnergy(trace, { ...corrections, inferences, windows });
    const drift = this.#pump.drift();
    if (drift === null) return report;
    return { ...report, valid: false, problems: [...report.problems, drift] };
  }

  async close(): Promise<void> {
    await this.#pump.end();
    await this.#pump.instrument.close();
  }
}
