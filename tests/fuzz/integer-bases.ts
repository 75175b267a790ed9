// Valid integer images for mutants to start from, and where their blocks stand.

import { compileInteger } from "../../bindings/image/compile-integer.ts";
import {
  CONTROL_BYTES,
  Format,
  Header,
  Held,
  IntKind,
  IntMode,
  Layer,
  NUMBERS_INTEGER,
  SYNAPSE_TABLE_BYTES,
  TABLE_BYTES,
} from "../../bindings/image/format.ts";
import { CELLS, randomCase } from "../reference/integer/random-network.ts";
import type { BaseImage, BlockPlace } from "./image-bases.ts";

const NETWORKS_A_CELL = 12;
/** That skip unchanged inputs. */
const HOLDING_A_CELL = 3;
const INT8 = { bits: 8, pattern: "all", activations: 8 } as const;

/** Twelve images of every cell, and three with held columns; `describe` finds their blocks. */
export function integerBases(describe: (image: Uint8Array, arenaBytes: number) => BaseImage): BaseImage[] {
  const images = CELLS.flatMap((cell) => [
    ...Array.from({ length: NETWORKS_A_CELL }, (_, seed) =>
      compileInteger(randomCase(cell, seed, 1, CONTROL_BYTES).network),
    ),
    ...Array.from({ length: cell === "ltc" ? 0 : HOLDING_A_CELL }, (_, threshold) =>
      compileInteger(randomCase(cell, threshold, 1, CONTROL_BYTES, INT8).network, {
        skipUnchanged: { of: "all", threshold },
      }),
    ),
  ]);
  return images.map(({ image, arenaBytes }) => describe(image, arenaBytes));
}

export function isInteger(view: DataView): boolean {
  return view.byteLength >= Header.RESERVED && view.getUint16(Header.NUMBERS, true) === NUMBERS_INTEGER;
}

/** The blocks of the integer layer whose record stands at `record`. */
export function integerBlocks(view: DataView, record: number): BlockPlace[] {
  const kind = view.getUint16(record + Layer.KIND, true) as IntKind;
  const variant = view.getUint16(record + Layer.VARIANT, true);
  const n = view.getUint32(record + Layer.N, true);
  const nIn = view.getUint32(record + Layer.N_IN, true);
  const field = (slot: number) => record + Layer.BLOCK_0 + 4 * slot;
  const vector = (slot: number, bytes: number): BlockPlace => {
    const at = view.getUint32(field(slot), true);
    return {
      field: field(slot),
      at,
      bytes,
      type: "vector",
      nOut: bytes / 4,
      nIn: 0,
      head: 0,
      format: 0,
      nCounts: 0,
    };
  };
  const block = (slot: number, type: "matrix" | "synapses", nOut: number, columns: number): BlockPlace => {
    const at = view.getUint32(field(slot), true);
    const format = view.getUint32(at, true) % Format.WIDE;
    const nCounts =
      format === Format.SPARSE
        ? nOut
        : format === Format.BLOCK || format === Format.BLOCK_4
          ? Math.ceil(nOut / 4)
          : 0;
    const bytes = view.getUint32(at + 4, true);
    const head = type !== "matrix" ? 12 : format === Format.HELD ? Held.HEAD_BYTES : 8;
    return { field: field(slot), at, bytes, type, nOut, nIn: columns, head, format, nCounts };
  };
  const table = (slot: number) => vector(slot, TABLE_BYTES);
  const matrix = (slot: number, nOut = n, columns = nIn) => block(slot, "matrix", nOut, columns);
  const map = vector.bind(null, 0, 8 * n + ((n + 3) & ~3));
  switch (kind) {
    case IntKind.INPUT:
    case IntKind.AFFINE:
      return [map()];
    case IntKind.DENSE:
      return [matrix(0), ...(variant === 0 ? [] : [table(1)])];
    case IntKind.CFC: {
      if (variant === IntMode.PURE) return [matrix(0), vector(1, 8 * n + ((n + 3) & ~3)), table(2)];
      const heads = [matrix(0), matrix(1), matrix(2), ...(variant < IntMode.PURE ? [matrix(3)] : [])];
      return [...heads, table(4), table(5)];
    }
    case IntKind.LSTM:
      return [matrix(0, 4 * n, nIn + n), table(1), table(2)];
    case IntKind.GRU:
      return [matrix(0, 2 * n, nIn + n), matrix(1), matrix(2, n, n), table(3), table(4)];
    case IntKind.GATE:
      return [matrix(0), matrix(1), table(2), table(3), ...(variant === 0 ? [table(4)] : [])];
    case IntKind.LTC: {
      const synapses = [block(0, "synapses", n, nIn), block(1, "synapses", n, n)];
      return [...synapses, vector(2, 12 * n), vector(3, SYNAPSE_TABLE_BYTES)];
    }
  }
}
