// Adjoints of affine maps and dense layers.
//
// All adjoints of layers have one signature:
//
//   image, gradient   the parameters and the image of their gradients, which only grows
//   layer             the layer's record
//   elapsed           of the time step
//   tape              what the layer read (sizes.ts, forward.ts)
//   adjoint           of the arena: dL/d(new value) at `out` becomes dL/d(old value), dL/d(read) is added at `in`
//   work              workElements floats, contents undefined

// @ts-nocheck: checked by asc

import { Activation, Layer } from "../image";
import { exp, sigmoid } from "../exp-f32";
import { abs, add, div, lessThen, mul, splat, sub } from "../lanes";
import { activate, product } from "../layers";
import { productAdjoint } from "./matvec";
import { accumulate, copyF32, paddedBytes, takeAdjoint } from "./vector";

export function affineAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const w = image + load<u32>(layer, Layer.BLOCK_0);
  const gw = gradient + load<u32>(layer, Layer.BLOCK_0);
  const gx = adjoint + load<u32>(layer, Layer.IN);
  takeAdjoint(adjoint + load<u32>(layer, Layer.OUT), work, n);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) affineStep<v128>(w + i, gw + i, gw + bytes + i, tape + i, work + i, gx + i);
  for (; i < bytes; i += 4) affineStep<f32>(w + i, gw + i, gw + bytes + i, tape + i, work + i, gx + i);
}

@inline function affineStep<T>(w: usize, gw: usize, gb: usize, x: usize, g: usize, gx: usize): void {
  const gy = load<T>(g);
  accumulate<T>(gw, mul<T>(gy, load<T>(x)));
  accumulate<T>(gb, gy);
  accumulate<T>(gx, mul<T>(gy, load<T>(w)));
}

export function denseAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const activation = <u32>load<u16>(layer, Layer.VARIANT);
  const block = load<u32>(layer, Layer.BLOCK_0);
  const padded = paddedBytes(n);
  const g = work;
  takeAdjoint(adjoint + load<u32>(layer, Layer.OUT), g, n);
  if (activation != Activation.LINEAR) {
    const x = g + padded;
    const y = x + padded;
    product(image + block, tape, x, n, nIn);
    copyF32(x, y, n);
    activate(activation, y, n);
    activationAdjoint(activation, x, y, g, n);
  }
  productAdjoint(image + block, gradient + block, tape, g, adjoint + load<u32>(layer, Layer.IN), n, nIn);
}

/** g *= f'(x), y = f(x). */
function activationAdjoint(activation: u32, x: usize, y: usize, g: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  if (activation == Activation.LECUN_TANH) {
    for (; i + 16 <= bytes; i += 16) lecunTanhStep<v128>(y + i, g + i);
    for (; i < bytes; i += 4) lecunTanhStep<f32>(y + i, g + i);
  } else if (activation == Activation.TANH) {
    for (; i + 16 <= bytes; i += 16) tanhStep<v128>(y + i, g + i);
    for (; i < bytes; i += 4) tanhStep<f32>(y + i, g + i);
  } else if (activation == Activation.RELU) {
    for (; i + 16 <= bytes; i += 16) reluStep<v128>(x + i, g + i);
    for (; i < bytes; i += 4) reluStep<f32>(x + i, g + i);
  } else if (activation == Activation.SIGMOID) {
    for (; i + 16 <= bytes; i += 16) sigmoidStep<v128>(y + i, g + i);
    for (; i < bytes; i += 4) sigmoidStep<f32>(y + i, g + i);
  } else if (activation == Activation.SILU) {
    for (; i + 16 <= bytes; i += 16) siluStep<v128>(x + i, y + i, g + i);
    for (; i < bytes; i += 4) siluStep<f32>(x + i, y + i, g + i);
  } else {
    for (; i + 16 <= bytes; i += 16) geluStep<v128>(x + i, y + i, g + i);
    for (; i < bytes; i += 4) geluStep<f32>(x + i, y + i, g + i);
  }
}

/** 1 - y^2 */
@inline export function slopeOfTanh<T>(y: T): T {
  return sub<T>(splat<T>(1), mul<T>(y, y));
}

/** y (1 - y) */
@inline export function slopeOfSigmoid<T>(y: T): T {
  return mul<T>(y, sub<T>(splat<T>(1), y));
}

@inline function tanhStep<T>(y: usize, g: usize): void {
  store<T>(g, mul<T>(load<T>(g), slopeOfTanh<T>(load<T>(y))));
}

/** d/dx A tanh(B x) = A B (1 - (y / A)^2) */
@inline function lecunTanhStep<T>(y: usize, g: usize): void {
  const slope = mul<T>(splat<T>(1.7159 * 0.666), slopeOfTanh<T>(mul<T>(load<T>(y), splat<T>(1 / 1.7159))));
  store<T>(g, mul<T>(load<T>(g), slope));
}

/** 0 at 0, as PyTorch. */
@inline function reluStep<T>(x: usize, g: usize): void {
  store<T>(g, lessThen<T>(splat<T>(0), load<T>(x), load<T>(g), splat<T>(0)));
}

@inline function sigmoidStep<T>(y: usize, g: usize): void {
  store<T>(g, mul<T>(load<T>(g), slopeOfSigmoid<T>(load<T>(y))));
}

/** s + y (1 - s) with s = sigmoid(x) */
@inline function siluStep<T>(x: usize, y: usize, g: usize): void {
  const s = sigmoid<T>(load<T>(x));
  const slope = add<T>(s, mul<T>(load<T>(y), sub<T>(splat<T>(1), s)));
  store<T>(g, mul<T>(load<T>(g), slope));
}

/** Phi(x) + x phi(x) with Phi(x) = y / x, and 1/2 where x is too small to divide by. */
@inline function geluStep<T>(x: usize, y: usize, g: usize): void {
  const at = load<T>(x);
  const cdf = lessThen<T>(abs<T>(at), splat<T>(1e-20), splat<T>(0.5), div<T>(load<T>(y), at));
  const density = mul<T>(splat<T>(0.3989422804), exp<T>(mul<T>(mul<T>(at, at), splat<T>(-0.5))));
  store<T>(g, mul<T>(load<T>(g), add<T>(cdf, mul<T>(at, density))));
}
