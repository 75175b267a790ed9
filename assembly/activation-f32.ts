// y[i] = f(x[i]) for i < n: the activation functions as kernels. Formulas and error bounds: exp-f32.ts, gelu-f32.ts,
// softplus-f32.ts.
//
//   x, y   [n] f32, aligned to 4 bytes; y is x or does not overlap it      n   >= 0
//
// The SIMD build takes four values at a time and the rest one by one, with the same result bit by bit.

// @ts-nocheck: checked by asc

import { exp, lecunTanh, relu, sigmoid, silu, tanh } from "./exp-f32";
import { gelu } from "./gelu-f32";
import { softplus } from "./softplus-f32";

export function expF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, exp<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, exp<f32>(load<f32>(x)));
}

export function sigmoidF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, sigmoid<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, sigmoid<f32>(load<f32>(x)));
}

export function tanhF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, tanh<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, tanh<f32>(load<f32>(x)));
}

export function lecunTanhF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, lecunTanh<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, lecunTanh<f32>(load<f32>(x)));
}

export function reluF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, relu<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, relu<f32>(load<f32>(x)));
}

export function siluF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, silu<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, silu<f32>(load<f32>(x)));
}

export function geluF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, gelu<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, gelu<f32>(load<f32>(x)));
}

export function softplusF32(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 2);
  if (ASC_FEATURE_SIMD) {
    for (; x + 16 <= end; x += 16, y += 16) store<v128>(y, softplus<v128>(load<v128>(x)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, softplus<f32>(load<f32>(x)));
}
