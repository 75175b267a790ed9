// Accepts or rejects any string of bytes as an image, without ever trapping: afterwards `reset`, `step` and
// `stepLayer` read and write inside image and arena only, whatever the bytes are. It proves memory safety and
// termination; whether the numbers make sense is the compiler's concern.
//
// All counts are at most MAX_ELEMENTS, so no product below overflows 32 bits.

// @ts-nocheck: checked by asc

import { crc32 } from "./crc32";
import {
  Activation, CONTROL_BYTES, Format, Header, HEADER_BYTES, Kind, Layer, LAYER_BYTES, MAGIC, MAX_ELEMENTS, MAX_UNFOLDS,
  Mode, scratchElements, Solver, VERSION
} from "./image";

/** Why an image is rejected. bindings/image/reject-codes.ts has the texts. */
export namespace Reject {
  export const NONE: i32 = 0;
  export const MISALIGNED: i32 = 1;
  export const TOO_SHORT: i32 = 2;
  export const WRAPS: i32 = 3;
  export const OVERLAP: i32 = 4;
  export const MAGIC: i32 = 5;
  export const VERSION: i32 = 6;
  export const IMAGE_BYTES: i32 = 7;
  export const CHECKSUM: i32 = 8;
  export const RESERVED: i32 = 9;
  export const ARENA_BYTES: i32 = 10;
  export const LAYERS: i32 = 11;
  export const IO_SIZE: i32 = 12;
  export const IO_WINDOW: i32 = 13;
  export const KIND: i32 = 14;
  export const VARIANT: i32 = 15;
  export const LAYER_SIZE: i32 = 16;
  export const LAYER_WINDOW: i32 = 17;
  export const NOT_CONTIGUOUS: i32 = 18;
  export const UNFOLDS: i32 = 19;
  export const BLOCK_WINDOW: i32 = 20;
  export const BLOCK_FORMAT: i32 = 21;
  export const BLOCK_BYTES: i32 = 22;
  export const SOURCE: i32 = 23;
}

/** Image and arena end at or before this address: more is left above it than any loop adds to a pointer. */
const LAST_END: u32 = 0xffffff00;

/** Whether `count` floats at offset `at` of the arena lie inside it and outside its control block. */
function inArena(at: u32, count: u32, arenaBytes: u32): bool {
  return at >= CONTROL_BYTES && (at & 3) == 0 && at <= arenaBytes && count << 2 <= arenaBytes - at;
}

/** Whether `bytes` at offset `at` of the image lie inside it, behind the header. */
function inImage(at: u32, bytes: u32, imageBytes: u32): bool {
  return at >= HEADER_BYTES && (at & 3) == 0 && at <= imageBytes && bytes <= imageBytes - at;
}

/**
 * A sparse block's rows: `blockOf4` bytes for four entries, `single` bytes for the floats of one. `p` is the address
 * of the rows, `bytes` how many there are.
 */
function checkRows(p: usize, bytes: u32, nOut: u32, nIn: u32, blockOf4: u32, single: u32): i32 {
  let at: u32 = ((nOut << 1) + 3) & ~3;
  if (at > bytes) return Reject.BLOCK_BYTES;
  const floats = single << 2;
  for (let j: u32 = 0; j < nOut; j++) {
    const count = <u32>load<u16>(p + (j << 1));
    // At most 65,535 entries of less than 32 bytes in each of at most 4 * MAX_ELEMENTS rows, but `at` stays below
    // `bytes` from row to row: no overflow.
    const rest = count & 3;
    const rowBytes = (count >> 2) * blockOf4 + ((rest * (single + 2) + 3) & ~3);
    if (rowBytes > bytes - at) return Reject.BLOCK_BYTES;
    let q = p + at;
    for (let k = count >> 2; k > 0; k--, q += blockOf4) {
      for (let i: u32 = 0; i < 4; i++) {
        const source = <u32>load<u16>(q + floats + (i << 1));
        if ((source & 3) != 0 || source >= nIn << 2) return Reject.SOURCE;
      }
    }
    q += rest * single;
    for (let i: u32 = 0; i < rest; i++) {
      const source = <u32>load<u16>(q + (i << 1));
      if ((source & 3) != 0 || source >= nIn << 2) return Reject.SOURCE;
    }
    at += rowBytes;
  }
  return at == bytes ? Reject.NONE : Reject.BLOCK_BYTES;
}

