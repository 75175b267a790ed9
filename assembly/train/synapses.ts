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
import { gather } from "../lanes";
import { denominator } from "../synapse";
import { accumulate, scatterAdd, sumOfLanes, sumsOfLanes } from "./vector";

const MINUS_LN2: f32 = -0.69314718;

export function synapsesAdjoint(
  block: usize, gradient: usize, v: usize, gNum: usize, gDen: usize, gv: usize, nOut: i32, nIn: i32
): void {
  if (load<u32>(block) == Format.DENSE) dense(block + 8, gradient - block, v, gNum, gDen, gv, nOut, nIn);
  else sparse(block + 8, gradient - block, v, gNum, gDen, gv, nOut);
}

/** dL/dt from dL/ds, with s = 1 / (1 + 2^t). */
@inline function slope(gs: v128, s: v128): v128 {
  return f32x4.mul(f32x4.mul(gs, f32x4.splat(MINUS_LN2)), f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)));
}

/** Adds to the gradients of the four synapses | k×4 | mu×4 | w×4 | (w erev)×4 | at p; returns dL/dv of each. */
@inline function fourSynapses(p: usize, toGradient: usize, v: v128, gNum: v128, gDen: v128): v128 {
  const gp = p + toGradient;
  const k = v128.load(p);
  const mu = v128.load(p, 16);
  const s = f32x4.div(f32x4.splat(1), denominator<v128>(k, mu, v));
  accumulate<v128>(gp + 32, f32x4.mul(gDen, s));
  accumulate<v128>(gp + 48, f32x4.mul(gNum, s));
  const gt = slope(f32x4.add(f32x4.mul(gNum, v128.load(p, 48)), f32x4.mul(gDen, v128.load(p, 32))), s);
  const gv = f32x4.mul(gt, k);
  accumulate<v128>(gp, f32x4.mul(gt, f32x4.sub(v, mu)));
  v128.store(gp, f32x4.sub(v128.load(gp, 16), gv), 16);
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
      const g0 = fourSynapses(p, toGradient, v128.load32_splat(x), n, d);
      const g1 = fourSynapses(p + 64, toGradient, v128.load32_splat(x, 4), n, d);
      const g2 = fourSynapses(p + 128, toGradient, v128.load32_splat(x, 8), n, d);
      const g3 = fourSynapses(p + 192, toGradient, v128.load32_splat(x, 12), n, d);
      accumulate<v128>(q, sumsOfLanes(g0, g1, g2, g3));
    }
    for (; x < vEnd; x += 4, q += 4, p += 64) {
      accumulate<f32>(q, sumOfLanes(fourSynapses(p, toGradient, v128.load32_splat(x), n, d)));
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
    const gn = v128.load32_splat(gNum);
    const gd = v128.load32_splat(gDen);
    for (const end = p + (n >> 2) * 72; p != end; p += 72) {
      scatterAdd(gv, p + 64, fourSynapses(p, toGradient, gather(v, p + 64), gn, gd));
    }
    const rest = n & 3;
    if (rest > 0) {
      tail(p, rest, toGradient, v, gn, gd, gv);
      p += (rest * 18 + 3) & ~3;
    }
  }
}

/** One to three synapses, | k mu w (w erev) | each and their sources behind: lanes of a vector, of which the others idle. */
@inline function tail(p: usize, rest: usize, toGradient: usize, v: usize, gNum: v128, gDen: v128, gv: usize): void {
  const sources = p + (rest << 4);
  const source0 = <usize>load<u16>(sources);
  let source1: usize = 0, source2: usize = 0;
  const r0 = v128.load(p);
  let r1 = f32x4.splat(0), r2 = f32x4.splat(0);
  let x = v128.load32_zero(v + source0);
  if (rest > 1) {
    source1 = load<u16>(sources, 2);
    r1 = v128.load(p, 16);
    x = v128.load32_lane(v + source1, x, 1);
    if (rest > 2) {
      source2 = load<u16>(sources, 4);
      r2 = v128.load(p, 32);
      x = v128.load32_lane(v + source2, x, 2);
    }
  }
  const kMu01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const kMu2 = v128.shuffle<f32>(r2, r2, 0, 4, 1, 5);
  const w01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const w2 = v128.shuffle<f32>(r2, r2, 2, 6, 3, 7);
  const k = v128.shuffle<f32>(kMu01, kMu2, 0, 1, 4, 5);
  const mu = v128.shuffle<f32>(kMu01, kMu2, 2, 3, 6, 7);
  const w = v128.shuffle<f32>(w01, w2, 0, 1, 4, 5);
  const wErev = v128.shuffle<f32>(w01, w2, 2, 3, 6, 7);

  const s = f32x4.div(f32x4.splat(1), denominator<v128>(k, mu, x));
  const gw = f32x4.mul(gDen, s);
  const gwErev = f32x4.mul(gNum, s);
  const gt = slope(f32x4.add(f32x4.mul(gNum, wErev), f32x4.mul(gDen, w)), s);
  const gx = f32x4.mul(gt, k);
  const gk = f32x4.mul(gt, f32x4.sub(x, mu));
  const gmu = f32x4.neg(gx);

  const gKMu01 = v128.shuffle<f32>(gk, gmu, 0, 4, 1, 5);
  const gW01 = v128.shuffle<f32>(gw, gwErev, 0, 4, 1, 5);
  const gp = p + toGradient;
  accumulate<v128>(gp, v128.shuffle<f32>(gKMu01, gW01, 0, 1, 4, 5));
  accumulate<f32>(gv + source0, f32x4.extract_lane(gx, 0));
  if (rest > 1) {
    accumulate<v128>(gp + 16, v128.shuffle<f32>(gKMu01, gW01, 2, 3, 6, 7));
    accumulate<f32>(gv + source1, f32x4.extract_lane(gx, 1));
    if (rest > 2) {
      const gKMu2 = v128.shuffle<f32>(gk, gmu, 2, 6, 3, 7);
      accumulate<v128>(gp + 32, v128.shuffle<f32>(gKMu2, v128.shuffle<f32>(gw, gwErev, 2, 6, 3, 7), 0, 1, 4, 5));
      accumulate<f32>(gv + source2, f32x4.extract_lane(gx, 2));
    }
  }
}
