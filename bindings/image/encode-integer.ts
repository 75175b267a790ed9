// Parameters of integer layers as bytes of the image; the layouts are drawn in assembly/rows.ts, assembly/matvec-*-s8.ts,
// matvec-s4.ts and synapses-*s8.ts.

import type { KernelName } from "../core/kernels.ts";
import { Format, Held, SYNAPSES_BOUNDED } from "./format.ts";
import { denseSynapsesS8Cost, narrowCosts, sparseSynapsesS8Cost, wideCosts } from "./kernel-cost-integer.ts";
import type { IntMatrix, IntSynapses, IntTable } from "./lowered-integer.ts";

export type IntFormat = "dense" | "sparse" | "block" | "held";

export interface EncodedIntBlock {
  bytes: Uint8Array;
  format: IntFormat;
  kernel: KernelName;
  /** Connections that are stored and executed. */
  connections: number;
  /** Bytes that hold indices and counts rather than weights. */
  tableBytes: number;
}

/** Formats between which the counts decide; what held columns cost depends on data. */
type ChosenFormat = Exclude<IntFormat, "held">;

const GROUP = 4;

/** A matrix block, in the format that executes fewest operations unless `format` names one. */
export function encodeIntMatrix(matrix: IntMatrix, format?: ChosenFormat): EncodedIntBlock {
  const { nOut, nIn, mask, bits, activationBits } = matrix;
  const present = (j: number, i: number) => mask === null || mask[j * nIn + i] !== 0;
  const rows = sourcesOf(nOut, nIn, present);
  const groups = sourcesOf(Math.ceil(nOut / GROUP), nIn, (g, i) =>
    [0, 1, 2, 3].some((lane) => GROUP * g + lane < nOut && present(GROUP * g + lane, i)),
  );
  const lengths = (lists: number[][]) => lists.map((list) => list.length);
  const cost = activationBits === 16 ? wideCosts : narrowCosts;
  const costs: Record<ChosenFormat, number> = {
    dense: bits === 4 ? cost.denseS4(nOut, nIn) : cost.denseS8(nOut, nIn),
    block: bits === 4 ? cost.blockS4(nOut, lengths(groups)) : cost.blockS8(nOut, lengths(groups)),
    sparse: cost.sparseS8(lengths(rows)),
  };
  switch (format ?? cheapest(costs)) {
    case "dense":
      return bits === 4 ? denseS4(matrix) : denseS8(matrix);
    case "block":
      return bits === 4 ? blockS4(matrix, groups) : blockS8(matrix, groups);
    case "sparse":
      return sparseS8(matrix, rows);
  }
}

/** The first of the formats with the lowest cost. */
function cheapest(costs: Record<ChosenFormat, number>): ChosenFormat {
  const formats = Object.keys(costs) as ChosenFormat[];
  return formats.reduce((best, format) => (costs[format] < costs[best] ? format : best));
}

/** The first columns of a dense matrix of int8 that reads i8, held; and the places in the arena of what it keeps. */
export interface HeldColumns {
  nHeld: number;
  threshold: number;
  /** Of `heldRows` rows. */
  rows: number;
  held: number;
}

/** Rows that a held matrix keeps in the arena, 8 bytes each. */
export const heldRows = (nOut: number): number => GROUP * Math.ceil(nOut / GROUP);

/** A matrix with held columns; `kernel` is that of its other ones, of the held ones matvecHeldS8. */
export function encodeHeldMatrix(
  matrix: IntMatrix,
  { nHeld, threshold, rows, held }: HeldColumns,
): EncodedIntBlock {
  const { nOut, nIn } = matrix;
  const out = new ByteList(8);
  out.i32(nOut, nHeld, threshold, rows, held);
  addDense(out, matrix, nHeld);
  for (let i = 0; i < nHeld; i++) {
    for (let j = 0; j < nOut; j += GROUP) addGroup(out, matrix, j, i);
  }
  return finish(out, Format.HELD, "held", "matvecS8", nOut * nIn, Held.HEAD_BYTES);
}

