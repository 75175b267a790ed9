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

/** Vectors of n in front of the records. */
export const LTC_VECTORS: i32 = 14;

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

  const baseNum = work;
  const baseDen = baseNum + padded;
  const capacity = baseDen + padded; // fused; else k and, behind it, the sum of k
  const gCm = capacity + 2 * padded;
  const gBaseNum = gCm + padded;
  const gBaseDen = gBaseNum + padded;
  const gNum = gBaseDen + padded;
  const gDen = gNum + padded;
  const g = gDen + padded; // dL/dv, then four vectors more of rk4
  const records = work + LTC_VECTORS * padded;

  synapses(image + sensory, tape, leakCurrent, gleak, baseNum, baseDen, n, nIn);
  copyF32(tape + (<usize>nIn << 2), records, n);
  if (solver == Solver.FUSED) membraneF32(<f32>1 / h, cm, capacity, baseDen, n);
  let record = records;
  for (let u: u32 = 0; u < unfolds; u++) {
    if (solver == Solver.FUSED) record = fused(image + recurrent, baseNum, baseDen, capacity, record, n);
    else if (solver == Solver.EULER) record = euler(image + recurrent, cm, baseNum, baseDen, capacity, h, record, n);
    else record = rk4(image + recurrent, cm, baseNum, baseDen, capacity, h, record, n);
  }

  clearF32(gCm, <i32>(5 * padded >> 2)); // gCm to gDen, with their padding
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
      scaleF32(h, g, g + padded, n);
      slopeAdjoint(image + recurrent, gradient + recurrent, cm, record, work, g + padded, g, n);
    } else {
      record -= 12 * padded;
      rk4Adjoint(image + recurrent, gradient + recurrent, cm, h, record, work, n);
    }
  }
  copyF32(g, gOut, n);
  const gMembrane = gradient + membrane;
  if (solver == Solver.FUSED) scaleAddF32(<f32>1 / h, gCm, gMembrane, gMembrane, n);
  else addF32(gCm, gMembrane, n);
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
  const sum = k + paddedBytes(n);
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
  const atG = work + 9 * padded;
  const next = load<T>(record + 3 * padded);
  const q = div<T>(load<T>(atG), load<T>(record + 2 * padded));
  const gDen = sub<T>(splat<T>(0), mul<T>(q, next));
  accumulate<T>(work + 4 * padded, mul<T>(q, sub<T>(load<T>(record), next)));
  accumulate<T>(work + 5 * padded, q);
  accumulate<T>(work + 6 * padded, gDen);
  store<T>(work + 7 * padded, q);
  store<T>(work + 8 * padded, gDen);
  store<T>(atG, mul<T>(q, load<T>(work + 2 * padded)));
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
  synapsesAdjoint(recurrent, gRecurrent, record, work + 7 * padded, work + 8 * padded, gv, n, n);
}

@inline function slopeStep<T>(rate: usize, record: usize, work: usize, gk: usize, gv: usize, padded: usize): void {
  const v = load<T>(record);
  const den = load<T>(record + 2 * padded);
  const g = load<T>(gk);
  const gNum = mul<T>(g, load<T>(rate));
  const gDen = sub<T>(splat<T>(0), mul<T>(gNum, v));
  accumulate<T>(work + 4 * padded, mul<T>(g, sub<T>(load<T>(record + padded), mul<T>(v, den))));
  accumulate<T>(work + 5 * padded, gNum);
  accumulate<T>(work + 6 * padded, gDen);
  store<T>(work + 7 * padded, gNum);
  store<T>(work + 8 * padded, gDen);
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
  const g = work + 9 * padded;
  const gNew = g + padded;
  const gk = gNew + padded;
  const gStage = gk + padded;
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
