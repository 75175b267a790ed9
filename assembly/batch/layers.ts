// What each kind of layer does in one time step of four sequences: layers.ts with the kernels of this folder. Kernels that see
// values only are those of one sequence, on vectors four times as long.

// @ts-nocheck: checked by asc

import { expF32, sigmoidF32, softplusF32, tanhF32 } from "../activation-f32";
import { Control, Format, Kind, Layer, Mode, Solver } from "../image";
import { activate } from "../layers";
import { blendF32, fusedF32, mulAddF32, mulF32 } from "../vector-f32";
import * as matvec from "./matvec";
import * as synapse from "./synapses";
import { affine, decay, elapse, membrane, mulSub, pure, scaleAdd, slope, spread } from "./vector";

/** Runs the layer whose record stands at `layer`. */
export function runLayer(image: usize, arena: usize, layer: usize): void {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  if (kind == Kind.LTC) ltc(image, arena, layer);
  else if (kind == Kind.CFC) cfc(image, arena, layer);
  else if (kind == Kind.DENSE) dense(image, arena, layer);
  else if (kind == Kind.AFFINE) inputMap(image, arena, layer);
  else if (kind == Kind.LSTM) lstm(image, arena, layer);
  else if (kind == Kind.GRU) gru(image, arena, layer);
  else if (kind == Kind.GATE) gate(image, arena, layer);
  else ctrnn(image, arena, layer);
}

/** Where the arena's vector that a record names lies. */
@inline function vector(arena: usize, layer: usize, field: usize): usize {
  return arena + (<usize>load<u32>(layer + field) << 2);
}

@inline function elapsedOf(arena: usize): v128 {
  return v128.load(arena, 4 * Control.ELAPSED);
}

function product(block: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const bias = block + 8;
  const weights = bias + (<usize>nOut << 2);
  const format = load<u32>(block);
  if (format == Format.DENSE) matvec.dense<f32>(weights, bias, x, y, nOut, nIn);
  else if (format == Format.SPARSE) matvec.sparse<f32>(weights, bias, x, y, nOut);
  else if (format == Format.BLOCK) matvec.blocks<f32>(weights, bias, x, y, nOut);
  else if (format == Format.DENSE_F16) matvec.dense<i16>(weights, bias, x, y, nOut, nIn);
  else if (format == Format.SPARSE_F16) matvec.sparse<i16>(weights, bias, x, y, nOut);
  else matvec.blocks<i16>(weights, bias, x, y, nOut);
}

function synapses(
  block: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  const format = load<u32>(block);
  if (format == Format.DENSE) synapse.dense<f32>(block + 8, v, baseNum, baseDen, num, den, nOut, nIn);
  else if (format == Format.SPARSE) synapse.sparse<f32>(block + 8, v, baseNum, baseDen, num, den, nOut);
  else if (format == Format.DENSE_F16) synapse.dense<i16>(block + 8, v, baseNum, baseDen, num, den, nOut, nIn);
  else synapse.sparse<i16>(block + 8, v, baseNum, baseDen, num, den, nOut);
}

function inputMap(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const w = image + load<u32>(layer, Layer.BLOCK_0);
  affine(vector(arena, layer, Layer.IN), w, w + (<usize>n << 2), vector(arena, layer, Layer.OUT), n);
}

function dense(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const out = vector(arena, layer, Layer.OUT);
  product(image + load<u32>(layer, Layer.BLOCK_0), vector(arena, layer, Layer.IN), out, n, load<i32>(layer, Layer.N_IN));
  activate(load<u16>(layer, Layer.VARIANT), out, n << 2);
}

