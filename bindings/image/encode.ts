// Parameters as bytes of the image; the layouts are drawn in assembly/matvec-*.ts and assembly/synapses-*.ts.

import { Format } from "./format.ts";
import { denseMatrixCost, denseSynapsesCost, sparseMatrixCost, sparseSynapsesCost } from "./kernel-cost.ts";
import type { Matrix, Synapses } from "./parameters.ts";

export interface EncodedBlock {
  bytes: Uint8Array;
  format: "dense" | "sparse";
  /** Connections that are stored and executed. */
  connections: number;
  /** Bytes that hold indices and counts rather than weights. */
  tableBytes: number;
}

/** Bytes of a vector block: the given vectors one after the other. */
export function encodeVectors(...vectors: Float32Array[]): Uint8Array {
  const writer = new Writer(4 * vectors.reduce((sum, v) => sum + v.length, 0));
  for (const vector of vectors) writer.f32(vector);
  return writer.bytes;
}

/** A matrix block, in the format that executes fewer operations unless `format` names one. */
export function encodeMatrix(matrix: Matrix, format?: EncodedBlock["format"]): EncodedBlock {
  const { nOut, nIn, weights, bias } = matrix;
  const sources = sourcesByDestination(matrix.mask, nOut, nIn, (source, j) => j * nIn + source);
  const sparseCost = sparseMatrixCost(sources.map((s) => s.length));
  const sparse = format === undefined ? sparseCost < denseMatrixCost(nOut, nIn) : format === "sparse";
  const head = 8 + 4 * nOut;
  if (!sparse) {
    const blocks = Math.ceil(nOut / 4);
    const writer = new Writer(head + blocks * nIn * 16);
    writer.u32(Format.DENSE, writer.bytes.length).f32(bias);
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < nIn; i++) {
        for (let lane = 0; lane < 4; lane++) {
          const j = 4 * block + lane;
          const present = j < nOut && (matrix.mask === null || matrix.mask[j * nIn + i] !== 0);
          writer.f32([present ? weights[j * nIn + i]! : 0]);
        }
      }
    }
    return { bytes: writer.bytes, format: "dense", connections: nOut * nIn, tableBytes: 8 };
  }
  const countBytes = roundUp4(2 * nOut);
  const rowBytes = sources.map((s) => roundUp4(6 * s.length));
  const writer = new Writer(head + countBytes + sum(rowBytes));
  writer.u32(Format.SPARSE, writer.bytes.length).f32(bias);
  writer.u16(sources.map((s) => s.length)).align();
  for (const [j, list] of sources.entries()) {
    for (const group of groupsOfFour(list)) {
      writer.f32(group.map((i) => weights[j * nIn + i]!)).u16(group.map((i) => 4 * i));
    }
    writer.align();
  }
  const connections = sum(sources.map((s) => s.length));
  return {
    bytes: writer.bytes,
    format: "sparse",
    connections,
    tableBytes: writer.bytes.length - 4 * nOut - 4 * connections,
  };
}

/** A synapse block, in the format that executes fewer operations unless `format` names one. */
export function encodeSynapses(synapses: Synapses, format?: EncodedBlock["format"]): EncodedBlock {
  const { nOut, nIn, mask, k, mu, w, wErev } = synapses;
  const sources = sourcesByDestination(mask, nOut, nIn, (source, j) => source * nOut + j);
  const sparseCost = sparseSynapsesCost(sources.map((s) => s.length));
  const sparse = format === undefined ? sparseCost < denseSynapsesCost(nOut, nIn) : format === "sparse";
  const fields = [k, mu, w, wErev];
  if (!sparse) {
    const blocks = Math.ceil(nOut / 4);
    const writer = new Writer(8 + blocks * nIn * 64);
    writer.u32(Format.DENSE, writer.bytes.length);
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < nIn; i++) {
        for (const field of fields) {
          for (let lane = 0; lane < 4; lane++) {
            const j = 4 * block + lane;
            const present = j < nOut && mask[i * nOut + j] !== 0;
            writer.f32([present ? field[i * nOut + j]! : 0]);
          }
        }
      }
    }
    return { bytes: writer.bytes, format: "dense", connections: nOut * nIn, tableBytes: 8 };
  }
  const countBytes = roundUp4(2 * nOut);
  const writer = new Writer(8 + countBytes + sum(sources.map((s) => roundUp4(18 * s.length))));
  writer.u32(Format.SPARSE, writer.bytes.length);
  writer.u16(sources.map((s) => s.length)).align();
  for (const [j, list] of sources.entries()) {
    for (const group of groupsOfFour(list)) {
      if (group.length === 4) for (const field of fields) writer.f32(group.map((i) => field[i * nOut + j]!));
      else for (const i of group) writer.f32(fields.map((field) => field[i * nOut + j]!));
      writer.u16(group.map((i) => 4 * i));
    }
    writer.align();
  }
  const connections = sum(sources.map((s) => s.length));
  return {
    bytes: writer.bytes,
    format: "sparse",
    connections,
    tableBytes: writer.bytes.length - 16 * connections,
  };
}

/** For each destination its sources in ascending order. */
function sourcesByDestination(
  mask: Uint8Array | null,
  nOut: number,
  nIn: number,
  index: (source: number, destination: number) => number,
): number[][] {
  return Array.from({ length: nOut }, (_, j) => {
    const list: number[] = [];
    for (let i = 0; i < nIn; i++) if (mask === null || mask[index(i, j)] !== 0) list.push(i);
    return list;
  });
}

function groupsOfFour(list: number[]): number[][] {
  const groups: number[][] = [];
  for (let i = 0; i < list.length; i += 4) groups.push(list.slice(i, i + 4));
  return groups;
}

function roundUp4(bytes: number): number {
  return (bytes + 3) & ~3;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Appends little-endian numbers to a buffer of known length. */
class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u32(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  u16(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  f32(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setFloat32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  /** Zero bytes up to the next multiple of 4. */
  align(): this {
    this.#at = roundUp4(this.#at);
    return this;
  }
}
