// softplus(x) = log(1 + e^x) for T = f32 or v128: 45 operations, at most 2.66 ULP of the exact result over all f32 (measured
// as in exp-f32.ts), also where e^x is small or denormal; from one f32 to the next it may fall by one step, in places by
// two. A NaN gives a NaN. With e = e^-|x|, which lies in 0 .. 1:
//
//   softplus(x) = max(x, 0) + log1p(e)         log1p(e) = e - e (e N(e) / D(e))
//
// Both terms are positive and the correction is at most 0.31 of e, so nothing cancels. N / D has degrees 2 and 3 and
// minimises the error of log1p relative to it over 0 .. 1: 1.4e-9 with its coefficients rounded to f32
// (scripts/make-math-coefficients.py). PyTorch's threshold, x itself above 20, is what rounding gives here anyway.

// @ts-nocheck: decorators on functions and the generics of AssemblyScript are its own; asc checks this file.

import { LOWER, raisedExpOfMinus, relu } from "./exp-f32";
import { abs, add, atMostOrNaN, div, mul, splat, sub } from "./lanes";

/** 0 below -103.97, infinity for infinity. */
@inline export function softplus<T>(x: T): T {
  // 2^32 e, normal where e is denormal: its product with LOWER is the only one that rounds to a denormal.
  const raised = raisedExpOfMinus<T>(atMostOrNaN<T>(abs<T>(x), splat<T>(104)));
  const e = mul<T>(raised, splat<T>(LOWER));
  let n = add<T>(mul<T>(e, splat<T>(0.072284095)), splat<T>(0.45080394));
  n = add<T>(mul<T>(n, e), splat<T>(0.4999999));
  let d = add<T>(mul<T>(e, splat<T>(0.07573553)), splat<T>(0.6901273));
  d = add<T>(mul<T>(d, e), splat<T>(1.5682696));
  d = add<T>(mul<T>(d, e), splat<T>(1));
  const share = div<T>(mul<T>(e, n), d);
  return add<T>(relu<T>(x), mul<T>(sub<T>(raised, mul<T>(raised, share)), splat<T>(LOWER)));
}
