// What `check` proves of an integer layer: the same as of the others, and that no sum leaves 32 bits and no division meets
// a 0 (docs/integers.md). Whatever the arena holds, no such layer traps.

// @ts-nocheck: checked by asc

import { checkIntMatrix, isWide } from "./check-matrix-integer";
import { checkIntSynapses, checkNeurons } from "./check-synapses-integer";
import { inArenaBytes, inImage } from "./check-window";
import {
  Header, IntKind, IntMode, Layer, MAX_ELEMENTS, MAX_UNFOLDS, scratchElements, SYNAPSE_TABLE_BYTES, TABLE_BYTES
} from "./image";
import { Reject } from "./reject";

const LAST_SHIFT: u32 = 30;
/** CfC pure: up to there, 2^14 times its v and half a unit of the last shift stay below 2^31. */
const LEAST_SWING_SHIFT: u32 = 15;

function magnitude(x: i32): u32 {
  return <u32>(x < 0 ? -x : x);
}

/** Bytes of `words` i32 vectors and one of u8, all of n elements. */
function vectorBytes(n: u32, words: u32): u32 {
  return n * 4 * words + ((n + 3) & ~3);
}

/** A table at offset `at`; `signed`: entries may be negative. */
function checkTable(image: usize, imageBytes: u32, at: u32, signed: bool): i32 {
  if (!inImage(at, TABLE_BYTES, imageBytes)) return Reject.BLOCK_WINDOW;
  const table = image + at;
  const lo = load<i32>(table);
  if (lo < -32768 || lo > 32767 || load<u32>(table, 4) - 1 >= 8) return Reject.TABLE;
  return signed || isPositive(table + 8, 257) ? Reject.NONE : Reject.TABLE;
}

/** Whether none of the `count` i16 at p is negative. */
function isPositive(p: usize, count: u32): bool {
  let all: i32 = 0;
  for (; count > 0; count--, p += 2) all |= <i32>load<i16>(p);
  return all >= 0;
}

/** The map of an input or output layer. */
function checkMap(image: usize, imageBytes: u32, at: u32, n: u32, kind: u32): i32 {
  if (!inImage(at, vectorBytes(n, 2), imageBytes)) return Reject.BLOCK_WINDOW;
  let m = image + at;
  let s = m + (n << 3);
  for (let i: u32 = 0; i < n; i++, m += 4, s++) {
    const factor = magnitude(load<i32>(m));
    const shift = <u32>load<u8>(s);
    if (factor >= 32768) return Reject.MAP;
    if (kind == IntKind.AFFINE) {
      if (shift > 46) return Reject.MAP;
    } else {
      // Below 2^30 + 2^31 + 2^29.
      if (shift > LAST_SHIFT) return Reject.MAP;
      if ((factor << 15) + magnitude(load<i32>(m + (n << 2))) + ((1 << shift) >> 1) > 0x7fffffff) return Reject.MAP;
    }
  }
  return Reject.NONE;
}

/** |w_tau|, A and its shift of CfC's pure mode. */
function checkPure(image: usize, imageBytes: u32, at: u32, n: u32): i32 {
  if (!inImage(at, vectorBytes(n, 2), imageBytes)) return Reject.BLOCK_WINDOW;
  const most = <u64>load<u16>(image, Header.TIME_MAX);
  let tau = image + at;
  let s = tau + (n << 3);
  for (let i: u32 = 0; i < n; i++, tau += 4, s++) {
    if ((<u64>load<u32>(tau) + 32767) * most >= 0x100000000) return Reject.DECAY;
    if (magnitude(load<i32>(tau + (n << 2))) >= 16384 || <u32>load<u8>(s) > LAST_SHIFT) return Reject.PARAMETER;
  }
  return Reject.NONE;
}

