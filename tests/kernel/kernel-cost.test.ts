// The compiler's cost formulas against the counted core: equal to the operation.

import { beforeAll, describe, expect, it } from "vitest";
import { loadCountedCore } from "../../bindings/core/core.ts";
import { OpCounter } from "../../bindings/count/counted-core.ts";
import { type EncodedBlock, encodeMatrix, encodeSynapses } from "../../bindings/image/encode.ts";
import {
  denseMatrixCost,
  denseSynapsesCost,
  sparseMatrixCost,
  sparseSynapsesCost,
} from "../../bindings/image/kernel-cost.ts";
import type { Matrix, Synapses } from "../../bindings/image/parameters.ts";
import { TestRandom } from "../network/random-model.ts";

const DESTINATIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33];
const SOURCES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 18, 27, 32, 40];
const LARGEST = { nOut: 33, nIn: 40 };
/** The kernels read every vector from here; all kernels are free of conditions on values, so zeros do. */
const VECTORS = 1024;
const VECTOR_BYTES = 1024;
const WEIGHTS = 16384;
const MEMORY_BYTES = WEIGHTS + 64 * LARGEST.nOut * LARGEST.nIn + 65536;

const vector = (index: number) => VECTORS + index * VECTOR_BYTES;
let memory: WebAssembly.Memory;
let counter: OpCounter;
// biome-ignore lint/suspicious/noExplicitAny: the kernels share no signature
let core: any;

beforeAll(async () => {
  const counted = await loadCountedCore(MEMORY_BYTES);
  core = counted.exports;
  memory = counted.memory;
  counter = new OpCounter(core, counted.table);
});

const operations = (run: () => void) => counter.measure(run).operations;

/** Puts `counts` where a sparse kernel expects its rows; all indices are 0. */
function writeRows(counts: readonly number[]): void {
  new Uint8Array(memory.buffer).fill(0, WEIGHTS);
  new Uint16Array(memory.buffer, WEIGHTS, counts.length).set(counts);
}

function randomCounts(nOut: number, nIn: number): number[] {
  const random = new TestRandom(100 * nOut + nIn);
  return Array.from({ length: nOut }, () => random.integer(0, nIn));
}

const GRID = DESTINATIONS.flatMap((nOut) =>
  SOURCES.map((nIn) => ({ nOut, nIn, counts: randomCounts(nOut, nIn) })),
);

describe("the cost formulas equal what the counted core executes", () => {
  it("in matvecF32", () => {
    for (const { nOut, nIn } of GRID) {
      const counted = operations(() => core.matvecF32(WEIGHTS, vector(0), vector(1), vector(2), nOut, nIn));
      expect(denseMatrixCost(nOut, nIn), `${nOut} x ${nIn}`).toBe(counted);
    }
  });

  it("in matvecSparseF32", () => {
    for (const { nOut, counts } of GRID) {
      writeRows(counts);
      const counted = operations(() => core.matvecSparseF32(WEIGHTS, vector(0), vector(1), vector(2), nOut));
      expect(sparseMatrixCost(counts), String(counts)).toBe(counted);
    }
  });

  it("in synapsesF32", () => {
    const at = [0, 1, 2, 3, 4].map(vector);
    for (const { nOut, nIn } of GRID) {
      const counted = operations(() => core.synapsesF32(WEIGHTS, ...at, nOut, nIn));
      expect(denseSynapsesCost(nOut, nIn), `${nOut} x ${nIn}`).toBe(counted);
    }
  });

  it("in synapsesSparseF32", () => {
    const at = [0, 1, 2, 3, 4].map(vector);
    for (const { nOut, counts } of GRID) {
      writeRows(counts);
      const counted = operations(() => core.synapsesSparseF32(WEIGHTS, ...at, nOut));
      expect(sparseSynapsesCost(counts), String(counts)).toBe(counted);
    }
  });
});

describe("the compiler takes the cheaper format", () => {
  const LEVELS = [0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 1];
  const zeros = (length: number) => new Float32Array(length);
  /** Encoded with `share` of the connections present, and the operations of the kernel on that very block. */
  function chosen(type: "matrix" | "synapses", format: EncodedBlock["format"] | undefined, share: number) {
    const [nOut, nIn] = [24, 20];
    const random = new TestRandom(share * 1000);
    const mask = Uint8Array.from({ length: nOut * nIn }, () => (random.chance(share) ? 1 : 0));
    const fields = zeros(mask.length);
    const matrix: Matrix = { nOut, nIn, weights: fields, mask, bias: zeros(nOut) };
    const synapses: Synapses = { nOut, nIn, mask, k: fields, mu: fields, w: fields, wErev: fields };
    const block = type === "matrix" ? encodeMatrix(matrix, format) : encodeSynapses(synapses, format);
    new Uint8Array(memory.buffer).set(block.bytes, WEIGHTS);
    const at = [0, 1, 2, 3, 4].map(vector);
    const counted = operations(() => {
      if (type === "matrix") {
        const weights = WEIGHTS + 8 + 4 * nOut;
        if (block.format === "dense") core.matvecF32(weights, WEIGHTS + 8, at[0], at[1], nOut, nIn);
        else core.matvecSparseF32(weights, WEIGHTS + 8, at[0], at[1], nOut);
      } else if (block.format === "dense") core.synapsesF32(WEIGHTS + 8, ...at, nOut, nIn);
      else core.synapsesSparseF32(WEIGHTS + 8, ...at, nOut);
    });
    return { format: block.format, counted };
  }

  it.each(["matrix", "synapses"] as const)("of a %s at every sparsity", (type) => {
    const formats = new Set<string>();
    for (const share of LEVELS) {
      const { format, counted } = chosen(type, undefined, share);
      const other = chosen(type, format === "dense" ? "sparse" : "dense", share);
      expect(counted, `${share} present`).toBeLessThanOrEqual(other.counted);
      formats.add(format);
    }
    expect(formats.size).toBe(2);
  });
});
