// y = sat16(rsh64((W x + b) M, s)) for a matrix of which 4x1 blocks are present: four destinations share a source.
//
//   groups   for each 4 destinations: 4 rows as in rows.ts (the last group padded), u16 runs of sixteen blocks, u16 runs of
//            four, u16 single blocks, u16 zero; then
//              runs of sixteen   u16 source×16, 4 weights×16        96 bytes
//              runs of four      u16 source×4, 4 weights×4          24 bytes
//              single blocks     u16 source, 4 weights, u16 zero    8 bytes
//            The last, incomplete group has single blocks only. A source is a byte offset in x.
//   x [..] X, i8 or i16      y [nOut] i16; y overlaps none of the others

// @ts-nocheck: checked by asc

import { addFourSources, addSource, pair } from "./pairs-s16";
import { finishFour, finishRest } from "./rows";

const HEAD: usize = 40;

@inline function product<X>(groups: usize, x: usize, y: usize, nOut: i32): void {
  let p = groups;
  let z: i32;
  for (const full = y + (<usize>(nOut & ~3) << 1); y != full; y += 8) {
    const head = p;
    let s0 = load<i32>(head);
    let s1 = load<i32>(head, 8);
    let s2 = load<i32>(head, 16);
    let s3 = load<i32>(head, 24);
    p += HEAD;
    let runs = <u32>load<u16>(head, 32);
    if (ASC_FEATURE_SIMD) {
      let s = i32x4.splat(0);
      for (; runs > 0; runs--, p += 96) {
        s = addFourSources(s, v128.load(p, 32), pair(load<X>(x + <usize>load<u16>(p, 0)), load<X>(x + <usize>load<u16>(p, 2))), pair(load<X>(x + <usize>load<u16>(p, 4)), load<X>(x + <usize>load<u16>(p, 6))));
        s = addFourSources(s, v128.load(p, 48), pair(load<X>(x + <usize>load<u16>(p, 8)), load<X>(x + <usize>load<u16>(p, 10))), pair(load<X>(x + <usize>load<u16>(p, 12)), load<X>(x + <usize>load<u16>(p, 14))));
        s = addFourSources(s, v128.load(p, 64), pair(load<X>(x + <usize>load<u16>(p, 16)), load<X>(x + <usize>load<u16>(p, 18))), pair(load<X>(x + <usize>load<u16>(p, 20)), load<X>(x + <usize>load<u16>(p, 22))));
        s = addFourSources(s, v128.load(p, 80), pair(load<X>(x + <usize>load<u16>(p, 24)), load<X>(x + <usize>load<u16>(p, 26))), pair(load<X>(x + <usize>load<u16>(p, 28)), load<X>(x + <usize>load<u16>(p, 30))));
      }
      for (runs = <u32>load<u16>(head, 34); runs > 0; runs--, p += 24) {
        s = addFourSources(s, v128.load(p, 8), pair(load<X>(x + <usize>load<u16>(p, 0)), load<X>(x + <usize>load<u16>(p, 2))), pair(load<X>(x + <usize>load<u16>(p, 4)), load<X>(x + <usize>load<u16>(p, 6))));
      }
      for (runs = <u32>load<u16>(head, 36); runs > 0; runs--, p += 8) {
        s = addSource(s, v128.load32_zero(p, 2), load<X>(x + <usize>load<u16>(p, 0)));
      }
      s0 += i32x4.extract_lane(s, 0);
      s1 += i32x4.extract_lane(s, 1);
      s2 += i32x4.extract_lane(s, 2);
      s3 += i32x4.extract_lane(s, 3);
    } else {
      if (runs) {
        do {
          z = load<X>(x + <usize>load<u16>(p, 0)); s0 += <i32>load<i8>(p, 32) * z; s1 += <i32>load<i8>(p, 33) * z; s2 += <i32>load<i8>(p, 34) * z; s3 += <i32>load<i8>(p, 35) * z;
          z = load<X>(x + <usize>load<u16>(p, 2)); s0 += <i32>load<i8>(p, 36) * z; s1 += <i32>load<i8>(p, 37) * z; s2 += <i32>load<i8>(p, 38) * z; s3 += <i32>load<i8>(p, 39) * z;
          z = load<X>(x + <usize>load<u16>(p, 4)); s0 += <i32>load<i8>(p, 40) * z; s1 += <i32>load<i8>(p, 41) * z; s2 += <i32>load<i8>(p, 42) * z; s3 += <i32>load<i8>(p, 43) * z;
          z = load<X>(x + <usize>load<u16>(p, 6)); s0 += <i32>load<i8>(p, 44) * z; s1 += <i32>load<i8>(p, 45) * z; s2 += <i32>load<i8>(p, 46) * z; s3 += <i32>load<i8>(p, 47) * z;
          z = load<X>(x + <usize>load<u16>(p, 8)); s0 += <i32>load<i8>(p, 48) * z; s1 += <i32>load<i8>(p, 49) * z; s2 += <i32>load<i8>(p, 50) * z; s3 += <i32>load<i8>(p, 51) * z;
          z = load<X>(x + <usize>load<u16>(p, 10)); s0 += <i32>load<i8>(p, 52) * z; s1 += <i32>load<i8>(p, 53) * z; s2 += <i32>load<i8>(p, 54) * z; s3 += <i32>load<i8>(p, 55) * z;
          z = load<X>(x + <usize>load<u16>(p, 12)); s0 += <i32>load<i8>(p, 56) * z; s1 += <i32>load<i8>(p, 57) * z; s2 += <i32>load<i8>(p, 58) * z; s3 += <i32>load<i8>(p, 59) * z;
          z = load<X>(x + <usize>load<u16>(p, 14)); s0 += <i32>load<i8>(p, 60) * z; s1 += <i32>load<i8>(p, 61) * z; s2 += <i32>load<i8>(p, 62) * z; s3 += <i32>load<i8>(p, 63) * z;
          z = load<X>(x + <usize>load<u16>(p, 16)); s0 += <i32>load<i8>(p, 64) * z; s1 += <i32>load<i8>(p, 65) * z; s2 += <i32>load<i8>(p, 66) * z; s3 += <i32>load<i8>(p, 67) * z;
          z = load<X>(x + <usize>load<u16>(p, 18)); s0 += <i32>load<i8>(p, 68) * z; s1 += <i32>load<i8>(p, 69) * z; s2 += <i32>load<i8>(p, 70) * z; s3 += <i32>load<i8>(p, 71) * z;
          z = load<X>(x + <usize>load<u16>(p, 20)); s0 += <i32>load<i8>(p, 72) * z; s1 += <i32>load<i8>(p, 73) * z; s2 += <i32>load<i8>(p, 74) * z; s3 += <i32>load<i8>(p, 75) * z;
          z = load<X>(x + <usize>load<u16>(p, 22)); s0 += <i32>load<i8>(p, 76) * z; s1 += <i32>load<i8>(p, 77) * z; s2 += <i32>load<i8>(p, 78) * z; s3 += <i32>load<i8>(p, 79) * z;
          z = load<X>(x + <usize>load<u16>(p, 24)); s0 += <i32>load<i8>(p, 80) * z; s1 += <i32>load<i8>(p, 81) * z; s2 += <i32>load<i8>(p, 82) * z; s3 += <i32>load<i8>(p, 83) * z;
          z = load<X>(x + <usize>load<u16>(p, 26)); s0 += <i32>load<i8>(p, 84) * z; s1 += <i32>load<i8>(p, 85) * z; s2 += <i32>load<i8>(p, 86) * z; s3 += <i32>load<i8>(p, 87) * z;
          z = load<X>(x + <usize>load<u16>(p, 28)); s0 += <i32>load<i8>(p, 88) * z; s1 += <i32>load<i8>(p, 89) * z; s2 += <i32>load<i8>(p, 90) * z; s3 += <i32>load<i8>(p, 91) * z;
          z = load<X>(x + <usize>load<u16>(p, 30)); s0 += <i32>load<i8>(p, 92) * z; s1 += <i32>load<i8>(p, 93) * z; s2 += <i32>load<i8>(p, 94) * z; s3 += <i32>load<i8>(p, 95) * z;
          p += 96;
        } while (--runs);
      }
      runs = <u32>load<u16>(head, 34);
      if (runs) {
        do {
          z = load<X>(x + <usize>load<u16>(p, 0)); s0 += <i32>load<i8>(p, 8) * z; s1 += <i32>load<i8>(p, 9) * z; s2 += <i32>load<i8>(p, 10) * z; s3 += <i32>load<i8>(p, 11) * z;
          z = load<X>(x + <usize>load<u16>(p, 2)); s0 += <i32>load<i8>(p, 12) * z; s1 += <i32>load<i8>(p, 13) * z; s2 += <i32>load<i8>(p, 14) * z; s3 += <i32>load<i8>(p, 15) * z;
          z = load<X>(x + <usize>load<u16>(p, 4)); s0 += <i32>load<i8>(p, 16) * z; s1 += <i32>load<i8>(p, 17) * z; s2 += <i32>load<i8>(p, 18) * z; s3 += <i32>load<i8>(p, 19) * z;
          z = load<X>(x + <usize>load<u16>(p, 6)); s0 += <i32>load<i8>(p, 20) * z; s1 += <i32>load<i8>(p, 21) * z; s2 += <i32>load<i8>(p, 22) * z; s3 += <i32>load<i8>(p, 23) * z;
          p += 24;
        } while (--runs);
      }
      runs = <u32>load<u16>(head, 36);
      if (runs) {
        do {
          z = load<X>(x + <usize>load<u16>(p, 0)); s0 += <i32>load<i8>(p, 2) * z; s1 += <i32>load<i8>(p, 3) * z; s2 += <i32>load<i8>(p, 4) * z; s3 += <i32>load<i8>(p, 5) * z;
          p += 8;
        } while (--runs);
      }
    }
    finishFour(s0, s1, s2, s3, head, y);
  }
  const rest = nOut & 3;
  if (rest > 0) {
    const head = p;
    let s0 = 0, s1 = 0, s2 = 0;
    p += HEAD;
    for (let runs = <u32>load<u16>(head, 36); runs > 0; runs--, p += 8) {
      z = load<X>(x + <usize>load<u16>(p));
      s0 += <i32>load<i8>(p, 2) * z;
      s1 += <i32>load<i8>(p, 3) * z;
      s2 += <i32>load<i8>(p, 4) * z;
    }
    finishRest(s0, s1, s2, rest, head, y);
  }
}

export function matvecBlockS8(groups: usize, x: usize, y: usize, nOut: i32): void {
  product<i8>(groups, x, y, nOut);
}

export function matvecBlockS8x16(groups: usize, x: usize, y: usize, nOut: i32): void {
  product<i16>(groups, x, y, nOut);
}
