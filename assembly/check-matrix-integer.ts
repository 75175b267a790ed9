// What `check` proves of an integer matrix: its bytes, its sources, and that no accumulator leaves 32 bits.

// @ts-nocheck: checked by asc

import { inArenaBytes, inImage } from "./check-window";
import { Format, Held, MAX_THRESHOLD } from "./image";
import { Reject } from "./reject";

/** Largest |weight|: -128, and -8. */
const LARGEST_8: u32 = 128;
const LARGEST_4: u32 = 8;
/** Bytes of a row, and of what stands before the runs of a group of 4x1 blocks, of int4 ones and of a sparse row. */
const ROW: u32 = 8;
const GROUP_HEAD: u32 = 40;
const PAIR_HEAD: u32 = 36;
const SPARSE_HEAD: u32 = 12;

/** Largest |activation|. */
function activation(wide: u32): u32 {
  return wide != 0 ? 32767 : 127;
}

/** A row of at most 16,384 terms of the given size, which times the number of terms may need more than 32 bits. */
function checkRow(row: usize, terms: u32, largest: u32): i32 {
  const bias = load<i32>(row);
  const m = <u32>load<u16>(row, 4);
  if (m < 0x4000 || m > 0x7fff || <u32>load<u16>(row, 6) > 45) return Reject.MULTIPLIER;
  const size = <u32>(bias < 0 ? -bias : bias);
  return <u64>size + <u64>terms * largest > 0x7fffffff ? Reject.ACCUMULATOR : Reject.NONE;
}

function checkDense(rows: usize, body: u32, nOut: u32, blockBytes: u32, nIn: u32, largest: u32): i32 {
  if (body != nOut * ROW + ((nOut + 3) >> 2) * blockBytes) return Reject.BLOCK_BYTES;
  for (; nOut > 0; nOut--, rows += ROW) {
    const code = checkRow(rows, nIn, largest);
    if (code != Reject.NONE) return code;
  }
  return Reject.NONE;
}

/**
 * A matrix with held columns, of at least HEAD_BYTES. What it keeps in the arena may overlap anything there: sums and held
 * values are read as data alone, and every column counts once in a sum.
 */
function checkHeld(block: usize, bytes: u32, arenaBytes: u32, nOut: u32, nIn: u32): i32 {
  const nHeld = load<u32>(block, Held.N_HELD);
  if (load<u32>(block, Held.N_OUT) != nOut || nHeld - 1 >= nIn) return Reject.BLOCK_BYTES;
  if (load<u32>(block, Held.THRESHOLD) > MAX_THRESHOLD) return Reject.HELD;
  const padded = (nOut + 3) & ~3;
  if (
    !inArenaBytes(load<u32>(block, Held.ROWS), padded * ROW, 4, arenaBytes) ||
    !inArenaBytes(load<u32>(block, Held.HELD), nHeld, 4, arenaBytes)
  ) return Reject.HELD;
  const body = bytes - <u32>Held.HEAD_BYTES;
  // The columns, held or not, take as many bytes: four a group of four destinations.
  return checkDense(block + Held.HEAD_BYTES, body, nOut, nIn << 2, nIn, LARGEST_8 * activation(0));
}

/** `count` sources at p: byte offsets of i8, or of i16 where `wide` is 1. */
function checkSources(p: usize, count: u32, nIn: u32, wide: u32): bool {
  for (; count > 0; count--, p += 2) {
    const source = <u32>load<u16>(p);
    if (source >= nIn << wide || (source & wide) != 0) return false;
  }
  return true;
}

/** Runs of `length` entries, each with its sources first. */
function checkRuns(p: usize, runs: u32, length: u32, runBytes: u32, nIn: u32, wide: u32): bool {
  for (; runs > 0; runs--, p += runBytes) if (!checkSources(p, length, nIn, wide)) return false;
  return true;
}

function checkGroups(p: usize, bytes: u32, nOut: u32, nIn: u32, wide: u32): i32 {
  for (let j: u32 = 0; j < nOut; j += 4) {
    if (bytes < GROUP_HEAD) return Reject.BLOCK_BYTES;
    const sixteens = <u32>load<u16>(p, 32);
    const fours = <u32>load<u16>(p, 34);
    const singles = <u32>load<u16>(p, 36);
    const left = nOut - j;
    const blocks = (sixteens << 4) + (fours << 2) + singles;
    if (blocks > nIn || (left < 4 && (sixteens | fours) != 0)) return Reject.BLOCK_BYTES;
    const groupBytes = GROUP_HEAD + sixteens * 96 + fours * 24 + (singles << 3);
    if (groupBytes > bytes) return Reject.BLOCK_BYTES;
    for (let lane: u32 = 0; lane < 4 && lane < left; lane++) {
      const code = checkRow(p + lane * ROW, blocks, LARGEST_8 * activation(wide));
      if (code != Reject.NONE) return code;
    }
    const first = p + GROUP_HEAD;
    const second = first + sixteens * 96;
    if (
      !checkRuns(first, sixteens, 16, 96, nIn, wide) || !checkRuns(second, fours, 4, 24, nIn, wide) ||
      !checkRuns(second + fours * 24, singles, 1, 8, nIn, wide)
    ) return Reject.SOURCE;
    p += groupBytes;
    bytes -= groupBytes;
  }
  return bytes == 0 ? Reject.NONE : Reject.BLOCK_BYTES;
}

