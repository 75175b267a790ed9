// What each kind of layer does in one time step: the sequence of kernels. Assumes an image that `check` accepted.

// @ts-nocheck: checked by asc

import { geluF32, expF32, lecunTanhF32, reluF32, sigmoidF32, siluF32, softplusF32, tanhF32 } from "./activation-f32";
import { Activation, Control, Format, Kind, Layer, Mode, Solver } from "./image";
import { matvecBlockF16, matvecBlockF32 } from "./matvec-block";
import { matvecF16, matvecF32 } from "./matvec-dense";
import { matvecSparseF16, matvecSparseF32 } from "./matvec-sparse";
import { synapsesF16, synapsesF32 } from "./synapses-dense";
import { synapsesSparseF16, synapsesSparseF32 } from "./synapses-sparse";
import {
  blendF32, decayF32, elapseF32, fusedF32, membraneF32, mulAddF32, mulF32, mulSubF32, pureF32, scaleAddF32, slopeF32
} from "./vector-f32";

/** Runs the layer whose record stands at `layer`. */
export function runLayer(image: usize, arena: usize, layer: usize): void {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  if (kind == Kind.LTC) ltc(image, arena, layer);
  else if (kind == Kind.CFC) cfc(image, arena, layer);
  else if (kind == Kind.DENSE) dense(image, arena, layer);
  else if (kind == Kind.AFFINE) affine(image, arena, layer);
  else if (kind == Kind.LSTM) lstm(image, arena, layer);
  else if (kind == Kind.GRU) gru(image, arena, layer);
  else if (kind == Kind.GATE) gate(image, arena, layer);
  else ctrnn(image, arena, layer);
}

/** y = W x + b with the matrix block at `block`. */
export function product(block: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const bias = block + 8;
  const weights = bias + (<usize>nOut << 2);
  const format = load<u32>(block);
  if (format == Format.DENSE) matvecF32(weights, bias, x, y, nOut, nIn);
  else if (format == Format.SPARSE) matvecSparseF32(weights, bias, x, y, nOut);
  else if (format == Format.BLOCK) matvecBlockF32(weights, bias, x, y, nOut);
  else if (format == Format.DENSE_F16) matvecF16(weights, bias, x, y, nOut, nIn);
  else if (format == Format.SPARSE_F16) matvecSparseF16(weights, bias, x, y, nOut);
  else matvecBlockF16(weights, bias, x, y, nOut);
}

/** Synaptic sums with the block at `block`, on top of the base values. */
export function synapses(
  block: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  const format = load<u32>(block);
  if (format == Format.DENSE) synapsesF32(block + 8, v, baseNum, baseDen, num, den, nOut, nIn);
  else if (format == Format.SPARSE) synapsesSparseF32(block + 8, v, baseNum, baseDen, num, den, nOut);
  else if (format == Format.DENSE_F16) synapsesF16(block + 8, v, baseNum, baseDen, num, den, nOut, nIn);
  else synapsesSparseF16(block + 8, v, baseNum, baseDen, num, den, nOut);
}

export function activate(activation: u32, x: usize, n: i32): void {
  if (activation == Activation.LECUN_TANH) lecunTanhF32(x, x, n);
  else if (activation == Activation.TANH) tanhF32(x, x, n);
  else if (activation == Activation.RELU) reluF32(x, x, n);
  else if (activation == Activation.SIGMOID) sigmoidF32(x, x, n);
  else if (activation == Activation.SILU) siluF32(x, x, n);
  else if (activation == Activation.GELU) geluF32(x, x, n);
}

function affine(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const w = image + load<u32>(layer, Layer.BLOCK_0);
  mulAddF32(arena + load<u32>(layer, Layer.IN), w, w + (<usize>n << 2), arena + load<u32>(layer, Layer.OUT), n);
}

function dense(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const out = arena + load<u32>(layer, Layer.OUT);
  product(
    image + load<u32>(layer, Layer.BLOCK_0),
    arena + load<u32>(layer, Layer.IN),
    out, n, load<i32>(layer, Layer.N_IN)
  );
  activate(load<u16>(layer, Layer.VARIANT), out, n);
}