function checkCfc(
  image: usize, imageBytes: u32, arenaBytes: u32, layer: usize, variant: u32, n: u32, nIn: u32, wide: u32
): i32 {
  const timeShift = <u32>load<u8>(layer, Layer.PARAMETER_0);
  if (timeShift > LAST_SHIFT) return Reject.PARAMETER;
  let code = checkIntMatrix(image, imageBytes, arenaBytes, load<u32>(layer, Layer.BLOCK_0), n, nIn, wide);
  if (code != Reject.NONE) return code;
  const block2 = load<u32>(layer, Layer.BLOCK_2);
  if (variant == IntMode.PURE) {
    if (<u32>load<u8>(layer, Layer.PARAMETER_1) - LEAST_SWING_SHIFT > LAST_SHIFT - LEAST_SWING_SHIFT) return Reject.PARAMETER;
    code = checkPure(image, imageBytes, load<u32>(layer, Layer.BLOCK_1), n);
    return code != Reject.NONE ? code : checkTable(image, imageBytes, block2, false);
  }
  code = checkIntMatrix(image, imageBytes, arenaBytes, load<u32>(layer, Layer.BLOCK_1), n, nIn, wide);
  if (code == Reject.NONE) code = checkIntMatrix(image, imageBytes, arenaBytes, block2, n, nIn, wide);
  if (code == Reject.NONE && variant < IntMode.PURE) {
    // Below 2^31 + 2^29.
    const most = <u32>load<u16>(image, Header.TIME_MAX) * 32767 + (((<u32>1) << timeShift) >> 1);
    if (most > 0x7fffffff) return Reject.DECAY;
    code = checkIntMatrix(image, imageBytes, arenaBytes, load<u32>(layer, Layer.BLOCK_3), n, nIn, wide);
  }
  if (code == Reject.NONE) code = checkTable(image, imageBytes, load<u32>(layer, Layer.BLOCK_4), true);
  if (code == Reject.NONE) code = checkTable(image, imageBytes, load<u32>(layer, Layer.BLOCK_5), false);
  return code;
}

function checkLtc(image: usize, imageBytes: u32, layer: usize, n: u32, nIn: u32): i32 {
  const sensory = load<u32>(layer, Layer.BLOCK_0);
  const recurrent = load<u32>(layer, Layer.BLOCK_1);
  const vector = load<u32>(layer, Layer.BLOCK_2);
  const table = load<u32>(layer, Layer.BLOCK_3);
  const f = <u32>load<u8>(layer, Layer.PARAMETER_0);
  const c = <u32>load<u8>(layer, Layer.PARAMETER_1);
  if (f > 14 || c > 62) return Reject.PARAMETER;
  if (!inImage(vector, 12 * n, imageBytes) || !inImage(table, SYNAPSE_TABLE_BYTES, imageBytes)) return Reject.BLOCK_WINDOW;
  if (!isPositive(image + table, SYNAPSE_TABLE_BYTES >> 1)) return Reject.TABLE;
  let code = checkIntSynapses(image, imageBytes, sensory, n, nIn, f);
  if (code == Reject.NONE) code = checkIntSynapses(image, imageBytes, recurrent, n, n, f);
  if (code == Reject.NONE) code = checkNeurons(image, image + vector, image + sensory, image + recurrent, n, nIn, f, c);
  return code;
}

/** The parameter blocks of a layer, by kind. */
function checkBlocks(
  image: usize, imageBytes: u32, arenaBytes: u32, layer: usize, kind: u32, variant: u32, n: u32, nIn: u32, wide: u32
): i32 {
  const block0 = load<u32>(layer, Layer.BLOCK_0);
  const block1 = load<u32>(layer, Layer.BLOCK_1);
  const block2 = load<u32>(layer, Layer.BLOCK_2);
  const block3 = load<u32>(layer, Layer.BLOCK_3);
  const block4 = load<u32>(layer, Layer.BLOCK_4);
  if (kind <= IntKind.AFFINE) return checkMap(image, imageBytes, block0, n, kind);
  if (kind == IntKind.CFC) return checkCfc(image, imageBytes, arenaBytes, layer, variant, n, nIn, wide);
  if (kind == IntKind.LTC) return checkLtc(image, imageBytes, layer, n, nIn);
  let code: i32 = Reject.NONE;
  if (kind == IntKind.DENSE) {
    code = checkIntMatrix(image, imageBytes, arenaBytes, block0, n, nIn, wide);
    if (code == Reject.NONE && variant != 0) code = checkTable(image, imageBytes, block1, true);
  } else if (kind == IntKind.LSTM) {
    if (<u32>load<u8>(layer, Layer.PARAMETER_0) > 4 || <u32>load<u8>(layer, Layer.PARAMETER_1) > 15) return Reject.PARAMETER;
    code = checkIntMatrix(image, imageBytes, arenaBytes, block0, n << 2, nIn + n, wide);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block1, true);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block2, false);
  } else if (kind == IntKind.GRU) {
    code = checkIntMatrix(image, imageBytes, arenaBytes, block0, n << 1, nIn + n, wide);
    if (code == Reject.NONE) code = checkIntMatrix(image, imageBytes, arenaBytes, block1, n, nIn, wide);
    if (code == Reject.NONE) code = checkIntMatrix(image, imageBytes, arenaBytes, block2, n, n, wide);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block3, true);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block4, false);
  } else {
    if (<u32>load<u8>(layer, Layer.PARAMETER_0) > LAST_SHIFT) return Reject.PARAMETER;
    code = checkIntMatrix(image, imageBytes, arenaBytes, block0, n, nIn, wide);
    if (code == Reject.NONE) code = checkIntMatrix(image, imageBytes, arenaBytes, block1, n, nIn, wide);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block2, true);
    if (code == Reject.NONE) code = checkTable(image, imageBytes, block3, false);
    if (code == Reject.NONE && variant == 0) code = checkTable(image, imageBytes, block4, false);
  }
  return code;
}

