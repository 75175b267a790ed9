// Synapses of an integer LTC (docs/integers.md): a = T[clamp(x, 0, 32767) >> 5], x = ((v - mu) k + C) >> s. A block whose
// arguments cannot leave the table says so, and is not clamped.

// @ts-nocheck: checked by asc

/** C: half a unit, and the middle of the table. */
@inline export function centre(shift: i32): i32 {
  return ((1 << shift) >> 1) + (16384 << shift);
}

/** From the argument before its shift to an index of the table: both shifts in one, since clamping commutes with them. */
@inline export function indexShift(shift: i32): i32 {
  return shift + 5;
}

/** Q0.15 from the argument before its shift; `table` [1024] i16. Arguments that are `bounded` need no clamp. */
@inline export function opening(x: i32, toIndex: i32, table: usize, bounded: bool): i32 {
  let i = x >> toIndex;
  if (!bounded) {
    i = select<i32>(i, 1023, i < 1023);
    i = select<i32>(i, 0, i > 0);
  }
  return i32.load16_s(table + (<usize>i << 1));
}

/**
 * Q0.15 of four synapses, k×4 i16 and mu×4 i16 at p, in the lower and in the upper four i16; v: their sources, i32. SIMD build
 * only.
 */
@inline export function fourOpenings(p: usize, v: v128, c: v128, toIndex: i32, table: usize, bounded: bool): v128 {
  const k = i32x4.extend_low_i16x8_s(v128.load64_zero(p));
  const mu = i32x4.extend_low_i16x8_s(v128.load64_zero(p, 8));
  let x = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(v, mu), k), c), toIndex);
  if (!bounded) x = i32x4.max_s(i32x4.min_s(x, i32x4.splat(1023)), i32x4.splat(0));
  x = i32x4.shl(x, 1);
  let a = v128.load16_splat(table + i32x4.extract_lane(x, 0));
  a = v128.load16_lane(table + i32x4.extract_lane(x, 1), a, 1);
  a = v128.load16_lane(table + i32x4.extract_lane(x, 2), a, 2);
  a = v128.load16_lane(table + i32x4.extract_lane(x, 3), a, 3);
  return v128.shuffle<i64>(a, a, 0, 0);
}
