// y = sat16(rsh64((W x + b) M, s)): dense int4 matrix-vector product, i16 results.
//
//   rows   [nOut] as in rows.ts
//   w      blocks of 4 destinations, in a block a word for two sources a and b, weights as nibbles of w + 8, from bit 0 on:
//          | a[j] a[j+2] b[j] b[j+2] a[j+1] a[j+3] b[j+1] b[j+3] |     an odd last source has the word to itself
//   x      [nIn] X, i8 or i16      y [nOut] i16; y overlaps none of the others
//
// The offset: sum (w + 8) x - 8 sum x. Of i8 activations, one multiplication serves two destinations: the word masked with
// 0x000f000f holds one weight in either half, and the product of both with x adds into a sum whose halves stay apart for 16
// sources, since 16 · 15 · 128 < 2^15. The lower half then carries a borrow out of the upper one, which `upper` gives back.

// @ts-nocheck: checked by asc

import { addEightPairs, addFourPairs, eight, pair } from "./pairs-s16";
import { finishGroup, ROW } from "./rows";

@inline export function lower(sum: i32): i32 {
  return (sum << 16) >> 16;
}

@inline export function upper(sum: i32, low: i32): i32 {
  return (sum - low) >> 16;
}

/** Sources of one round of the inner loop. */
const ROUND: i32 = ASC_FEATURE_SIMD ? 8 : 16;

@inline function product<X>(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + (<usize>nIn << alignof<X>());
  const end2 = x + (<usize>(nIn & ~1) << alignof<X>());
  const rounds = x + (<usize>(nIn & -ROUND) << alignof<X>());
  let offset: i32 = 0;
  if (!ASC_FEATURE_SIMD) {
    for (let q = x; q != end; q += sizeof<X>()) offset += load<X>(q);
    offset <<= 3;
  }
  let p = w;
  for (let left = nOut; left > 0; left -= 4, y += 8, rows += 4 * ROW) {
    let s0 = -offset, s1 = -offset, s2 = -offset, s3 = -offset;
    let q = x;
    let word: u32;
    let z: i32;
    if (ASC_FEATURE_SIMD) {
      let low = i32x4.splat(0);
      let high = i32x4.splat(0);
      for (; q != rounds; p += 16, q += 8 * sizeof<X>()) {
        const z = eight<X>(q);
        const first = v128.shuffle<i32>(z, z, 0, 0, 1, 1);
        const second = v128.shuffle<i32>(z, z, 2, 2, 3, 3);
        const words = v128.load(p);
        low = addEightPairs(low, lowNibbles(words), first, second);
        high = addEightPairs(high, highNibbles(words), first, second);
      }
      let s = i32x4.add(v128.shuffle<i32>(low, high, 0, 1, 4, 5), v128.shuffle<i32>(low, high, 2, 3, 6, 7));
      for (; q != end2; p += 4, q += 2 * sizeof<X>()) {
        s = addFourPairs(s, nibblesOf(v128.load32_zero(p)), pair(load<X>(q), load<X>(q, sizeof<X>())));
      }
      if (q != end) {
        s = addFourPairs(s, nibblesOf(v128.load32_zero(p)), pair(load<X>(q), 0));
        p += 4;
      }
      s0 = i32x4.extract_lane(s, 0);
      s1 = i32x4.extract_lane(s, 1);
      s2 = i32x4.extract_lane(s, 2);
      s3 = i32x4.extract_lane(s, 3);
    } else if (sizeof<X>() == 1) {
      let a: i32, b: i32, low: i32;
      if (q != rounds) {
        do {
          a = 0;
          b = 0;
          word = load<u32>(p, 0); z = load<i8>(q, 0); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 1); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 4); z = load<i8>(q, 2); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 3); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 8); z = load<i8>(q, 4); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 5); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 12); z = load<i8>(q, 6); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 7); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 16); z = load<i8>(q, 8); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 9); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 20); z = load<i8>(q, 10); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 11); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 24); z = load<i8>(q, 12); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 13); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          word = load<u32>(p, 28); z = load<i8>(q, 14); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 15); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          low = lower(a);
          s0 += low;
          s1 += upper(a, low);
          low = lower(b);
          s2 += low;
          s3 += upper(b, low);
          p += 32;
          q += 16;
        } while (q != rounds);
      }
      if (q != end) {
        a = 0;
        b = 0;
        for (; q != end2; q += 2, p += 4) {
          word = load<u32>(p, 0); z = load<i8>(q, 0); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(q, 1); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        }
        if (q != end) {
          word = load<u32>(p);
          z = load<i8>(q);
          a += (word & 0x000f000f) * z;
          b += ((word >> 4) & 0x000f000f) * z;
          p += 4;
        }
        low = lower(a);
        s0 += low;
        s1 += upper(a, low);
        low = lower(b);
        s2 += low;
        s3 += upper(b, low);
      }
    } else {
      for (; q != end2; q += 4, p += 4) {
        word = load<u32>(p);
        z = load<i16>(q, 0); s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
        z = load<i16>(q, 2); s0 += ((word >> 8) & 15) * z; s2 += ((word >> 12) & 15) * z; s1 += ((word >> 24) & 15) * z; s3 += (word >> 28) * z;
      }
      if (q != end) {
        word = load<u32>(p);
        z = load<i16>(q, 0); s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
        p += 4;
      }
    }
    finishGroup(s0, s1, s2, s3, left, rows, y);
  }
}

/** Weights of four words: of destinations j and j + 1, two sources after the other. */
@inline export function lowNibbles(words: v128): v128 {
  return i8x16.sub(v128.and(words, i8x16.splat(15)), i8x16.splat(8));
}

/** The same of destinations j + 2 and j + 3. */
@inline export function highNibbles(words: v128): v128 {
  return lowNibbles(i16x8.shr_u(words, 4));
}

/** Weights of one word: of destination after destination, two sources each. */
@inline function nibblesOf(word: v128): v128 {
  return v128.shuffle<i32>(lowNibbles(word), highNibbles(word), 0, 4, 0, 4);
}

export function matvecS4(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<i8>(rows, w, x, y, nOut, nIn);
}

export function matvecS4x16(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<i16>(rows, w, x, y, nOut, nIn);
}
