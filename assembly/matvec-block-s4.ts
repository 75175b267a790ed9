// y = sat16(rsh64((W x + b) M, s)) for an int4 matrix of which 4x1 blocks are present: four destinations share a source.
//
//   groups   for each 4 destinations: 4 rows as in rows.ts (the last group padded), u16 runs of eight pairs, u16 pairs; then
//            pairs of blocks   | source a u16 | source b u16 | weights u32 as in matvec-s4.ts |      8 bytes
//            An odd last block has a partner without weights. A source is a byte offset in x.
//   x [..] X, i8 or i16      y [nOut] i16; y overlaps none of the others
//
// Two destinations to a multiplication with an i8 activation, as in matvec-s4.ts.

// @ts-nocheck: checked by asc

import { highNibbles, lower, lowNibbles, upper } from "./matvec-s4";
import { addEightPairs, addFourPairs, pair } from "./pairs-s16";
import { finishGroup } from "./rows";

const HEAD: usize = 36;

@inline function product<X>(groups: usize, x: usize, y: usize, nOut: i32): void {
  let p = groups;
  for (let left = nOut; left > 0; left -= 4, y += 8) {
    const head = p;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, sum = 0;
    let word: u32;
    let z: i32;
    p += HEAD;
    if (ASC_FEATURE_SIMD) {
      // The weights without their 8: no sum of the activations is needed.
      let s = i32x4.splat(0);
      let pairs = (<u32>load<u16>(head, 32) << 3) + <u32>load<u16>(head, 34);
      for (; pairs > 1; pairs -= 2, p += 16) {
        const words = v128.load(p);
        const weights = v128.shuffle<i32>(lowNibbles(words), highNibbles(words), 1, 5, 3, 7);
        s = addEightPairs(s, weights, pair(load<X>(x + <usize>load<u16>(p, 0)), load<X>(x + <usize>load<u16>(p, 2))), pair(load<X>(x + <usize>load<u16>(p, 8)), load<X>(x + <usize>load<u16>(p, 10))));
      }
      if (pairs) {
        const words = v128.load64_zero(p);
        const weights = v128.shuffle<i32>(lowNibbles(words), highNibbles(words), 1, 5, 1, 5);
        s = addFourPairs(s, weights, pair(load<X>(x + <usize>load<u16>(p, 0)), load<X>(x + <usize>load<u16>(p, 2))));
        p += 8;
      }
      s0 = i32x4.extract_lane(s, 0);
      s1 = i32x4.extract_lane(s, 1);
      s2 = i32x4.extract_lane(s, 2);
      s3 = i32x4.extract_lane(s, 3);
    } else if (sizeof<X>() == 1) {
      let a: i32, b: i32, low: i32;
      let runs = <u32>load<u16>(head, 32);
      if (runs) {
        do {
          a = 0;
          b = 0;
          z = load<i8>(x + <usize>load<u16>(p, 0)); word = load<u32>(p, 4); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 2)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 8)); word = load<u32>(p, 12); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 10)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 16)); word = load<u32>(p, 20); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 18)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 24)); word = load<u32>(p, 28); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 26)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 32)); word = load<u32>(p, 36); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 34)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 40)); word = load<u32>(p, 44); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 42)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 48)); word = load<u32>(p, 52); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 50)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 56)); word = load<u32>(p, 60); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 58)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          low = lower(a);
          s0 += low;
          s1 += upper(a, low);
          low = lower(b);
          s2 += low;
          s3 += upper(b, low);
          p += 64;
        } while (--runs);
      }
      runs = <u32>load<u16>(head, 34);
      if (runs) {
        a = 0;
        b = 0;
        do {
          z = load<i8>(x + <usize>load<u16>(p, 0)); word = load<u32>(p, 4); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
          z = load<i8>(x + <usize>load<u16>(p, 2)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
          p += 8;
        } while (--runs);
        low = lower(a);
        s0 += low;
        s1 += upper(a, low);
        low = lower(b);
        s2 += low;
        s3 += upper(b, low);
      }
    } else {
      for (let pairs = (<u32>load<u16>(head, 32) << 3) + <u32>load<u16>(head, 34); pairs > 0; pairs--, p += 8) {
        word = load<u32>(p, 4);
        z = load<i16>(x + <usize>load<u16>(p, 0)); sum += z; s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
        z = load<i16>(x + <usize>load<u16>(p, 2)); sum += z; s0 += ((word >> 8) & 15) * z; s2 += ((word >> 12) & 15) * z; s1 += ((word >> 24) & 15) * z; s3 += (word >> 28) * z;
      }
    }
    sum <<= 3;
    finishGroup(s0 - sum, s1 - sum, s2 - sum, s3 - sum, left, head, y);
  }
}

export function matvecBlockS4(groups: usize, x: usize, y: usize, nOut: i32): void {
  product<i8>(groups, x, y, nOut);
}

export function matvecBlockS4x16(groups: usize, x: usize, y: usize, nOut: i32): void {
  product<i16>(groups, x, y, nOut);
}
