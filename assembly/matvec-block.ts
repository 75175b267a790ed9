// y = W x + b for a matrix of which four consecutive destinations have the same sources (4x1 blocks), weights stored
// as f32 or as halves (stored.ts).
//
//   rows  u16 count[⌈nOut / 4⌉], padded to a multiple of 4 bytes; then for each four destinations their weights in
//         ascending order of source: groups of four sources
//           | w[j…j+3][x0] | w[j…j+3][x1] | w[j…j+3][x2] | w[j…j+3][x3] | x0 x1 x2 x3 |
//                                                        64 bytes of f32 or 32 of halves, 8 bytes of u16
//         and a tail of count mod 4, w… then x…, padded to a multiple of 4 bytes.
//         An x is the byte offset of its source in `x`: 4 times the index, so that no shift is needed.
//         Where nOut is no multiple of 4, the last weights of a record are padding that no build reads into a result.
//   b    [nOut]      y    [nOut]; y overlaps none of the others
//
// Order of the sum, as in the dense product: the k-th source goes into partial sum k mod 4, then
// y = b + ((s0 + s1) + (s2 + s3)). In the scalar build all four destinations share the loads of x and of its offset,
// which a sparse row pays for every weight; their 16 sums fit the 32 float registers of a Cortex-M.

// @ts-nocheck: checked by asc

import { widen } from "./stored";