/** Groups of int4 blocks in pairs, of which the last may have a partner without weights. */
function checkPairs(p: usize, bytes: u32, nOut: u32, nIn: u32, wide: u32): i32 {
  for (let j: u32 = 0; j < nOut; j += 4) {
    if (bytes < PAIR_HEAD) return Reject.BLOCK_BYTES;
    const pairs = (<u32>load<u16>(p, 32) << 3) + <u32>load<u16>(p, 34);
    // More than seven single pairs would let the halves of a sum run into each other.
    if (pairs << 1 > nIn + 1 || <u32>load<u16>(p, 34) > 7) return Reject.BLOCK_BYTES;
    const groupBytes = PAIR_HEAD + (pairs << 3);
    if (groupBytes > bytes) return Reject.BLOCK_BYTES;
    for (let lane: u32 = 0; lane < 4 && lane < nOut - j; lane++) {
      const code = checkRow(p + lane * ROW, pairs << 1, LARGEST_4 * activation(wide));
      if (code != Reject.NONE) return code;
    }
    if (!checkRuns(p + PAIR_HEAD, pairs, 2, 8, nIn, wide)) return Reject.SOURCE;
    p += groupBytes;
    bytes -= groupBytes;
  }
  return bytes == 0 ? Reject.NONE : Reject.BLOCK_BYTES;
}

function checkSparse(p: usize, bytes: u32, nOut: u32, nIn: u32, wide: u32): i32 {
  for (; nOut > 0; nOut--) {
    if (bytes < SPARSE_HEAD) return Reject.BLOCK_BYTES;
    const fours = <u32>load<u16>(p, 8);
    const singles = <u32>load<u16>(p, 10);
    const terms = (fours << 2) + singles;
    if (terms > nIn) return Reject.BLOCK_BYTES;
    const rowBytes = SPARSE_HEAD + fours * 12 + (singles << 2);
    if (rowBytes > bytes) return Reject.BLOCK_BYTES;
    const code = checkRow(p, terms, LARGEST_8 * activation(wide));
    if (code != Reject.NONE) return code;
    const first = p + SPARSE_HEAD;
    if (!checkRuns(first, fours, 4, 12, nIn, wide) || !checkRuns(first + fours * 12, singles, 1, 4, nIn, wide)) {
      return Reject.SOURCE;
    }
    p += rowBytes;
    bytes -= rowBytes;
  }
  return bytes == 0 ? Reject.NONE : Reject.BLOCK_BYTES;
}

/** 1 where the matrix block at offset `at` reads activations of 16 bits, else 0. */
export function isWide(image: usize, imageBytes: u32, at: u32): u32 {
  return <u32>(inImage(at, 8, imageBytes) && load<u32>(image + at) > Format.WIDE);
}

/** A matrix block at offset `at`, wide or not; nOut and nIn at most four times and twice MAX_ELEMENTS. */
export function checkIntMatrix(
  image: usize, imageBytes: u32, arenaBytes: u32, at: u32, nOut: u32, nIn: u32, wide: u32
): i32 {
  if (!inImage(at, 8, imageBytes)) return Reject.BLOCK_WINDOW;
  const format = load<u32>(image + at) - wide * Format.WIDE;
  const bytes = load<u32>(image + at, 4);
  if (format - Format.DENSE >= Format.BLOCK && format - Format.DENSE_4 > 2 - wide) return Reject.BLOCK_FORMAT;
  if (!inImage(at, bytes, imageBytes)) return Reject.BLOCK_WINDOW;
  if (bytes < 8) return Reject.BLOCK_BYTES;
  if (format == Format.HELD) {
    return bytes < <u32>Held.HEAD_BYTES ? Reject.BLOCK_BYTES : checkHeld(image + at, bytes, arenaBytes, nOut, nIn);
  }
  const p = image + at + 8;
  const body = bytes - 8;
  if (format == Format.DENSE) return checkDense(p, body, nOut, nIn << 2, nIn, LARGEST_8 * activation(wide));
  if (format == Format.DENSE_4) return checkDense(p, body, nOut, ((nIn + 1) >> 1) << 2, nIn, LARGEST_4 * activation(wide));
  if (format == Format.BLOCK) return checkGroups(p, body, nOut, nIn, wide);
  if (format == Format.BLOCK_4) return checkPairs(p, body, nOut, nIn, wide);
  return checkSparse(p, body, nOut, nIn, wide);
}
