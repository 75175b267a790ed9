// Measured figures: the ratio of the means on a logarithmic scale, with a 90 % confidence interval for unequal variances.
// It fails only when the whole interval lies above the threshold, and passes only when the whole lies below it, so noise
// makes a verdict undecided and seldom wrong.

import { studentQuantile } from "../statistics/distributions.ts";
import { summarise, welchInterval } from "../statistics/samples.ts";
import type { Comparison } from "./gate.ts";
import type { Reading } from "./record.ts";

const CONFIDENCE = 0.9;
/** The standard normal distribution's two-sided 90 % quantile, for noise that is known. */
const Z90 = 1.6448536269514722;
const MOST_SAMPLES = 1000;

type Verdict = Pick<Comparison, "state" | "change" | "changeMin" | "changeMax" | "why">;

/** The verdict on a measured figure that is better when lower. */
export function measuredVerdict(current: Reading, baseline: Reading, threshold: number): Verdict {
  const ratio = ratioOf(current, baseline);
  if (ratio === null) {
    const change = Math.exp(Math.log(typical(current)) - Math.log(typical(baseline))) - 1;
    const why = "single readings, and no noise floor in the baseline: measure at least twice";
    return { state: "undecided", change, changeMin: null, changeMax: null, why };
  }
  const bounds = {
    change: Math.exp(ratio.log) - 1,
    changeMin: Math.exp(ratio.min) - 1,
    changeMax: Math.exp(ratio.max) - 1,
  };
  const limit = Math.log1p(threshold);
  if (ratio.min > limit) return { ...bounds, state: "regressed", why: `measured, ${ratio.how}` };
  if (ratio.max <= limit) {
    const state = ratio.max < 0 ? "improved" : ratio.min > 0 ? "drifted" : "same";
    return { ...bounds, state, why: "" };
  }
  return { ...bounds, state: "undecided", why: `${ratio.how}; ${moreSamples(ratio, limit)}` };
}

interface Ratio {
  log: number;
  min: number;
  max: number;
  n: number;
  /** Standard deviation of the logarithm of one reading. */
  sigma: number;
  how: string;
}

function ratioOf(current: Reading, baseline: Reading): Ratio | null {
  const [now, then] = [current.samples ?? [current.value], baseline.samples ?? [baseline.value]];
  if (![...now, ...then].every((value) => value > 0)) return null;
  const [a, b] = [summarise(then.map(Math.log)), summarise(now.map(Math.log))];
  const n = Math.min(a.n, b.n);
  if (n >= 2) {
    const { difference: log, min, max } = welchInterval(a, b, CONFIDENCE);
    return {
      log,
      min,
      max,
      n,
      sigma: Math.sqrt((a.variance + b.variance) / 2),
      how: `n = ${a.n} and ${b.n}`,
    };
  }
  const sigma = baseline.noiseFloor ?? current.noiseFloor;
  if (sigma === undefined) return null;
  const log = b.mean - a.mean;
  const half = Z90 * sigma * Math.sqrt(1 / a.n + 1 / b.n);
  return { log, min: log - half, max: log + half, n, sigma, how: "by the noise floor of the baseline" };
}

/** How many readings would decide, if the ratio stays what it seems to be. */
function moreSamples({ log, n, sigma }: Ratio, limit: number): string {
  const distance = Math.abs(log - limit);
  const decides = (m: number) =>
    studentQuantile(1 - CONFIDENCE, 2 * m - 2) * sigma * Math.sqrt(2 / m) < distance;
  if (!decides(MOST_SAMPLES)) return "too close to the threshold for readings to decide";
  // The interval narrows as readings are added: halve between too few and enough.
  let [few, enough] = [n, MOST_SAMPLES];
  while (enough - few > 1) {
    const middle = (few + enough) >> 1;
    if (decides(middle)) enough = middle;
    else few = middle;
  }
  return `about ${enough} readings on both sides would decide`;
}

function typical({ value, samples }: Reading): number {
  return samples === undefined ? value : Math.exp(summarise(samples.map(Math.log)).mean);
}
