// The products of matvec-s8.ts, -s4.ts, -block-s8.ts, -block-s4.ts and -sparse-s8.ts with activations of 16 bits: the same
// layouts, but for sources, which are byte offsets of i16.
//
//   x [nIn] i16      y [nOut] i16; y overlaps none of the others
//
// A sum is bounded by check: 128 · 32767 times the number of weights of a row stays below 2^31, so nothing wraps but what
// is taken back (int4's offset).

// @ts-nocheck: checked by asc

import { finishFour, finishRest, finishRow, ROW } from "./rows";

export function matvecS8x16(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + (<usize>nIn << 1);
  const end4 = x + (<usize>(nIn & ~3) << 1);
  let p = w;
  for (let left = nOut; left > 0; left -= 4, y += 8, rows += 4 * ROW) {
    let s0: i32 = 0, s1: i32 = 0, s2: i32 = 0, s3: i32 = 0;
    let z: i32;
    let q = x;
    if (q != end4) {
      if (ASC_FEATURE_SIMD) {
        let s = i32x4.splat(0);
        do {
          s = fourSources(s, v128.load(p), v128.load32_splat(q), v128.load32_splat(q, 4));
          p += 16;
          q += 8;
        } while (q != end4);
        s0 = i32x4.extract_lane(s, 0);
        s1 = i32x4.extract_lane(s, 1);
        s2 = i32x4.extract_lane(s, 2);
        s3 = i32x4.extract_lane(s, 3);
      } else {
        do {
          z = i32.load16_s(q, 0); s0 += i32.load8_s(p, 0) * z; s1 += i32.load8_s(p, 1) * z; s2 += i32.load8_s(p, 2) * z; s3 += i32.load8_s(p, 3) * z;
          z = i32.load16_s(q, 2); s0 += i32.load8_s(p, 4) * z; s1 += i32.load8_s(p, 5) * z; s2 += i32.load8_s(p, 6) * z; s3 += i32.load8_s(p, 7) * z;
          z = i32.load16_s(q, 4); s0 += i32.load8_s(p, 8) * z; s1 += i32.load8_s(p, 9) * z; s2 += i32.load8_s(p, 10) * z; s3 += i32.load8_s(p, 11) * z;
          z = i32.load16_s(q, 6); s0 += i32.load8_s(p, 12) * z; s1 += i32.load8_s(p, 13) * z; s2 += i32.load8_s(p, 14) * z; s3 += i32.load8_s(p, 15) * z;
          p += 16;
          q += 8;
        } while (q != end4);
      }
    }
    for (; q != end; q += 2, p += 4) {
      z = i32.load16_s(q);
      s0 += i32.load8_s(p) * z;
      s1 += i32.load8_s(p, 1) * z;
      s2 += i32.load8_s(p, 2) * z;
      s3 += i32.load8_s(p, 3) * z;
    }
    finish(s0, s1, s2, s3, left, rows, y);
  }
}

/** s += the products of four records of weights with two pairs of sources, by destination. */
@inline function fourSources(s: v128, w: v128, first: v128, second: v128): v128 {
  const pairs = v128.shuffle<i8>(w, w, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
  s = i32x4.add(s, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(pairs), first));
  return i32x4.add(s, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(pairs), second));
}

export function matvecS4x16(rows: usize, w: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const end = x + (<usize>nIn << 1);
  const end2 = x + (<usize>(nIn & ~1) << 1);
  let offset: i32 = 0;
  for (let q = x; q != end; q += 2) offset += i32.load16_s(q);
  offset <<= 3;
  let p = w;
  for (let left = nOut; left > 0; left -= 4, y += 8, rows += 4 * ROW) {
    let s0 = -offset, s1 = -offset, s2 = -offset, s3 = -offset;
    let q = x;
    let word: u32;
    let z: i32;
    for (; q != end2; q += 4, p += 4) {
      word = load<u32>(p);
      z = i32.load16_s(q, 0); s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
      z = i32.load16_s(q, 2); s0 += ((word >> 8) & 15) * z; s2 += ((word >> 12) & 15) * z; s1 += ((word >> 24) & 15) * z; s3 += (word >> 28) * z;
    }
    if (q != end) {
      word = load<u32>(p);
      z = i32.load16_s(q, 0); s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
      p += 4;
    }
    finish(s0, s1, s2, s3, left, rows, y);
  }
}

