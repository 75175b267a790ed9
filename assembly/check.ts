// Accepts or rejects any string of bytes as an image, without ever trapping: afterwards `reset`, `step` and
// `stepLayer` read and write inside image and arena only, whatever the bytes are. It proves memory safety and
// termination; whether the numbers make sense is the compiler's concern.
//
// All counts are at most MAX_ELEMENTS, so no product below overflows 32 bits.

// @ts-nocheck: checked by asc

import { checkIntLayer } from "./check-integer";
import { inArenaBytes, inImage } from "./check-window";
import { crc32 } from "./crc32";
import {
  Activation, CONTROL_BYTES, Format, Header, HEADER_BYTES, Kind, Layer, LAYER_BYTES, MAGIC, MAX_ELEMENTS, MAX_UNFOLDS,
  Mode, NUMBERS_INTEGER, scratchElements, Solver, VERSION
} from "./image";
import { Reject } from "./reject";

/** Image and arena end at or before this address: more is left above it than any loop adds to a pointer. */
const LAST_END: u32 = 0xffffff00;

/** Whether `count` floats at offset `at` of the arena lie inside it and outside its control block. */
function inArena(at: u32, count: u32, arenaBytes: u32): bool {
  return inArenaBytes(at, count << 2, 4, arenaBytes);
}

const SYNAPSE_FORMATS: u32 =
  1 << Format.DENSE | 1 << Format.SPARSE | 1 << Format.DENSE_F16 | 1 << Format.SPARSE_F16;
const MATRIX_FORMATS: u32 = SYNAPSE_FORMATS | 1 << Format.BLOCK | 1 << Format.BLOCK_F16;

/**
 * The rows of a sparse or block part, each a list of sources with `single` bytes of weights: `p` is the address of the
 * rows, `bytes` how many there are.
 */
function checkRows(p: usize, bytes: u32, nRows: u32, nIn: u32, single: u32): i32 {
  let at: u32 = ((nRows << 1) + 3) & ~3;
  if (at > bytes) return Reject.BLOCK_BYTES;
  const weights = single << 2;
  const blockOf4 = weights + 8;
  for (let j: u32 = 0; j < nRows; j++) {
    const count = <u32>load<u16>(p + (j << 1));
    // At most 65,535 entries of at most 18 bytes in each of at most 4 * MAX_ELEMENTS rows, but `at` stays below
    // `bytes` from row to row: no overflow.
    const rest = count & 3;
    const rowBytes = (count >> 2) * blockOf4 + ((rest * (single + 2) + 3) & ~3);
    if (rowBytes > bytes - at) return Reject.BLOCK_BYTES;
    let q = p + at;
    for (let k = count >> 2; k > 0; k--, q += blockOf4) {
      for (let i: u32 = 0; i < 4; i++) {
        const source = <u32>load<u16>(q + weights + (i << 1));
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

/**
 * A matrix or synapse block at offset `at`: `head` bytes before the weights, then a dense, sparse or block part of
 * `fields` weights a connection. `formats`: the formats that it may have, one bit each.
 */
function checkBlock(
  image: usize, imageBytes: u32, at: u32, head: u32, nOut: u32, nIn: u32, fields: u32, formats: u32
): i32 {
  if (!inImage(at, head, imageBytes)) return Reject.BLOCK_WINDOW;
  const format = load<u32>(image + at);
  const bytes = load<u32>(image + at, 4);
  if (format > Format.BLOCK_F16 || (formats >> format & 1) == 0) return Reject.BLOCK_FORMAT;
  if (!inImage(at, bytes, imageBytes)) return Reject.BLOCK_WINDOW;
  if (bytes < head) return Reject.BLOCK_BYTES;
  const body = bytes - head;
  // Bytes of a connection.
  let single = format >= Format.DENSE_F16 ? fields << 1 : fields << 2;
  let rows = nOut;
  if (format == Format.DENSE || format == Format.DENSE_F16) {
    return body == ((nOut + 3) >> 2) * nIn * (single << 2) ? Reject.NONE : Reject.BLOCK_BYTES;
  }
  if (format == Format.BLOCK || format == Format.BLOCK_F16) {
    rows = (nOut + 3) >> 2;
    single <<= 2;
  }
  return checkRows(image + at + head, body, rows, nIn, single);
}

function checkMatrix(image: usize, imageBytes: u32, at: u32, nOut: u32, nIn: u32): i32 {
  return checkBlock(image, imageBytes, at, 8 + (nOut << 2), nOut, nIn, 1, MATRIX_FORMATS);
}

function checkSynapses(image: usize, imageBytes: u32, at: u32, nOut: u32, nIn: u32): i32 {
  return checkBlock(image, imageBytes, at, 8, nOut, nIn, 4, SYNAPSE_FORMATS);
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
  const numbers = <u32>load<u16>(image, Header.NUMBERS);
  const isInteger = numbers == NUMBERS_INTEGER;
  if (isInteger) {
    const min = <u32>load<u16>(image, Header.TIME_MIN);
    if (<u32>load<u16>(image, Header.TIME_EXPONENT) > 16 || min == 0 || min > <u32>load<u16>(image, Header.TIME_MAX)) {
      return Reject.NUMBERS;
    }
  } else if (numbers != 0) {
    return Reject.NUMBERS;
  } else if ((load<u32>(image, Header.NUMBERS) | load<u32>(image, Header.TIME_MIN)) != 0) {
    return Reject.RESERVED;
  }
  for (let at = Header.RESERVED; at < HEADER_BYTES; at += 4) {
    if (load<u32>(image + at) != 0) return Reject.RESERVED;
  }
  const needed = load<u32>(image, Header.ARENA_BYTES);
  if (needed > arenaBytes || needed < CONTROL_BYTES) return Reject.ARENA_BYTES;

  const nInputs = load<u32>(image, Header.INPUTS);
  const nOutputs = load<u32>(image, Header.OUTPUTS);
  const nStates = load<u32>(image, Header.STATES);
  if (nInputs - 1 >= MAX_ELEMENTS || nOutputs - 1 >= MAX_ELEMENTS || nStates > 4 * MAX_ELEMENTS) return Reject.IO_SIZE;
  const width: u32 = isInteger ? 2 : 4;
  if (
    !inArenaBytes(load<u32>(image, Header.INPUT), nInputs * width, width, needed) ||
    !inArenaBytes(load<u32>(image, Header.OUTPUT), nOutputs * width, width, needed) ||
    !inArena(load<u32>(image, Header.STATE), nStates, needed)
  ) return Reject.IO_WINDOW;

  const nLayers = <u32>load<u16>(image, Header.LAYERS);
  if (nLayers == 0 || nLayers * LAYER_BYTES > imageBytes - HEADER_BYTES) return Reject.LAYERS;
  let layer = image + HEADER_BYTES;
  for (let i: u32 = 0; i < nLayers; i++, layer += LAYER_BYTES) {
    const code = isInteger
      ? checkIntLayer(image, imageBytes, needed, layer)
      : checkLayer(image, imageBytes, needed, layer);
    if (code != Reject.NONE) return code;
  }
  return Reject.NONE;
}
