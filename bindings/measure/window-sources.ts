// Where a profiler's windows come from: an instrument that measures, or a recording.

import { complain } from "../errors.ts";
import type { Instrument } from "./instrument.ts";
import { type EnergyReport, type MeasureOptions, measureEnergy } from "./measure-energy.ts";
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

const POLL_MS = 10;
/** Kept before a window, for edges that came late. */
const HISTORY_SECONDS = 1;
/** How long the last samples of a window may take to come. */
const TAIL_MS = 2000;
/** A second by the samples against a second by this machine: crystals are a hundred times better. */
const MAX_DRIFT = 0.01;
const DRIFT_SECONDS = 1;

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
  readonly #instrument: Instrument;
  readonly #options: ProfilerOptions;
  readonly #pump: Promise<void>;
  readonly #startedMs: number;
  #failure: unknown = null;
  #closing = false;
  /** Number of the first sample of the open window, null when none is open. */
  #from: number | null = null;
  #previousTo = 0;
  #polledMs: number;
  /** The longest that samples waited for being taken in. */
  #latencyMs = POLL_MS;

  constructor(instrument: Instrument, options: ProfilerOptions) {
    this.#instrument = instrument;
    this.#options = options;
    this.#startedMs = instrument.nowMs();
    this.#polledMs = this.#startedMs;
    this.#pump = this.#run();
  }

  begin(inferences: number): () => Promise<EnergyReport> {
    if (this.#from !== null) {
      throw complain("unavailable", this.#instrument.name, {
        expected: "one window at a time",
        found: "two",
      });
    }
    this.#from = this.#samplesNow();
    return () => this.#end(inferences);
  }

  async #end(inferences: number): Promise<EnergyReport> {
    const instrument = this.#instrument;
    const from = this.#from!;
    const to = this.#samplesNow();
    const margin = Math.ceil((this.#latencyMs / 1000) * instrument.samplesPerSecond);
    const deadline = instrument.nowMs() + TAIL_MS;
    while (instrument.sampleCount <= to + margin && this.#failure === null && instrument.nowMs() < deadline) {
      await this.#nextPoll();
    }
    if (this.#failure !== null) throw this.#failure;
    // Edges of the window before must not come in again.
    const { trace, first } = instrument.traceFrom(Math.max(this.#previousTo, from - margin));
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
                edgeSeconds: this.#latencyMs / 1000,
              },
            ],
          }
        : { by: "marker", ...(marker === true ? {} : { channel: marker }) };
    const report = measureEnergy(trace, { ...corrections, inferences, windows });
    const drift = this.#drift();
    if (drift === null) return report;
    return { ...report, valid: false, problems: [...report.problems, drift] };
  }

  /** What the instrument's clock lacks against this machine's, when that is more than clocks are off. */
  #drift(): string | null {
    const { sampleCount, samplesPerSecond } = this.#instrument;
    const seconds = (this.#polledMs - this.#startedMs) / 1000;
    if (seconds < DRIFT_SECONDS) return null;
    const share = sampleCount / samplesPerSecond / seconds - 1;
    const slack = (2 * this.#latencyMs) / 1000 / seconds;
    if (Math.abs(share) <= MAX_DRIFT + slack) return null;
    return (
      `${this.#instrument.name} gave samples for ${(sampleCount / samplesPerSecond).toFixed(2)} s in ${seconds.toFixed(2)} s: ` +
      "samples are lost beyond what it counts, or its clock is off"
    );
  }

  /** The number of the sample that is being taken now, by this machine's clock. */
  #samplesNow(): number {
    const { sampleCount, samplesPerSecond } = this.#instrument;
    const sinceMs = Math.min(this.#latencyMs, this.#instrument.nowMs() - this.#polledMs);
    return sampleCount + Math.round((sinceMs / 1000) * samplesPerSecond);
  }

  #wake: () => void = () => {};

  #nextPoll(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #run(): Promise<void> {
    const instrument = this.#instrument;
    const history = Math.ceil(HISTORY_SECONDS * instrument.samplesPerSecond);
    try {
      while (!this.#closing) {
        await instrument.poll(POLL_MS);
        const now = instrument.nowMs();
        this.#latencyMs = Math.max(this.#latencyMs, now - this.#polledMs);
        this.#polledMs = now;
        if (this.#from === null) instrument.discardBefore(instrument.sampleCount - history);
        this.#wake();
      }
    } catch (error) {
      this.#failure = error;
      this.#wake();
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#pump;
    await this.#instrument.close();
  }
}
