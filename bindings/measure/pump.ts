// Takes in what an instrument sends, for as long as it measures, and knows which sample is being taken now.

import type { Instrument } from "./instrument.ts";

const POLL_MS = 10;
/** How long the last samples may take to come. */
const TAIL_MS = 2000;
/** A second by the samples against a second by this machine: crystals are a hundred times better. */
const MAX_DRIFT = 0.01;
const DRIFT_SECONDS = 1;

export class InstrumentPump {
  readonly instrument: Instrument;
  readonly #onPoll: () => void;
  readonly #running: Promise<void>;
  #failure: unknown = null;
  #isEnding = false;
  #polledMs: number;
  /** When the first samples had come, and how many: an instrument may take its time to start. */
  #first: { ms: number; samples: number } | null = null;
  #wake: () => void = () => {};
  /** The longest that samples waited for being taken in. */
  latencyMs = POLL_MS;

  /** For an instrument that was started. `onPoll` is called whenever something may have come. */
  constructor(instrument: Instrument, onPoll: () => void = () => {}) {
    this.instrument = instrument;
    this.#onPoll = onPoll;
    this.#polledMs = instrument.nowMs();
    this.#running = this.#run();
  }

  /** The number of the sample that is being taken now, by this machine's clock. */
  samplesNow(): number {
    const { sampleCount, samplesPerSecond } = this.instrument;
    const sinceMs = Math.min(this.latencyMs, this.instrument.nowMs() - this.#polledMs);
    return sampleCount + Math.round((sinceMs / 1000) * samplesPerSecond);
  }

  /** Samples that may come later than this machine's clock says. */
  get margin(): number {
    return Math.ceil((this.latencyMs / 1000) * this.instrument.samplesPerSecond);
  }

  /** Waits until a sample has come, and those that may be late; not for ever. Throws what the instrument failed with. */
  async until(sample: number): Promise<void> {
    const deadline = this.instrument.nowMs() + TAIL_MS;
    while (this.instrument.sampleCount <= sample + this.margin && this.instrument.nowMs() < deadline) {
      this.expectAlive();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.expectAlive();
  }

  /** Throws what the instrument failed with. */
  expectAlive(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** What the instrument's clock lacks against this machine's, when that is more than clocks are off. */
  drift(): string | null {
    const { sampleCount, samplesPerSecond, name } = this.instrument;
    if (this.#first === null) return null;
    const seconds = (this.#polledMs - this.#first.ms) / 1000;
    if (seconds < DRIFT_SECONDS) return null;
    const sampled = (sampleCount - this.#first.samples) / samplesPerSecond;
    const share = sampled / seconds - 1;
    const slack = (2 * this.latencyMs) / 1000 / seconds;
    if (Math.abs(share) <= MAX_DRIFT + slack) return null;
    return (
      `${name} gave samples for ${sampled.toFixed(2)} s in ${seconds.toFixed(2)} s: ` +
      "samples are lost beyond what it counts, or its clock is off"
    );
  }

  /** Ends taking in; the instrument goes on measuring. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { instrument } = this;
    try {
      while (!this.#isEnding) {
        await instrument.poll(POLL_MS);
        const now = instrument.nowMs();
        this.latencyMs = Math.max(this.latencyMs, now - this.#polledMs);
        this.#polledMs = now;
        if (instrument.sampleCount > 0) this.#first ??= { ms: now, samples: instrument.sampleCount };
        this.#onPoll();
        this.#wake();
      }
    } catch (error) {
      this.#failure = error;
      this.#wake();
    }
  }
}
