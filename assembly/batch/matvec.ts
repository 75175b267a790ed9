// y = W x + b for four sequences, from the matrices of matvec-dense.ts, matvec-block.ts and matvec-sparse.ts.
//
//   b [nOut] f32      x [nIn]      y [nOut], of four sequences each; y does not overlap x
//
// Sums have the order of the scalar kernels: source i goes into partial sum i mod 4, y = b + ((s0 + s1) + (s2 + s3)). Four
// destinations share the loads of x. Their 16 partial sums exceed the vector registers, so two of each are summed at a time.

// @ts-nocheck: checked by asc

import { QUAD, quadAt, weight } from "./lanes";

/** How the four destinations of a block find their sources. */
namespace Form {
  export const DENSE: i32 = 0;
  export const BLOCK: i32 = 1;
}

/**
 * Sources 4 i + a and 4 i + a + 1, a = 0 or 2, of four destinations whose records begin at w. a = 0 leaves s0 + s1 in y; a = 2
 * adds s2 + s3 and the bias.
 */
@inline function half<S>(form: i32, a: usize, w: usize, b: usize, x: usize, y: usize, n: i32): void {
  const LANE: usize = sizeof<S>();
  const RECORD: usize = 4 * LANE; // bytes of a source
  const SOURCES: usize = 4 * RECORD;
  const GROUP: usize = form == Form.DENSE ? SOURCES : SOURCES + 8;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let t0 = f32x4.splat(0), t1 = f32x4.splat(0), t2 = f32x4.splat(0), t3 = f32x4.splat(0);
  let p = w + a * RECORD;
  let q = x + a * QUAD;
  const groups = <usize>(n >> 2);
  for (const end = p + groups * GROUP; p != end; p += GROUP, q += 4 * QUAD) {
    const xs = form == Form.DENSE ? v128.load(q) : quadAt(x, load<u16>(p + (SOURCES - a * RECORD + a * 2)));
    s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), xs));
    s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + LANE), xs));
    s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * LANE), xs));
    s3 = f32x4.add(s3, f32x4.mul(weight<S>(p + 3 * LANE), xs));
    const xt = form == Form.DENSE ? v128.load(q, QUAD) : quadAt(x, load<u16>(p + (SOURCES - a * RECORD + a * 2 + 2)));
    t0 = f32x4.add(t0, f32x4.mul(weight<S>(p + RECORD), xt));
    t1 = f32x4.add(t1, f32x4.mul(weight<S>(p + (RECORD + LANE)), xt));
    t2 = f32x4.add(t2, f32x4.mul(weight<S>(p + (RECORD + 2 * LANE)), xt));
    t3 = f32x4.add(t3, f32x4.mul(weight<S>(p + (RECORD + 3 * LANE)), xt));
  }
  const rest = <usize>(n & 3);
  const sources = w + groups * GROUP + rest * RECORD;
  if (rest > a) {
    const xs = form == Form.DENSE ? v128.load(q) : quadAt(x, load<u16>(sources + a * 2));
    s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), xs));
    s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + LANE), xs));
    s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * LANE), xs));
    s3 = f32x4.add(s3, f32x4.mul(weight<S>(p + 3 * LANE), xs));
    if (rest > a + 1) {
      const xt = form == Form.DENSE ? v128.load(q, QUAD) : quadAt(x, load<u16>(sources + (a * 2 + 2)));
      t0 = f32x4.add(t0, f32x4.mul(weight<S>(p + RECORD), xt));
      t1 = f32x4.add(t1, f32x4.mul(weight<S>(p + (RECORD + LANE)), xt));
      t2 = f32x4.add(t2, f32x4.mul(weight<S>(p + (RECORD + 2 * LANE)), xt));
      t3 = f32x4.add(t3, f32x4.mul(weight<S>(p + (RECORD + 3 * LANE)), xt));
    }
  }
  s0 = f32x4.add(s0, t0);
  s1 = f32x4.add(s1, t1);
  s2 = f32x4.add(s2, t2);
  s3 = f32x4.add(s3, t3);
  if (a == 2) {
    s0 = f32x4.add(v128.load32_splat(b), f32x4.add(v128.load(y), s0));
    s1 = f32x4.add(v128.load32_splat(b, 4), f32x4.add(v128.load(y, QUAD), s1));
    s2 = f32x4.add(v128.load32_splat(b, 8), f32x4.add(v128.load(y, 2 * QUAD), s2));
    s3 = f32x4.add(v128.load32_splat(b, 12), f32x4.add(v128.load(y, 3 * QUAD), s3));
  }
  v128.store(y, s0);
  v128.store(y, s1, QUAD);
  v128.store(y, s2, 2 * QUAD);
  v128.store(y, s3, 3 * QUAD);
}

