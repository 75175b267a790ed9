// How long rounds take and how much that varies, from single times.

import { type Summary, summarise } from "../statistics/summary.ts";

/** Of a number of rounds; microseconds, `jitter` is their standard deviation. */
export interface Latency {
  /** That were timed. */
  rounds: number;
  /** Of a round. */
  latencyUs: Summary;
}

/** How often, and after what. */
export interface MeasureLatencyOptions {
  /** Timed rounds; default 1000. */
  rounds?: number;
  /** Rounds before them that are not timed; default 100. */
  warmup?: number;
  /** Milliseconds since some moment; default `performance.now`. */
  nowMs?: () => number;
}

/** Statistics of times that a board or a clock of yours measured, microseconds. Throws a RangeError for none of them. */
export function latencyOf(timesUs: readonly number[]): Latency {
  if (timesUs.length === 0 || !timesUs.every((time) => Number.isFinite(time) && time >= 0)) {
    throw new RangeError(`"timesUs" expected at least one time >= 0, got ${timesUs.length} of them`);
  }
  return { rounds: timesUs.length, latencyUs: summarise(timesUs) };
}

/** Times `round`, one call after the other, on this machine. */
export async function measureLatency(
  round: (i: number) => unknown,
  { rounds = 1000, warmup = 100, nowMs = () => performance.now() }: MeasureLatencyOptions = {},
): Promise<Latency> {
  const timesUs: number[] = [];
  for (let i = 0; i < warmup + rounds; i++) {
    const started = nowMs();
    const result = round(i);
    // Waiting for what is there already would cost a turn of the event loop.
    if (result instanceof Promise) await result;
    if (i >= warmup) timesUs.push(1000 * (nowMs() - started));
  }
  return latencyOf(timesUs);
}
