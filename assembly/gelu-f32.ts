// gelu(x) = x (1 + erf(x / sqrt 2)) / 2, the exact form, for T = f32 or v128: 59 operations, at most 8 ULP of the exact
// result (4.2 for x > 0; measured as in exp-f32.ts), also where 1 + erf cancels. With a = |x|:
//
//   gelu(x) = max(x, 0) - a Q(a),     Q(a) = erfc(a / sqrt 2) / 2 = e^(-a^2 / 2) g(a)
//
// g falls smoothly from 1/2 and is a ratio of polynomials of degree 4 and 5, relative error 1.9e-8 on [0, 14.5] with
// coefficients rounded to f32 (scripts/make-math-coefficients.py). At 14.5 the product a Q(a) is below 2^-150. An
// ordinary a^2 / 2 would be wrong by up to 4e-6 there, and e^ of it with it: so a = h + l with h a multiple of 2^-8,
// a^2 = h^2 + l (a + h), and h^2 has no more than 24 bits.

// @ts-nocheck: decorators on functions and the generics of AssemblyScript are its own; asc checks this file.

import { expm1Reduced, LN2_HI, LN2_LO, LOG2_E, LOWER, ROUND_RAISED, relu } from "./exp-f32";
import { abs, add, atMostOrNaN, div, mul, pow2FromMagic, splat, sub } from "./lanes";

/** Adding it rounds to a multiple of 2^-8: 1.5 * 2^15. */
const ROUND_256THS: f32 = 49152;

/** -infinity gives 0, its limit; a result that underflows is +0. */
@inline export function gelu<T>(x: T): T {
  const a = atMostOrNaN<T>(abs<T>(x), splat<T>(14.5));
  const h = sub<T>(add<T>(a, splat<T>(ROUND_256THS)), splat<T>(ROUND_256THS));
  const h2 = mul<T>(h, h);
  const rest = mul<T>(sub<T>(a, h), add<T>(a, h));

  // e^(-a^2 / 2) 2^32, with r computed twice as large
  const t = add<T>(mul<T>(h2, splat<T>(-0.5 * LOG2_E)), splat<T>(ROUND_RAISED));
  const n = sub<T>(t, splat<T>(ROUND_RAISED));
  const twice = sub<T>(sub<T>(mul<T>(n, splat<T>(-2 * LN2_HI)), h2), mul<T>(n, splat<T>(2 * LN2_LO)));
  const r = mul<T>(sub<T>(twice, rest), splat<T>(0.5));
  const e = mul<T>(add<T>(expm1Reduced<T>(r), splat<T>(1)), pow2FromMagic<T>(t));

  let p = add<T>(mul<T>(a, splat<T>(0.0040840902)), splat<T>(0.040436547));
  p = add<T>(mul<T>(p, a), splat<T>(0.18268196));
  p = add<T>(mul<T>(p, a), splat<T>(0.43759555));
  p = add<T>(mul<T>(p, a), splat<T>(0.5));
  let q = add<T>(mul<T>(a, splat<T>(0.010237174)), splat<T>(0.10136594));
  q = add<T>(mul<T>(q, a), splat<T>(0.46800116));
  q = add<T>(mul<T>(q, a), splat<T>(1.2002816));
  q = add<T>(mul<T>(q, a), splat<T>(1.6730759));
  q = add<T>(mul<T>(q, a), splat<T>(1));

  const raised = div<T>(mul<T>(mul<T>(a, p), e), q);
  return sub<T>(relu<T>(x), mul<T>(raised, splat<T>(LOWER)));
}