@inline function product<S, P>(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  const RECORD: usize = 4 * sizeof<S>(); // bytes of a source
  const SOURCES: usize = 4 * RECORD;
  const GROUP: usize = SOURCES + 8;
  let count = rows;
  let p = rows + ((<usize>((nOut + 3) >> 2) * 2 + 3) & ~3);
  for (const yEnd = y + (<usize>nOut << 2); y < yEnd; y += 16, b += 16, count += 2) {
    const n = <usize>load<u16>(count);
    const rest = n & 3;
    const left = yEnd - y;
    const end = p + (n >> 2) * GROUP;
    if (ASC_FEATURE_SIMD) {
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      for (; p != end; p += GROUP) {
        s0 = f32x4.add(s0, f32x4.mul(widen<P, v128>(load<P>(p)), v128.load32_splat(x + load<u16>(p, SOURCES))));
        s1 = f32x4.add(s1, f32x4.mul(widen<P, v128>(load<P>(p, RECORD)), v128.load32_splat(x + load<u16>(p, SOURCES + 2))));
        s2 = f32x4.add(s2, f32x4.mul(widen<P, v128>(load<P>(p, 2 * RECORD)), v128.load32_splat(x + load<u16>(p, SOURCES + 4))));
        s3 = f32x4.add(s3, f32x4.mul(widen<P, v128>(load<P>(p, 3 * RECORD)), v128.load32_splat(x + load<u16>(p, SOURCES + 6))));
      }
      if (rest > 0) {
        const sources = p + rest * RECORD;
        s0 = f32x4.add(s0, f32x4.mul(widen<P, v128>(load<P>(p)), v128.load32_splat(x + load<u16>(sources))));
        if (rest > 1) {
          s1 = f32x4.add(s1, f32x4.mul(widen<P, v128>(load<P>(p, RECORD)), v128.load32_splat(x + load<u16>(sources, 2))));
          if (rest > 2) {
            s2 = f32x4.add(s2, f32x4.mul(widen<P, v128>(load<P>(p, 2 * RECORD)), v128.load32_splat(x + load<u16>(sources, 4))));
          }
        }
        p += (rest * (RECORD + 2) + 3) & ~3;
      }
      const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
      if (left >= 16) {
        v128.store(y, f32x4.add(v128.load(b), s));
      } else {
        store<f32>(y, load<f32>(b) + f32x4.extract_lane(s, 0));
        if (left > 4) store<f32>(y, load<f32>(b, 4) + f32x4.extract_lane(s, 1), 4);
        if (left > 8) store<f32>(y, load<f32>(b, 8) + f32x4.extract_lane(s, 2), 8);
      }
    } else {
      // Letters are destinations, digits partial sums.
      let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
      let t0: f32 = 0, t1: f32 = 0, t2: f32 = 0, t3: f32 = 0;
      let u0: f32 = 0, u1: f32 = 0, u2: f32 = 0, u3: f32 = 0;
      let v0: f32 = 0, v1: f32 = 0, v2: f32 = 0, v3: f32 = 0;
      for (; p != end; p += GROUP) {
        const x0 = load<f32>(x + load<u16>(p, SOURCES));
        s0 += widen<S, f32>(load<S>(p)) * x0;
        t0 += widen<S, f32>(load<S>(p, sizeof<S>())) * x0;
        u0 += widen<S, f32>(load<S>(p, 2 * sizeof<S>())) * x0;
        v0 += widen<S, f32>(load<S>(p, 3 * sizeof<S>())) * x0;
        const x1 = load<f32>(x + load<u16>(p, SOURCES + 2));
        s1 += widen<S, f32>(load<S>(p, RECORD)) * x1;
        t1 += widen<S, f32>(load<S>(p, RECORD + sizeof<S>())) * x1;
        u1 += widen<S, f32>(load<S>(p, RECORD + 2 * sizeof<S>())) * x1;
        v1 += widen<S, f32>(load<S>(p, RECORD + 3 * sizeof<S>())) * x1;
        const x2 = load<f32>(x + load<u16>(p, SOURCES + 4));
        s2 += widen<S, f32>(load<S>(p, 2 * RECORD)) * x2;
        t2 += widen<S, f32>(load<S>(p, 2 * RECORD + sizeof<S>())) * x2;
        u2 += widen<S, f32>(load<S>(p, 2 * RECORD + 2 * sizeof<S>())) * x2;
        v2 += widen<S, f32>(load<S>(p, 2 * RECORD + 3 * sizeof<S>())) * x2;
        const x3 = load<f32>(x + load<u16>(p, SOURCES + 6));
        s3 += widen<S, f32>(load<S>(p, 3 * RECORD)) * x3;
        t3 += widen<S, f32>(load<S>(p, 3 * RECORD + sizeof<S>())) * x3;
        u3 += widen<S, f32>(load<S>(p, 3 * RECORD + 2 * sizeof<S>())) * x3;
        v3 += widen<S, f32>(load<S>(p, 3 * RECORD + 3 * sizeof<S>())) * x3;
      }
      if (rest > 0) {
        const sources = p + rest * RECORD;
        const x0 = load<f32>(x + load<u16>(sources));
        s0 += widen<S, f32>(load<S>(p)) * x0;
        t0 += widen<S, f32>(load<S>(p, sizeof<S>())) * x0;
        u0 += widen<S, f32>(load<S>(p, 2 * sizeof<S>())) * x0;
        v0 += widen<S, f32>(load<S>(p, 3 * sizeof<S>())) * x0;
        if (rest > 1) {
          const x1 = load<f32>(x + load<u16>(sources, 2));
          s1 += widen<S, f32>(load<S>(p, RECORD)) * x1;
          t1 += widen<S, f32>(load<S>(p, RECORD + sizeof<S>())) * x1;
          u1 += widen<S, f32>(load<S>(p, RECORD + 2 * sizeof<S>())) * x1;
          v1 += widen<S, f32>(load<S>(p, RECORD + 3 * sizeof<S>())) * x1;
          if (rest > 2) {
            const x2 = load<f32>(x + load<u16>(sources, 4));
            s2 += widen<S, f32>(load<S>(p, 2 * RECORD)) * x2;
            t2 += widen<S, f32>(load<S>(p, 2 * RECORD + sizeof<S>())) * x2;
            u2 += widen<S, f32>(load<S>(p, 2 * RECORD + 2 * sizeof<S>())) * x2;
            v2 += widen<S, f32>(load<S>(p, 2 * RECORD + 3 * sizeof<S>())) * x2;
          }
        }
        p += (rest * (RECORD + 2) + 3) & ~3;
      }
      store<f32>(y, load<f32>(b) + ((s0 + s1) + (s2 + s3)));
      if (left > 4) {
        store<f32>(y, load<f32>(b, 4) + ((t0 + t1) + (t2 + t3)), 4);
        if (left > 8) {
          store<f32>(y, load<f32>(b, 8) + ((u0 + u1) + (u2 + u3)), 8);
          if (left > 12) store<f32>(y, load<f32>(b, 12) + ((v0 + v1) + (v2 + v3)), 12);
        }
      }
    }
  }
}

export function matvecBlockF32(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  product<f32, v128>(rows, b, x, y, nOut);
}

export function matvecBlockF16(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  product<i16, u64>(rows, b, x, y, nOut);
}