/** A matrix or synapse block at offset `at`: `head` bytes before the weights, then a dense or sparse part. */
function checkBlock(
  image: usize, imageBytes: u32, at: u32, head: u32, nOut: u32, nIn: u32, record: u32, blockOf4: u32, single: u32
): i32 {
  if (!inImage(at, head, imageBytes)) return Reject.BLOCK_WINDOW;
  const format = load<u32>(image + at);
  const bytes = load<u32>(image + at, 4);
  if (format != Format.DENSE && format != Format.SPARSE) return Reject.BLOCK_FORMAT;
  if (!inImage(at, bytes, imageBytes)) return Reject.BLOCK_WINDOW;
  if (bytes < head) return Reject.BLOCK_BYTES;
  const body = bytes - head;
  if (format == Format.DENSE) {
    return body == ((nOut + 3) >> 2) * nIn * record ? Reject.NONE : Reject.BLOCK_BYTES;
  }
  return checkRows(image + at + head, body, nOut, nIn, blockOf4, single);
}

function checkMatrix(image: usize, imageBytes: u32, at: u32, nOut: u32, nIn: u32): i32 {
  return checkBlock(image, imageBytes, at, 8 + (nOut << 2), nOut, nIn, 16, 24, 4);
}

function checkSynapses(image: usize, imageBytes: u32, at: u32, nOut: u32, nIn: u32): i32 {
  return checkBlock(image, imageBytes, at, 8, nOut, nIn, 64, 72, 16);
}

/** The parameter blocks of a layer, by kind. */
function checkBlocks(image: usize, imageBytes: u32, layer: usize, kind: u32, variant: u32, n: u32, nIn: u32): i32 {
  const block0 = load<u32>(layer, Layer.BLOCK_0);
  const block1 = load<u32>(layer, Layer.BLOCK_1);
  const block2 = load<u32>(layer, Layer.BLOCK_2);
  if (kind == Kind.AFFINE) return inImage(block0, n << 3, imageBytes) ? Reject.NONE : Reject.BLOCK_WINDOW;
  if (kind == Kind.LTC) {
    let code = checkSynapses(image, imageBytes, block0, n, nIn);
    if (code == Reject.NONE) code = checkSynapses(image, imageBytes, block1, n, n);
    if (code == Reject.NONE && !inImage(block2, 12 * n, imageBytes)) code = Reject.BLOCK_WINDOW;
    return code;
  }
  // All other kinds begin with a matrix.
  let rows = n;
  let columns = nIn;
  if (kind == Kind.CTRNN || kind == Kind.LSTM || kind == Kind.GRU || kind == Kind.GATE) columns += n;
  if (kind == Kind.LSTM) rows = n << 2;
  if (kind == Kind.GRU) rows = n << 1;
  let code = checkMatrix(image, imageBytes, block0, rows, columns);
  if (code != Reject.NONE) return code;
  if (kind == Kind.CTRNN) return inImage(block1, n << 2, imageBytes) ? Reject.NONE : Reject.BLOCK_WINDOW;
  if (kind == Kind.GRU) {
    code = checkMatrix(image, imageBytes, block1, n, nIn);
    if (code == Reject.NONE) code = checkMatrix(image, imageBytes, block2, n, n);
  } else if (kind == Kind.GATE) {
    code = checkMatrix(image, imageBytes, block1, n, columns);
  } else if (kind == Kind.CFC) {
    if (variant == Mode.PURE) return inImage(block1, n << 3, imageBytes) ? Reject.NONE : Reject.BLOCK_WINDOW;
    code = checkMatrix(image, imageBytes, block1, n, nIn);
    if (code == Reject.NONE) code = checkMatrix(image, imageBytes, block2, n, nIn);
    if (code == Reject.NONE) code = checkMatrix(image, imageBytes, load<u32>(layer, Layer.BLOCK_3), n, nIn);
  }
  return code;
}

