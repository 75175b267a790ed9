// Element-wise f32 kernels over vectors of n >= 0 elements. Outputs may be one of the inputs, element for element.
// Each evaluates its formula as it is written, from left to right; four lanes at a time in the SIMD build.

// @ts-nocheck: checked by asc

import { abs, add, div, mul, splat, sub } from "./lanes";

/** y = a b */
export function mulF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, a += 16, b += 16) mulStep<v128>(a, b, y);
  }
  for (; y < end; y += 4, a += 4, b += 4) mulStep<f32>(a, b, y);
}

@inline function mulStep<T>(a: usize, b: usize, y: usize): void {
  store<T>(y, mul<T>(load<T>(a), load<T>(b)));
}

/** y = a b + c */
export function mulAddF32(a: usize, b: usize, c: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, a += 16, b += 16, c += 16) mulAddStep<v128>(a, b, c, y);
  }
  for (; y < end; y += 4, a += 4, b += 4, c += 4) mulAddStep<f32>(a, b, c, y);
}

@inline function mulAddStep<T>(a: usize, b: usize, c: usize, y: usize): void {
  store<T>(y, add<T>(mul<T>(load<T>(a), load<T>(b)), load<T>(c)));
}

/** y = s x + c for a scalar s */
export function scaleAddF32(s: f32, x: usize, c: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, x += 16, c += 16) scaleAddStep<v128>(splat<v128>(s), x, c, y);
  }
  for (; y < end; y += 4, x += 4, c += 4) scaleAddStep<f32>(s, x, c, y);
}

@inline function scaleAddStep<T>(s: T, x: usize, c: usize, y: usize): void {
  store<T>(y, add<T>(mul<T>(s, load<T>(x)), load<T>(c)));
}

/** y = a (1 - t) + t b: CfC's interpolation, the update of GRU and LiquidGate */
export function blendF32(a: usize, b: usize, t: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, a += 16, b += 16, t += 16) blendStep<v128>(a, b, t, y);
  }
  for (; y < end; y += 4, a += 4, b += 4, t += 4) blendStep<f32>(a, b, t, y);
}

@inline function blendStep<T>(a: usize, b: usize, t: usize, y: usize): void {
  const share = load<T>(t);
  store<T>(y, add<T>(mul<T>(load<T>(a), sub<T>(splat<T>(1), share)), mul<T>(share, load<T>(b))));
}

/** y = -dt (tau + |f|): the exponent of CfC's pure mode */
export function decayF32(dt: f32, tau: usize, f: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, tau += 16, f += 16) decayStep<v128>(splat<v128>(-dt), tau, f, y);
  }
  for (; y < end; y += 4, tau += 4, f += 4) decayStep<f32>(-dt, tau, f, y);
}

@inline function decayStep<T>(minusDt: T, tau: usize, f: usize, y: usize): void {
  store<T>(y, mul<T>(minusDt, add<T>(load<T>(tau), abs<T>(load<T>(f)))));
}

/** y = -dt rate: the exponent of LiquidGate */
export function elapseF32(dt: f32, rate: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, rate += 16) elapseStep<v128>(splat<v128>(-dt), rate, y);
  }
  for (; y < end; y += 4, rate += 4) elapseStep<f32>(-dt, rate, y);
}

@inline function elapseStep<T>(minusDt: T, rate: usize, y: usize): void {
  store<T>(y, mul<T>(minusDt, load<T>(rate)));
}

/** y = a - a f e: the state of CfC's pure mode, with e = exp of its exponent */
export function pureF32(a: usize, f: usize, e: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, a += 16, f += 16, e += 16) pureStep<v128>(a, f, e, y);
  }
  for (; y < end; y += 4, a += 4, f += 4, e += 4) pureStep<f32>(a, f, e, y);
}

@inline function pureStep<T>(a: usize, f: usize, e: usize, y: usize): void {
  const bound = load<T>(a);
  store<T>(y, sub<T>(bound, mul<T>(mul<T>(bound, load<T>(f)), load<T>(e))));
}

/** capacity = s cm; den += capacity: membrane conductance of the fused solver, s = 1 / (elapsed time of an unfold) */
export function membraneF32(s: f32, cm: usize, capacity: usize, den: usize, n: i32): void {
  const end = den + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; den + 16 <= end; den += 16, cm += 16, capacity += 16) membraneStep<v128>(splat<v128>(s), cm, capacity, den);
  }
  for (; den < end; den += 4, cm += 4, capacity += 4) membraneStep<f32>(s, cm, capacity, den);
}

@inline function membraneStep<T>(s: T, cm: usize, capacity: usize, den: usize): void {
  const c = mul<T>(s, load<T>(cm));
  store<T>(capacity, c);
  store<T>(den, add<T>(load<T>(den), c));
}

/** v = (capacity v + num) / den: one unfold of the fused solver */
export function fusedF32(capacity: usize, num: usize, den: usize, v: usize, n: i32): void {
  const end = v + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; v + 16 <= end; v += 16, capacity += 16, num += 16, den += 16) fusedStep<v128>(capacity, num, den, v);
  }
  for (; v < end; v += 4, capacity += 4, num += 4, den += 4) fusedStep<f32>(capacity, num, den, v);
}

@inline function fusedStep<T>(capacity: usize, num: usize, den: usize, v: usize): void {
  store<T>(v, div<T>(add<T>(mul<T>(load<T>(capacity), load<T>(v)), load<T>(num)), load<T>(den)));
}

/** k = rate (num - v den): dv/dt of the conductance equation, rate = 1 / cm; for the leaky cell den is 1 / tau */
export function slopeF32(rate: usize, num: usize, den: usize, v: usize, k: usize, n: i32): void {
  const end = k + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; k + 16 <= end; k += 16, rate += 16, num += 16, den += 16, v += 16) slopeStep<v128>(rate, num, den, v, k);
  }
  for (; k < end; k += 4, rate += 4, num += 4, den += 4, v += 4) slopeStep<f32>(rate, num, den, v, k);
}

@inline function slopeStep<T>(rate: usize, num: usize, den: usize, v: usize, k: usize): void {
  store<T>(k, mul<T>(load<T>(rate), sub<T>(load<T>(num), mul<T>(load<T>(v), load<T>(den)))));
}

/** y = x - a b: drive minus leak */
export function mulSubF32(x: usize, a: usize, b: usize, y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= end; y += 16, x += 16, a += 16, b += 16) mulSubStep<v128>(x, a, b, y);
  }
  for (; y < end; y += 4, x += 4, a += 4, b += 4) mulSubStep<f32>(x, a, b, y);
}

@inline function mulSubStep<T>(x: usize, a: usize, b: usize, y: usize): void {
  store<T>(y, sub<T>(load<T>(x), mul<T>(load<T>(a), load<T>(b))));
}

/**
 * 1 if an element is infinite or NaN, else 0. Looks at the exponent bits as integers, which costs the same on cores
 * without a float unit, and at every element, so that the count of operations does not depend on the values.
 */
export function nonFiniteF32(x: usize, n: i32): i32 {
  let found: i32 = 0;
  for (const end = x + (<usize>n << 2); x != end; x += 4) {
    found |= i32((load<i32>(x) & 0x7f800000) == 0x7f800000);
  }
  return found;
}
