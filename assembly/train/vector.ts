// Vectors of the training core: copies and sums. Addresses are those of f32, aligned to 4 bytes; n >= 0.

// @ts-nocheck: checked by asc

import { add } from "../lanes";

/** Bytes of n floats, rounded up to whole lanes. */
@inline export function paddedBytes(n: i32): usize {
  return (<usize>n << 2) + 15 & ~15;
}

export function copyF32(from: usize, to: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) store<v128>(to + i, load<v128>(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

export function clearF32(x: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) store<v128>(x + i, i32x4.splat(0));
  for (; i < bytes; i += 4) store<f32>(x + i, 0);
}

/** y += x */
export function addF32(x: usize, y: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) accumulate<v128>(y + i, load<v128>(x + i));
  for (; i < bytes; i += 4) accumulate<f32>(y + i, load<f32>(x + i));
}

@inline export function accumulate<T>(at: usize, value: T): void {
  store<T>(at, add<T>(load<T>(at), value));
}

/** Zeros from element n up to whole lanes. */
export function clearPadding(x: usize, n: i32): void {
  for (let i = <usize>n << 2, end = paddedBytes(n); i < end; i += 4) store<f32>(x + i, 0);
}

/** Moves the adjoint at `from` to `to`, padded with zeros to whole lanes, and leaves 0. */
export function takeAdjoint(from: usize, to: usize, n: i32): void {
  copyF32(from, to, n);
  clearPadding(to, n);
  clearF32(from, n);
}

/** [sum of a's lanes, of b's, of c's, of d's]: (x0 + x1) + (x2 + x3) each. */
@inline export function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** (x0 + x1) + (x2 + x3) */
@inline export function sumOfLanes(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Adds lane by lane to the floats at x plus the four u16 byte offsets that stand at `offsets`: `gather` reversed. */
@inline export function scatterAdd(x: usize, offsets: usize, value: v128): void {
  accumulate<f32>(x + load<u16>(offsets), f32x4.extract_lane(value, 0));
  accumulate<f32>(x + load<u16>(offsets, 2), f32x4.extract_lane(value, 1));
  accumulate<f32>(x + load<u16>(offsets, 4), f32x4.extract_lane(value, 2));
  accumulate<f32>(x + load<u16>(offsets, 6), f32x4.extract_lane(value, 3));
}
