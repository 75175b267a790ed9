// Energy of a part of a trace.
//
// Values at times: the trapezoid rule, with the power at both ends interpolated between the samples around them.
// Energies of samples: the sum of those with from <= t < to. For the published traces of MLPerf Tiny, with times built by
// repeated addition, this is exactly the published energy; rounding an index instead is off by up to 0.13 %.

import { complain } from "../errors.ts";
import {
  firstSampleFrom,
  GAP_STEPS,
  powerSeries,
  type Samples,
  sampleCount,
  type Trace,
  timeAt,
  traceSpan,
} from "./trace.ts";

export interface Integral {
  joules: number;
  /** Samples that count, without those that are missing. */
  samples: number;
  missing: number;
  saturated: number;
  /** Time over which missing samples, or times without any, were bridged. */
  bridgedSeconds: number;
  peakW: number;
  leastW: number;
  /** Root mean square of the change from sample to sample. */
  stepW: number;
}

/** Integrates windows of one trace; what they share is computed once. */
export class Integrator {
  readonly #trace: Trace;
  readonly #values: ReturnType<typeof powerSeries>["values"];
  readonly #watts: number;

  constructor(trace: Trace) {
    this.#trace = trace;
    const { values, watts } = powerSeries(trace);
    this.#values = values;
    this.#watts = watts;
  }

  /**
   * Energy between two times of the instrument's clock, in seconds.
   * @throws LiquidEdgeError `bad-input` when the trace does not hold all of it
   */
  between(from: number, to: number, label: string): Integral {
    const trace = this.#trace;
    const span = traceSpan(trace);
    if (!(from < to) || from < span.from || to > span.to) {
      throw complain("bad-input", trace.source, {
        field: label,
        expected: `a time that begins before it ends, within ${round(span.from)} to ${round(span.to)} s of the trace`,
        found: `${round(from)} to ${round(to)} s`,
      });
    }
    const first = firstSampleFrom(trace, from);
    const end = firstSampleFrom(trace, to);
    return trace.quantity.kind === "energy" ? this.#sum(first, end) : this.#trapezoid(from, to, first, end);
  }

  /** Sum of the powers of samples [first, end) that are not missing, in watts, and how many there are. */
  sumOfPowers(first: number, end: number): { sumW: number; samples: number } {
    const { sum, samples } = this.#facts(Math.min(first, end), end);
    return { sumW: sum * this.#watts, samples };
  }

  #sum(first: number, end: number): Integral {
    const facts = this.#facts(first, end);
    // A missing sample is taken to be like the others.
    const microjoules = facts.sum * (1 + facts.missing / Math.max(1, facts.samples));
    const { samplesPerSecond } = this.#trace.clock;
    return { ...facts, joules: microjoules * 1e-6, bridgedSeconds: facts.missing / samplesPerSecond };
  }

  #trapezoid(from: number, to: number, first: number, end: number): Integral {
    const { clock } = this.#trace;
    const facts = this.#facts(first, end);
    if (clock.kind === "uniform" && facts.missing === 0 && facts.samples > 0) {
      const values = this.#values;
      const inner = facts.sum - (values[first]! + values[end - 1]!) / 2;
      const joules =
        (inner * this.#watts) / clock.samplesPerSecond +
        this.#piece(from, timeAt(this.#trace, first)) +
        this.#piece(timeAt(this.#trace, end - 1), to);
      return { joules, ...facts, bridgedSeconds: 0 };
    }
    return { ...facts, ...this.#stepwise(from, to, first, end) };
  }

  /** The trapezoid between two times that have no sample between them. */
  #piece(from: number, to: number): number {
    return ((this.#powerAt(from) + this.#powerAt(to)) / 2) * (to - from);
  }

  #stepwise(from: number, to: number, first: number, end: number) {
    const trace = this.#trace;
    const gap = GAP_STEPS / trace.clock.samplesPerSecond;
    let joules = 0;
    let bridgedSeconds = 0;
    let missing = 0;
    let lastTime = from;
    let lastPower = this.#powerAt(from);
    const add = (time: number, power: number) => {
      const step = time - lastTime;
      joules += ((lastPower + power) / 2) * step;
      if (step > gap) {
        bridgedSeconds += step;
        missing += Math.round(step * trace.clock.samplesPerSecond) - 1;
      }
      lastTime = time;
      lastPower = power;
    };
    for (let i = first; i < end; i++) {
      const power = this.#values[i]! * this.#watts;
      if (!Number.isNaN(power)) add(timeAt(trace, i), power);
    }
    add(to, this.#powerAt(to));
    return { joules, bridgedSeconds, missing };
  }

  /** Linear between the nearest samples that are not missing. */
  #powerAt(seconds: number): number {
    const trace = this.#trace;
    const n = sampleCount(trace);
    let after = firstSampleFrom(trace, seconds);
    while (after < n && Number.isNaN(this.#values[after]!)) after++;
    let before = Math.min(after, n) - 1;
    if (after < n && timeAt(trace, after) === seconds) return this.#values[after]! * this.#watts;
    while (before >= 0 && Number.isNaN(this.#values[before]!)) before--;
    if (before < 0) return this.#values[after]! * this.#watts;
    if (after >= n) return this.#values[before]! * this.#watts;
    const [t0, t1] = [timeAt(trace, before), timeAt(trace, after)];
    const [p0, p1] = [this.#values[before]!, this.#values[after]!];
    return (p0 + (p1 - p0) * ((seconds - t0) / (t1 - t0))) * this.#watts;
  }

  #facts(first: number, end: number) {
    const { sum, squares, high, low, missing } =
      sumWithoutMissing(this.#values, first, end) ?? sumWithMissing(this.#values, first, end);
    const samples = end - first - missing;
    return {
      sum,
      samples,
      missing,
      saturated: countBetween(this.#trace.saturated, first, end),
      peakW: high * this.#watts,
      leastW: low * this.#watts,
      stepW: samples > 1 ? Math.sqrt(squares / (samples - 1)) * this.#watts : 0,
    };
  }
}

interface Sums {
  sum: number;
  /** Of the changes from sample to sample. */
  squares: number;
  high: number;
  low: number;
  missing: number;
}

/** Null when a sample is NaN: asking each of them would take most of the time. */
function sumWithoutMissing(values: Samples, first: number, end: number): Sums | null {
  let [sum, squares, previous] = [0, 0, values[first]!];
  let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = first; i < end; i++) {
    const value = values[i]!;
    const step = value - previous;
    sum += value;
    squares += step * step;
    previous = value;
    if (value > high) high = value;
    if (value < low) low = value;
  }
  return Number.isNaN(sum) ? null : { sum, squares, high, low, missing: 0 };
}

function sumWithMissing(values: Samples, first: number, end: number): Sums {
  let [sum, squares, previous, missing] = [0, 0, Number.NaN, 0];
  let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = first; i < end; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    sum += value;
    if (!Number.isNaN(previous)) squares += (value - previous) ** 2;
    previous = value;
    high = Math.max(high, value);
    low = Math.min(low, value);
  }
  return { sum, squares, high, low, missing };
}

function countBetween(ascending: readonly number[], first: number, end: number): number {
  let count = 0;
  for (const index of ascending) if (index >= first && index < end) count++;
  return count;
}

function round(seconds: number): number {
  return Number(seconds.toFixed(6));
}
