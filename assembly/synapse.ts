// One synapse of an LTC cell: s = sigmoid(sigma (v - mu)), the share of its conductance that is open.
//
// The image holds k = -sigma / ln 2 in place of sigma, so that s = 1 / (1 + 2^(k (v - mu))). The exponent is clamped
// to [-30, 30]: s never differs by more than 2^-30 from the unclamped value, and four denominators multiply to less
// than 2^121, so that four synapses can share one division (14 cycles on a Cortex-M4F, about 54 on an ESP32-S3):
//
//   r = 1 / ((d0 d1) (d2 d3)),  s0 = (r (d2 d3)) d1,  s1 = (r (d2 d3)) d0,  s2 = (r (d0 d1)) d3,  s3 = (r (d0 d1)) d2
//
// Two share r = 1 / (d0 d1), three r = 1 / ((d0 d1) d2) in the same way.
//
// A NaN state opens its synapses fully (2^-30 is negligible beside 1 or the reverse); the neuron that owns the NaN
// keeps it through its own membrane term, and `step` reports it.

// @ts-nocheck: checked by asc

import { add, atLeast, atMost, mul, splat, sub } from "./lanes";
import { exp2Fast } from "./exp2-f32";

/** The exponent t = clamp(k (v - mu)). */
@inline export function exponent<T>(k: T, mu: T, v: T): T {
  const t = mul<T>(k, sub<T>(v, mu));
  return atLeast<T>(atMost<T>(t, splat<T>(30)), splat<T>(-30));
}

/** d = 1 + 2^t; the synapse is open by 1 / d. */
@inline export function denominatorOf<T>(t: T): T {
  return add<T>(splat<T>(1), exp2Fast<T>(t));
}

@inline export function denominator<T>(k: T, mu: T, v: T): T {
  return denominatorOf<T>(exponent<T>(k, mu, v));
}
