// The two formats of a parameter block compute the same, and what pads them does not count.

import { describe, expect, it } from "vitest";
import { encodeMatrix, encodeSynapses } from "../../bindings/image/encode.ts";
import type { Matrix, Synapses } from "../../bindings/image/parameters.ts";
import { loadEngines } from "../kernel/engines.ts";
import { TestRandom } from "../network/random-model.ts";

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 18];
const GRID = SIZES.flatMap((nOut) => SIZES.map((nIn) => ({ nOut, nIn })));
const ENGINES = loadEngines(65536);
const [X, BASE_NUM, BASE_DEN, NUM, DEN, BLOCK] = [1024, 2048, 3072, 4096, 5120, 8192];

type Bits = Uint32Array;

describe.each(ENGINES)("on the $name core", ({ exports, memory }) => {
  const floats = (at: number, length: number) => new Float32Array(memory.buffer, at, length);
  const bits = (at: number, length: number): Bits => new Uint32Array(memory.buffer, at, length).slice();

  /** y = W x + b by the kernel that belongs to the block. */
  function product(block: Uint8Array, x: Float32Array, nOut: number, nIn: number): Bits {
    new Uint8Array(memory.buffer).set(block, BLOCK);
    floats(X, nIn).set(x);
    const weights = BLOCK + 8 + 4 * nOut;
    if (block[0] === 1) exports.matvecF32(weights, BLOCK + 8, X, NUM, nOut, nIn);
    else exports.matvecSparseF32(weights, BLOCK + 8, X, NUM, nOut);
    return bits(NUM, nOut);
  }

  /** Numerators and denominators by the kernel that belongs to the block. */
  function sums(block: Uint8Array, v: Float32Array, nOut: number, nIn: number): Bits[] {
    new Uint8Array(memory.buffer).set(block, BLOCK);
    floats(X, nIn).set(v);
    floats(BASE_NUM, nOut).fill(0.25);
    floats(BASE_DEN, nOut).fill(1.5);
    const at = [BLOCK + 8, X, BASE_NUM, BASE_DEN, NUM, DEN];
    if (block[0] === 1) exports.synapsesF32(...at, nOut, nIn);
    else exports.synapsesSparseF32(...at, nOut);
    return [bits(NUM, nOut), bits(DEN, nOut)];
  }

  it("a full matrix gives the same bits dense and sparse", () => {
    for (const { nOut, nIn } of GRID) {
      const { matrix, x } = randomMatrix(nOut, nIn);
      const dense = product(encodeMatrix(matrix, "dense").bytes, x, nOut, nIn);
      const sparse = product(encodeMatrix(matrix, "sparse").bytes, x, nOut, nIn);
      expect(sparse, `${nOut} x ${nIn}`).toEqual(dense);
    }
  });

  it("a full set of synapses gives the same bits dense and sparse", () => {
    for (const { nOut, nIn } of GRID) {
      const { synapses, v } = randomSynapses(nOut, nIn);
      const dense = sums(encodeSynapses(synapses, "dense").bytes, v, nOut, nIn);
      const sparse = sums(encodeSynapses(synapses, "sparse").bytes, v, nOut, nIn);
      expect(sparse, `${nOut} x ${nIn}`).toEqual(dense);
    }
  });

  it("absent connections count for nothing, in either format", () => {
    for (const { nOut, nIn } of GRID) {
      const { matrix, x } = randomMatrix(nOut, nIn, 0.5);
      const expected = Array.from({ length: nOut }, (_, j) =>
        x.reduce(
          (sum, xi, i) => sum + matrix.mask![j * nIn + i]! * matrix.weights[j * nIn + i]! * xi,
          matrix.bias[j]!,
        ),
      );
      for (const format of ["dense", "sparse"] as const) {
        const y = new Float32Array(product(encodeMatrix(matrix, format).bytes, x, nOut, nIn).buffer);
        for (const [j, value] of expected.entries())
          expect(y[j], `${format} ${nOut} x ${nIn}`).toBeCloseTo(value, 5);
      }
      const { synapses, v } = randomSynapses(nOut, nIn, 0.5);
      const [dense, sparse] = (["dense", "sparse"] as const).map((format) =>
        sums(encodeSynapses(synapses, format).bytes, v, nOut, nIn).map((sum) => new Float32Array(sum.buffer)),
      );
      for (const [f, values] of dense!.entries()) {
        for (const [j, value] of values.entries())
          expect(sparse![f]![j], `${nOut} x ${nIn}`).toBeCloseTo(value, 4);
      }
    }
  });

  it("padding may hold anything", () => {
    for (const { nOut, nIn } of GRID) {
      const { matrix, x } = randomMatrix(nOut, nIn, 0.7);
      const { synapses, v } = randomSynapses(nOut, nIn, 0.7);
      for (const format of ["dense", "sparse"] as const) {
        const block = encodeMatrix(matrix, format).bytes;
        const blockOfSynapses = encodeSynapses(synapses, format).bytes;
        const counts = rowCounts(matrix.mask!, nOut, (j, i) => j * nIn + i);
        const countsOfSynapses = rowCounts(synapses.mask, nOut, (j, i) => i * nOut + j);
        const expected = [product(block, x, nOut, nIn), ...sums(blockOfSynapses, v, nOut, nIn)];
        if (format === "dense") {
          spoilLanes(block, 8 + 4 * nOut, 1, nOut, nIn);
          spoilLanes(blockOfSynapses, 8, 4, nOut, nIn);
        } else {
          spoilRows(block, 8 + 4 * nOut, 6, counts);
          spoilRows(blockOfSynapses, 8, 18, countsOfSynapses);
        }
        const spoiled = [product(block, x, nOut, nIn), ...sums(blockOfSynapses, v, nOut, nIn)];
        expect(spoiled, `${format} ${nOut} x ${nIn}`).toEqual(expected);
      }
    }
  });

  function rowCounts(mask: Uint8Array, nOut: number, index: (j: number, i: number) => number): number[] {
    const nIn = mask.length / nOut;
    return Array.from({ length: nOut }, (_, j) => {
      let count = 0;
      for (let i = 0; i < nIn; i++) count += mask[index(j, i)]!;
      return count;
    });
  }
});

