// e^x and what is built on it, for T = f32 or v128. Operations a value (without load, store and loop) and the greatest
// error, in ULP of the exact result (tests/kernel/math-bounds.ts; scripts/measure-math.ts measures it on every f32 with
// 1e-5 <= |x| <= 128, and on samples beyond, where it is smaller):
//
//   exp        32   1.01    sigmoid   31   2.41    silu   34   3.4
//   tanh       29   2.51    lecunTanh 30   4.2     relu    2   0
//
// exp, tanh and lecunTanh never fall from one f32 to the next; sigmoid may, by one step, below 0. tanh and lecunTanh are
// odd bit by bit.
//
// All share one reduction and one polynomial:
//
//   x = n ln 2 + r, n integer, |r| <= ln(2) / 2        e^r - 1 = r + r^2 p(r), p of degree 4
//
// p minimises the error of e^r - 1 relative to it over |r| <= 0.347: 1.4e-8 with its coefficients rounded to f32, which
// come from scripts/make-math-coefficients.py. n is found by adding and subtracting a magic number, after a clamp that
// lets a NaN pass; no value decides a branch. A NaN gives a NaN, and results below 2^-126 are rounded once (denormal).

// @ts-nocheck: decorators on functions and the generics of AssemblyScript are its own; asc checks this file.

import {
  abs,
  add,
  atLeastOrNaN,
  atMostOrNaN,
  copysign,
  div,
  lessThen,
  mul,
  pow2FromMagic,
  scaleFromMagic,
  splat,
  sub,
} from "./lanes";

export const LOG2_E: f32 = 1.44269504;
/** ln 2 in two parts: n * LN2_HI is exact for |n| < 2^15 (it has 9 bits), and what it lacks. */
export const LN2_HI: f32 = 0.693359375;
export const LN2_LO: f32 = -2.12194442e-4;
/** ln 2 in one part, 1.9e-9 too large. */
const LN2: f32 = 0.693147182;

/** Adding it rounds to an integer: 1.5 * 2^23, plus the bias that pow2FromMagic or scaleFromMagic expects. */
const ROUND: f32 = 12582912 + 127;
const ROUND_WIDE: f32 = 12582912 + 254;
/** For exponents down to -158: the power is 2^32 times too large, and the last product takes that back. */
export const ROUND_RAISED: f32 = ROUND + 32;
export const LOWER: f32 = 2.3283064365386963e-10;

/** e^r - 1 for |r| <= 0.347; keeps its relative precision near 0. */
@inline export function expm1Reduced<T>(r: T): T {
  let p = add<T>(mul<T>(r, splat<T>(0.0013870696)), splat<T>(0.008366272));
  p = add<T>(mul<T>(p, r), splat<T>(0.041667435));
  p = add<T>(mul<T>(p, r), splat<T>(0.16666546));
  p = add<T>(mul<T>(p, r), splat<T>(0.49999997));
  return add<T>(mul<T>(mul<T>(r, r), p), r);
}

/** e^x: 0 below -103.97, infinity above 88.72. */
@inline export function exp<T>(x: T): T {
  const c = atLeastOrNaN<T>(atMostOrNaN<T>(x, splat<T>(89)), splat<T>(-104));
  const t = add<T>(mul<T>(c, splat<T>(LOG2_E)), splat<T>(ROUND_WIDE));
  const n = sub<T>(t, splat<T>(ROUND_WIDE));
  const r = sub<T>(sub<T>(c, mul<T>(n, splat<T>(LN2_HI))), mul<T>(n, splat<T>(LN2_LO)));
  return scaleFromMagic<T>(add<T>(expm1Reduced<T>(r), splat<T>(1)), t);
}

/** 2^32 e^-a for 0 <= a <= 109.5: normal where e^-a is denormal. */
@inline export function raisedExpOfMinus<T>(a: T): T {
  const t = add<T>(mul<T>(a, splat<T>(-LOG2_E)), splat<T>(ROUND_RAISED));
  const n = sub<T>(t, splat<T>(ROUND_RAISED));
  const r = sub<T>(sub<T>(mul<T>(n, splat<T>(-LN2_HI)), a), mul<T>(n, splat<T>(LN2_LO)));
  return mul<T>(add<T>(expm1Reduced<T>(r), splat<T>(1)), pow2FromMagic<T>(t));
}

/** 1 / (1 + e^-x), with e = e^-|x| as 1 / (1 + e) or, for x < 0, e / (1 + e): nothing cancels or overflows. */
@inline export function sigmoid<T>(x: T): T {
  const one = splat<T>(1);
  const e = mul<T>(raisedExpOfMinus<T>(atMostOrNaN<T>(abs<T>(x), splat<T>(104))), splat<T>(LOWER));
  return div<T>(lessThen<T>(x, splat<T>(0), e, one), add<T>(one, e));
}

/** x sigmoid(x) = max(x, 0) - |x| e / (1 + e) with e = e^-|x|; -infinity gives 0, its limit. */
@inline export function silu<T>(x: T): T {
  const a = atMostOrNaN<T>(abs<T>(x), splat<T>(109));
  const e = raisedExpOfMinus<T>(a);
  const h = div<T>(mul<T>(a, e), add<T>(splat<T>(1), mul<T>(e, splat<T>(LOWER))));
  return sub<T>(relu<T>(x), mul<T>(h, splat<T>(LOWER)));
}

/** tanh(y / 2) = -d / (2 + d) with d = e^-|y| - 1 = 2^n (e^r - 1) + (2^n - 1), precise for small y too; odd. */
@inline function tanhOfHalf<T>(y: T): T {
  const a = atMostOrNaN<T>(abs<T>(y), splat<T>(18.5)); // from 18.03 on the result is 1
  const t = add<T>(mul<T>(a, splat<T>(-LOG2_E)), splat<T>(ROUND));
  const n = sub<T>(t, splat<T>(ROUND));
  // One part of ln 2 is enough: n LN2 is exact for n = 0, -1, -2, -4, and e^-a is small beside 1 for the others.
  const r = sub<T>(mul<T>(n, splat<T>(-LN2)), a);
  const s = pow2FromMagic<T>(t);
  const d = add<T>(mul<T>(s, expm1Reduced<T>(r)), sub<T>(s, splat<T>(1)));
  return copysign<T>(div<T>(d, add<T>(d, splat<T>(2))), y);
}

@inline export function tanh<T>(x: T): T {
  return tanhOfHalf<T>(add<T>(x, x));
}

/** 1.7159 tanh(0.666 x), the activation of ncps' CfC backbones. */
@inline export function lecunTanh<T>(x: T): T {
  return mul<T>(tanhOfHalf<T>(mul<T>(x, splat<T>(2 * 0.666))), splat<T>(1.7159));
}

/** max(x, 0); a NaN stays and so does -0. */
@inline export function relu<T>(x: T): T {
  return lessThen<T>(x, splat<T>(0), splat<T>(0), x);
}
