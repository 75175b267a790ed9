// Adjoints of the gated cells, which read z = [x | state]; signature in dense.ts.

// @ts-nocheck: checked by asc

import { expF32, sigmoidF32, softplusF32, tanhF32 } from "../activation-f32";
import { sigmoid } from "../exp-f32";
import { Layer } from "../image";
import { add, mul, splat, sub } from "../lanes";
import { product } from "../layers";
import { elapseF32, mulAddF32, mulF32 } from "../vector-f32";
import { slopeOfSigmoid, slopeOfTanh } from "./dense";
import { productAdjoint } from "./matvec";
import { clearF32, clearPadding, copyF32, paddedBytes } from "./vector";

export function lstmAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const nIn = load<i32>(layer, Layer.N_IN);
  const nZ = nIn + n;
  const block = load<u32>(layer, Layer.BLOCK_0);
  const c = tape + (<usize>nZ << 2);
  const gh = adjoint + load<u32>(layer, Layer.OUT);
  const gc = adjoint + load<u32>(layer, Layer.CELL);
  const gates = work; // g i f o, then their adjoints in the same places
  const next = gates + paddedBytes(n << 2); // tanh of the new cell
  product(image + block, tape, gates, n << 2, nZ);
  tanhF32(gates, gates, n);
  sigmoidF32(gates + bytes, gates + bytes, 3 * n);
  mulF32(gates, gates + bytes, next, n);
  mulAddF32(c, gates + 2 * bytes, next, next, n);
  tanhF32(next, next, n);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) lstmStep<v128>(gates + i, bytes, c + i, next + i, gh + i, gc + i);
  for (; i < bytes; i += 4) lstmStep<f32>(gates + i, bytes, c + i, next + i, gh + i, gc + i);
  clearPadding(gates, n << 2);
  clearF32(gh, n);
  productAdjoint(image + block, gradient + block, tape, gates, adjoint + load<u32>(layer, Layer.IN), n << 2, nZ);
}

/** c' = f c + i g, h = o tanh(c'). */
@inline function lstmStep<T>(gates: usize, bytes: usize, c: usize, next: usize, gh: usize, gc: usize): void {
  const atI = gates + bytes;
  const atF = atI + bytes;
  const atO = atF + bytes;
  const g = load<T>(gates);
  const i = load<T>(atI);
  const f = load<T>(atF);
  const o = load<T>(atO);
  const y = load<T>(next);
  const gOut = load<T>(gh);
  const gCell = add<T>(load<T>(gc), mul<T>(mul<T>(gOut, o), slopeOfTanh<T>(y)));
  store<T>(gates, mul<T>(mul<T>(gCell, i), slopeOfTanh<T>(g)));
  store<T>(atI, mul<T>(mul<T>(gCell, g), slopeOfSigmoid<T>(i)));
  store<T>(atF, mul<T>(mul<T>(gCell, load<T>(c)), slopeOfSigmoid<T>(f)));
  store<T>(atO, mul<T>(mul<T>(gOut, y), slopeOfSigmoid<T>(o)));
  store<T>(gc, mul<T>(gCell, f));
}

export function gruAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const padded = paddedBytes(n);
  const nIn = load<i32>(layer, Layer.N_IN);
  const h = tape + (<usize>nIn << 2);
  const gx = adjoint + load<u32>(layer, Layer.IN);
  const gh = adjoint + load<u32>(layer, Layer.OUT);
  const blockGates = load<u32>(layer, Layer.BLOCK_0);
  const blockInput = load<u32>(layer, Layer.BLOCK_1);
  const blockState = load<u32>(layer, Layer.BLOCK_2);
  const gates = work; // r z, then their adjoints in the same places
  const candidate = gates + paddedBytes(n << 1);
  const fromState = candidate + padded;
  product(image + blockGates, tape, gates, n << 1, nIn + n);
  sigmoidF32(gates, gates, n << 1);
  product(image + blockInput, tape, candidate, n, nIn);
  product(image + blockState, h, fromState, n, n);
  mulAddF32(gates, fromState, candidate, candidate, n);
  tanhF32(candidate, candidate, n);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) gruStep<v128>(gates + i, bytes, candidate + i, fromState + i, h + i, gh + i);
  for (; i < bytes; i += 4) gruStep<f32>(gates + i, bytes, candidate + i, fromState + i, h + i, gh + i);
  clearPadding(gates, n << 1);
  clearPadding(candidate, n);
  clearPadding(fromState, n);
  productAdjoint(image + blockGates, gradient + blockGates, tape, gates, gx, n << 1, nIn + n);
  productAdjoint(image + blockInput, gradient + blockInput, tape, candidate, gx, n, nIn);
  productAdjoint(image + blockState, gradient + blockState, h, fromState, gh, n, n);
}

