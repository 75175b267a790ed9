// y = sat16(rsh64((W x + b) M, s)): dense int8 matrix-vector product, i16 results.
//
//   rows   [nOut] as in rows.ts
//   w      blocks of 4 destinations; in a block one record of 4 bytes a source, the weights of its destinations:
//          | w[j][0] w[j+1][0] w[j+2][0] w[j+3][0] | w[j][1] … |       the last block is padded
//   x      [nIn] i8      y [nOut] i16; y overlaps none of the others
//
// Four destinations share the loads of x; sums are i32 and wrap, so their order does not matter.

// @ts-nocheck: checked by asc

import { finishFour, finishRest, ROW } from "./rows";

export function matvecS8(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + <usize>nIn;
  const end16 = x + <usize>(nIn & ~15);
  let p = w;
  for (const full = y + (<usize>(nOut & ~3) << 1); y != full; y += 8, rows += 4 * ROW) {
    let s0 = load<i32>(rows);
    let s1 = load<i32>(rows, 8);
    let s2 = load<i32>(rows, 16);
    let s3 = load<i32>(rows, 24);
    let q = x;
    let z: i32;
    if (q != end16) {
      if (ASC_FEATURE_SIMD) {
        let s = i32x4.splat(0);
        do {
          s = fourSources(s, v128.load(p), v128.load32_splat(q));
          s = fourSources(s, v128.load(p, 16), v128.load32_splat(q, 4));
          s = fourSources(s, v128.load(p, 32), v128.load32_splat(q, 8));
          s = fourSources(s, v128.load(p, 48), v128.load32_splat(q, 12));
          p += 64;
          q += 16;
        } while (q != end16);
        s0 += i32x4.extract_lane(s, 0);
        s1 += i32x4.extract_lane(s, 1);
        s2 += i32x4.extract_lane(s, 2);
        s3 += i32x4.extract_lane(s, 3);
      } else {
        do {
          z = i32.load8_s(q, 0); s0 += i32.load8_s(p, 0) * z; s1 += i32.load8_s(p, 1) * z; s2 += i32.load8_s(p, 2) * z; s3 += i32.load8_s(p, 3) * z;
          z = i32.load8_s(q, 1); s0 += i32.load8_s(p, 4) * z; s1 += i32.load8_s(p, 5) * z; s2 += i32.load8_s(p, 6) * z; s3 += i32.load8_s(p, 7) * z;
          z = i32.load8_s(q, 2); s0 += i32.load8_s(p, 8) * z; s1 += i32.load8_s(p, 9) * z; s2 += i32.load8_s(p, 10) * z; s3 += i32.load8_s(p, 11) * z;
          z = i32.load8_s(q, 3); s0 += i32.load8_s(p, 12) * z; s1 += i32.load8_s(p, 13) * z; s2 += i32.load8_s(p, 14) * z; s3 += i32.load8_s(p, 15) * z;
          z = i32.load8_s(q, 4); s0 += i32.load8_s(p, 16) * z; s1 += i32.load8_s(p, 17) * z; s2 += i32.load8_s(p, 18) * z; s3 += i32.load8_s(p, 19) * z;
          z = i32.load8_s(q, 5); s0 += i32.load8_s(p, 20) * z; s1 += i32.load8_s(p, 21) * z; s2 += i32.load8_s(p, 22) * z; s3 += i32.load8_s(p, 23) * z;
          z = i32.load8_s(q, 6); s0 += i32.load8_s(p, 24) * z; s1 += i32.load8_s(p, 25) * z; s2 += i32.load8_s(p, 26) * z; s3 += i32.load8_s(p, 27) * z;
          z = i32.load8_s(q, 7); s0 += i32.load8_s(p, 28) * z; s1 += i32.load8_s(p, 29) * z; s2 += i32.load8_s(p, 30) * z; s3 += i32.load8_s(p, 31) * z;
          z = i32.load8_s(q, 8); s0 += i32.load8_s(p, 32) * z; s1 += i32.load8_s(p, 33) * z; s2 += i32.load8_s(p, 34) * z; s3 += i32.load8_s(p, 35) * z;
          z = i32.load8_s(q, 9); s0 += i32.load8_s(p, 36) * z; s1 += i32.load8_s(p, 37) * z; s2 += i32.load8_s(p, 38) * z; s3 += i32.load8_s(p, 39) * z;
          z = i32.load8_s(q, 10); s0 += i32.load8_s(p, 40) * z; s1 += i32.load8_s(p, 41) * z; s2 += i32.load8_s(p, 42) * z; s3 += i32.load8_s(p, 43) * z;
          z = i32.load8_s(q, 11); s0 += i32.load8_s(p, 44) * z; s1 += i32.load8_s(p, 45) * z; s2 += i32.load8_s(p, 46) * z; s3 += i32.load8_s(p, 47) * z;
          z = i32.load8_s(q, 12); s0 += i32.load8_s(p, 48) * z; s1 += i32.load8_s(p, 49) * z; s2 += i32.load8_s(p, 50) * z; s3 += i32.load8_s(p, 51) * z;
          z = i32.load8_s(q, 13); s0 += i32.load8_s(p, 52) * z; s1 += i32.load8_s(p, 53) * z; s2 += i32.load8_s(p, 54) * z; s3 += i32.load8_s(p, 55) * z;
          z = i32.load8_s(q, 14); s0 += i32.load8_s(p, 56) * z; s1 += i32.load8_s(p, 57) * z; s2 += i32.load8_s(p, 58) * z; s3 += i32.load8_s(p, 59) * z;
          z = i32.load8_s(q, 15); s0 += i32.load8_s(p, 60) * z; s1 += i32.load8_s(p, 61) * z; s2 += i32.load8_s(p, 62) * z; s3 += i32.load8_s(p, 63) * z;
          p += 64;
          q += 16;
        } while (q != end16);
      }
    }
    for (; q != end; q++, p += 4) {
      z = i32.load8_s(q);
      s0 += i32.load8_s(p) * z;
      s1 += i32.load8_s(p, 1) * z;
      s2 += i32.load8_s(p, 2) * z;
      s3 += i32.load8_s(p, 3) * z;
    }
    finishFour(s0, s1, s2, s3, rows, y);
  }
  const rest = nOut & 3;
  if (rest > 0) {
    let s0 = 0, s1 = 0, s2 = 0;
    for (let q = x; q != end; q++, p += 4) {
      const z = i32.load8_s(q);
      s0 += i32.load8_s(p) * z;
      s1 += i32.load8_s(p, 1) * z;
      s2 += i32.load8_s(p, 2) * z;
    }
    finishRest(s0, s1, s2, rest, rows, y);
  }
}

/** s += the products of four records of weights with four sources, by destination. */
@inline function fourSources(s: v128, w: v128, x: v128): v128 {
  const z = v128.shuffle<i8>(x, x, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  const a = i16x8.extmul_low_i8x16_s(w, z);
  const b = i16x8.extmul_high_i8x16_s(w, z);
  s = i32x4.add(s, i32x4.add(i32x4.extend_low_i16x8_s(a), i32x4.extend_high_i16x8_s(a)));
  return i32x4.add(s, i32x4.add(i32x4.extend_low_i16x8_s(b), i32x4.extend_high_i16x8_s(b)));
}