function checkLayer(image: usize, imageBytes: u32, arenaBytes: u32, layer: usize): i32 {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  const variant = <u32>load<u16>(layer, Layer.VARIANT);
  const nIn = load<u32>(layer, Layer.N_IN);
  const n = load<u32>(layer, Layer.N);
  if (kind < Kind.AFFINE || kind > Kind.GATE) return Reject.KIND;
  let variants: u32 = 1;
  if (kind == Kind.DENSE) variants = Activation.SIGMOID + 1;
  if (kind == Kind.LTC) variants = Solver.RK4 + 1;
  if (kind == Kind.CFC) variants = Mode.PURE + 1;
  if (variant >= variants) return Reject.VARIANT;
  if (n - 1 >= MAX_ELEMENTS || nIn - 1 >= MAX_ELEMENTS) return Reject.LAYER_SIZE;
  if (kind == Kind.AFFINE && nIn != n) return Reject.LAYER_SIZE;

  const input = load<u32>(layer, Layer.IN);
  const out = load<u32>(layer, Layer.OUT);
  if (!inArena(input, nIn, arenaBytes) || !inArena(out, n, arenaBytes)) return Reject.LAYER_WINDOW;
  if (!inArena(load<u32>(layer, Layer.SCRATCH), scratchElements(kind, variant, n), arenaBytes)) return Reject.LAYER_WINDOW;
  if (kind == Kind.LSTM && !inArena(load<u32>(layer, Layer.CELL), n, arenaBytes)) return Reject.LAYER_WINDOW;
  if ((kind == Kind.CTRNN || kind == Kind.LSTM || kind == Kind.GRU || kind == Kind.GATE) && out != input + (nIn << 2)) {
    return Reject.NOT_CONTIGUOUS;
  }
  if ((kind == Kind.LTC || kind == Kind.CTRNN) && load<u32>(layer, Layer.UNFOLDS) - 1 >= MAX_UNFOLDS) {
    return Reject.UNFOLDS;
  }
  return checkBlocks(image, imageBytes, layer, kind, variant, n, nIn);
}

/**
 * 0 if the `imageBytes` at `image` are an image that can run in the `arenaBytes` at `arena`, else a reject code. The
 * caller vouches that both ranges exist in memory.
 */
export function check(image: usize, imageBytes: u32, arena: usize, arenaBytes: u32): i32 {
  if (((image | arena) & 3) != 0) return Reject.MISALIGNED;
  if (imageBytes < HEADER_BYTES || arenaBytes < CONTROL_BYTES) return Reject.TOO_SHORT;
  // Both ranges end well before the end of the address space: loops compare a pointer plus a few elements with an end.
  if (<u32>image > LAST_END || imageBytes > LAST_END - <u32>image) return Reject.WRAPS;
  if (<u32>arena > LAST_END || arenaBytes > LAST_END - <u32>arena) return Reject.WRAPS;
  if (image < arena + arenaBytes && arena < image + imageBytes) return Reject.OVERLAP;

  if (load<u32>(image) != MAGIC) return Reject.MAGIC;
  if (<u32>load<u16>(image, Header.VERSION) != VERSION) return Reject.VERSION;
  if (load<u32>(image, Header.IMAGE_BYTES) != imageBytes) return Reject.IMAGE_BYTES;
  const hashed = <u32>Header.VERSION;
  if (load<u32>(image, Header.CRC) != crc32(image + hashed, imageBytes - hashed)) return Reject.CHECKSUM;
  for (let at = Header.RESERVED; at < HEADER_BYTES; at += 4) {
    if (load<u32>(image + at) != 0) return Reject.RESERVED;
  }
  const needed = load<u32>(image, Header.ARENA_BYTES);
  if (needed > arenaBytes || needed < CONTROL_BYTES) return Reject.ARENA_BYTES;

  const nInputs = load<u32>(image, Header.INPUTS);
  const nOutputs = load<u32>(image, Header.OUTPUTS);
  const nStates = load<u32>(image, Header.STATES);
  if (nInputs - 1 >= MAX_ELEMENTS || nOutputs - 1 >= MAX_ELEMENTS || nStates > 4 * MAX_ELEMENTS) return Reject.IO_SIZE;
  if (
    !inArena(load<u32>(image, Header.INPUT), nInputs, needed) ||
    !inArena(load<u32>(image, Header.OUTPUT), nOutputs, needed) ||
    !inArena(load<u32>(image, Header.STATE), nStates, needed)
  ) return Reject.IO_WINDOW;

  const nLayers = <u32>load<u16>(image, Header.LAYERS);
  if (nLayers == 0 || nLayers * LAYER_BYTES > imageBytes - HEADER_BYTES) return Reject.LAYERS;
  let layer = image + HEADER_BYTES;
  for (let i: u32 = 0; i < nLayers; i++, layer += LAYER_BYTES) {
    const code = checkLayer(image, imageBytes, needed, layer);
    if (code != Reject.NONE) return code;
  }
  return Reject.NONE;
}
