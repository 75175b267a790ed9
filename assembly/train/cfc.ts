// Adjoint of the CfC cell in all its modes; signature in dense.ts.

// @ts-nocheck: checked by asc

import { expF32, sigmoidF32, tanhF32 } from "../activation-f32";
import { Layer, Mode } from "../image";
import { abs, mul, splat, sub } from "../lanes";
import { product } from "../layers";
import { decayF32, scaleAddF32 } from "../vector-f32";
import { slopeOfSigmoid, slopeOfTanh } from "./dense";
import { productAdjoint } from "./matvec";
import { accumulate, clearPadding, paddedBytes, takeAdjoint } from "./vector";

export function cfcAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const mode = <u32>load<u16>(layer, Layer.VARIANT);
  const gx = adjoint + load<u32>(layer, Layer.IN);
  const block1 = load<u32>(layer, Layer.BLOCK_0);
  const block2 = load<u32>(layer, Layer.BLOCK_1);
  const padded = paddedBytes(n);
  const g = work;
  const f1 = g + padded;
  const f2 = f1 + padded;
  const bytes = <usize>n << 2;
  let i: usize = 0;
  takeAdjoint(adjoint + load<u32>(layer, Layer.OUT), g, n);
  product(image + block1, tape, f1, n, nIn);

  if (mode == Mode.PURE) {
    const tau = image + block2;
    const gTau = gradient + block2;
    decayF32(elapsed, tau, f1, f2, n);
    expF32(f2, f2, n);
    for (; i + 16 <= bytes; i += 16) {
      pureStep<v128>(splat<v128>(elapsed), g + i, f1 + i, f2 + i, tau + bytes + i, gTau + i, gTau + bytes + i);
    }
    for (; i < bytes; i += 4) pureStep<f32>(elapsed, g + i, f1 + i, f2 + i, tau + bytes + i, gTau + i, gTau + bytes + i);
    productAdjoint(image + block1, gradient + block1, tape, g, gx, n, nIn);
    return;
  }

  const blockA = load<u32>(layer, Layer.BLOCK_2);
  const blockB = load<u32>(layer, Layer.BLOCK_3);
  const t = f2 + padded;
  const tb = t + padded;
  product(image + block2, tape, f2, n, nIn);
  product(image + blockA, tape, t, n, nIn);
  product(image + blockB, tape, tb, n, nIn);
  tanhF32(f1, f1, n);
  tanhF32(f2, f2, n);
  scaleAddF32(elapsed, t, tb, t, n);
  sigmoidF32(t, t, n);
  // The adjoints of ff1, ff2, time_a and time_b take the places of f1, f2, t and tb.
  if (mode == Mode.NO_GATE) {
    for (; i + 16 <= bytes; i += 16) headsStep<v128>(false, splat<v128>(elapsed), g + i, f1 + i, f2 + i, t + i, tb + i);
    for (; i < bytes; i += 4) headsStep<f32>(false, elapsed, g + i, f1 + i, f2 + i, t + i, tb + i);
  } else {
    for (; i + 16 <= bytes; i += 16) headsStep<v128>(true, splat<v128>(elapsed), g + i, f1 + i, f2 + i, t + i, tb + i);
    for (; i < bytes; i += 4) headsStep<f32>(true, elapsed, g + i, f1 + i, f2 + i, t + i, tb + i);
  }
  clearPadding(f1, n);
  clearPadding(f2, n);
  clearPadding(t, n);
  clearPadding(tb, n);
  productAdjoint(image + block1, gradient + block1, tape, f1, gx, n, nIn);
  productAdjoint(image + block2, gradient + block2, tape, f2, gx, n, nIn);
  productAdjoint(image + blockA, gradient + blockA, tape, t, gx, n, nIn);
  productAdjoint(image + blockB, gradient + blockB, tape, tb, gx, n, nIn);
}

/** y = f1 (1 - t) + t f2, without gate y = f1 + t f2; f1 and f2 are tanh, t is sigmoid(elapsed a + b). */
@inline function headsStep<T>(gated: bool, elapsed: T, g: usize, f1: usize, f2: usize, t: usize, tb: usize): void {
  const gy = load<T>(g);
  const y1 = load<T>(f1);
  const y2 = load<T>(f2);
  const share = load<T>(t);
  const gShare = mul<T>(gy, gated ? sub<T>(y2, y1) : y2);
  const gSum = mul<T>(gShare, slopeOfSigmoid<T>(share));
  const g1 = gated ? mul<T>(gy, sub<T>(splat<T>(1), share)) : gy;
  store<T>(f1, mul<T>(g1, slopeOfTanh<T>(y1)));
  store<T>(f2, mul<T>(mul<T>(gy, share), slopeOfTanh<T>(y2)));
  store<T>(t, mul<T>(elapsed, gSum));
  store<T>(tb, gSum);
}

/** y = A - A f e with e = exp(-elapsed (tau + |f|)). g becomes the adjoint of f. */
@inline function pureStep<T>(elapsed: T, g: usize, f: usize, e: usize, a: usize, gTau: usize, gA: usize): void {
  const gy = load<T>(g);
  const y = load<T>(f);
  const decay = load<T>(e);
  const gDecayed = mul<T>(mul<T>(gy, load<T>(a)), decay); // dL/d(-f), e held constant
  accumulate<T>(gA, mul<T>(gy, sub<T>(splat<T>(1), mul<T>(y, decay))));
  accumulate<T>(gTau, mul<T>(mul<T>(elapsed, gDecayed), y));
  store<T>(g, mul<T>(gDecayed, sub<T>(mul<T>(elapsed, abs<T>(y)), splat<T>(1))));
}
