// y = W x + b for a matrix of which most weights are absent, stored by destination, as f32 or as halves (stored.ts).
//
//   rows  u16 count[nOut], padded to a multiple of 4 bytes; then for each destination its weights in ascending order
//         of source: blocks of four
//           | w0 w1 w2 w3 | x0 x1 x2 x3 |            16 bytes of f32 or 8 of halves, 8 bytes of u16
//         and a tail of count mod 4, w… then x…, padded to a multiple of 4 bytes.
//         An x is the byte offset of its source in `x`: 4 times the index, so that no shift is needed.
//   b    [nOut]      y    [nOut]; y overlaps none of the others
//
// Order of the sum, as in the dense product: the k-th weight of a destination goes into partial sum k mod 4, then
// y = b + ((s0 + s1) + (s2 + s3)).

// @ts-nocheck: checked by asc

import { gather } from "./lanes";
import { widen } from "./stored";

@inline function product<S, P>(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  const BLOCK: usize = 4 * sizeof<S>() + 8;
  const SOURCES: usize = 4 * sizeof<S>();
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const yEnd = y + (<usize>nOut << 2); y != yEnd; y += 4, b += 4, count += 2) {
    const n = <usize>load<u16>(count);
    let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
    if (ASC_FEATURE_SIMD) {
      let s = f32x4.splat(0);
      for (const end = p + (n >> 2) * BLOCK; p != end; p += BLOCK) {
        s = f32x4.add(s, f32x4.mul(widen<P, v128>(load<P>(p)), gather(x, p + SOURCES)));
      }
      s0 = f32x4.extract_lane(s, 0);
      s1 = f32x4.extract_lane(s, 1);
      s2 = f32x4.extract_lane(s, 2);
      s3 = f32x4.extract_lane(s, 3);
    } else {
      for (const end = p + (n >> 2) * BLOCK; p != end; p += BLOCK) {
        s0 += widen<S, f32>(load<S>(p)) * load<f32>(x + load<u16>(p, SOURCES));
        s1 += widen<S, f32>(load<S>(p, sizeof<S>())) * load<f32>(x + load<u16>(p, SOURCES + 2));
        s2 += widen<S, f32>(load<S>(p, 2 * sizeof<S>())) * load<f32>(x + load<u16>(p, SOURCES + 4));
        s3 += widen<S, f32>(load<S>(p, 3 * sizeof<S>())) * load<f32>(x + load<u16>(p, SOURCES + 6));
      }
    }
    const rest = n & 3;
    if (rest > 0) {
      const sources = p + (rest << alignof<S>());
      s0 += widen<S, f32>(load<S>(p)) * load<f32>(x + load<u16>(sources));
      if (rest > 1) {
        s1 += widen<S, f32>(load<S>(p, sizeof<S>())) * load<f32>(x + load<u16>(sources, 2));
        if (rest > 2) s2 += widen<S, f32>(load<S>(p, 2 * sizeof<S>())) * load<f32>(x + load<u16>(sources, 4));
      }
      p += (rest * (sizeof<S>() + 2) + 3) & ~3;
    }
    store<f32>(y, load<f32>(b) + ((s0 + s1) + (s2 + s3)));
  }
}

export function matvecSparseF32(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  product<f32, v128>(rows, b, x, y, nOut);
}

export function matvecSparseF16(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  product<i16, u64>(rows, b, x, y, nOut);
}
