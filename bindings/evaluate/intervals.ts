// How far a figure from a finite test set can be trusted.
//
// Wilson (1927): the shares p for which k of n right answers lie within z standard deviations of n p. For independent
// answers, and sound at 0 and 100 %.
//
// Bootstrap (Efron 1979), percentile: what the metric becomes when whole sequences are drawn again with replacement. Answers
// within a sequence are correlated, which is why sequences and not answers are drawn.

/** Confidence of an interval: 0.9 as elsewhere in this library, or 0.95. */
export type Level = 0.9 | 0.95;

/** Two-sided quantiles of the standard normal distribution. */
const Z: Record<Level, number> = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054 };

export interface Bounds {
  min: number;
  max: number;
}

/** The Wilson score interval of a share `k` / `n`; n > 0. `k` need not be whole. */
export function wilson(k: number, n: number, level: Level): Bounds {
  const z = Z[level];
  const p = k / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // At 0 and 1 the bounds are exact; rounding must not move them.
  return { min: k === 0 ? 0 : (centre - half) / scale, max: k === n ? 1 : (centre + half) / scale };
}

export interface McNemar {
  /** Answers that only the first network had right, and only the second. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided probability of a split at least as uneven if both were equally good; exact, conservative. */
  exact: number;
  /** The same with half the probability of the observed split (Fagerland and others 2013): the one to go by. */
  midP: number;
}

/** McNemar's test of two networks on the same independent answers. */
export function mcNemar(onlyFirst: number, onlySecond: number): McNemar {
  const n = onlyFirst + onlySecond;
  const least = Math.min(onlyFirst, onlySecond);
  // Binomial(n, 1/2), in logarithms: 2^-n alone underflows.
  let log = -n * Math.LN2;
  let point = Math.exp(log);
  let below = point;
  for (let k = 1; k <= least; k++) {
    log += Math.log((n - k + 1) / k);
    point = Math.exp(log);
    below += point;
  }
  return { onlyFirst, onlySecond, exact: Math.min(1, 2 * below), midP: Math.min(1, 2 * below - point) };
}

/**
 * Resamples of a bootstrap. The standard error of its 5 % quantile is then 3 % of a 90 % interval's half width: for a normal
 * distribution sqrt(0.05 × 0.95 / 2000) / 0.103 standard deviations against 1.645.
 */
export const N_RESAMPLES = 2000;

/**
 * Calls `visit` with the weights of all answers in each resample: how often the unit of the answer was drawn. Equal seeds
 * and units give equal resamples, so networks on the same answers are compared pairwise. The array is reused.
 */
export function resample(
  unitOf: Readonly<Int32Array>,
  nUnits: number,
  seed: number,
  visit: (weights: Readonly<Float64Array>, index: number) => void,
  nResamples = N_RESAMPLES,
): void {
  const random = xoshiro128(seed);
  const times = new Uint32Array(nUnits);
  const weights = new Float64Array(unitOf.length);
  for (let r = 0; r < nResamples; r++) {
    times.fill(0);
    // 32 bits scaled to nUnits: the bias is below nUnits / 2^32.
    for (let i = 0; i < nUnits; i++) times[Math.floor((random() / 2 ** 32) * nUnits)]!++;
    for (let i = 0; i < unitOf.length; i++) weights[i] = times[unitOf[i]!]!;
    visit(weights, r);
  }
}

/**
 * The quantiles of a bootstrap distribution that leave (1 - level) / 2 outside on each side. NaN, where a resample left
 * the metric undefined, does not count; `defined` is the share of the others.
 */
export function percentiles(
  distribution: Readonly<Float64Array>,
  level: Level,
): Bounds & { defined: number } {
  const sorted = distribution.filter((value) => !Number.isNaN(value)).sort();
  const at = (p: number): number => {
    const position = p * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below] ?? Number.NaN;
    const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
    return low + (high - low) * (position - below);
  };
  const outside = (1 - level) / 2;
  return { min: at(outside), max: at(1 - outside), defined: sorted.length / distribution.length };
}

/** xoshiro128** 1.1 (Blackman and Vigna 2018), its state filled by splitmix32 from the seed: uint32. */
function xoshiro128(seed: number): () => number {
  let z = seed | 0;
  const splitmix = (): number => {
    z = (z + 0x9e3779b9) | 0;
    let t = z ^ (z >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()] as [number, number, number, number];
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
}
