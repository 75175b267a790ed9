// What `check` proves of an integer LTC (docs/integers.md): every argument stays in 32 bits, every denominator lies in
// 1 .. 2^(16+f) - 1 and every numerator below 2^31, for all states, inputs and elapsed times.

// @ts-nocheck: checked by asc

import { inImage } from "./check-window";
import { Format, Header, SYNAPSES_BOUNDED } from "./image";
import { Reject } from "./reject";
import { centre } from "./synapse-s8";

const HEAD: u32 = 12;
const RECORD: u32 = 24;
const SPARSE_HEAD: u32 = 4;

function magnitude(x: i32): u32 {
  return <u32>(x < 0 ? -x : x);
}

/** One synapse; `most`: what |k| (span + |mu|) may be, `ratio`: largest |we| / w. */
function isSound(k: i32, mu: i32, w: i32, we: i32, span: u32, most: u32, ratio: u32): bool {
  // At most 2^15 2^16: below 2^32.
  return magnitude(k) * (span + magnitude(mu)) <= most && w >= 0 && magnitude(we) <= ratio * <u32>w;
}

/** Largest |v|. Where nothing is clamped afterwards, -32768 counts, which no layer writes but an arena may hold. */
function spanOf(bounded: bool): u32 {
  return bounded ? 32768 : 32767;
}

/** Largest |k| (span + |mu|) of a block: arguments stay in 32 bits, or within the table where nothing is clamped. */
function largestTerm(shift: u32, bounded: bool): u32 {
  const half = (<u32>1 << shift) >> 1;
  return bounded ? (16384 << shift) - half - 1 : 0x7fffffff - <u32>centre(shift);
}

/** `count` synapses at p whose fields lie `count` elements apart, which is how a run and a record hold them. */
function areSound(p: usize, count: usize, span: u32, most: u32, ratio: u32): bool {
  const w = p + (count << 2);
  for (let i: usize = 0; i < count; i++) {
    const at = p + (i << 1);
    if (!isSound(
      <i32>load<i16>(at), <i32>load<i16>(at + (count << 1)), <i32>load<i8>(w + i), <i32>load<i8>(w + count + i), span, most, ratio
    )) return false;
  }
  return true;
}

/** Bytes of the sparse row at p without its head. */
function runBytes(p: usize): u32 {
  return (<u32>load<u16>(p) << 5) + (<u32>load<u16>(p, 2) << 3);
}

function checkRows(p: usize, bytes: u32, nOut: u32, nIn: u32, span: u32, most: u32, ratio: u32): i32 {
  for (; nOut > 0; nOut--) {
    if (bytes < SPARSE_HEAD) return Reject.BLOCK_BYTES;
    const fours = <u32>load<u16>(p);
    const singles = <u32>load<u16>(p, 2);
    const rowBytes = SPARSE_HEAD + runBytes(p);
    if ((fours << 2) + singles > nIn || rowBytes > bytes) return Reject.BLOCK_BYTES;
    let q = p + SPARSE_HEAD;
    for (let left = fours + singles; left > 0; left--) {
      const count: u32 = left > singles ? 4 : 1;
      for (let i: u32 = 0; i < count; i++) {
        const source = <u32>load<u16>(q + count * 6 + (i << 1));
        if ((source & 1) != 0 || source >= nIn << 1) return Reject.SOURCE;
      }
      if (!areSound(q, count, span, most, ratio)) return Reject.SYNAPSE;
      q += count << 3;
    }
    p += rowBytes;
    bytes -= rowBytes;
  }
  return bytes == 0 ? Reject.NONE : Reject.BLOCK_BYTES;
}

