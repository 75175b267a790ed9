// Adjoint of the LTC cell with all its solvers; signature in dense.ts.
//
// The solver's steps run once more and leave a record of every evaluation of the synapses, | v | num | den |, each padded
// to whole lanes; behind the last record stands the new state. Then the records are walked in reverse.

// @ts-nocheck: checked by asc

import { Layer, Solver } from "../image";
import { div, mul, splat, sub } from "../lanes";
import { synapses } from "../layers";
import { fusedF32, membraneF32, scaleAddF32, slopeF32 } from "../vector-f32";
import { synapsesAdjoint } from "./synapses";
import { accumulate, addF32, clearF32, copyF32, paddedBytes } from "./vector";

/** Vectors of n in `work`, each padded to whole lanes; the records stand behind them. */
namespace Work {
  export const BASE_NUM: usize = 0;
  export const BASE_DEN: usize = 1;
  /** cm / h of the fused solver; k of the others. */
  export const CAPACITY: usize = 2;
  export const SUM_OF_K: usize = 3;
  /** Adjoints, over all unfolds: of cm / h or of 1 / cm, and of the base values. */
  export const G_CAPACITY: usize = 4;
  export const G_BASE_NUM: usize = 5;
  export const G_BASE_DEN: usize = 6;
  /** Of one evaluation. */
  export const G_NUM: usize = 7;
  export const G_DEN: usize = 8;
  /** Of the state. */
  export const G: usize = 9;
  export const G_K: usize = 10;
  export const G_NEW: usize = 11;
  export const G_STAGE: usize = 12;
  export const VECTORS: usize = 13;
}

/** Bytes of work for n neurons and that many evaluations of their synapses. */
@inline export function ltcWorkBytes(n: i32, evaluations: f64): f64 {
  return (<f64>Work.VECTORS + 3 * evaluations + 1) * <f64>paddedBytes(n);
}

/** Evaluations of the recurrent synapses in one unfold. */
@inline export function evaluations(solver: u32): u32 {
  return solver == Solver.RK4 ? 4 : 1;
}

export function ltcAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const bytes = <usize>n << 2;
  const padded = paddedBytes(n);
  const solver = <u32>load<u16>(layer, Layer.VARIANT);
  const unfolds = load<u32>(layer, Layer.UNFOLDS);
  const h = load<f32>(layer, Layer.ODE_STEP) * elapsed;
  const sensory = load<u32>(layer, Layer.BLOCK_0);
  const recurrent = load<u32>(layer, Layer.BLOCK_1);
  const membrane = load<u32>(layer, Layer.BLOCK_2);
  const cm = image + membrane;
  const gleak = cm + bytes;
  const leakCurrent = gleak + bytes;
  const gOut = adjoint + load<u32>(layer, Layer.OUT);

  const baseNum = work + Work.BASE_NUM * padded;
  const baseDen = work + Work.BASE_DEN * padded;
  const capacity = work + Work.CAPACITY * padded;
  const gCapacity = work + Work.G_CAPACITY * padded;
  const gBaseNum = work + Work.G_BASE_NUM * padded;
  const gBaseDen = work + Work.G_BASE_DEN * padded;
  const gNum = work + Work.G_NUM * padded;
  const gDen = work + Work.G_DEN * padded;
  const g = work + Work.G * padded;
  const gk = work + Work.G_K * padded;
  const records = work + Work.VECTORS * padded;

  synapses(image + sensory, tape, leakCurrent, gleak, baseNum, baseDen, n, nIn);
  copyF32(tape + (<usize>nIn << 2), records, n);
  if (solver == Solver.FUSED) membraneF32(<f32>1 / h, cm, capacity, baseDen, n);
  let record = records;
  for (let u: u32 = 0; u < unfolds; u++) {
    if (solver == Solver.FUSED) record = fused(image + recurrent, baseNum, baseDen, capacity, record, n);
    else if (solver == Solver.EULER) record = euler(image + recurrent, cm, baseNum, baseDen, capacity, h, record, n);
    else record = rk4(image + recurrent, cm, baseNum, baseDen, capacity, h, record, n);
  }

  clearF32(gCapacity, <i32>(5 * padded >> 2)); // up to gDen, with their padding
  copyF32(gOut, g, n);
  for (let u: u32 = 0; u < unfolds; u++) {
    if (solver == Solver.FUSED) {
      record -= 3 * padded;
      let i: usize = 0;
      for (; i + 16 <= bytes; i += 16) fusedStep<v128>(record + i, work + i, padded);
      for (; i < bytes; i += 4) fusedStep<f32>(record + i, work + i, padded);
      synapsesAdjoint(image + recurrent, gradient + recurrent, record, gNum, gDen, g, n, n);
    } else if (solver == Solver.EULER) {
      record -= 3 * padded;
      scaleF32(h, g, gk, n);
      slopeAdjoint(image + recurrent, gradient + recurrent, cm, record, work, gk, g, n);
    } else {
      record -= 12 * padded;
      rk4Adjoint(image + recurrent, gradient + recurrent, cm, h, record, work, n);
    }
  }
  copyF32(g, gOut, n);
  const gMembrane = gradient + membrane;
  if (solver == Solver.FUSED) scaleAddF32(<f32>1 / h, gCapacity, gMembrane, gMembrane, n);
  else addF32(gCapacity, gMembrane, n);
  addF32(gBaseDen, gMembrane + bytes, n);
  addF32(gBaseNum, gMembrane + 2 * bytes, n);
  synapsesAdjoint(
    image + sensory, gradient + sensory, tape, gBaseNum, gBaseDen, adjoint + load<u32>(layer, Layer.IN), n, nIn
  );
}