/** h' = c (1 - z) + z h with c = tanh(fromInput + r fromState). */
@inline function gruStep<T>(gates: usize, bytes: usize, candidate: usize, fromState: usize, h: usize, gh: usize): void {
  const atZ = gates + bytes;
  const r = load<T>(gates);
  const z = load<T>(atZ);
  const c = load<T>(candidate);
  const g = load<T>(gh);
  const gSum = mul<T>(mul<T>(g, sub<T>(splat<T>(1), z)), slopeOfTanh<T>(c));
  store<T>(gates, mul<T>(mul<T>(gSum, load<T>(fromState)), slopeOfSigmoid<T>(r)));
  store<T>(atZ, mul<T>(mul<T>(g, sub<T>(load<T>(h), c)), slopeOfSigmoid<T>(z)));
  store<T>(candidate, gSum);
  store<T>(fromState, mul<T>(gSum, r));
  store<T>(gh, mul<T>(g, z));
}

export function gateAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const padded = paddedBytes(n);
  const nIn = load<i32>(layer, Layer.N_IN);
  const nZ = nIn + n;
  const h = tape + (<usize>nIn << 2);
  const gz = adjoint + load<u32>(layer, Layer.IN);
  const gh = adjoint + load<u32>(layer, Layer.OUT);
  const blockTarget = load<u32>(layer, Layer.BLOCK_0);
  const blockRate = load<u32>(layer, Layer.BLOCK_1);
  const target = work;
  const rate = target + padded; // before softplus
  const keep = rate + padded;
  product(image + blockTarget, tape, target, n, nZ);
  product(image + blockRate, tape, rate, n, nZ);
  tanhF32(target, target, n);
  copyF32(rate, keep, n);
  softplusF32(keep, keep, n);
  elapseF32(elapsed, keep, keep, n);
  expF32(keep, keep, n);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) gateStep<v128>(splat<v128>(elapsed), target + i, rate + i, keep + i, h + i, gh + i);
  for (; i < bytes; i += 4) gateStep<f32>(elapsed, target + i, rate + i, keep + i, h + i, gh + i);
  clearPadding(target, n);
  clearPadding(rate, n);
  productAdjoint(image + blockTarget, gradient + blockTarget, tape, target, gz, n, nZ);
  productAdjoint(image + blockRate, gradient + blockRate, tape, rate, gz, n, nZ);
}

/** h' = g (1 - k) + k h with k = exp(-elapsed softplus(a)). */
@inline function gateStep<T>(elapsed: T, target: usize, rate: usize, keep: usize, h: usize, gh: usize): void {
  const t = load<T>(target);
  const k = load<T>(keep);
  const g = load<T>(gh);
  const gKeep = mul<T>(g, sub<T>(load<T>(h), t));
  store<T>(target, mul<T>(mul<T>(g, sub<T>(splat<T>(1), k)), slopeOfTanh<T>(t)));
  store<T>(rate, mul<T>(mul<T>(mul<T>(sub<T>(splat<T>(0), elapsed), k), gKeep), sigmoid<T>(load<T>(rate))));
  store<T>(gh, mul<T>(g, k));
}
