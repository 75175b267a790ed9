// The adjoint of y = W x + b in every f32 format of a matrix block (../matvec-dense.ts, -sparse.ts, -block.ts):
//
//   dL/db += g      dL/dW += g x^T      dL/dx += W^T g          with g = dL/dy
//
//   block, gradient   the block in the image, and the same block of the gradient image
//   x, gx [nIn]       g [nOut], padded with zeros to whole lanes; gx overlaps neither x nor g
//
// Absent weights that a dense block stores as zeros gather gradients too; nobody reads them.

// @ts-nocheck: checked by asc

import { gather } from "../lanes";
import { Format } from "../image";
import { accumulate, addF32, scatterAdd, sumOfLanes, sumsOfLanes } from "./vector";

export function productAdjoint(block: usize, gradient: usize, x: usize, g: usize, gx: usize, nOut: i32, nIn: i32): void {
  addF32(g, gradient + 8, nOut);
  const weights = block + 8 + (<usize>nOut << 2);
  const format = load<u32>(block);
  const toGradient = gradient - block;
  if (format == Format.DENSE) dense(weights, toGradient, x, g, gx, nOut, nIn);
  else if (format == Format.SPARSE) sparse(weights, toGradient, x, g, gx, nOut);
  else blocks(weights, toGradient, x, g, gx, nOut);
}

/** Four sources at a time share the loads of g; each source sums over the destinations in four lanes. */
function dense(w: usize, toGradient: usize, x: usize, g: usize, gx: usize, nOut: i32, nIn: i32): void {
  const stride = <usize>nIn << 4;
  const gEnd = g + (<usize>nOut << 2);
  const xEnd = x + (<usize>nIn << 2);
  for (; x + 16 <= xEnd; x += 16, gx += 16, w += 64) {
    const x0 = v128.load32_splat(x);
    const x1 = v128.load32_splat(x, 4);
    const x2 = v128.load32_splat(x, 8);
    const x3 = v128.load32_splat(x, 12);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let p = w, q = g; q < gEnd; p += stride, q += 16) {
      const gj = v128.load(q);
      const gw = p + toGradient;
      s0 = f32x4.add(s0, f32x4.mul(v128.load(p), gj));
      v128.store(gw, f32x4.add(v128.load(gw), f32x4.mul(gj, x0)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(p, 16), gj));
      v128.store(gw, f32x4.add(v128.load(gw, 16), f32x4.mul(gj, x1)), 16);
      s2 = f32x4.add(s2, f32x4.mul(v128.load(p, 32), gj));
      v128.store(gw, f32x4.add(v128.load(gw, 32), f32x4.mul(gj, x2)), 32);
      s3 = f32x4.add(s3, f32x4.mul(v128.load(p, 48), gj));
      v128.store(gw, f32x4.add(v128.load(gw, 48), f32x4.mul(gj, x3)), 48);
    }
    accumulate<v128>(gx, sumsOfLanes(s0, s1, s2, s3));
  }
  for (; x < xEnd; x += 4, gx += 4, w += 16) {
    const xi = v128.load32_splat(x);
    let s = f32x4.splat(0);
    for (let p = w, q = g; q < gEnd; p += stride, q += 16) {
      const gj = v128.load(q);
      s = f32x4.add(s, f32x4.mul(v128.load(p), gj));
      accumulate<v128>(p + toGradient, f32x4.mul(gj, xi));
    }
    accumulate<f32>(gx, sumOfLanes(s));
  }
}

function sparse(rows: usize, toGradient: usize, x: usize, g: usize, gx: usize, nOut: i32): void {
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const gEnd = g + (<usize>nOut << 2); g != gEnd; g += 4, count += 2) {
    const n = <usize>load<u16>(count);
    const gj = v128.load32_splat(g);
    for (const end = p + (n >> 2) * 24; p != end; p += 24) {
      accumulate<v128>(p + toGradient, f32x4.mul(gj, gather(x, p + 16)));
      scatterAdd(gx, p + 16, f32x4.mul(v128.load(p), gj));
    }
    const rest = n & 3;
    let source = p + (rest << 2);
    for (const end = source; p != end; p += 4, source += 2) {
      accumulate<f32>(p + toGradient, load<f32>(g) * load<f32>(x + load<u16>(source)));
      accumulate<f32>(gx + load<u16>(source), load<f32>(p) * load<f32>(g));
    }
    p = source + 3 & ~3;
  }
}

function blocks(rows: usize, toGradient: usize, x: usize, g: usize, gx: usize, nOut: i32): void {
  let count = rows;
  let p = rows + ((<usize>((nOut + 3) >> 2) * 2 + 3) & ~3);
  for (const gEnd = g + (<usize>nOut << 2); g < gEnd; g += 16, count += 2) {
    const n = <usize>load<u16>(count);
    const gj = v128.load(g);
    for (const end = p + (n >> 2) * 72; p != end; p += 72) {
      accumulate<v128>(p + toGradient, f32x4.mul(gj, v128.load32_splat(x + load<u16>(p, 64))));
      accumulate<v128>(p + toGradient + 16, f32x4.mul(gj, v128.load32_splat(x + load<u16>(p, 66))));
      accumulate<v128>(p + toGradient + 32, f32x4.mul(gj, v128.load32_splat(x + load<u16>(p, 68))));
      accumulate<v128>(p + toGradient + 48, f32x4.mul(gj, v128.load32_splat(x + load<u16>(p, 70))));
      scatterAdd(gx, p + 64, sumsOfLanes(
        f32x4.mul(v128.load(p), gj), f32x4.mul(v128.load(p, 16), gj),
        f32x4.mul(v128.load(p, 32), gj), f32x4.mul(v128.load(p, 48), gj)
      ));
    }
    const rest = n & 3;
    let source = p + (rest << 4);
    for (const end = source; p != end; p += 16, source += 2) {
      accumulate<v128>(p + toGradient, f32x4.mul(gj, v128.load32_splat(x + load<u16>(source))));
      accumulate<f32>(gx + load<u16>(source), sumOfLanes(f32x4.mul(v128.load(p), gj)));
    }
    p = source + 3 & ~3;
  }
}
