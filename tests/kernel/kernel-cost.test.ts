// The compiler's cost formulas against the counted core: equal to the operation.

import { beforeAll, describe, expect, it } from "vitest";
import { loadCountedCore } from "../../bindings/core/core.ts";
import { OpCounter } from "../../bindings/count/counted-core.ts";
import { type EncodedBlock, encodeMatrix, encodeSynapses } from "../../bindings/image/encode.ts";
import {
  blockMatrixCost,
  denseMatrixCost,
  denseSynapsesCost,
  sparseMatrixCost,
  sparseSynapsesCost,
} from "../../bindings/image/kernel-cost.ts";
import type { Matrix, Precision, Synapses } from "../../bindings/image/parameters.ts";
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

describe.each([
  ["F32", "fp32"],
  ["F16", "fp16"],
] as const)("the cost formulas equal what the counted core executes", (suffix, precision) => {
  it(`in matvec${suffix}`, () => {
    for (const { nOut, nIn } of GRID) {
      const counted = operations(() =>
        core[`matvec${suffix}`](WEIGHTS, vector(0), vector(1), vector(2), nOut, nIn),
      );
      expect(denseMatrixCost(nOut, nIn, precision), `${nOut} x ${nIn}`).toBe(counted);
    }
  });

  it(`in matvecSparse${suffix}`, () => {
    for (const { nOut, counts } of GRID) {
      writeRows(counts);
      const counted = operations(() =>
        core[`matvecSparse${suffix}`](WEIGHTS, vector(0), vector(1), vector(2), nOut),
      );
      expect(sparseMatrixCost(counts, precision), String(counts)).toBe(counted);
    }
  });

  it(`in matvecBlock${suffix}`, () => {
    for (const { nOut, counts } of GRID) {
      const blocks = counts.slice(0, Math.ceil(nOut / 4));
      writeRows(blocks);
      const counted = operations(() =>
        core[`matvecBlock${suffix}`](WEIGHTS, vector(0), vector(1), vector(2), nOut),
      );
      expect(blockMatrixCost(nOut, blocks, precision), `${nOut}: ${blocks}`).toBe(counted);
    }
  });

  it(`in synapses${suffix}`, () => {
    const at = [0, 1, 2, 3, 4].map(vector);
    for (const { nOut, nIn } of GRID) {
      const counted = operations(() => core[`synapses${suffix}`](WEIGHTS, ...at, nOut, nIn));
      expect(denseSynapsesCost(nOut, nIn, precision), `${nOut} x ${nIn}`).toBe(counted);
    }
  });

  it(`in synapsesSparse${suffix}`, () => {
    const at = [0, 1, 2, 3, 4].map(vector);
    for (const { nOut, counts } of GRID) {
      writeRows(counts);
      const counted = operations(() => core[`synapsesSparse${suffix}`](WEIGHTS, ...at, nOut));
      expect(sparseSynapsesCost(counts, precision), String(counts)).toBe(counted);
    }
  });
});

it("4x1 blocks at 75 % sparsity execute at most 1.2 operations a dense MAC of a 64 x 64 matrix", () => {
  expect(blockMatrixCost(64, Array(16).fill(16)) / 64 ** 2).toBeLessThan(1.2);
});

describe("the compiler takes the cheapest format", () => {
  const LEVELS = [0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 1];
  const KERNEL = { dense: "", sparse: "Sparse", block: "Block" } as const;
  type Case = { type: "matrix" | "4x1 matrix" | "synapses"; precision: Precision };

  /** Encoded with `share` of the connections present, and the operations of the kernel on that very block. */
  function chosen({ type, precision }: Case, format: EncodedBlock["format"] | undefined, share: number) {
    const [nOut, nIn] = [23, 20];
    const random = new TestRandom(share * 1000);
    const mask = Uint8Array.from({ length: nOut * nIn }, () => (random.chance(share) ? 1 : 0));
    if (type === "4x1 matrix") for (const at of mask.keys()) mask[at] = mask[fourth(at, nIn)]!;
    const fields = new Float32Array(mask.length);
    const matrix: Matrix = { nOut, nIn, weights: fields, mask, bias: new Float32Array(nOut) };
    const synapses: Synapses = { nOut, nIn, mask, k: fields, mu: fields, w: fields, wErev: fields };
    const block =
      type === "synapses"
        ? encodeSynapses(synapses, format as "dense" | "sparse" | undefined, precision)
        : encodeMatrix(matrix, format, precision);
    new Uint8Array(memory.buffer).set(block.bytes, WEIGHTS);
    const at = [0, 1, 2, 3, 4].map(vector);
    const kernel = `${KERNEL[block.format]}${precision === "fp32" ? "F32" : "F16"}`;
    const width = block.format === "dense" ? [nIn] : [];
    const counted = operations(() => {
      if (type === "synapses") core[`synapses${kernel}`](WEIGHTS + 8, ...at, nOut, ...width);
      else core[`matvec${kernel}`](WEIGHTS + 8 + 4 * nOut, WEIGHTS + 8, at[0], at[1], nOut, ...width);
    });
    return { format: block.format, counted };
  }

  /** The same connection of the first of four destinations. */
  const fourth = (at: number, nIn: number) => (Math.floor(at / nIn) & ~3) * nIn + (at % nIn);

  it.each([
    { type: "matrix", precision: "fp32", formats: ["dense", "sparse"] },
    { type: "matrix", precision: "fp16", formats: ["dense", "sparse"] },
    { type: "4x1 matrix", precision: "fp32", formats: ["block", "dense"] },
    { type: "4x1 matrix", precision: "fp16", formats: ["block", "dense"] },
    { type: "synapses", precision: "fp32", formats: ["dense", "sparse"] },
    { type: "synapses", precision: "fp16", formats: ["dense", "sparse"] },
  ] as const)("of a $type in $precision at every sparsity", ({ formats, ...form }) => {
    const seen = new Set<string>();
    for (const share of LEVELS) {
      const { format, counted } = chosen(form, undefined, share);
      // A full matrix stays dense: as blocks it would cost bytes.
      for (const other of share === 1 ? ["sparse" as const] : formats)
        expect(counted, `${share} present`).toBeLessThanOrEqual(chosen(form, other, share).counted);
      seen.add(format);
    }
    expect([...seen]).toEqual(expect.arrayContaining([...formats]));
  });
});
