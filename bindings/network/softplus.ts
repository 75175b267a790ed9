// softplus(x) = log(1 + e^x) of a float32, rounded to float32; exactly x above 20, PyTorch's threshold.
//
// Only + - * / and exact functions (max, round, fround), never Math.exp or Math.log1p, whose last bits differ between JavaScript engines:
// the result becomes part of an image, which must have the same bytes everywhere.
//
//   softplus(x) = max(x, 0) + log1p(y),  y = e^-|x|
//   e^-|x|      = 2^-k e^-r,             k = round(|x| / ln 2), |r| <= ln 2 / 2
//   log1p(y)    = 2 artanh(y / (2 + y)), argument at most 1/3
//
// All terms of a sum have one sign or the first dominates, so the relative error in double arithmetic stays below
// 2^-48; rounding to float32 is then correct unless the exact value lies within 2^-24 of a half unit of it.

const THRESHOLD = 20;
/** Below it the result is less than half the smallest float32: -ln(2^-150) = 103.97. */
const UNDERFLOW = -104;

/** ln 2 as a sum: the first part has 32 significant bits, so that k times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** The Taylor series of e^r to r^14: the rest is below 1e-19 for |r| <= 0.347. */
const EXP_TERMS = 14;
/** The series of artanh to s^35: the rest is below 2^-57 of the sum for s <= 1/3. */
const ARTANH_TERMS = 17;

/** softplus of the float32 `x`, in float32. NaN gives NaN, infinity itself, minus infinity 0. */
export function softplus(x: number): number {
  if (x > THRESHOLD) return x;
  if (x < UNDERFLOW) return 0;
  const y = expOfNegative(x < 0 ? x : -x);
  return Math.fround(Math.max(x, 0) + log1p(y));
}

/** e^x for -104 <= x <= 0. */
function expOfNegative(x: number): number {
  const k = Math.round(-x / LN2_HIGH);
  const r = x + k * LN2_HIGH + k * LN2_LOW;
  let sum = 1;
  for (let n = EXP_TERMS; n >= 1; n--) sum = 1 + (r / n) * sum;
  for (let i = 0; i < k; i++) sum *= 0.5; // exact: a double keeps 53 bits down to 2^-1022
  return sum;
}

/** log(1 + y) for 0 <= y <= 1. */
function log1p(y: number): number {
  const s = y / (2 + y);
  const square = s * s;
  let sum = 0;
  for (let n = ARTANH_TERMS; n >= 1; n--) sum = square * (1 / (2 * n + 1) + sum);
  return 2 * s * (1 + sum);
}
