// What every engine must do to be compared: hold one network, run its sequence, say how long that took.

import type { BenchNetwork } from "./networks.ts";

/** One engine with one network, ready to run. */
export interface Runner {
  /**
   * Runs the whole sequence `repeats` times, step by step from a state of zeros, the way a control loop does: each step
   * needs the state of the one before.
   * @returns seconds for all repeats, and the outputs of the last one, [steps, outputs]
   */
  run(repeats: number): Promise<{ seconds: number; outputs: Float32Array }>;
  close(): void | Promise<void>;
}

export interface Engine {
  id: string;
  /** As the table calls it. */
  name: string;
  /** What a user would have installed: versions, flags. */
  version: string;
  open(network: BenchNetwork): Promise<Runner>;
}

/** An engine, or why it is not there and how to get it. */
export type Availability = Engine | { id: string; name: string; missing: string };

export function isAvailable(engine: Availability): engine is Engine {
  return "open" in engine;
}
