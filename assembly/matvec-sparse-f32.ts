// y = W x + b for a matrix of which most weights are absent, stored by destination.
//
//   rows  u16 count[nOut], padded to a multiple of 4 bytes; then for each destination its weights in ascending order
//         of source: blocks of four
//           | w0 w1 w2 w3 | x0 x1 x2 x3 |            16 bytes of f32, 8 bytes of u16
//         and a tail of count mod 4, w… then x…, padded to a multiple of 4 bytes.
//         An x is the byte offset of its source in `x`: 4 times the index, so that no shift is needed.
//   b    [nOut]      y    [nOut]; y overlaps none of the others
//
// Order of the sum, as in the dense product: the k-th weight of a destination goes into partial sum k mod 4, then
// y = b + ((s0 + s1) + (s2 + s3)).

// @ts-nocheck: checked by asc

import { gather } from "./lanes";

export function matvecSparseF32(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const yEnd = y + (<usize>nOut << 2); y != yEnd; y += 4, b += 4, count += 2) {
    const n = <usize>load<u16>(count);
    let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
    if (ASC_FEATURE_SIMD) {
      let s = f32x4.splat(0);
      for (const end = p + (n >> 2) * 24; p != end; p += 24) {
        s = f32x4.add(s, f32x4.mul(v128.load(p), gather(x, p + 16)));
      }
      s0 = f32x4.extract_lane(s, 0);
      s1 = f32x4.extract_lane(s, 1);
      s2 = f32x4.extract_lane(s, 2);
      s3 = f32x4.extract_lane(s, 3);
    } else {
      for (const end = p + (n >> 2) * 24; p != end; p += 24) {
        s0 += load<f32>(p) * load<f32>(x + load<u16>(p, 16));
        s1 += load<f32>(p, 4) * load<f32>(x + load<u16>(p, 18));
        s2 += load<f32>(p, 8) * load<f32>(x + load<u16>(p, 20));
        s3 += load<f32>(p, 12) * load<f32>(x + load<u16>(p, 22));
      }
    }
    const rest = n & 3;
    if (rest > 0) {
      const sources = p + (rest << 2);
      s0 += load<f32>(p) * load<f32>(x + load<u16>(sources));
      if (rest > 1) {
        s1 += load<f32>(p, 4) * load<f32>(x + load<u16>(sources, 2));
        if (rest > 2) s2 += load<f32>(p, 8) * load<f32>(x + load<u16>(sources, 4));
      }
      p += (rest * 6 + 3) & ~3;
    }
    store<f32>(y, load<f32>(b) + ((s0 + s1) + (s2 + s3)));
  }
}