/** One unfold from the state in `record`; completes the record and returns the next one, which begins with the new state. */
function fused(recurrent: usize, baseNum: usize, baseDen: usize, capacity: usize, record: usize, n: i32): usize {
  const padded = paddedBytes(n);
  const num = record + padded;
  const den = num + padded;
  const next = den + padded;
  synapses(recurrent, record, baseNum, baseDen, num, den, n, n);
  copyF32(record, next, n);
  fusedF32(capacity, num, den, next, n);
  return next;
}

function euler(
  recurrent: usize, cm: usize, baseNum: usize, baseDen: usize, k: usize, h: f32, record: usize, n: i32
): usize {
  const next = slope(recurrent, cm, baseNum, baseDen, k, record, n);
  scaleAddF32(h, k, record, next, n);
  return next;
}

/** Four records: of the state and of the three stages that follow. */
function rk4(
  recurrent: usize, cm: usize, baseNum: usize, baseDen: usize, k: usize, h: f32, record: usize, n: i32
): usize {
  const sum = k + (Work.SUM_OF_K - Work.CAPACITY) * paddedBytes(n);
  const half = h * 0.5;
  const stage2 = slope(recurrent, cm, baseNum, baseDen, sum, record, n);
  scaleAddF32(half, sum, record, stage2, n);
  const stage3 = slope(recurrent, cm, baseNum, baseDen, k, stage2, n);
  scaleAddF32(2, k, sum, sum, n);
  scaleAddF32(half, k, record, stage3, n);
  const stage4 = slope(recurrent, cm, baseNum, baseDen, k, stage3, n);
  scaleAddF32(2, k, sum, sum, n);
  scaleAddF32(h, k, record, stage4, n);
  const next = slope(recurrent, cm, baseNum, baseDen, k, stage4, n);
  scaleAddF32(1, k, sum, sum, n);
  scaleAddF32(h * <f32>(1.0 / 6.0), sum, record, next, n);
  return next;
}

/** k = dv/dt at the v of the record, which it completes; returns the next record. */
function slope(
  recurrent: usize, rate: usize, baseNum: usize, baseDen: usize, k: usize, record: usize, n: i32
): usize {
  const padded = paddedBytes(n);
  const num = record + padded;
  const den = num + padded;
  synapses(recurrent, record, baseNum, baseDen, num, den, n, n);
  slopeF32(rate, num, den, record, k, n);
  return den + padded;
}