function ltc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 4;
  const v = vector(arena, layer, Layer.OUT);
  const cm = image + load<u32>(layer, Layer.BLOCK_2);
  const gleak = cm + (<usize>n << 2);
  const recurrent = image + load<u32>(layer, Layer.BLOCK_1);
  const baseNum = vector(arena, layer, Layer.SCRATCH);
  const baseDen = baseNum + bytes;
  const num = baseDen + bytes;
  const den = num + bytes;
  const extra = den + bytes;

  spread(gleak + (<usize>n << 2), baseNum, n);
  spread(gleak, baseDen, n);
  synapses(
    image + load<u32>(layer, Layer.BLOCK_0),
    vector(arena, layer, Layer.IN),
    baseNum, baseDen, baseNum, baseDen, n, load<i32>(layer, Layer.N_IN)
  );
  const h = f32x4.mul(v128.load32_splat(layer, Layer.ODE_STEP), elapsedOf(arena));
  const solver = <u32>load<u16>(layer, Layer.VARIANT);
  let unfolds = load<u32>(layer, Layer.UNFOLDS);
  if (solver == Solver.FUSED) {
    membrane(f32x4.div(f32x4.splat(1), h), cm, extra, baseDen, n);
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      fusedF32(extra, num, den, v, n << 2);
    }
  } else if (solver == Solver.EULER) {
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      slope(cm, num, den, v, extra, n);
      scaleAdd(h, extra, v, v, n);
    }
  } else {
    const stage = extra + bytes;
    const sum = stage + bytes;
    const half = f32x4.mul(h, f32x4.splat(0.5));
    const two = f32x4.splat(2);
    for (; unfolds > 0; unfolds--) {
      synapses(recurrent, v, baseNum, baseDen, num, den, n, n);
      slope(cm, num, den, v, sum, n);
      scaleAdd(half, sum, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slope(cm, num, den, stage, extra, n);
      scaleAdd(two, extra, sum, sum, n);
      scaleAdd(half, extra, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slope(cm, num, den, stage, extra, n);
      scaleAdd(two, extra, sum, sum, n);
      scaleAdd(h, extra, v, stage, n);
      synapses(recurrent, stage, baseNum, baseDen, num, den, n, n);
      slope(cm, num, den, stage, extra, n);
      scaleAdd(f32x4.splat(1), extra, sum, sum, n);
      scaleAdd(f32x4.mul(h, f32x4.splat(1.0 / 6.0)), sum, v, v, n);
    }
  }
}

function ctrnn(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const z = vector(arena, layer, Layer.IN);
  const v = vector(arena, layer, Layer.OUT);
  const drive = vector(arena, layer, Layer.SCRATCH);
  const h = f32x4.mul(v128.load32_splat(layer, Layer.ODE_STEP), elapsedOf(arena));
  const leak = image + load<u32>(layer, Layer.BLOCK_1);
  for (let unfolds = load<u32>(layer, Layer.UNFOLDS); unfolds > 0; unfolds--) {
    product(image + load<u32>(layer, Layer.BLOCK_0), z, drive, n, load<i32>(layer, Layer.N_IN) + n);
    tanhF32(drive, drive, n << 2);
    mulSub(drive, v, leak, drive, n);
    scaleAdd(h, drive, v, v, n);
  }
}

function cfc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 4;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = vector(arena, layer, Layer.IN);
  const h = vector(arena, layer, Layer.OUT);
  const mode = <u32>load<u16>(layer, Layer.VARIANT);
  const f1 = vector(arena, layer, Layer.SCRATCH);
  const f2 = f1 + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), x, f1, n, nIn);
  if (mode == Mode.PURE) {
    const tau = image + load<u32>(layer, Layer.BLOCK_1);
    decay(elapsedOf(arena), tau, f1, f2, n);
    expF32(f2, f2, n << 2);
    pure(tau + (<usize>n << 2), f1, f2, h, n);
    return;
  }
  const ta = f2 + bytes;
  const tb = ta + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_1), x, f2, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_2), x, ta, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_3), x, tb, n, nIn);
  tanhF32(f1, f1, n << 3);
  scaleAdd(elapsedOf(arena), ta, tb, ta, n);
  sigmoidF32(ta, ta, n << 2);
  if (mode == Mode.NO_GATE) mulAddF32(ta, f2, f1, h, n << 2);
  else blendF32(f1, f2, ta, h, n << 2);
}

function lstm(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const values = n << 2;
  const bytes = <usize>n << 4;
  const h = vector(arena, layer, Layer.OUT);
  const c = vector(arena, layer, Layer.CELL);
  const g = vector(arena, layer, Layer.SCRATCH);
  const i = g + bytes;
  const f = i + bytes;
  const o = f + bytes;
  product(
    image + load<u32>(layer, Layer.BLOCK_0),
    vector(arena, layer, Layer.IN),
    g, n << 2, load<i32>(layer, Layer.N_IN) + n
  );
  tanhF32(g, g, values);
  sigmoidF32(i, i, 3 * values);
  mulF32(g, i, g, values);
  mulAddF32(c, f, g, c, values);
  tanhF32(c, g, values);
  mulF32(g, o, h, values);
}

function gru(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const values = n << 2;
  const bytes = <usize>n << 4;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = vector(arena, layer, Layer.IN);
  const h = vector(arena, layer, Layer.OUT);
  const r = vector(arena, layer, Layer.SCRATCH);
  const z = r + bytes;
  const fromInput = z + bytes;
  const fromState = fromInput + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), x, r, n << 1, nIn + n);
  sigmoidF32(r, r, values << 1);
  product(image + load<u32>(layer, Layer.BLOCK_1), x, fromInput, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_2), h, fromState, n, n);
  mulAddF32(r, fromState, fromInput, r, values);
  tanhF32(r, r, values);
  blendF32(r, h, z, h, values);
}

function gate(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const values = n << 2;
  const width = load<i32>(layer, Layer.N_IN) + n;
  const z = vector(arena, layer, Layer.IN);
  const h = vector(arena, layer, Layer.OUT);
  const g = vector(arena, layer, Layer.SCRATCH);
  const keep = g + (<usize>n << 4);
  product(image + load<u32>(layer, Layer.BLOCK_0), z, g, n, width);
  product(image + load<u32>(layer, Layer.BLOCK_1), z, keep, n, width);
  tanhF32(g, g, values);
  softplusF32(keep, keep, values);
  elapse(elapsedOf(arena), keep, keep, n);
  expF32(keep, keep, values);
  blendF32(g, h, keep, h, values);
}
