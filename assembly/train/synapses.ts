// The adjoint of the synaptic sums (../synapses-dense.ts, ../synapses-sparse.ts) in both f32 formats:
//
//   num[j] = … + sum_i (w erev)_ij s_ij        den[j] = … + sum_i w_ij s_ij        s = 1 / (1 + 2^(k (v_i - mu)))
//
//   gNum, gDen [nOut]   dL/dnum and dL/dden, padded with zeros to whole lanes
//   v, gv [nIn]         gv is added to
//   block, gradient     the block in the image, and the same block of the gradient image
//
// Where the exponent was clamped, |t| > 30, s (1 - s) is below 2^-30 and stands for the 0 that it would be.

// @ts-nocheck: checked by asc

import { Format } from "../image";
import { add, div, gather, mul, splat, sub } from "../lanes";
import { denominator } from "../synapse";
import { accumulate, scatterAdd, sumOfLanes, sumsOfLanes } from "./vector";

const MINUS_LN2: f32 = -0.69314718;

export function synapsesAdjoint(
  block: usize, gradient: usize, v: usize, gNum: usize, gDen: usize, gv: usize, nOut: i32, nIn: i32
): void {
  if (load<u32>(block) == Format.DENSE) dense(block + 8, gradient - block, v, gNum, gDen, gv, nOut, nIn);
  else sparse(block + 8, gradient - block, v, gNum, gDen, gv, nOut);
}

/** Adds to the gradients of one synapse or four, whose fields stand `field` bytes apart; returns dL/dv. */
@inline function synapse<T>(p: usize, field: usize, toGradient: usize, v: T, gNum: T, gDen: T): T {
  const gp = p + toGradient;
  const k = load<T>(p);
  const mu = load<T>(p + field);
  const s = div<T>(splat<T>(1), denominator<T>(k, mu, v));
  accumulate<T>(gp + 2 * field, mul<T>(gDen, s));
  accumulate<T>(gp + 3 * field, mul<T>(gNum, s));
  const gs = add<T>(mul<T>(gNum, load<T>(p + 3 * field)), mul<T>(gDen, load<T>(p + 2 * field)));
  const gt = mul<T>(mul<T>(gs, splat<T>(MINUS_LN2)), mul<T>(s, sub<T>(splat<T>(1), s)));
  const gv = mul<T>(gt, k);
  accumulate<T>(gp, mul<T>(gt, sub<T>(v, mu)));
  accumulate<T>(gp + field, sub<T>(splat<T>(0), gv));
  return gv;
}

function dense(
  records: usize, toGradient: usize, v: usize, gNum: usize, gDen: usize, gv: usize, nOut: i32, nIn: i32
): void {
  const vEnd = v + (<usize>nIn << 2);
  let p = records;
  for (const last = gNum + (<usize>nOut << 2); gNum < last; gNum += 16, gDen += 16) {
    const n = v128.load(gNum);
    const d = v128.load(gDen);
    let q = gv;
    let x = v;
    for (; x + 16 <= vEnd; x += 16, q += 16, p += 256) {
      const g0 = synapse<v128>(p, 16, toGradient, v128.load32_splat(x), n, d);
      const g1 = synapse<v128>(p + 64, 16, toGradient, v128.load32_splat(x, 4), n, d);
      const g2 = synapse<v128>(p + 128, 16, toGradient, v128.load32_splat(x, 8), n, d);
      const g3 = synapse<v128>(p + 192, 16, toGradient, v128.load32_splat(x, 12), n, d);
      accumulate<v128>(q, sumsOfLanes(g0, g1, g2, g3));
    }
    for (; x < vEnd; x += 4, q += 4, p += 64) {
      accumulate<f32>(q, sumOfLanes(synapse<v128>(p, 16, toGradient, v128.load32_splat(x), n, d)));
    }
  }
}

function sparse(
  rows: usize, toGradient: usize, v: usize, gNum: usize, gDen: usize, gv: usize, nOut: i32
): void {
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const last = gNum + (<usize>nOut << 2); gNum != last; gNum += 4, gDen += 4, count += 2) {
    const n = <usize>load<u16>(count);
    for (const end = p + (n >> 2) * 72; p != end; p += 72) {
      const g = synapse<v128>(
        p, 16, toGradient, gather(v, p + 64), v128.load32_splat(gNum), v128.load32_splat(gDen)
      );
      scatterAdd(gv, p + 64, g);
    }
    const rest = n & 3;
    let source = p + (rest << 4);
    for (const end = source; p != end; p += 16, source += 2) {
      const at = load<u16>(source);
      accumulate<f32>(gv + at, synapse<f32>(p, 4, toGradient, load<f32>(v + at), load<f32>(gNum), load<f32>(gDen)));
    }
    p = source + 3 & ~3;
  }
}