/** v' = (C v + num) / den, where den holds C too: q = dL/dv' / den goes to num, -q v' to den. */
@inline function fusedStep<T>(record: usize, work: usize, padded: usize): void {
  const atG = work + Work.G * padded;
  const next = load<T>(record + 3 * padded);
  const q = div<T>(load<T>(atG), load<T>(record + 2 * padded));
  const gDen = sub<T>(splat<T>(0), mul<T>(q, next));
  accumulate<T>(work + Work.G_CAPACITY * padded, mul<T>(q, sub<T>(load<T>(record), next)));
  accumulate<T>(work + Work.G_BASE_NUM * padded, q);
  accumulate<T>(work + Work.G_BASE_DEN * padded, gDen);
  store<T>(work + Work.G_NUM * padded, q);
  store<T>(work + Work.G_DEN * padded, gDen);
  store<T>(atG, mul<T>(q, load<T>(work + Work.CAPACITY * padded)));
}

/** Adjoint of k = rate (num - v den): from gk to gv, which is added to, and to all parameters. */
function slopeAdjoint(
  recurrent: usize, gRecurrent: usize, rate: usize, record: usize, work: usize, gk: usize, gv: usize, n: i32
): void {
  const padded = paddedBytes(n);
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) slopeStep<v128>(rate + i, record + i, work + i, gk + i, gv + i, padded);
  for (; i < bytes; i += 4) slopeStep<f32>(rate + i, record + i, work + i, gk + i, gv + i, padded);
  synapsesAdjoint(recurrent, gRecurrent, record, work + Work.G_NUM * padded, work + Work.G_DEN * padded, gv, n, n);
}

@inline function slopeStep<T>(rate: usize, record: usize, work: usize, gk: usize, gv: usize, padded: usize): void {
  const v = load<T>(record);
  const den = load<T>(record + 2 * padded);
  const g = load<T>(gk);
  const gNum = mul<T>(g, load<T>(rate));
  const gDen = sub<T>(splat<T>(0), mul<T>(gNum, v));
  accumulate<T>(work + Work.G_CAPACITY * padded, mul<T>(g, sub<T>(load<T>(record + padded), mul<T>(v, den))));
  accumulate<T>(work + Work.G_BASE_NUM * padded, gNum);
  accumulate<T>(work + Work.G_BASE_DEN * padded, gDen);
  store<T>(work + Work.G_NUM * padded, gNum);
  store<T>(work + Work.G_DEN * padded, gDen);
  store<T>(gv, sub<T>(load<T>(gv), mul<T>(gNum, den)));
}

/**
 * v' = v + h/6 (k1 + 2 k2 + 2 k3 + k4), where k1 is taken at v, k2 at v + h/2 k1, k3 at v + h/2 k2, k4 at v + h k3: the
 * adjoint of each k is its share of dL/dv' and what came back from the stage that it led to.
 */
function rk4Adjoint(
  recurrent: usize, gRecurrent: usize, rate: usize, h: f32, record: usize, work: usize, n: i32
): void {
  const padded = paddedBytes(n);
  const g = work + Work.G * padded;
  const gNew = work + Work.G_NEW * padded;
  const gk = work + Work.G_K * padded;
  const gStage = work + Work.G_STAGE * padded;
  copyF32(g, gNew, n);
  let toStage: f32 = 0; // how far the stage after this one goes along k
  for (let stage: u32 = 3; ; stage--) {
    const share = h * (stage == 0 || stage == 3 ? <f32>(1.0 / 6.0) : <f32>(1.0 / 3.0));
    scaleF32(share, gNew, gk, n);
    if (stage < 3) scaleAddF32(toStage, gStage, gk, gk, n);
    clearF32(gStage, n);
    slopeAdjoint(recurrent, gRecurrent, rate, record + stage * 3 * padded, work, gk, gStage, n);
    addF32(gStage, g, n);
    if (stage == 0) return;
    toStage = stage == 3 ? h : h * 0.5;
  }
}

/** y = s x */
function scaleF32(s: f32, x: usize, y: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) store<v128>(y + i, mul<v128>(splat<v128>(s), load<v128>(x + i)));
  for (; i < bytes; i += 4) store<f32>(y + i, s * load<f32>(x + i));
}
