// Synapses of an integer LTC (docs/integers.md): a = T[clamp(x, 0, 32767) >> 5], x = ((v - mu) k + C) >> s.

// @ts-nocheck: checked by asc

/** C: half a unit, and the middle of the table. */
@inline export function centre(shift: i32): i32 {
  return ((1 << shift) >> 1) + (16384 << shift);
}

/** Q0.15 from the argument before its shift; `table` [1024] i16. */
@inline export function opening(x: i32, shift: i32, table: usize): i32 {
  x >>= shift;
  x = select<i32>(x, 32767, x < 32767);
  x = select<i32>(x, 0, x > 0);
  return i32.load16_s(table + ((<usize>x >> 4) & ~1));
}

/**
 * Q0.15 of four synapses, k×4 i16 and mu×4 i16 at p, in the lower and in the upper four i16; v: their sources, i32. SIMD build
 * only.
 */
@inline export function fourOpenings(p: usize, v: v128, c: v128, shift: i32, table: usize): v128 {
  const k = i32x4.extend_low_i16x8_s(v128.load64_zero(p));
  const mu = i32x4.extend_low_i16x8_s(v128.load64_zero(p, 8));
  let x = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(v, mu), k), c), shift);
  x = i32x4.max_s(i32x4.min_s(x, i32x4.splat(32767)), i32x4.splat(0));
  x = v128.and(i32x4.shr_u(x, 4), i32x4.splat(~1));
  let a = v128.load16_splat(table + i32x4.extract_lane(x, 0));
  a = v128.load16_lane(table + i32x4.extract_lane(x, 1), a, 1);
  a = v128.load16_lane(table + i32x4.extract_lane(x, 2), a, 2);
  a = v128.load16_lane(table + i32x4.extract_lane(x, 3), a, 3);
  return v128.shuffle<i64>(a, a, 0, 0);
}