function ltc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const v = arena + load<u32>(layer, Layer.OUT);
  const cm = image + load<u32>(layer, Layer.BLOCK_2);
  const gleak = cm + bytes;
  const leakCurrent = gleak + bytes;
  const recurrent = image + load<u32>(layer, Layer.BLOCK_1);
  const baseNum = arena + load<u32>(layer, Layer.SCRATCH);
  const baseDen = baseNum + bytes;
  const num = baseDen + bytes;
  const den = num + bytes;
  const extra = den + bytes;

  // Inputs do not change during the step: their synapses are summed once.
  synapses(
    image + load<u32>(layer, Layer.BLOCK_0),
    arena + load<u32>(layer, Layer.IN),
    leakCurrent, gleak, baseNum, baseDen, n, load<i32>(layer, Layer.N_IN)
  );
  const h = load<f32>(layer, Layer.ODE_STEP) * load<f32>(arena, Control.ELAPSED);
  const solver = <u32>load<u16>(layer, Layer.VARIANT);
  let unfolds = load<u32>(layer, Layer.UNFOLDS);
  if (solver == Solver.FUSED) {
    membraneF32(<f32>1 / h, cm, extra, baseDen, n);
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      fusedF32(extra, num, den, v, n);
    }
  } else if (solver == Solver.EULER) {
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      slopeF32(cm, num, den, v, extra, n);
      scaleAddF32(h, extra, v, v, n);
    }
  } else {
    const stage = extra + bytes;
    const sum = stage + bytes;
    const half = h * 0.5;
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      slopeF32(cm, num, den, v, sum, n);
      scaleAddF32(half, sum, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slopeF32(cm, num, den, stage, extra, n);
      scaleAddF32(2, extra, sum, sum, n);
      scaleAddF32(half, extra, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slopeF32(cm, num, den, stage, extra, n);
      scaleAddF32(2, extra, sum, sum, n);
      scaleAddF32(h, extra, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slopeF32(cm, num, den, stage, extra, n);
      scaleAddF32(1, extra, sum, sum, n);
      scaleAddF32(h * <f32>(1.0 / 6.0), sum, v, v, n);
    }
  }
}

function ctrnn(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const z = arena + load<u32>(layer, Layer.IN);
  const v = arena + load<u32>(layer, Layer.OUT);
  const drive = arena + load<u32>(layer, Layer.SCRATCH);
  const h = load<f32>(layer, Layer.ODE_STEP) * load<f32>(arena, Control.ELAPSED);
  const leak = image + load<u32>(layer, Layer.BLOCK_1);
  for (let unfolds = load<u32>(layer, Layer.UNFOLDS); unfolds > 0; unfolds--) {
    product(image + load<u32>(layer, Layer.BLOCK_0), z, drive, n, nIn + n);
    tanhF32(drive, drive, n);
    mulSubF32(drive, v, leak, drive, n);
    scaleAddF32(h, drive, v, v, n);
  }
}

function cfc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const dt = load<f32>(arena, Control.ELAPSED);
  const mode = <u32>load<u16>(layer, Layer.VARIANT);
  const f1 = arena + load<u32>(layer, Layer.SCRATCH);
  const f2 = f1 + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), x, f1, n, nIn);
  if (mode == Mode.PURE) {
    const tau = image + load<u32>(layer, Layer.BLOCK_1);
    decayF32(dt, tau, f1, f2, n);
    expF32(f2, f2, n);
    pureF32(tau + bytes, f1, f2, h, n);
    return;
  }
  const ta = f2 + bytes;
  const tb = ta + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_1), x, f2, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_2), x, ta, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_3), x, tb, n, nIn);
  tanhF32(f1, f1, n << 1);
  scaleAddF32(dt, ta, tb, ta, n);
  sigmoidF32(ta, ta, n);
  if (mode == Mode.NO_GATE) mulAddF32(ta, f2, f1, h, n);
  else blendF32(f1, f2, ta, h, n);
}

function lstm(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const h = arena + load<u32>(layer, Layer.OUT);
  const c = arena + load<u32>(layer, Layer.CELL);
  const g = arena + load<u32>(layer, Layer.SCRATCH);
  const i = g + bytes;
  const f = i + bytes;
  const o = f + bytes;
  product(
    image + load<u32>(layer, Layer.BLOCK_0),
    arena + load<u32>(layer, Layer.IN),
    g, n << 2, load<i32>(layer, Layer.N_IN) + n
  );
  tanhF32(g, g, n);
  sigmoidF32(i, i, 3 * n);
  mulF32(g, i, g, n);
  mulAddF32(c, f, g, c, n);
  tanhF32(c, g, n);
  mulF32(g, o, h, n);
}

function gru(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const r = arena + load<u32>(layer, Layer.SCRATCH);
  const z = r + bytes;
  const fromInput = z + bytes;
  const fromState = fromInput + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), x, r, n << 1, nIn + n);
  sigmoidF32(r, r, n << 1);
  product(image + load<u32>(layer, Layer.BLOCK_1), x, fromInput, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_2), h, fromState, n, n);
  mulAddF32(r, fromState, fromInput, r, n);
  tanhF32(r, r, n);
  blendF32(r, h, z, h, n);
}

function gate(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const z = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const g = arena + load<u32>(layer, Layer.SCRATCH);
  const keep = g + (<usize>n << 2);
  product(image + load<u32>(layer, Layer.BLOCK_0), z, g, n, nIn + n);
  product(image + load<u32>(layer, Layer.BLOCK_1), z, keep, n, nIn + n);
  tanhF32(g, g, n);
  softplusF32(keep, keep, n);
  elapseF32(load<f32>(arena, Control.ELAPSED), keep, keep, n);
  expF32(keep, keep, n);
  blendF32(g, h, keep, h, n);
}
