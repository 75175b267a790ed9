// y = sat16(rsh64((W x + b) M, s)): dense int8 matrix-vector product, i16 results.
//
//   rows   [nOut] as in rows.ts
//   w      blocks of 4 destinations; in a block one record of 4 bytes a source, the weights of its destinations:
//          | w[j][0] w[j+1][0] w[j+2][0] w[j+3][0] | w[j][1] … |       the last block is padded
//   x      [nIn] X, i8 or i16      y [nOut] i16; y overlaps none of the others
//
// Four destinations share the loads of x; sums are i32 and wrap, so their order does not matter.

// @ts-nocheck: checked by asc

import { addFourSources, addSource, eight } from "./pairs-s16";
import { finishFour, finishRest, ROW } from "./rows";

@inline function product<X>(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + (<usize>nIn << alignof<X>());
  // Sources of one round of the inner loop.
  const ROUND: i32 = ASC_FEATURE_SIMD ? 8 : sizeof<X>() == 1 ? 16 : 4;
  const rounds = x + (<usize>(nIn & -ROUND) << alignof<X>());
  let p = w;
  for (const full = y + (<usize>(nOut & ~3) << 1); y != full; y += 8, rows += 4 * ROW) {
    let s0 = load<i32>(rows);
    let s1 = load<i32>(rows, 8);
    let s2 = load<i32>(rows, 16);
    let s3 = load<i32>(rows, 24);
    if (ASC_FEATURE_SIMD) {
      const s = sums<X>(p, x, rounds, end);
      s0 += i32x4.extract_lane(s, 0);
      s1 += i32x4.extract_lane(s, 1);
      s2 += i32x4.extract_lane(s, 2);
      s3 += i32x4.extract_lane(s, 3);
      p += <usize>nIn << 2;
    } else {
      let q = x;
      let z: i32;
      if (q != rounds) {
        do {
          z = load<X>(q); s0 += <i32>load<i8>(p) * z; s1 += <i32>load<i8>(p, 1) * z; s2 += <i32>load<i8>(p, 2) * z; s3 += <i32>load<i8>(p, 3) * z;
          z = load<X>(q, 1 * sizeof<X>()); s0 += <i32>load<i8>(p, 4) * z; s1 += <i32>load<i8>(p, 5) * z; s2 += <i32>load<i8>(p, 6) * z; s3 += <i32>load<i8>(p, 7) * z;
          z = load<X>(q, 2 * sizeof<X>()); s0 += <i32>load<i8>(p, 8) * z; s1 += <i32>load<i8>(p, 9) * z; s2 += <i32>load<i8>(p, 10) * z; s3 += <i32>load<i8>(p, 11) * z;
          z = load<X>(q, 3 * sizeof<X>()); s0 += <i32>load<i8>(p, 12) * z; s1 += <i32>load<i8>(p, 13) * z; s2 += <i32>load<i8>(p, 14) * z; s3 += <i32>load<i8>(p, 15) * z;
          if (sizeof<X>() == 1) {
            z = load<X>(q, 4 * sizeof<X>()); s0 += <i32>load<i8>(p, 16) * z; s1 += <i32>load<i8>(p, 17) * z; s2 += <i32>load<i8>(p, 18) * z; s3 += <i32>load<i8>(p, 19) * z;
            z = load<X>(q, 5 * sizeof<X>()); s0 += <i32>load<i8>(p, 20) * z; s1 += <i32>load<i8>(p, 21) * z; s2 += <i32>load<i8>(p, 22) * z; s3 += <i32>load<i8>(p, 23) * z;
            z = load<X>(q, 6 * sizeof<X>()); s0 += <i32>load<i8>(p, 24) * z; s1 += <i32>load<i8>(p, 25) * z; s2 += <i32>load<i8>(p, 26) * z; s3 += <i32>load<i8>(p, 27) * z;
            z = load<X>(q, 7 * sizeof<X>()); s0 += <i32>load<i8>(p, 28) * z; s1 += <i32>load<i8>(p, 29) * z; s2 += <i32>load<i8>(p, 30) * z; s3 += <i32>load<i8>(p, 31) * z;
            z = load<X>(q, 8 * sizeof<X>()); s0 += <i32>load<i8>(p, 32) * z; s1 += <i32>load<i8>(p, 33) * z; s2 += <i32>load<i8>(p, 34) * z; s3 += <i32>load<i8>(p, 35) * z;
            z = load<X>(q, 9 * sizeof<X>()); s0 += <i32>load<i8>(p, 36) * z; s1 += <i32>load<i8>(p, 37) * z; s2 += <i32>load<i8>(p, 38) * z; s3 += <i32>load<i8>(p, 39) * z;
            z = load<X>(q, 10 * sizeof<X>()); s0 += <i32>load<i8>(p, 40) * z; s1 += <i32>load<i8>(p, 41) * z; s2 += <i32>load<i8>(p, 42) * z; s3 += <i32>load<i8>(p, 43) * z;
            z = load<X>(q, 11 * sizeof<X>()); s0 += <i32>load<i8>(p, 44) * z; s1 += <i32>load<i8>(p, 45) * z; s2 += <i32>load<i8>(p, 46) * z; s3 += <i32>load<i8>(p, 47) * z;
            z = load<X>(q, 12 * sizeof<X>()); s0 += <i32>load<i8>(p, 48) * z; s1 += <i32>load<i8>(p, 49) * z; s2 += <i32>load<i8>(p, 50) * z; s3 += <i32>load<i8>(p, 51) * z;
            z = load<X>(q, 13 * sizeof<X>()); s0 += <i32>load<i8>(p, 52) * z; s1 += <i32>load<i8>(p, 53) * z; s2 += <i32>load<i8>(p, 54) * z; s3 += <i32>load<i8>(p, 55) * z;
            z = load<X>(q, 14 * sizeof<X>()); s0 += <i32>load<i8>(p, 56) * z; s1 += <i32>load<i8>(p, 57) * z; s2 += <i32>load<i8>(p, 58) * z; s3 += <i32>load<i8>(p, 59) * z;
            z = load<X>(q, 15 * sizeof<X>()); s0 += <i32>load<i8>(p, 60) * z; s1 += <i32>load<i8>(p, 61) * z; s2 += <i32>load<i8>(p, 62) * z; s3 += <i32>load<i8>(p, 63) * z;
          }
          p += 4 * ROUND;
          q += ROUND * sizeof<X>();
        } while (q != rounds);
      }
      for (; q != end; q += sizeof<X>(), p += 4) {
        z = load<X>(q);
        s0 += <i32>load<i8>(p) * z;
        s1 += <i32>load<i8>(p, 1) * z;
        s2 += <i32>load<i8>(p, 2) * z;
        s3 += <i32>load<i8>(p, 3) * z;
      }
    }
    finishFour(s0, s1, s2, s3, rows, y);
  }
  const rest = nOut & 3;
  if (rest > 0) {
    let s0 = 0, s1 = 0, s2 = 0;
    if (ASC_FEATURE_SIMD) {
      const s = sums<X>(p, x, rounds, end);
      s0 = i32x4.extract_lane(s, 0);
      s1 = i32x4.extract_lane(s, 1);
      s2 = i32x4.extract_lane(s, 2);
    } else {
      let q = x;
      let z: i32;
      // Not of i8: with fewer than sixteen sources its rounds are a test for nothing.
      if (sizeof<X>() == 2) {
        for (; q != rounds; q += 4 * sizeof<X>(), p += 16) {
          z = load<X>(q); s0 += <i32>load<i8>(p) * z; s1 += <i32>load<i8>(p, 1) * z; s2 += <i32>load<i8>(p, 2) * z;
          z = load<X>(q, 1 * sizeof<X>()); s0 += <i32>load<i8>(p, 4) * z; s1 += <i32>load<i8>(p, 5) * z; s2 += <i32>load<i8>(p, 6) * z;
          z = load<X>(q, 2 * sizeof<X>()); s0 += <i32>load<i8>(p, 8) * z; s1 += <i32>load<i8>(p, 9) * z; s2 += <i32>load<i8>(p, 10) * z;
          z = load<X>(q, 3 * sizeof<X>()); s0 += <i32>load<i8>(p, 12) * z; s1 += <i32>load<i8>(p, 13) * z; s2 += <i32>load<i8>(p, 14) * z;
        }
      }
      for (; q != end; q += sizeof<X>(), p += 4) {
        z = load<X>(q);
        s0 += <i32>load<i8>(p) * z;
        s1 += <i32>load<i8>(p, 1) * z;
        s2 += <i32>load<i8>(p, 2) * z;
      }
    }
    finishRest(s0, s1, s2, rest, rows, y);
  }
}

/** W x of four destinations; `rounds`: x behind the last eight sources. SIMD build only. */
@inline function sums<X>(w: usize, x: usize, rounds: usize, end: usize): v128 {
  let s = i32x4.splat(0);
  for (; x != rounds; x += 8 * sizeof<X>(), w += 32) {
    const z = eight<X>(x);
    s = addFourSources(s, v128.load(w), v128.shuffle<i32>(z, z, 0, 0, 0, 0), v128.shuffle<i32>(z, z, 1, 1, 1, 1));
    s = addFourSources(s, v128.load(w, 16), v128.shuffle<i32>(z, z, 2, 2, 2, 2), v128.shuffle<i32>(z, z, 3, 3, 3, 3));
  }
  for (; x != end; x += sizeof<X>(), w += 4) s = addSource(s, v128.load32_zero(w), load<X>(x));
  return s;
}

export function matvecS8(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<i8>(rows, w, x, y, nOut, nIn);
}

export function matvecS8x16(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<i16>(rows, w, x, y, nOut, nIn);
}
