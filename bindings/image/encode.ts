// Parameters as bytes of the image; the layouts are drawn in assembly/matvec-*.ts and assembly/synapses-*.ts.

import { Format } from "./format.ts";
import {
  blockMatrixCost,
  denseMatrixCost,
  denseSynapsesCost,
  sparseMatrixCost,
  sparseSynapsesCost,
} from "./kernel-cost.ts";
import type { Matrix, Precision, Synapses } from "./parameters.ts";
import { Writer } from "./writer.ts";

const FORMATS = {
  fp32: { dense: Format.DENSE, sparse: Format.SPARSE, block: Format.BLOCK },
  fp16: { dense: Format.DENSE_F16, sparse: Format.SPARSE_F16, block: Format.BLOCK_F16 },
} as const;

export interface EncodedBlock {
  bytes: Uint8Array;
  /** Block: four neighbouring destinations share their sources. */
  format: "dense" | "sparse" | "block";
  /** Connections that are stored and executed. */
  connections: number;
  /** Bytes that hold indices and counts rather than weights. */
  tableBytes: number;
}

/** Bytes of a vector block: the given vectors one after the other. */
export function encodeVectors(...vectors: Float32Array[]): Uint8Array {
  return Writer.f32(vectors.flatMap((vector) => [...vector]));
}

/**
 * A matrix block, in the format that executes fewer operations unless `format` names one.
 * @throws LiquidEdgeError `unavailable` when a weight is too large for `precision`
 */
export function encodeMatrix(
  matrix: Matrix,
  format?: EncodedBlock["format"],
  precision: Precision = "fp32",
): EncodedBlock {
  const { nOut, nIn, weights, mask, bias, tensor = "weight" } = matrix;
  const sources = sourcesByDestination(mask, nOut, nIn, (source, j) => j * nIn + source);
  const connections = sum(sources.map((s) => s.length));
  const blocks = sourcesOfBlocks(sources);
  if (format === "block" && blocks === null)
    throw new RangeError(`"format" expected 4x1 blocks, found others`);
  const chosen = format ?? cheapestFormat(nOut, nIn, sources, connections, blocks, precision);
  const writer = new Writer(precision);
  const weight = (j: number, i: number) => (j < nOut ? weights[j * nIn + i]! : 0);
  const lanes = [0, 1, 2, 3];
  if (chosen === "dense") {
    for (let first = 0; first < nOut; first += 4) {
      for (let i = 0; i < nIn; i++) {
        const present = (j: number) => j < nOut && (mask === null || mask[j * nIn + i] !== 0);
        writer.weights(
          lanes.map((lane) => (present(first + lane) ? weight(first + lane, i) : 0)),
          tensor,
        );
      }
    }
  } else if (chosen === "sparse") {
    writer.u16(sources.map((s) => s.length)).align();
    for (const [j, list] of sources.entries()) {
      for (const group of groupsOfFour(list)) {
        writer.weights(
          group.map((i) => weight(j, i)),
          tensor,
        );
        writer.u16(group.map((i) => 4 * i));
      }
      writer.align();
    }
  } else {
    writer.u16(blocks!.map((b) => b.length)).align();
    for (const [b, list] of blocks!.entries()) {
      for (const group of groupsOfFour(list)) {
        for (const i of group)
          writer.weights(
            lanes.map((lane) => weight(4 * b + lane, i)),
            tensor,
          );
        writer.u16(group.map((i) => 4 * i));
      }
      writer.align();
    }
  }
  const stored = chosen === "dense" ? nOut * nIn : connections;
  return {
    bytes: writer.block(FORMATS[precision][chosen], bias),
    format: chosen,
    connections: stored,
    tableBytes: 8 + writer.tableBytes,
  };
}

/** Block only where a connection is absent: of a full matrix it would store an index for nothing. */
function cheapestFormat(
  nOut: number,
  nIn: number,
  sources: number[][],
  connections: number,
  blocks: number[][] | null,
  precision: Precision,
): EncodedBlock["format"] {
  const lengths = (lists: number[][]) => lists.map((list) => list.length);
  const costs: [EncodedBlock["format"], number][] = [
    ["dense", denseMatrixCost(nOut, nIn, precision)],
    ["sparse", sparseMatrixCost(lengths(sources), precision)],
  ];
  if (blocks !== null && connections < nOut * nIn)
    costs.push(["block", blockMatrixCost(nOut, lengths(blocks), precision)]);
  return costs.reduce((best, other) => (other[1] < best[1] ? other : best))[0];
}

/** A synapse block, in the format that executes fewer operations unless `format` names one. Throws as encodeMatrix. */
export function encodeSynapses(
  synapses: Synapses,
  format?: "dense" | "sparse",
  precision: Precision = "fp32",
): EncodedBlock {
  const { nOut, nIn, mask, k, mu, w, wErev, prefix = "" } = synapses;
  const sources = sourcesByDestination(mask, nOut, nIn, (source, j) => source * nOut + j);
  const sparseCost = sparseSynapsesCost(
    sources.map((s) => s.length),
    precision,
  );
  const dense = denseSynapsesCost(nOut, nIn, precision);
  const sparse = format === undefined ? sparseCost < dense : format === "sparse";
  const fields = [
    { values: k, tensor: `${prefix}sigma / ln 2` },
    { values: mu, tensor: `${prefix}mu` },
    { values: w, tensor: `${prefix}w` },
    { values: wErev, tensor: `${prefix}w ${prefix}erev` },
  ];
  const writer = new Writer(precision);
  if (!sparse) {
    for (let first = 0; first < nOut; first += 4) {
      for (let i = 0; i < nIn; i++) {
        for (const { values, tensor } of fields) {
          for (let j = first; j < first + 4; j++) {
            const present = j < nOut && mask[i * nOut + j] !== 0;
            writer.weights([present ? values[i * nOut + j]! : 0], tensor);
          }
        }
      }
    }
  } else {
    writer.u16(sources.map((s) => s.length)).align();
    for (const [j, list] of sources.entries()) {
      for (const group of groupsOfFour(list)) {
        const write = (i: number, { values, tensor }: (typeof fields)[number]) =>
          writer.weights([values[i * nOut + j]!], tensor);
        if (group.length === 4) for (const field of fields) for (const i of group) write(i, field);
        else for (const i of group) for (const field of fields) write(i, field);
        writer.u16(group.map((i) => 4 * i));
      }
      writer.align();
    }
  }
  return {
    bytes: writer.block(FORMATS[precision][sparse ? "sparse" : "dense"]),
    format: sparse ? "sparse" : "dense",
    connections: sparse ? sum(sources.map((s) => s.length)) : nOut * nIn,
    tableBytes: 8 + writer.tableBytes,
  };
}

/** The sources of each four destinations, or null where four do not have the same ones. */
function sourcesOfBlocks(sources: number[][]): number[][] | null {
  const blocks = sources.filter((_, j) => j % 4 === 0);
  const same = sources.every((list, j) => {
    const first = blocks[Math.floor(j / 4)]!;
    return list.length === first.length && list.every((source, i) => source === first[i]);
  });
  return same ? blocks : null;
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

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
