// y = W x + b: dense f32 matrix-vector product.
//
//   w    blocks of 4 destinations; in a block one record a source, a record holds the 4 weights of its destinations:
//        | w[j][0] w[j+1][0] w[j+2][0] w[j+3][0] | w[j][1] … |       16 bytes a source
//        The last block is padded with weights that no build reads into a result.
//   b    [nOut]      x    [nIn]      y    [nOut]; y overlaps none of the others
//
// Order of the sum: source i goes into partial sum i mod 4 (the last nIn mod 4 sources into the first ones), then
// y = b + ((s0 + s1) + (s2 + s3)). Every build keeps it. Four sums keep an in-order core busy, and two destinations
// at a time share the loads of x: 8 sums and their operands fit 16 float registers.

// @ts-nocheck: checked by asc

import { add, mul, splat } from "./lanes";

/** Bytes from one source's record to the next. */
const RECORD: usize = 16;

/** T-width destinations that start at lane `w`: four for v128, one for f32. */
@inline function destinations<T>(w: usize, b: usize, x: usize, y: usize, nIn: i32): void {
  let s0 = splat<T>(0);
  let s1 = splat<T>(0);
  let s2 = splat<T>(0);
  let s3 = splat<T>(0);
  let p = w;
  let q = x;
  for (const end = x + (<usize>(nIn & ~3) << 2); q != end; q += 16, p += 4 * RECORD) {
    s0 = add<T>(s0, mul<T>(load<T>(p), splat<T>(load<f32>(q))));
    s1 = add<T>(s1, mul<T>(load<T>(p, RECORD), splat<T>(load<f32>(q, 4))));
    s2 = add<T>(s2, mul<T>(load<T>(p, 2 * RECORD), splat<T>(load<f32>(q, 8))));
    s3 = add<T>(s3, mul<T>(load<T>(p, 3 * RECORD), splat<T>(load<f32>(q, 12))));
  }
  const rest = nIn & 3;
  if (rest > 0) {
    s0 = add<T>(s0, mul<T>(load<T>(p), splat<T>(load<f32>(q))));
    if (rest > 1) {
      s1 = add<T>(s1, mul<T>(load<T>(p, RECORD), splat<T>(load<f32>(q, 4))));
      if (rest > 2) s2 = add<T>(s2, mul<T>(load<T>(p, 2 * RECORD), splat<T>(load<f32>(q, 8))));
    }
  }
  store<T>(y, add<T>(load<T>(b), add<T>(add<T>(s0, s1), add<T>(s2, s3))));
}

/** Two neighbouring destinations, lane by lane the sums of `destinations<f32>`. */
@inline function pair(w: usize, b: usize, x: usize, y: usize, nIn: i32): void {
  let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
  let t0: f32 = 0, t1: f32 = 0, t2: f32 = 0, t3: f32 = 0;
  let p = w;
  let q = x;
  for (const end = x + (<usize>(nIn & ~3) << 2); q != end; q += 16, p += 4 * RECORD) {
    const x0 = load<f32>(q);
    s0 += load<f32>(p) * x0;
    t0 += load<f32>(p, 4) * x0;
    const x1 = load<f32>(q, 4);
    s1 += load<f32>(p, RECORD) * x1;
    t1 += load<f32>(p, RECORD + 4) * x1;
    const x2 = load<f32>(q, 8);
    s2 += load<f32>(p, 2 * RECORD) * x2;
    t2 += load<f32>(p, 2 * RECORD + 4) * x2;
    const x3 = load<f32>(q, 12);
    s3 += load<f32>(p, 3 * RECORD) * x3;
    t3 += load<f32>(p, 3 * RECORD + 4) * x3;
  }
  const rest = nIn & 3;
  if (rest > 0) {
    const x0 = load<f32>(q);
    s0 += load<f32>(p) * x0;
    t0 += load<f32>(p, 4) * x0;
    if (rest > 1) {
      const x1 = load<f32>(q, 4);
      s1 += load<f32>(p, RECORD) * x1;
      t1 += load<f32>(p, RECORD + 4) * x1;
      if (rest > 2) {
        const x2 = load<f32>(q, 8);
        s2 += load<f32>(p, 2 * RECORD) * x2;
        t2 += load<f32>(p, 2 * RECORD + 4) * x2;
      }
    }
  }
  store<f32>(y, load<f32>(b) + ((s0 + s1) + (s2 + s3)));
  store<f32>(y, load<f32>(b, 4) + ((t0 + t1) + (t2 + t3)), 4);
}

export function matvecF32(w: usize, b: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const block = <usize>nIn * RECORD;
  const yEnd = y + (<usize>nOut << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= yEnd; y += 16, b += 16, w += block) destinations<v128>(w, b, x, y, nIn);
    for (; y < yEnd; y += 4, b += 4, w += 4) destinations<f32>(w, b, x, y, nIn);
  } else {
    let lane: usize = 0;
    for (; y + 8 <= yEnd; y += 8, b += 8) {
      pair(w + lane, b, x, y, nIn);
      w += block & (0 - (lane >> 3)); // after lanes 2 and 3 the next block
      lane ^= 8;
    }
    if (y < yEnd) destinations<f32>(w + lane, b, x, y, nIn);
  }
}
