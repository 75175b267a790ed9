// Adjoint of the leaky CT-RNN; signature in dense.ts. Its unfolds run once more and leave | z | drive | each, where
// z = [x | v] and drive = tanh(W z + b), padded to whole lanes; they are walked in reverse.

// @ts-nocheck: checked by asc

import { tanhF32 } from "../activation-f32";
import { Layer } from "../image";
import { mul, splat, sub } from "../lanes";
import { product } from "../layers";
import { mulSubF32, scaleAddF32 } from "../vector-f32";
import { slopeOfTanh } from "./dense";
import { productAdjoint } from "./matvec";
import { accumulate, clearPadding, copyF32, paddedBytes } from "./vector";

export function ctrnnAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const nZ = nIn + n;
  const unfolds = load<u32>(layer, Layer.UNFOLDS);
  const h = load<f32>(layer, Layer.ODE_STEP) * elapsed;
  const block = load<u32>(layer, Layer.BLOCK_0);
  const leak = image + load<u32>(layer, Layer.BLOCK_1);
  const gLeak = gradient + load<u32>(layer, Layer.BLOCK_1);
  const gz = adjoint + load<u32>(layer, Layer.IN);
  const gv = adjoint + load<u32>(layer, Layer.OUT);
  const padded = paddedBytes(n);
  const inputBytes = <usize>nIn << 2;
  const toDrive = paddedBytes(nZ);
  const recordBytes = toDrive + padded;
  const change = work;
  let record = work + padded;

  copyF32(tape, record, nZ);
  for (let u: u32 = 1; ; u++) {
    const drive = record + toDrive;
    const v = record + inputBytes;
    product(image + block, record, drive, n, nZ);
    tanhF32(drive, drive, n);
    if (u == unfolds) break;
    mulSubF32(drive, v, leak, change, n);
    copyF32(record, record + recordBytes, nIn);
    scaleAddF32(h, change, v, v + recordBytes, n);
    record += recordBytes;
  }

  const bytes = <usize>n << 2;
  for (let u = unfolds; u > 0; u--, record -= recordBytes) {
    const drive = record + toDrive; // becomes its adjoint
    const v = record + inputBytes;
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) leakyStep<v128>(splat<v128>(h), leak + i, gLeak + i, drive + i, v + i, gv + i);
    for (; i < bytes; i += 4) leakyStep<f32>(h, leak + i, gLeak + i, drive + i, v + i, gv + i);
    clearPadding(drive, n);
    productAdjoint(image + block, gradient + block, record, drive, gz, n, nZ);
  }
}

/** v' = v + h (drive - v leak) */
@inline function leakyStep<T>(h: T, leak: usize, gLeak: usize, drive: usize, v: usize, gv: usize): void {
  const g = load<T>(gv);
  const gChange = mul<T>(h, g);
  accumulate<T>(gLeak, sub<T>(splat<T>(0), mul<T>(gChange, load<T>(v))));
  store<T>(drive, mul<T>(gChange, slopeOfTanh<T>(load<T>(drive))));
  store<T>(gv, sub<T>(g, mul<T>(gChange, load<T>(leak))));
}