export function checkIntLayer(image: usize, imageBytes: u32, arenaBytes: u32, layer: usize): i32 {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  const variant = <u32>load<u16>(layer, Layer.VARIANT);
  const nIn = load<u32>(layer, Layer.N_IN);
  const n = load<u32>(layer, Layer.N);
  if (kind < IntKind.INPUT || kind > IntKind.LTC) return Reject.KIND;
  let variants: u32 = 1;
  if (kind == IntKind.INPUT || kind == IntKind.DENSE || kind == IntKind.GATE) variants = 2;
  if (kind == IntKind.CFC) variants = IntMode.NO_GATE_UNIT + 1;
  if (variant >= variants) return Reject.VARIANT;
  if (n - 1 >= MAX_ELEMENTS || nIn - 1 >= MAX_ELEMENTS) return Reject.LAYER_SIZE;
  if (kind <= IntKind.AFFINE && nIn != n) return Reject.LAYER_SIZE;

  const input = load<u32>(layer, Layer.IN);
  const out = load<u32>(layer, Layer.OUT);
  const scratch = load<u32>(layer, Layer.SCRATCH);
  const scratchBytes = scratchElements(kind, variant, n) << 2;
  const hasMatrices = kind > IntKind.AFFINE && kind != IntKind.LTC;
  const wide = hasMatrices ? isWide(image, imageBytes, load<u32>(layer, Layer.BLOCK_0)) : 0;
  const inWidth: u32 = hasMatrices ? 1 + wide : 2;
  const outWidth: u32 = kind == IntKind.INPUT && variant == 0 ? 1 : 2;
  const inLength = kind == IntKind.LSTM || kind == IntKind.GRU ? nIn + n : nIn;
  if (
    !inArenaBytes(input, inLength * inWidth, inWidth, arenaBytes) ||
    !inArenaBytes(out, n * outWidth, outWidth, arenaBytes) ||
    !inArenaBytes(scratch, scratchBytes, 4, arenaBytes) ||
    (kind == IntKind.LSTM && !inArenaBytes(load<u32>(layer, Layer.CELL), n << 1, 2, arenaBytes))
  ) return Reject.LAYER_WINDOW;
  if (kind > IntKind.AFFINE) {
    const narrowed = load<u32>(layer, Layer.NARROWED);
    if (narrowed != 0 && !inArenaBytes(narrowed, n, 1, arenaBytes)) return Reject.LAYER_WINDOW;
    if (<u32>load<u8>(layer, Layer.NARROW_SHIFT) > 15) return Reject.PARAMETER;
  }
  if (kind == IntKind.LTC) {
    if (load<u32>(layer, Layer.UNFOLDS) - 1 >= MAX_UNFOLDS) return Reject.UNFOLDS;
    // The state is written while the denominators in the scratch are still to be read.
    if (out < scratch + scratchBytes && scratch < out + (n << 1)) return Reject.LAYER_OVERLAP;
  }
  return checkBlocks(image, imageBytes, arenaBytes, layer, kind, variant, n, nIn, wide);
}