/** NaN into the lanes of a dense block's last group that belong to no destination. */
function spoilLanes(block: Uint8Array, head: number, nFields: number, nOut: number, nIn: number): void {
  const view = new DataView(block.buffer);
  const lastGroup = head + ((nOut - 1) >> 2) * nIn * nFields * 16;
  if (nOut % 4 === 0) return;
  for (let at = lastGroup; at < block.length; at += 16) {
    for (let lane = nOut % 4; lane < 4; lane++) view.setUint32(at + 4 * lane, 0x7fc00000, true);
  }
}

/** 0xff into the bytes that align the counts and each row of a sparse block. */
function spoilRows(block: Uint8Array, head: number, entryBytes: number, counts: number[]): void {
  let at = head + 2 * counts.length;
  const spoil = () => {
    while (at % 4 !== 0) block[at++] = 0xff;
  };
  spoil();
  for (const count of counts) {
    at += entryBytes * count;
    spoil();
  }
  if (at !== block.length) throw new Error("the block has another layout than this test thinks");
}

function randomMatrix(nOut: number, nIn: number, share = 1): { matrix: Matrix; x: Float32Array } {
  const random = new TestRandom(nOut * 100 + nIn);
  const fill = (length: number) => Float32Array.from({ length }, () => random.between(-1, 1));
  const mask = Uint8Array.from({ length: nOut * nIn }, () => (random.chance(share) ? 1 : 0));
  return { matrix: { nOut, nIn, weights: fill(nOut * nIn), mask, bias: fill(nOut) }, x: fill(nIn) };
}

function randomSynapses(nOut: number, nIn: number, share = 1): { synapses: Synapses; v: Float32Array } {
  const random = new TestRandom(nOut * 100 + nIn);
  const fill = (low: number, high: number, length = nOut * nIn) =>
    Float32Array.from({ length }, () => random.between(low, high));
  const mask = Uint8Array.from({ length: nOut * nIn }, () => (random.chance(share) ? 1 : 0));
  return {
    synapses: {
      nOut,
      nIn,
      mask,
      k: fill(-12, 4),
      mu: fill(-0.5, 1),
      w: fill(0, 1.5),
      wErev: fill(-1.5, 1.5),
    },
    v: fill(-1, 1, nIn),
  };
}