export function matvecBlockS8x16(groups: usize, x: usize, y: usize, nOut: i32): void {
  let p = groups;
  for (let left = nOut; left > 0; left -= 4, y += 8) {
    const head = p;
    let s0: i32 = 0, s1: i32 = 0, s2: i32 = 0, s3: i32 = 0;
    let z: i32;
    p += 40;
    // The sources of a run of sixteen stand 32 bytes before its weights.
    for (let runs = <u32>load<u16>(head, 32); runs > 0; runs--, p += 64) {
      for (const end = p + 32; p != end; p += 8) {
        const w = end + ((p - (end - 32)) << 1);
        z = i32.load16_s(x + <usize>load<u16>(p, 0)); s0 += i32.load8_s(w, 0) * z; s1 += i32.load8_s(w, 1) * z; s2 += i32.load8_s(w, 2) * z; s3 += i32.load8_s(w, 3) * z;
        z = i32.load16_s(x + <usize>load<u16>(p, 2)); s0 += i32.load8_s(w, 4) * z; s1 += i32.load8_s(w, 5) * z; s2 += i32.load8_s(w, 6) * z; s3 += i32.load8_s(w, 7) * z;
        z = i32.load16_s(x + <usize>load<u16>(p, 4)); s0 += i32.load8_s(w, 8) * z; s1 += i32.load8_s(w, 9) * z; s2 += i32.load8_s(w, 10) * z; s3 += i32.load8_s(w, 11) * z;
        z = i32.load16_s(x + <usize>load<u16>(p, 6)); s0 += i32.load8_s(w, 12) * z; s1 += i32.load8_s(w, 13) * z; s2 += i32.load8_s(w, 14) * z; s3 += i32.load8_s(w, 15) * z;
      }
    }
    for (let runs = <u32>load<u16>(head, 34); runs > 0; runs--, p += 24) {
      z = i32.load16_s(x + <usize>load<u16>(p, 0)); s0 += i32.load8_s(p, 8) * z; s1 += i32.load8_s(p, 9) * z; s2 += i32.load8_s(p, 10) * z; s3 += i32.load8_s(p, 11) * z;
      z = i32.load16_s(x + <usize>load<u16>(p, 2)); s0 += i32.load8_s(p, 12) * z; s1 += i32.load8_s(p, 13) * z; s2 += i32.load8_s(p, 14) * z; s3 += i32.load8_s(p, 15) * z;
      z = i32.load16_s(x + <usize>load<u16>(p, 4)); s0 += i32.load8_s(p, 16) * z; s1 += i32.load8_s(p, 17) * z; s2 += i32.load8_s(p, 18) * z; s3 += i32.load8_s(p, 19) * z;
      z = i32.load16_s(x + <usize>load<u16>(p, 6)); s0 += i32.load8_s(p, 20) * z; s1 += i32.load8_s(p, 21) * z; s2 += i32.load8_s(p, 22) * z; s3 += i32.load8_s(p, 23) * z;
    }
    for (let runs = <u32>load<u16>(head, 36); runs > 0; runs--, p += 8) {
      z = i32.load16_s(x + <usize>load<u16>(p, 0)); s0 += i32.load8_s(p, 2) * z; s1 += i32.load8_s(p, 3) * z; s2 += i32.load8_s(p, 4) * z; s3 += i32.load8_s(p, 5) * z;
    }
    finish(s0, s1, s2, s3, left, head, y);
  }
}

export function matvecBlockS4x16(groups: usize, x: usize, y: usize, nOut: i32): void {
  let p = groups;
  for (let left = nOut; left > 0; left -= 4, y += 8) {
    const head = p;
    let s0: i32 = 0, s1: i32 = 0, s2: i32 = 0, s3: i32 = 0, sum: i32 = 0;
    let word: u32;
    let z: i32;
    p += 36;
    for (let pairs = (<u32>load<u16>(head, 32) << 3) + <u32>load<u16>(head, 34); pairs > 0; pairs--, p += 8) {
      word = load<u32>(p, 4);
      z = i32.load16_s(x + <usize>load<u16>(p, 0)); sum += z; s0 += (word & 15) * z; s2 += ((word >> 4) & 15) * z; s1 += ((word >> 16) & 15) * z; s3 += ((word >> 20) & 15) * z;
      z = i32.load16_s(x + <usize>load<u16>(p, 2)); sum += z; s0 += ((word >> 8) & 15) * z; s2 += ((word >> 12) & 15) * z; s1 += ((word >> 24) & 15) * z; s3 += (word >> 28) * z;
    }
    sum <<= 3;
    finish(s0 - sum, s1 - sum, s2 - sum, s3 - sum, left, head, y);
  }
}

export function matvecSparseS8x16(rows: usize, x: usize, y: usize, nOut: i32): void {
  let p = rows;
  for (const last = y + (<usize>nOut << 1); y != last; y += 2) {
    const row = p;
    let s = load<i32>(row);
    p += 12;
    for (let fours = <u32>load<u16>(row, 8); fours > 0; fours--, p += 12) {
      s += i32.load16_s(x + <usize>load<u16>(p, 0)) * i32.load8_s(p, 8);
      s += i32.load16_s(x + <usize>load<u16>(p, 2)) * i32.load8_s(p, 9);
      s += i32.load16_s(x + <usize>load<u16>(p, 4)) * i32.load8_s(p, 10);
      s += i32.load16_s(x + <usize>load<u16>(p, 6)) * i32.load8_s(p, 11);
    }
    for (let singles = <u32>load<u16>(row, 10); singles > 0; singles--, p += 4) {
      s += i32.load16_s(x + <usize>load<u16>(p)) * i32.load8_s(p, 2);
    }
    finishRow(s, row, y);
  }
}

/** Up to four rows, whose sums do not hold their biases. */
@inline function finish(s0: i32, s1: i32, s2: i32, s3: i32, left: i32, rows: usize, y: usize): void {
  if (left > 3) {
    finishFour(s0 + load<i32>(rows), s1 + load<i32>(rows, 8), s2 + load<i32>(rows, 16), s3 + load<i32>(rows, 24), rows, y);
  } else {
    finishRest(s0, s1, s2, left, rows, y);
  }
}
