// Tail probabilities of Student's t and of the standard normal distribution, and quantiles of t.
//
//   P(|T| >= t) = I_x(df/2, 1/2),  x = df / (df + t^2)       regularised incomplete beta function
//   P(|Z| >= z) = erfc(z / sqrt 2)
//
// Both are computed from the tail inwards, never as 1 minus something, so small probabilities keep their digits: against
// mpmath at most 1e-11 relative down to 1e-300. Continued fractions by Lentz's method (DLMF 8.17.22 and 7.9.1).

const TINY = 1e-300;
const EPSILON = 1e-16;

/** Two-sided probability of a t at least as far from 0; `df` > 0, not necessarily whole. */
export function studentTwoSided(t: number, df: number): number {
  const size = Math.abs(t);
  if (size === 0) return 1;
  if (size === Number.POSITIVE_INFINITY) return 0;
  const a = df / 2;
  const ratio = (size * size) / df;
  const x = 1 / (1 + ratio);
  // x^a (1-x)^(1/2) / B(a, 1/2), in logarithms. log1p keeps what x close to 1 has lost.
  const log =
    -a * Math.log1p(ratio) + 0.5 * Math.log(ratio / (1 + ratio)) + logGammaHalfRatio(a) - LOG_SQRT_PI;
  const front = Math.exp(log);
  // The fraction converges quickly on either side of the mean of the distribution.
  if (x < (a + 1) / (a + 2.5)) return (front / a) * betaFraction(a, 0.5, x);
  return 1 - (front / 0.5) * betaFraction(0.5, a, ratio / (1 + ratio));
}

/** The t that |T| exceeds with probability `p`, 0 < p < 1. */
export function studentQuantile(p: number, df: number): number {
  let [low, high] = [0, 1];
  while (studentTwoSided(high, df) > p) {
    low = high;
    high *= 2;
  }
  // Newton's method on the logarithm of p; a step that leaves the bracket is replaced by halving.
  let t = low + (high - low) / 2;
  for (let i = 0; i < 200; i++) {
    const tail = studentTwoSided(t, df);
    if (tail > p) low = t;
    else high = t;
    const step = (Math.log(tail / p) * tail) / (2 * studentDensity(t, df));
    const next = t + step;
    const isInside = next > low && next < high;
    if (isInside && Math.abs(step) <= 1e-15 * t) return next;
    const before = t;
    t = isInside ? next : low + (high - low) / 2;
    if (t === before) return t;
  }
  return t;
}

function studentDensity(t: number, df: number): number {
  const log = logGammaHalfRatio(df / 2) - ((df + 1) / 2) * Math.log1p((t * t) / df);
  return Math.exp(log) / Math.sqrt(df * Math.PI);
}

/** Two-sided probability of a standard normal value at least as far from 0. */
export function normalTwoSided(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** 1 - erf(x) for x >= 0. */
function erfc(x: number): number {
  if (x < 1.5) return 1 - erfSeries(x);
  // erfc(x) = x exp(-x^2) / sqrt(pi) / (x^2 + 1/2 / (1 + 1 / (x^2 + 3/2 / (1 + 2 / ...
  const square = x * x;
  let c = 1 / TINY;
  let d = 1 / (square + 0.5);
  let value = d;
  for (let i = 1; i < 500; i++) {
    const numerator = -i * (i - 0.5);
    const denominator = square + 2 * i + 0.5;
    d = 1 / (numerator * d + denominator);
    c = denominator + numerator / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < EPSILON) break;
  }
  return (x * expMinusSquare(x) * value) / SQRT_PI;
}

/** exp(-x^2), the square split so that its rounding does not grow into the exponent. */
function expMinusSquare(x: number): number {
  const head = Math.round(x * 4096) / 4096;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

/** erf(x) = 2 x / sqrt(pi) exp(-x^2) sum of (2 x^2)^n / (2 n + 1)!! */
function erfSeries(x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > EPSILON * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 * x) / SQRT_PI) * Math.exp(-x * x) * sum;
}

const SQRT_PI = Math.sqrt(Math.PI);
const LOG_SQRT_PI = Math.log(Math.PI) / 2;

/** ln(Γ(a + 1/2) / Γ(a)), by its asymptotic series; small a are raised by Γ(a + 1) = a Γ(a). */
function logGammaHalfRatio(a: number): number {
  let shift = 0;
  let n = a;
  while (n < 24) {
    shift += Math.log1p(0.5 / n);
    n += 1;
  }
  const inverse = 1 / n;
  const square = inverse * inverse;
  const series =
    inverse *
    (-1 / 8 + square * (1 / 192 + square * (-1 / 640 + square * (17 / 14336 - (square * 31) / 18432))));
  return 0.5 * Math.log(n) + series - shift;
}

/** The continued fraction of I_x(a, b) without its front factor x^a (1-x)^b / (a B(a, b)). */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let value = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < EPSILON) break;
  }
  return value;
}

function guarded(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
