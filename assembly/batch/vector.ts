// Element-wise kernels of vector-f32.ts for four sequences, where an operand is a parameter of the network, [n] f32, or a scalar of
// the sequence, such as its elapsed time. The others, which see values only, take n of four sequences for 4 n of one.
// Outputs may be one of the inputs.

// @ts-nocheck: checked by asc

import { QUAD } from "./lanes";

/** y = a, a parameter */
export function spread(a: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, a += 4) v128.store(y, v128.load32_splat(a));
}

/** y = x w + b with parameters w, b */
export function affine(x: usize, w: usize, b: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, x += QUAD, w += 4, b += 4) {
    v128.store(y, f32x4.add(f32x4.mul(v128.load(x), v128.load32_splat(w)), v128.load32_splat(b)));
  }
}

/** y = s x + c for a scalar s */
export function scaleAdd(s: v128, x: usize, c: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, x += QUAD, c += QUAD) {
    v128.store(y, f32x4.add(f32x4.mul(s, v128.load(x)), v128.load(c)));
  }
}

/** y = -dt (tau + |f|) with a parameter tau */
export function decay(dt: v128, tau: usize, f: usize, y: usize, n: i32): void {
  const minusDt = f32x4.neg(dt);
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, f += QUAD, tau += 4) {
    v128.store(y, f32x4.mul(minusDt, f32x4.add(v128.load32_splat(tau), f32x4.abs(v128.load(f)))));
  }
}

/** y = -dt rate */
export function elapse(dt: v128, rate: usize, y: usize, n: i32): void {
  const minusDt = f32x4.neg(dt);
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, rate += QUAD) {
    v128.store(y, f32x4.mul(minusDt, v128.load(rate)));
  }
}

/** y = a - a f e with a parameter a */
export function pure(a: usize, f: usize, e: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, f += QUAD, e += QUAD, a += 4) {
    const bound = v128.load32_splat(a);
    v128.store(y, f32x4.sub(bound, f32x4.mul(f32x4.mul(bound, v128.load(f)), v128.load(e))));
  }
}

/** capacity = s cm; den += capacity, with a parameter cm */
export function membrane(s: v128, cm: usize, capacity: usize, den: usize, n: i32): void {
  for (const end = den + <usize>n * QUAD; den != end; den += QUAD, capacity += QUAD, cm += 4) {
    const c = f32x4.mul(s, v128.load32_splat(cm));
    v128.store(capacity, c);
    v128.store(den, f32x4.add(v128.load(den), c));
  }
}

/** k = rate (num - v den) with a parameter rate */
export function slope(rate: usize, num: usize, den: usize, v: usize, k: usize, n: i32): void {
  for (const end = k + <usize>n * QUAD; k != end; k += QUAD, num += QUAD, den += QUAD, v += QUAD, rate += 4) {
    const drive = f32x4.sub(v128.load(num), f32x4.mul(v128.load(v), v128.load(den)));
    v128.store(k, f32x4.mul(v128.load32_splat(rate), drive));
  }
}

/** y = x - a b with a parameter b */
export function mulSub(x: usize, a: usize, b: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n * QUAD; y != end; y += QUAD, x += QUAD, a += QUAD, b += 4) {
    v128.store(y, f32x4.sub(v128.load(x), f32x4.mul(v128.load(a), v128.load32_splat(b))));
  }
}

/** All ones in the lanes of which an element is infinite or NaN. */
export function nonFinite(x: usize, n: i32): v128 {
  const exponent = i32x4.splat(0x7f800000);
  let found = i32x4.splat(0);
  for (const end = x + <usize>n * QUAD; x != end; x += QUAD) {
    found = v128.or(found, i32x4.eq(v128.and(v128.load(x), exponent), exponent));
  }
  return found;
}