function denseS8(matrix: IntMatrix): EncodedIntBlock {
  const { nOut, nIn } = matrix;
  const out = new ByteList(8);
  addDense(out, matrix, 0);
  return finishMatrix(out, matrix, Format.DENSE, "dense", "matvecS8", nOut * nIn, 8);
}

function denseS4(matrix: IntMatrix): EncodedIntBlock {
  const { nOut, nIn } = matrix;
  const out = new ByteList(8);
  for (let j = 0; j < nOut; j++) addRow(out, matrix, j);
  for (let j = 0; j < nOut; j += GROUP) {
    for (let i = 0; i < nIn; i += 2) out.i32(nibbles(matrix, j, i, 0) | nibbles(matrix, j, i + 1, 8));
  }
  return finishMatrix(out, matrix, Format.DENSE_4, "dense", "matvecS4", nOut * nIn, 8);
}

/** Weight + 8 at its place in a word: destinations j and j + 2 below, j + 1 and j + 3 in the upper half. */
function nibbles(matrix: IntMatrix, j: number, i: number, shift: number): number {
  const places = [0, 16, 4, 20];
  return places.reduce((word, at, lane) => word | ((weightAt(matrix, j + lane, i) + 8) << (at + shift)), 0);
}

function blockS4(matrix: IntMatrix, groups: number[][]): EncodedIntBlock {
  const { nOut, nIn } = matrix;
  const out = new ByteList(8);
  for (const [g, sources] of groups.entries()) {
    const j = GROUP * g;
    for (let lane = 0; lane < GROUP; lane++) addRow(out, matrix, j + lane);
    const pairs = (sources.length + 1) >> 1;
    out.u16(pairs >> 3, pairs & 7);
    for (let pair = 0; pair < pairs; pair++) {
      const a = sources[2 * pair]!;
      // An odd last block has a partner without weights: source 0, and no column behind the last one.
      const b = sources[2 * pair + 1];
      out
        .u16(...sourcesAt(matrix, [a, b ?? 0]))
        .i32(nibbles(matrix, j, a, 0) | nibbles(matrix, j, b ?? nIn, 8));
    }
  }
  const blocks = sum(groups.map((list) => list.length));
  return finishMatrix(
    out,
    matrix,
    Format.BLOCK_4,
    "block",
    "matvecBlockS4",
    weightsOf(groups, nOut),
    (bytes) => {
      return bytes - 8 * nOut - 2 * blocks;
    },
  );
}

function blockS8(matrix: IntMatrix, groups: number[][]): EncodedIntBlock {
  const { nOut } = matrix;
  const out = new ByteList(8);
  for (const [g, sources] of groups.entries()) {
    const j = GROUP * g;
    const isFull = j + GROUP <= nOut;
    for (let lane = 0; lane < GROUP; lane++) addRow(out, matrix, j + lane);
    const sixteens = isFull ? sources.length >> 4 : 0;
    const fours = isFull ? (sources.length & 15) >> 2 : 0;
    const single = sources.length - 16 * sixteens - 4 * fours;
    out.u16(sixteens, fours, single, 0);
    const run = (from: number, length: number) => {
      const part = sources.slice(from, from + length);
      out.u16(...sourcesAt(matrix, part));
      for (const i of part) addGroup(out, matrix, j, i);
    };
    for (let r = 0; r < sixteens; r++) run(16 * r, 16);
    for (let r = 0; r < fours; r++) run(16 * sixteens + 4 * r, 4);
    for (let r = sources.length - single; r < sources.length; r++) {
      run(r, 1);
      out.u16(0);
    }
  }
  const blocks = sum(groups.map((list) => list.length));
  return finishMatrix(
    out,
    matrix,
    Format.BLOCK,
    "block",
    "matvecBlockS8",
    weightsOf(groups, nOut),
    (bytes) => {
      return bytes - 8 * nOut - GROUP * blocks;
    },
  );
}

/** Weights in blocks, without the lanes beyond the last destination. */
function weightsOf(groups: readonly number[][], nOut: number): number {
  return sum(groups.map((sources, g) => sources.length * Math.min(GROUP, nOut - GROUP * g)));
}

