// y = sat16(rsh64((W x + b) M, s)): dense int4 matrix-vector product, i16 results.
//
//   rows   [nOut] as in rows.ts
//   w      blocks of 4 destinations, in a block a word for two sources a and b, weights as nibbles of w + 8, from bit 0 on:
//          | a[j] a[j+2] b[j] b[j+2] a[j+1] a[j+3] b[j+1] b[j+3] |     an odd last source has the word to itself
//   x      [nIn] i8      y [nOut] i16; y overlaps none of the others
//
// One multiplication serves two destinations: the word masked with 0x000f000f holds one weight in either half, and the
// product of both with x adds into a sum whose halves stay apart for 16 sources, since 16 · 15 · 128 < 2^15. The lower
// half then carries a borrow out of the upper one, which `upper` gives back. The offset: sum (w + 8) x - 8 sum x.

// @ts-nocheck: checked by asc

import { finishFour, finishRest, ROW } from "./rows";

@inline export function lower(sum: i32): i32 {
  return (sum << 16) >> 16;
}

@inline export function upper(sum: i32, low: i32): i32 {
  return (sum - low) >> 16;
}

export function matvecS4(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + <usize>nIn;
  const end2 = x + <usize>(nIn & ~1);
  const end16 = x + <usize>(nIn & ~15);
  let offset: i32 = 0;
  for (let q = x; q != end; q++) offset += i32.load8_s(q);
  offset <<= 3;
  let p = w;
  for (let left = nOut; left > 0; left -= 4, y += 8, rows += 4 * ROW) {
    let s0 = -offset, s1 = -offset, s2 = -offset, s3 = -offset;
    let q = x;
    let word: u32;
    let z: i32, a: i32, b: i32, low: i32;
    if (q != end16) {
      do {
        a = 0;
        b = 0;
        word = load<u32>(p, 0); z = i32.load8_s(q, 0); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 1); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 4); z = i32.load8_s(q, 2); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 3); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 8); z = i32.load8_s(q, 4); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 5); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 12); z = i32.load8_s(q, 6); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 7); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 16); z = i32.load8_s(q, 8); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 9); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 20); z = i32.load8_s(q, 10); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 11); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 24); z = i32.load8_s(q, 12); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 13); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        word = load<u32>(p, 28); z = i32.load8_s(q, 14); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 15); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        low = lower(a);
        s0 += low;
        s1 += upper(a, low);
        low = lower(b);
        s2 += low;
        s3 += upper(b, low);
        p += 32;
        q += 16;
      } while (q != end16);
    }
    if (q != end) {
      a = 0;
      b = 0;
      for (; q != end2; q += 2, p += 4) {
        word = load<u32>(p, 0); z = i32.load8_s(q, 0); a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(q, 1); a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
      }
      if (q != end) {
        word = load<u32>(p);
        z = i32.load8_s(q);
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
    if (left > 3) {
      finishFour(
        s0 + load<i32>(rows), s1 + load<i32>(rows, 8), s2 + load<i32>(rows, 16), s3 + load<i32>(rows, 24), rows, y
      );
    } else {
      finishRest(s0, s1, s2, left, rows, y);
    }
  }
}
