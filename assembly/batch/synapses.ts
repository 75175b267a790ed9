// The synaptic sums of synapses-dense.ts and synapses-sparse.ts for four sequences, from the same records and rows. Where one
// sequence must gather states into a vector and fill up what a destination lacks to four synapses, every lane has work here.
//
//   v [nIn]; baseNum, baseDen, num, den [nOut], of four sequences each; num may be baseNum and den baseDen
//
// Sums have the order of the scalar kernels.

// @ts-nocheck: checked by asc

import { denominator } from "../synapse";
import { QUAD, quadAt, weight } from "./lanes";

/** States of the source whose offset stands at `offset`; of a dense block those at `q`. */
@inline function source(isSparse: bool, v: usize, offset: usize, q: usize): v128 {
  if (isSparse) return quadAt(v, load<u16>(offset));
  return v128.load(q);
}

/** 1 / how far the synapse at p is open, its sigma and mu `step` bytes apart. */
@inline function closed<S>(p: usize, step: usize, x: v128): v128 {
  return denominator<v128>(weight<S>(p), weight<S>(p + step), x);
}

/**
 * The sums of one destination with `n` sources. Field f of source s lies at p + s * stride + f * step. Returns where its
 * synapses end; of a dense block that is of no use.
 */
@inline function destination<S>(
  isSparse: bool, p: usize, v: usize, n: i32, baseNum: usize, baseDen: usize, num: usize, den: usize
): usize {
  const FIELD: usize = 4 * sizeof<S>(); // of four synapses, or four destinations
  const SOURCES: usize = 4 * FIELD;
  const STRIDE: usize = isSparse ? sizeof<S>() : 4 * FIELD;
  const GROUP: usize = isSparse ? SOURCES + 8 : 16 * FIELD;
  let n0 = f32x4.splat(0), n1 = f32x4.splat(0), n2 = f32x4.splat(0), n3 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  let q = v;
  const end = p + <usize>(n >> 2) * GROUP;
  if (p != end) {
    // In two stages, as in synapses-dense.ts: sums of four sources while the denominators of the next four are under way.
    let d0 = closed<S>(p, FIELD, source(isSparse, v, p + SOURCES, q));
    let d1 = closed<S>(p + STRIDE, FIELD, source(isSparse, v, p + (SOURCES + 2), q + QUAD));
    let d2 = closed<S>(p + 2 * STRIDE, FIELD, source(isSparse, v, p + (SOURCES + 4), q + 2 * QUAD));
    let d3 = closed<S>(p + 3 * STRIDE, FIELD, source(isSparse, v, p + (SOURCES + 6), q + 3 * QUAD));
    let product = f32x4.mul(f32x4.mul(d0, d1), f32x4.mul(d2, d3));
    q += 4 * QUAD;
    for (const last = end - GROUP; p != last; p += GROUP, q += 4 * QUAD) {
      const g = p + GROUP;
      const e0 = closed<S>(g, FIELD, source(isSparse, v, g + SOURCES, q));
      const e1 = closed<S>(g + STRIDE, FIELD, source(isSparse, v, g + (SOURCES + 2), q + QUAD));
      const e2 = closed<S>(g + 2 * STRIDE, FIELD, source(isSparse, v, g + (SOURCES + 4), q + 2 * QUAD));
      const e3 = closed<S>(g + 3 * STRIDE, FIELD, source(isSparse, v, g + (SOURCES + 6), q + 3 * QUAD));
      const d01 = f32x4.mul(d0, d1), d23 = f32x4.mul(d2, d3);
      const r = f32x4.div(f32x4.splat(1), product);
      const r01 = f32x4.mul(r, d23);
      const s0 = f32x4.mul(r01, d1);
      c0 = f32x4.add(c0, f32x4.mul(weight<S>(p + 2 * FIELD), s0));
      n0 = f32x4.add(n0, f32x4.mul(weight<S>(p + 3 * FIELD), s0));
      const s1 = f32x4.mul(r01, d0);
      c1 = f32x4.add(c1, f32x4.mul(weight<S>(p + (STRIDE + 2 * FIELD)), s1));
      n1 = f32x4.add(n1, f32x4.mul(weight<S>(p + (STRIDE + 3 * FIELD)), s1));
      const r23 = f32x4.mul(r, d01);
      const s2 = f32x4.mul(r23, d3);
      c2 = f32x4.add(c2, f32x4.mul(weight<S>(p + (2 * STRIDE + 2 * FIELD)), s2));
      n2 = f32x4.add(n2, f32x4.mul(weight<S>(p + (2 * STRIDE + 3 * FIELD)), s2));
      const s3 = f32x4.mul(r23, d2);
      c3 = f32x4.add(c3, f32x4.mul(weight<S>(p + (3 * STRIDE + 2 * FIELD)), s3));
      n3 = f32x4.add(n3, f32x4.mul(weight<S>(p + (3 * STRIDE + 3 * FIELD)), s3));
      product = f32x4.mul(f32x4.mul(e0, e1), f32x4.mul(e2, e3));
      d0 = e0; d1 = e1; d2 = e2; d3 = e3;
    }
    const d01 = f32x4.mul(d0, d1), d23 = f32x4.mul(d2, d3);
    const r = f32x4.div(f32x4.splat(1), product);
    const r01 = f32x4.mul(r, d23);
    const s0 = f32x4.mul(r01, d1);
    c0 = f32x4.add(c0, f32x4.mul(weight<S>(p + 2 * FIELD), s0));
    n0 = f32x4.add(n0, f32x4.mul(weight<S>(p + 3 * FIELD), s0));
    const s1 = f32x4.mul(r01, d0);
    c1 = f32x4.add(c1, f32x4.mul(weight<S>(p + (STRIDE + 2 * FIELD)), s1));
    n1 = f32x4.add(n1, f32x4.mul(weight<S>(p + (STRIDE + 3 * FIELD)), s1));
    const r23 = f32x4.mul(r, d01);
    const s2 = f32x4.mul(r23, d3);
    c2 = f32x4.add(c2, f32x4.mul(weight<S>(p + (2 * STRIDE + 2 * FIELD)), s2));
    n2 = f32x4.add(n2, f32x4.mul(weight<S>(p + (2 * STRIDE + 3 * FIELD)), s2));
    const s3 = f32x4.mul(r23, d2);
    c3 = f32x4.add(c3, f32x4.mul(weight<S>(p + (3 * STRIDE + 2 * FIELD)), s3));
    n3 = f32x4.add(n3, f32x4.mul(weight<S>(p + (3 * STRIDE + 3 * FIELD)), s3));
    p = end;
  }
  const rest = n & 3;
  if (rest > 0) {
    // Of a sparse tail the fields of one synapse lie together, and the sources behind all of them.
    const NEXT: usize = isSparse ? FIELD : STRIDE;
    const STEP: usize = isSparse ? sizeof<S>() : FIELD;
    const sources = p + (<usize>rest << (2 + alignof<S>()));
    const d0 = closed<S>(p, STEP, source(isSparse, v, sources, q));
    let s0: v128;
    if (rest == 1) {
      s0 = f32x4.div(f32x4.splat(1), d0);
    } else {
      const x1 = source(isSparse, v, sources + 2, q + QUAD);
      const d1 = closed<S>(p + NEXT, STEP, x1);
      const d01 = f32x4.mul(d0, d1);
      let r: v128;
      if (rest == 2) {
        r = f32x4.div(f32x4.splat(1), d01);
      } else {
        const x2 = source(isSparse, v, sources + 4, q + 2 * QUAD);
        const d2 = closed<S>(p + 2 * NEXT, STEP, x2);
        r = f32x4.div(f32x4.splat(1), f32x4.mul(d01, d2));
        const s2 = f32x4.mul(r, d01);
        c2 = f32x4.add(c2, f32x4.mul(weight<S>(p + (2 * NEXT + 2 * STEP)), s2));
        n2 = f32x4.add(n2, f32x4.mul(weight<S>(p + (2 * NEXT + 3 * STEP)), s2));
        r = f32x4.mul(r, d2);
      }
      s0 = f32x4.mul(r, d1);
      const s1 = f32x4.mul(r, d0);
      c1 = f32x4.add(c1, f32x4.mul(weight<S>(p + (NEXT + 2 * STEP)), s1));
      n1 = f32x4.add(n1, f32x4.mul(weight<S>(p + (NEXT + 3 * STEP)), s1));
    }
    c0 = f32x4.add(c0, f32x4.mul(weight<S>(p + 2 * STEP), s0));
    n0 = f32x4.add(n0, f32x4.mul(weight<S>(p + 3 * STEP), s0));
    p += (<usize>rest * (FIELD + 2) + 3) & ~3;
  }
  v128.store(num, f32x4.add(v128.load(baseNum), f32x4.add(f32x4.add(n0, n1), f32x4.add(n2, n3))));
  v128.store(den, f32x4.add(v128.load(baseDen), f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3))));
  return p;
}

/** Records of synapses-dense.ts. */
export function dense<S>(
  records: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  const block = <usize>nIn * (16 * sizeof<S>());
  for (let j = 0; j < nOut; j++) {
    destination<S>(false, records + <usize>(j & 3) * sizeof<S>(), v, nIn, baseNum, baseDen, num, den);
    if ((j & 3) == 3) records += block;
    baseNum += QUAD;
    baseDen += QUAD;
    num += QUAD;
    den += QUAD;
  }
}

/** Rows of synapses-sparse.ts. */
export function sparse<S>(
  rows: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const end = rows + (<usize>nOut << 1); rows != end; rows += 2) {
    p = destination<S>(true, p, v, <i32>load<u16>(rows), baseNum, baseDen, num, den);
    baseNum += QUAD;
    baseDen += QUAD;
    num += QUAD;
    den += QUAD;
  }
}
