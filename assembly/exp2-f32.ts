// 2^t for the synapse kernels, whose exponent is clamped already: 17 operations, no clamp, one scaling.
//
//   t = n + f, n integer, -0.5 <= f <= 0.5 (exact)      2^t = 2^n (1 + f p(f)), p of degree 4
//
// p minimises the relative error of 2^f over the interval: 9.4e-8 with its coefficients rounded to f32. With the
// roundings of the evaluation the relative error is at most 1.76e-7 (measured, |t| <= 30; tests/kernel/math-bounds.ts);
// integers are exact. The coefficients come from scripts/make-math-coefficients.py.

// @ts-nocheck: decorators on functions and the generics of AssemblyScript are its own; asc checks this file.

import { add, mul, pow2FromMagic, splat, sub } from "./lanes";

/** Adding it rounds to an integer n and leaves n + 127 in the low bits: 1.5 * 2^23 + 127. */
const ROUND_BIASED: f32 = 12583039;

/** 2^t for -100 <= t <= 127, where 2^n f is a normal number or 0. A NaN gives a NaN. */
@inline export function exp2Fast<T>(t: T): T {
  const m = add<T>(t, splat<T>(ROUND_BIASED));
  const f = sub<T>(t, sub<T>(m, splat<T>(ROUND_BIASED)));
  let p = add<T>(mul<T>(f, splat<T>(0.0013269723)), splat<T>(0.009671393));
  p = add<T>(mul<T>(p, f), splat<T>(0.05550711));
  p = add<T>(mul<T>(p, f), splat<T>(0.24022245));
  p = add<T>(mul<T>(p, f), splat<T>(0.693147));
  // 2^n + (2^n f) p: scaling by 2^n is exact, so these are the bits of 2^n (1 + f p), one multiplication nearer to t.
  const scale = pow2FromMagic<T>(m);
  return add<T>(mul<T>(p, mul<T>(f, scale)), scale);
}
