// A trace: what an instrument saw of a device's supply, on the instrument's own clock. Every reader makes one, everything
// that computes energy takes one.

import type { Accuracy } from "./accuracy.ts";

export type Samples = Float32Array | Float64Array;

/** When samples were taken, in seconds on the instrument's clock. */
export type Clock =
  | { kind: "uniform"; startSeconds: number; samplesPerSecond: number }
  /** Ascending. `samplesPerSecond` is nominal, from the instrument or the median step. */
  | { kind: "listed"; seconds: Float64Array; samplesPerSecond: number };

/** What the samples are. A NaN is a sample that is missing: lost on the way, or not measured. */
export type Quantity =
  /** Values at the time of the sample. */
  | { kind: "power"; watts: Samples }
  | { kind: "current"; amperes: Samples; volts: Samples | number }
  /** Energy from the time of the sample to that of the next one. */
  | { kind: "energy"; microjoules: Samples };

/** A change of the marker. */
export interface MarkerEdge {
  seconds: number;
  high: boolean;
}

/** Samples of current and voltage in time, and what is known of them. */
export interface Trace {
  /** The file or port, for messages. */
  source: string;
  /** What took the samples, for people. */
  instrument: string;
  /** When the samples were taken. */
  clock: Clock;
  /** What they are; a NaN is missing. */
  quantity: Quantity;
  /** One bit a channel for each sample; null when the instrument has no marker inputs. */
  markers: { bits: Uint8Array; names: readonly string[] } | null;
  /** Where the instrument stamps edges itself, null where it does not. */
  edges: { list: readonly MarkerEdge[]; withinSeconds: number } | null;
  /** Indices of samples at the end of the instrument's range, ascending. */
  saturated: readonly number[];
  /** Limits of error as the instrument's maker gives them; null for an unknown instrument. */
  accuracy: Accuracy | null;
  /** What a reader noticed that costs no sample in a window: a half line, a clock that wrapped. */
  notes: readonly string[];
}

/** Fewer say nothing: a window's edges alone are off by a tenth then. */
export const MIN_SAMPLES = 20;

/** A step longer than this many nominal ones is a gap. */
export const GAP_STEPS = 1.5;

/** Samples that were lost on the way: marked as missing, or absent between two that the instrument stamped. */
export function lostSamples({ clock, quantity, saturated }: Trace): number {
  const beyondRange = new Set(saturated);
  let lost = valuesOf(quantity).filter((value, i) => Number.isNaN(value) && !beyondRange.has(i)).length;
  if (clock.kind === "uniform") return lost;
  const { seconds, samplesPerSecond } = clock;
  for (let i = 1; i < seconds.length; i++) {
    const steps = (seconds[i]! - seconds[i - 1]!) * samplesPerSecond;
    if (steps > GAP_STEPS) lost += Math.round(steps) - 1;
  }
  return lost;
}

export function sampleCount({ quantity }: Trace): number {
  return valuesOf(quantity).length;
}

/** The samples as they are; `powerSeries` gives them a unit. */
export function valuesOf(quantity: Quantity): Samples {
  if (quantity.kind === "power") return quantity.watts;
  return quantity.kind === "current" ? quantity.amperes : quantity.microjoules;
}

/** Power is `values[i] * watts`. For energies it is the mean power from a sample to the next one. */
export function powerSeries({ quantity, clock }: Trace): { values: Samples; watts: number } {
  if (quantity.kind === "power") return { values: quantity.watts, watts: 1 };
  if (quantity.kind === "energy") {
    return { values: quantity.microjoules, watts: 1e-6 * clock.samplesPerSecond };
  }
  const { amperes, volts } = quantity;
  if (typeof volts === "number") return { values: amperes, watts: volts };
  return { values: Float64Array.from(amperes, (current, i) => current * volts[i]!), watts: 1 };
}

export function timeAt({ clock }: Trace, index: number): number {
  if (clock.kind === "listed") return clock.seconds[index]!;
  return clock.startSeconds + index / clock.samplesPerSecond;
}

/** Index of the first sample at `seconds` or later; the number of samples when there is none. */
export function firstSampleFrom(trace: Trace, seconds: number): number {
  const { clock } = trace;
  const n = sampleCount(trace);
  if (clock.kind === "uniform") {
    let index = Math.ceil((seconds - clock.startSeconds) * clock.samplesPerSecond);
    index = Math.max(0, Math.min(n, index));
    // Rounding of the product may be off by one sample.
    while (index > 0 && timeAt(trace, index - 1) >= seconds) index--;
    while (index < n && timeAt(trace, index) < seconds) index++;
    return index;
  }
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (clock.seconds[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Seconds from the first sample to the last, for energies to the end of the last. */
export function traceSpan(trace: Trace): { from: number; to: number } {
  const n = sampleCount(trace);
  const step = trace.quantity.kind === "energy" ? 1 / trace.clock.samplesPerSecond : 0;
  return { from: timeAt(trace, 0), to: timeAt(trace, n - 1) + step };
}

/** Steps that the median is taken of, spread over the trace: sorting all of them would take longer than the rest. */
const MEDIAN_STEPS = 9999;

/** The median step of ascending times, as samples a second. */
export function nominalRate(seconds: Float64Array): number {
  const n = Math.min(MEDIAN_STEPS, seconds.length - 1);
  const steps = Float64Array.from({ length: n }, (_, k) => {
    const i = Math.floor((k * (seconds.length - 1)) / n);
    return seconds[i + 1]! - seconds[i]!;
  });
  steps.sort();
  return 1 / steps[n >> 1]!;
}
