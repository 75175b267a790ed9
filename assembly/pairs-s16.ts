// Products of weights with two activations at a time, SIMD build only: i32x4.dot_i16x8_s multiplies eight i16 and adds
// neighbours, which makes a sum for each of four destinations. X is what an activation is stored as: i8 or i16.

// @ts-nocheck: checked by asc

/** Eight activations as i16. */
@inline export function eight<X>(x: usize): v128 {
  if (sizeof<X>() == 1) return v128.load8x8_s(x);
  return v128.load(x);
}

/** Two activations, for each destination. */
@inline export function pair(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}

/** s + the lower four pairs of i8 weights times `first`, + the upper four times `second`. */
@inline export function addEightPairs(s: v128, w: v128, first: v128, second: v128): v128 {
  const a = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), first);
  const b = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w), second);
  return i32x4.add(s, i32x4.add(a, b));
}

/** s + the lower four pairs of i8 weights times a pair of activations. */
@inline export function addFourPairs(s: v128, w: v128, z: v128): v128 {
  return i32x4.add(s, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), z));
}

/** s + four records of four int8 weights times two pairs of activations, by destination. */
@inline export function addFourSources(s: v128, w: v128, first: v128, second: v128): v128 {
  return addEightPairs(s, v128.shuffle<i8>(w, w, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15), first, second);
}

/** s + one record of four int8 weights times an activation, by destination. */
@inline export function addSource(s: v128, w: v128, z: i32): v128 {
  return i32x4.add(s, i32x4.dot_i16x8_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(w)), i32x4.splat(z & 0xffff)));
}
