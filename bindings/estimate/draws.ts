// The seeded draws of the Monte Carlo: points of a standard normal distribution, one coordinate for each group of
// coefficients that varies independently of the others.
//
// The uniform points are Richtmyer's sequence with a random shift from the seed,
//
//   u[d][i] = frac(shift[d] + i * sqrt(prime[d])),   prime = 2, 3, 5, 7
//
// Each seed gives an unbiased estimate, and as the points fill the cube evenly, 1500 of them place a 5 % quantile to
// within about 0.7 % (measured, standard deviation over seeds), for which independent draws must number about 14,000.
// A coordinate is rounded to one of 256 equally probable strata, which stand for their medians: what depends on one
// coordinate alone is then computed 256 times instead of once a draw.

/** The coefficients that vary independently of each other. Everything in one group moves together. */
export const GROUPS = ["cycles", "activeCurrent", "idleCurrent", "wake"] as const;
export type Group = (typeof GROUPS)[number];

/** Square roots of primes are independent of each other and of 1 over the rational numbers. */
const PRIMES: Record<Group, number> = { cycles: 2, activeCurrent: 3, idleCurrent: 5, wake: 7 };

export const N_STRATA = 256;

// Acklam's approximation of the inverse normal distribution, coefficients from the highest power down.
const CENTRE_NUMERATOR = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_DENOMINATOR = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
  1,
];
const TAIL_NUMERATOR = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DENOMINATOR = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1,
];

/** Standard normal value of each stratum, ascending. */
export const STRATUM_Z: Readonly<Float64Array> = Float64Array.from({ length: N_STRATA }, (_, i) =>
  normalQuantile((i + 0.5) / N_STRATA),
);

/** The stratum of each draw, one array a group. Shared between estimates: read only. */
export type Draws = Readonly<Record<Group, Uint8Array>>;

const cache = new Map<string, Draws>();

/** `count` draws of `seed`. Equal arguments give equal draws, so estimates of one seed can be compared. */
export function drawsOf(seed: number, count: number): Draws {
  const key = `${seed}:${count}`;
  let draws = cache.get(key);
  if (draws === undefined) {
    // A few different seeds at a time are plenty; an endless loop over seeds must not fill the memory.
    if (cache.size >= 8) cache.clear();
    draws = makeDraws(seed, count);
    cache.set(key, draws);
  }
  return draws;
}

function makeDraws(seed: number, count: number): Draws {
  const random = mulberry32(seed);
  const entries = GROUPS.map((group) => {
    const step = Math.sqrt(PRIMES[group]) % 1;
    const strata = new Uint8Array(count);
    let u = random();
    for (let i = 0; i < count; i++) {
      u += step;
      if (u >= 1) u -= 1;
      strata[i] = u * N_STRATA;
    }
    return [group, strata] as const;
  });
  return Object.fromEntries(entries) as Record<Group, Uint8Array>;
}

/** Uniform numbers in [0, 1) from a 32-bit state (mulberry32 by T. Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Inverse of the standard normal distribution by P. J. Acklam's rational approximations, relative error < 1.2e-9. */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(Math.max(p, Number.MIN_VALUE)));
    return polynomial(TAIL_NUMERATOR, q) / polynomial(TAIL_DENOMINATOR, q);
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let y = 0;
  for (const c of coefficients) y = y * x + c;
  return y;
}
