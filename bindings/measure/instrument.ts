// An instrument at the other end of a link, while it measures.

import type { Trace } from "./trace.ts";

/** An instrument that takes samples while it is open. */
export interface Instrument {
  /** The port, for messages. */
  readonly name: string;
  /** Nominal rate of its samples. */
  readonly samplesPerSecond: number;
  /** Samples that it has taken since it started, with those that were lost on the way. */
  readonly sampleCount: number;
  /** Begins to measure; the first sample is number 0. */
  start(): Promise<void>;
  /** Takes in what has come, waiting at most `timeoutMs` for it. Throws `device-lost`, `device-silent`. */
  poll(timeoutMs: number): Promise<void>;
  /** Samples from a number on, as far as they are kept; `first` is the number of the first. */
  traceFrom(sample: number): { trace: Trace; first: number };
  /** May forget samples before a number. */
  discardBefore(sample: number): void;
  /** Ends the measurement; samples stay until `close`. */
  stop(): Promise<void>;
  /** Stops, and gives the link back. */
  close(): Promise<void>;
  /** The link's clock. */
  nowMs(): number;
}
