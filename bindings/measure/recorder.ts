// Records everything that an instrument measures, for windows that are found afterwards, as in a file.

import { complain } from "../errors.ts";
import type { Instrument } from "./instrument.ts";
import { InstrumentPump } from "./pump.ts";
import type { Trace } from "./trace.ts";
import type { Window } from "./windows.ts";

/** What an instrument measured, and the windows that were set meanwhile. */
export interface LiveRecording {
  /** All that was recorded. */
  trace: Trace;
  /** Between the moments that were marked, by this machine's clock. */
  windows: Window[];
  /** What makes the recording doubtful. */
  problems: string[];
}

/** Records an instrument from `start` to `finish`. */
export class Recorder {
  readonly #pump: InstrumentPump;
  readonly #spans: { from: number; to: number }[] = [];

  private constructor(pump: InstrumentPump) {
    this.#pump = pump;
  }

  /** Starts the instrument. */
  static async start(instrument: Instrument): Promise<Recorder> {
    await instrument.start();
    return new Recorder(new InstrumentPump(instrument));
  }

  /** Of samples so far. */
  get seconds(): number {
    const { sampleCount, samplesPerSecond } = this.#pump.instrument;
    return sampleCount / samplesPerSecond;
  }

  /** Throws what the instrument failed with: it is silent, or gone. */
  expectAlive(): void {
    this.#pump.expectAlive();
  }

  /** Begins a window now, by this machine's clock; what is returned ends it. */
  window(): () => void {
    const from = this.#pump.samplesNow();
    return () => void this.#spans.push({ from, to: this.#pump.samplesNow() });
  }

  /**
   * What was measured until now.
   * @throws LiquidEdgeError `device-lost`, `device-silent`, `bad-input` when there is no sample
   */
  async finish(): Promise<LiveRecording> {
    const pump = this.#pump;
    const { instrument } = pump;
    await pump.until(pump.samplesNow());
    await pump.end();
    pump.expectAlive();
    const drift = pump.drift();
    await instrument.stop();
    if (instrument.sampleCount === 0)
      throw complain("bad-input", instrument.name, { expected: "samples", found: "none" });
    const { trace } = instrument.traceFrom(0);
    const seconds = (sample: number) => {
      const { clock } = trace;
      if (clock.kind === "uniform") return clock.startSeconds + sample / clock.samplesPerSecond;
      return clock.seconds[Math.min(sample, clock.seconds.length - 1)]!;
    };
    return {
      trace,
      windows: this.#spans.map(({ from, to }, i) => ({
        number: i + 1,
        startSeconds: seconds(from),
        endSeconds: seconds(to),
        edgeSeconds: pump.latencyMs / 1000,
      })),
      problems: drift === null ? [] : [drift],
    };
  }

  /** Ends taking in and closes the instrument. */
  async close(): Promise<void> {
    await this.#pump.end();
    await this.#pump.instrument.close();
  }
}