function sparseS8(matrix: IntMatrix, rows: number[][]): EncodedIntBlock {
  const out = new ByteList(8);
  for (const [j, sources] of rows.entries()) {
    addRow(out, matrix, j);
    out.u16(sources.length >> 2, sources.length & 3);
    for (const part of runsOfFour(sources)) {
      const sources = sourcesAt(matrix, part);
      if (part.length === 4) out.u16(...sources).i8(...part.map((i) => weightAt(matrix, j, i)));
      else for (const [at, i] of part.entries()) out.u16(sources[at]!).i8(weightAt(matrix, j, i), 0);
    }
  }
  const connections = sum(rows.map((list) => list.length));
  return finishMatrix(out, matrix, Format.SPARSE, "sparse", "matvecSparseS8", connections, (bytes) => {
    return bytes - 8 * rows.length - connections;
  });
}

/** A synapse block, in the format that executes fewer operations unless `format` names one. */
export function encodeIntSynapses(synapses: IntSynapses, format?: "dense" | "sparse"): EncodedIntBlock {
  const { nOut, nIn, mask, k, mu, w, wErev, shift } = synapses;
  const rows = sourcesOf(nOut, nIn, (j, i) => mask[i * nOut + j] !== 0);
  const bounded = isBounded(synapses);
  const lengths = rows.map((list) => list.length);
  const isCheaper = sparseSynapsesS8Cost(lengths, bounded) < denseSynapsesS8Cost(nOut, nIn, bounded);
  const out = new ByteList(8);
  out.i32(shift + (bounded ? SYNAPSES_BOUNDED : 0));
  const bytesOfSynapse = 6;
  if (format === "dense" || (format === undefined && !isCheaper)) {
    for (let j = 0; j < nOut; j += GROUP) {
      for (let i = 0; i < nIn; i++) {
        const field = (values: Int16Array | Int8Array) =>
          [0, 1, 2, 3].map((lane) => {
            const at = i * nOut + j + lane;
            return j + lane < nOut && mask[at] !== 0 ? values[at]! : 0;
          });
        out.u16(...field(k), ...field(mu)).i8(...field(w), ...field(wErev));
      }
    }
    return finish(out, Format.DENSE, "dense", "synapsesS8", nOut * nIn, 12);
  }
  for (const [j, sources] of rows.entries()) {
    out.u16(sources.length >> 2, sources.length & 3);
    for (const part of runsOfFour(sources)) {
      const field = (values: Int16Array | Int8Array, list: number[]) =>
        list.map((i) => values[i * nOut + j]!);
      for (const list of part.length === 4 ? [part] : part.map((i) => [i])) {
        out
          .u16(...field(k, list), ...field(mu, list))
          .i8(...field(w, list), ...field(wErev, list))
          .u16(...list.map((i) => 2 * i));
      }
    }
  }
  const connections = sum(rows.map((list) => list.length));
  return finish(out, Format.SPARSE, "sparse", "synapsesSparseS8", connections, (bytes) => {
    return bytes - bytesOfSynapse * connections;
  });
}

/** Whether no state, not even -32768, takes an argument beyond the table, which then needs no clamp: what `check` proves. */
export function isBounded({ mask, k, mu, shift }: IntSynapses): boolean {
  const most = 16_384 * 2 ** shift - ((1 << shift) >> 1) - 1;
  return k.every((slope, ij) => mask[ij] === 0 || Math.abs(slope) * (32_768 + Math.abs(mu[ij]!)) <= most);
}

/** A table with its domain. */
export function encodeTable({ lo, k, entries }: IntTable): Uint8Array {
  const out = new ByteList(0);
  out
    .i32(lo, k)
    .u16(...entries)
    .u16(0);
  return out.bytes();
}

/** i32 vectors, then u8 ones, padded to a multiple of 4 bytes. */
export function encodeIntVectors(words: Int32Array[], bytes: Uint8Array[] = []): Uint8Array {
  const out = new ByteList(0);
  for (const vector of words) out.i32(...vector);
  for (const vector of bytes) out.i8(...vector);
  return out.bytes();
}