/** One destination whose weight of source i lies at p + i * 4 S in groups of four, which `form` tells the length of. */
@inline function single<S>(form: i32, p: usize, w: usize, b: usize, x: usize, y: usize, n: i32): void {
  const RECORD: usize = 4 * sizeof<S>();
  const SOURCES: usize = 4 * RECORD;
  const GROUP: usize = form == Form.DENSE ? SOURCES : SOURCES + 8;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let q = x;
  const lane = p - w;
  for (const end = w + <usize>(n >> 2) * GROUP; w != end; w += GROUP, q += 4 * QUAD) {
    p = w + lane;
    s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), form == Form.DENSE ? v128.load(q) : quadAt(x, load<u16>(w, SOURCES))));
    s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + RECORD), form == Form.DENSE ? v128.load(q, QUAD) : quadAt(x, load<u16>(w, SOURCES + 2))));
    s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * RECORD), form == Form.DENSE ? v128.load(q, 2 * QUAD) : quadAt(x, load<u16>(w, SOURCES + 4))));
    s3 = f32x4.add(s3, f32x4.mul(weight<S>(p + 3 * RECORD), form == Form.DENSE ? v128.load(q, 3 * QUAD) : quadAt(x, load<u16>(w, SOURCES + 6))));
  }
  const rest = <usize>(n & 3);
  if (rest > 0) {
    p = w + lane;
    const sources = w + rest * RECORD;
    s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), form == Form.DENSE ? v128.load(q) : quadAt(x, load<u16>(sources))));
    if (rest > 1) {
      s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + RECORD), form == Form.DENSE ? v128.load(q, QUAD) : quadAt(x, load<u16>(sources, 2))));
      if (rest > 2) {
        s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * RECORD), form == Form.DENSE ? v128.load(q, 2 * QUAD) : quadAt(x, load<u16>(sources, 4))));
      }
    }
  }
  v128.store(y, f32x4.add(v128.load32_splat(b), f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
}

/** Four destinations, or `left` where there are fewer. */
@inline function block<S>(form: i32, left: i32, w: usize, b: usize, x: usize, y: usize, n: i32): void {
  if (left >= 4) {
    half<S>(form, 0, w, b, x, y, n);
    half<S>(form, 2, w, b, x, y, n);
  } else {
    for (let lane: usize = 0; lane < <usize>left; lane++) {
      single<S>(form, w + lane * sizeof<S>(), w, b + (lane << 2), x, y + lane * QUAD, n);
    }
  }
}

/** Blocks of matvec-dense.ts. */
export function dense<S>(w: usize, b: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const bytes = <usize>nIn * (4 * sizeof<S>());
  for (; nOut > 0; nOut -= 4, w += bytes, b += 16, y += 4 * QUAD) block<S>(Form.DENSE, nOut, w, b, x, y, nIn);
}

/** Rows of matvec-block.ts. */
export function blocks<S>(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  const RECORD: usize = 4 * sizeof<S>();
  let w = rows + ((<usize>((nOut + 3) >> 2) * 2 + 3) & ~3);
  for (; nOut > 0; nOut -= 4, rows += 2, b += 16, y += 4 * QUAD) {
    const n = <i32>load<u16>(rows);
    block<S>(Form.BLOCK, nOut, w, b, x, y, n);
    w += <usize>(n >> 2) * (4 * RECORD + 8) + ((<usize>(n & 3) * (RECORD + 2) + 3) & ~3);
  }
}

/** Rows of matvec-sparse.ts. */
export function sparse<S>(rows: usize, b: usize, x: usize, y: usize, nOut: i32): void {
  const SOURCES: usize = 4 * sizeof<S>();
  const GROUP: usize = SOURCES + 8;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const end = rows + (<usize>nOut << 1); rows != end; rows += 2, b += 4, y += QUAD) {
    const n = <usize>load<u16>(rows);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (const last = p + (n >> 2) * GROUP; p != last; p += GROUP) {
      s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), quadAt(x, load<u16>(p, SOURCES))));
      s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + sizeof<S>()), quadAt(x, load<u16>(p, SOURCES + 2))));
      s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * sizeof<S>()), quadAt(x, load<u16>(p, SOURCES + 4))));
      s3 = f32x4.add(s3, f32x4.mul(weight<S>(p + 3 * sizeof<S>()), quadAt(x, load<u16>(p, SOURCES + 6))));
    }
    const rest = n & 3;
    if (rest > 0) {
      const sources = p + (rest << alignof<S>());
      s0 = f32x4.add(s0, f32x4.mul(weight<S>(p), quadAt(x, load<u16>(sources))));
      if (rest > 1) {
        s1 = f32x4.add(s1, f32x4.mul(weight<S>(p + sizeof<S>()), quadAt(x, load<u16>(sources, 2))));
        if (rest > 2) s2 = f32x4.add(s2, f32x4.mul(weight<S>(p + 2 * sizeof<S>()), quadAt(x, load<u16>(sources, 4))));
      }
      p += (rest * (sizeof<S>() + 2) + 3) & ~3;
    }
    v128.store(y, f32x4.add(v128.load32_splat(b), f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
  }
}