/** A synapse block at offset `at` whose destinations have f fraction bits. */
export function checkIntSynapses(image: usize, imageBytes: u32, at: u32, nOut: u32, nIn: u32, f: u32): i32 {
  if (!inImage(at, HEAD, imageBytes)) return Reject.BLOCK_WINDOW;
  const format = load<u32>(image + at);
  const bytes = load<u32>(image + at, 4);
  let shift = load<u32>(image + at, 8);
  const bounded = shift >= SYNAPSES_BOUNDED;
  if (bounded) shift -= SYNAPSES_BOUNDED;
  if (format - 1 >= Format.SPARSE) return Reject.BLOCK_FORMAT;
  if (!inImage(at, bytes, imageBytes)) return Reject.BLOCK_WINDOW;
  if (bytes < HEAD) return Reject.BLOCK_BYTES;
  if (shift > 16) return Reject.SYNAPSE;
  const span = spanOf(bounded);
  const most = largestTerm(shift, bounded);
  const ratio: u32 = (1 << (16 - f)) - 1;
  let p = image + at + HEAD;
  const body = bytes - HEAD;
  if (format == Format.SPARSE) return checkRows(p, body, nOut, nIn, span, most, ratio);
  let records = ((nOut + 3) >> 2) * nIn;
  if (body != records * RECORD) return Reject.BLOCK_BYTES;
  for (; records > 0; records--, p += RECORD) if (!areSound(p, 4, span, most, ratio)) return Reject.SYNAPSE;
  return Reject.NONE;
}

/** Sums of w (lower half) and |we| (upper half) over `count` synapses as in `areSound`. */
function weights(p: usize, count: usize): u64 {
  const w = p + (count << 2);
  let sum: u64 = 0;
  for (let i: usize = 0; i < count; i++) {
    sum += <u64><u32>load<i8>(w + i) + (<u64>magnitude(<i32>load<i8>(w + count + i)) << 32);
  }
  return sum;
}

/** The same over destination j of a block; `row`: where its row stands in a sparse one. */
function drive(block: usize, row: usize, j: u32, nIn: u32): u64 {
  let sum: u64 = 0;
  if (load<u32>(block) == Format.DENSE) {
    let p = block + HEAD + (j >> 2) * nIn * RECORD + 16 + (j & 3);
    for (; nIn > 0; nIn--, p += RECORD) sum += <u64><u32>load<i8>(p) + (<u64>magnitude(<i32>load<i8>(p, 4)) << 32);
    return sum;
  }
  const fours = <u32>load<u16>(row);
  let p = row + SPARSE_HEAD;
  for (let i: u32 = 0; i < fours; i++, p += 32) sum += weights(p, 4);
  for (let left = <u32>load<u16>(row, 2); left > 0; left--, p += 8) sum += weights(p, 1);
  return sum;
}

/** The row behind the one at `row`; nothing in a dense block. */
function nextRow(block: usize, row: usize): usize {
  return load<u32>(block) == Format.DENSE ? row : row + SPARSE_HEAD + runBytes(row);
}

/** cap of cm >= 0 for elapsed time d. */
function capacity(cm: i64, d: u32, c: u32): i64 {
  return (cm * <i64>(<u32>0x7fffffff / d) + ((<i64>1 << c) >> 1)) >> c;
}

/** Numerators and denominators of neurons with membrane `vector` and sound synapses. */
export function checkNeurons(
  image: usize, vector: usize, sensory: usize, recurrent: usize, n: u32, nIn: u32, f: u32, c: u32
): i32 {
  const min = <u32>load<u16>(image, Header.TIME_MIN);
  const max = <u32>load<u16>(image, Header.TIME_MAX);
  const ratio = (<i64>1 << (16 - f)) - 1;
  let sensoryRow = sensory + HEAD;
  let recurrentRow = recurrent + HEAD;
  for (let j: u32 = 0; j < n; j++, vector += 4) {
    const cm = i64.load32_s(vector);
    const leak = i64.load32_s(vector + (n << 2));
    let current = i64.load32_s(vector + (n << 3));
    if (current < 0) current = -current;
    if (cm < 0 || leak < 0 || current > ratio * leak || capacity(cm, max, c) + leak < 1) return Reject.NEURON;
    const sums = drive(sensory, sensoryRow, j, nIn) + drive(recurrent, recurrentRow, j, n);
    // Below 2^62, 2^31 and 2^37: no sum overflows.
    const cap = capacity(cm, min, c);
    if (cap >= 0x80000000) return Reject.NEURON;
    const den = cap + leak + 32767 * <i64>(sums & 0xffffffff);
    const num = ((cap * 32767 + ((<i64>1 << f) >> 1)) >> f) + current + 32767 * <i64>(sums >> 32);
    if (den >= <i64>1 << (16 + f) || num > 0x7fffffff) return Reject.NEURON;
    sensoryRow = nextRow(sensory, sensoryRow);
    recurrentRow = nextRow(recurrent, recurrentRow);
  }
  return Reject.NONE;
}