export function encodeWords(values: Int16Array): Uint8Array {
  return new ByteList(0).u16(...values).bytes();
}

function weightAt({ nOut, nIn, mask, weights }: IntMatrix, j: number, i: number): number {
  const at = j * nIn + i;
  return j < nOut && i < nIn && (mask === null || mask[at] !== 0) ? weights[at]! : 0;
}

/** A row's bias, multiplier and shift less one; beyond the last row a valid row of nothing. */
function addRow(out: ByteList, { nOut, bias, multiplier, shift }: IntMatrix, j: number): void {
  if (j < nOut) out.i32(bias[j]!).u16(multiplier[j]!, shift[j]! - 1);
  else out.i32(0).u16(1 << 14, 0);
}

/** Rows and groups of a dense matrix, its columns from `from` on. */
function addDense(out: ByteList, matrix: IntMatrix, from: number): void {
  const { nOut, nIn } = matrix;
  for (let j = 0; j < nOut; j++) addRow(out, matrix, j);
  for (let j = 0; j < nOut; j += GROUP) {
    for (let i = from; i < nIn; i++) addGroup(out, matrix, j, i);
  }
}

/** The weights of four destinations from j on for one source. */
function addGroup(out: ByteList, matrix: IntMatrix, j: number, i: number): void {
  for (let lane = 0; lane < GROUP; lane++) out.i8(weightAt(matrix, j + lane, i));
}

/** Where the activations of these columns lie: byte offsets. */
function sourcesAt({ activationBits }: IntMatrix, columns: readonly number[]): number[] {
  return columns.map((i) => (i * activationBits) / 8);
}

/** `finish`, with the format and the kernel of the matrix' activations. */
function finishMatrix(
  out: ByteList,
  { activationBits }: IntMatrix,
  code: number,
  format: IntFormat,
  kernel: MatrixKernel,
  ...rest: [connections: number, tableBytes: Parameters<typeof finish>[5]]
): EncodedIntBlock {
  if (activationBits === 8) return finish(out, code, format, kernel, ...rest);
  return finish(out, Format.WIDE + code, format, `${kernel}x16`, ...rest);
}

type MatrixKernel = "matvecS8" | "matvecS4" | "matvecBlockS8" | "matvecBlockS4" | "matvecSparseS8";

function finish(
  out: ByteList,
  code: number,
  format: IntFormat,
  kernel: KernelName,
  connections: number,
  tableBytes: number | ((bytes: number) => number),
): EncodedIntBlock {
  const bytes = out.bytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(0, code, true);
  view.setUint32(4, bytes.length, true);
  const table = typeof tableBytes === "number" ? tableBytes : tableBytes(bytes.length);
  return { bytes, format, kernel, connections, tableBytes: table };
}

/** For each destination its sources in ascending order. */
function sourcesOf(nOut: number, nIn: number, present: (j: number, i: number) => boolean): number[][] {
  return Array.from({ length: nOut }, (_, j) => {
    const list: number[] = [];
    for (let i = 0; i < nIn; i++) if (present(j, i)) list.push(i);
    return list;
  });
}

function runsOfFour(list: number[]): number[][] {
  const runs: number[][] = [];
  for (let i = 0; i < list.length; i += 4) runs.push(list.slice(i, i + 4));
  return runs;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Little-endian numbers one after the other. */
class ByteList {
  readonly #list: number[];

  /** `head` zero bytes come first. */
  constructor(head: number) {
    this.#list = new Array(head).fill(0);
  }

  i8(...values: number[]): this {
    for (const value of values) this.#list.push(value & 0xff);
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.#list.push(value & 0xff, (value >> 8) & 0xff);
    return this;
  }

  i32(...values: number[]): this {
    for (const value of values) {
      this.#list.push(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
    }
    return this;
  }

  /** Padded to a multiple of 4 bytes. */
  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array((this.#list.length + 3) & ~3);
    bytes.set(this.#list);
    return bytes;
  }
}
