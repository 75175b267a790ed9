// y = W x + b: dense matrix-vector product, weights stored as f32 or as halves (stored.ts).
//
//   w    blocks of 4 destinations; in a block one record a source, a record holds the 4 weights of its destinations:
//        | w[j][0] w[j+1][0] w[j+2][0] w[j+3][0] | w[j][1] … |       16 bytes a source, 8 as halves
//        The last block is padded with weights that no build reads into a result.
//   b    [nOut]      x    [nIn]      y    [nOut]; y overlaps none of the others
//
// Order of the sum: source i goes into partial sum i mod 4 (the last nIn mod 4 sources into the first ones), then
// y = b + ((s0 + s1) + (s2 + s3)). Every build keeps it. Four sums keep an in-order core busy, and two destinations
// at a time share the loads of x: 8 sums and their operands fit 16 float registers.

// @ts-nocheck: checked by asc

import { add, mul, splat, splatAt } from "./lanes";
import { widen } from "./stored";

/** T-width destinations that start at lane `w`: four for v128, one for f32. */
@inline function destinations<S, P, T>(w: usize, b: usize, x: usize, y: usize, nIn: i32): void {
  const RECORD: usize = 4 * sizeof<S>(); // bytes from one source to the next
  let s0 = splat<T>(0);
  let s1 = splat<T>(0);
  let s2 = splat<T>(0);
  let s3 = splat<T>(0);
  let p = w;
  let q = x;
  for (const end = x + (<usize>(nIn & ~3) << 2); q != end; q += 16, p += 4 * RECORD) {
    s0 = add<T>(s0, mul<T>(widen<P, T>(load<P>(p)), splatAt<T>(q, 0)));
    s1 = add<T>(s1, mul<T>(widen<P, T>(load<P>(p, RECORD)), splatAt<T>(q, 1)));
    s2 = add<T>(s2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD)), splatAt<T>(q, 2)));
    s3 = add<T>(s3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD)), splatAt<T>(q, 3)));
  }
  const rest = nIn & 3;
  if (rest > 0) {
    s0 = add<T>(s0, mul<T>(widen<P, T>(load<P>(p)), splatAt<T>(q, 0)));
    if (rest > 1) {
      s1 = add<T>(s1, mul<T>(widen<P, T>(load<P>(p, RECORD)), splatAt<T>(q, 1)));
      if (rest > 2) s2 = add<T>(s2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD)), splatAt<T>(q, 2)));
    }
  }
  store<T>(y, add<T>(load<T>(b), add<T>(add<T>(s0, s1), add<T>(s2, s3))));
}

/** Two neighbouring destinations, each the sums of `destinations`. */
@inline function pair<S>(w: usize, b: usize, x: usize, y: usize, nIn: i32): void {
  const RECORD: usize = 4 * sizeof<S>();
  let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
  let t0: f32 = 0, t1: f32 = 0, t2: f32 = 0, t3: f32 = 0;
  let p = w;
  let q = x;
  for (const end = x + (<usize>(nIn & ~3) << 2); q != end; q += 16, p += 4 * RECORD) {
    const x0 = load<f32>(q);
    s0 += widen<S, f32>(load<S>(p)) * x0;
    t0 += widen<S, f32>(load<S>(p, sizeof<S>())) * x0;
    const x1 = load<f32>(q, 4);
    s1 += widen<S, f32>(load<S>(p, RECORD)) * x1;
    t1 += widen<S, f32>(load<S>(p, RECORD + sizeof<S>())) * x1;
    const x2 = load<f32>(q, 8);
    s2 += widen<S, f32>(load<S>(p, 2 * RECORD)) * x2;
    t2 += widen<S, f32>(load<S>(p, 2 * RECORD + sizeof<S>())) * x2;
    const x3 = load<f32>(q, 12);
    s3 += widen<S, f32>(load<S>(p, 3 * RECORD)) * x3;
    t3 += widen<S, f32>(load<S>(p, 3 * RECORD + sizeof<S>())) * x3;
  }
  const rest = nIn & 3;
  if (rest > 0) {
    const x0 = load<f32>(q);
    s0 += widen<S, f32>(load<S>(p)) * x0;
    t0 += widen<S, f32>(load<S>(p, sizeof<S>())) * x0;
    if (rest > 1) {
      const x1 = load<f32>(q, 4);
      s1 += widen<S, f32>(load<S>(p, RECORD)) * x1;
      t1 += widen<S, f32>(load<S>(p, RECORD + sizeof<S>())) * x1;
      if (rest > 2) {
        const x2 = load<f32>(q, 8);
        s2 += widen<S, f32>(load<S>(p, 2 * RECORD)) * x2;
        t2 += widen<S, f32>(load<S>(p, 2 * RECORD + sizeof<S>())) * x2;
      }
    }
  }
  store<f32>(y, load<f32>(b) + ((s0 + s1) + (s2 + s3)));
  store<f32>(y, load<f32>(b, 4) + ((t0 + t1) + (t2 + t3)), 4);
}

@inline function product<S, P>(w: usize, b: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const block = <usize>nIn * (4 * sizeof<S>());
  const yEnd = y + (<usize>nOut << 2);
  if (ASC_FEATURE_SIMD) {
    for (; y + 16 <= yEnd; y += 16, b += 16, w += block) destinations<S, P, v128>(w, b, x, y, nIn);
    for (; y < yEnd; y += 4, b += 4, w += sizeof<S>()) destinations<S, S, f32>(w, b, x, y, nIn);
  } else {
    let lane: usize = 0;
    for (; y + 8 <= yEnd; y += 8, b += 8) {
      pair<S>(w + lane, b, x, y, nIn);
      w += block & (0 - (lane >> (1 + alignof<S>()))); // after lanes 2 and 3 the next block
      lane ^= 2 * sizeof<S>();
    }
    if (y < yEnd) destinations<S, S, f32>(w + lane, b, x, y, nIn);
  }
}

export function matvecF32(w: usize, b: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<f32, v128>(w, b, x, y, nOut, nIn);
}

export function matvecF16(w: usize, b: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  product<i16, u64>(w, b, x, y, nOut, nIn);
}
