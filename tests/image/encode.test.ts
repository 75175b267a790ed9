// The formats of a parameter block compute the same, and what pads them does not count.

import { describe, expect, it } from "vitest";
import { type EncodedBlock, encodeMatrix, encodeSynapses } from "../../bindings/image/encode.ts";
import { Format } from "../../bindings/image/format.ts";
import { fromHalf, toHalf } from "../../bindings/image/half.ts";
import type { Matrix, Precision, Synapses } from "../../bindings/image/parameters.ts";
import { loadEngines } from "../kernel/engines.ts";
import { TestRandom } from "../network/random-model.ts";

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 18];
const GRID = SIZES.flatMap((nOut) => SIZES.map((nIn) => ({ nOut, nIn })));
const ENGINES = loadEngines(65536);
const [X, BASE_NUM, BASE_DEN, NUM, DEN, BLOCK] = [1024, 2048, 3072, 4096, 5120, 8192];

type Bits = Uint32Array;

const MATRIX_KERNELS: Record<number, string> = {
  [Format.DENSE]: "matvecF32",
  [Format.SPARSE]: "matvecSparseF32",
  [Format.BLOCK]: "matvecBlockF32",
  [Format.DENSE_F16]: "matvecF16",
  [Format.SPARSE_F16]: "matvecSparseF16",
  [Format.BLOCK_F16]: "matvecBlockF16",
};
const SYNAPSE_KERNELS: Record<number, string> = {
  [Format.DENSE]: "synapsesF32",
  [Format.SPARSE]: "synapsesSparseF32",
  [Format.DENSE_F16]: "synapsesF16",
  [Format.SPARSE_F16]: "synapsesSparseF16",
};
const isDense = (block: Uint8Array) => block[0] === Format.DENSE || block[0] === Format.DENSE_F16;

describe.each(ENGINES)("on the $name core", ({ exports, memory }) => {
  const floats = (at: number, length: number) => new Float32Array(memory.buffer, at, length);
  const bits = (at: number, length: number): Bits => new Uint32Array(memory.buffer, at, length).slice();

  /** y = W x + b by the kernel that belongs to the block. */
  function product(block: Uint8Array, x: Float32Array, nOut: number, nIn: number): Bits {
    new Uint8Array(memory.buffer).set(block, BLOCK);
    floats(X, nIn).set(x);
    const beyond = floats(NUM + 4 * nOut, 4).fill(-123);
    const weights = BLOCK + 8 + 4 * nOut;
    exports[MATRIX_KERNELS[block[0]!]!](weights, BLOCK + 8, X, NUM, nOut, ...(isDense(block) ? [nIn] : []));
    expect([...beyond], "what stands behind y").toEqual([-123, -123, -123, -123]);
    return bits(NUM, nOut);
  }

  /** Numerators and denominators by the kernel that belongs to the block. */
  function sums(block: Uint8Array, v: Float32Array, nOut: number, nIn: number): Bits[] {
    new Uint8Array(memory.buffer).set(block, BLOCK);
    floats(X, nIn).set(v);
    floats(BASE_NUM, nOut).fill(0.25);
    floats(BASE_DEN, nOut).fill(1.5);
    const at = [BLOCK + 8, X, BASE_NUM, BASE_DEN, NUM, DEN];
    exports[SYNAPSE_KERNELS[block[0]!]!](...at, nOut, ...(isDense(block) ? [nIn] : []));
    return [bits(NUM, nOut), bits(DEN, nOut)];
  }

  describe.each(["fp32", "fp16"] as const)("in %s", (precision) => {
    const encoded = (matrix: Matrix, format: EncodedBlock["format"]) =>
      encodeMatrix(matrix, format, precision).bytes;
    const encodedSynapses = (synapses: Synapses, format: "dense" | "sparse") =>
      encodeSynapses(synapses, format, precision).bytes;

    it("a full matrix gives the same bits dense, sparse and in blocks", () => {
      for (const { nOut, nIn } of GRID) {
        const { matrix, x } = randomMatrix(nOut, nIn);
        const dense = product(encoded(matrix, "dense"), x, nOut, nIn);
        for (const format of ["sparse", "block"] as const)
          expect(product(encoded(matrix, format), x, nOut, nIn), `${format} ${nOut} x ${nIn}`).toEqual(dense);
      }
    });

    it("a matrix of 4x1 blocks gives the same bits sparse and in blocks", () => {
      for (const { nOut, nIn } of GRID) {
        const { matrix, x } = randomMatrix(nOut, nIn, 0.5, 4);
        const sparse = product(encoded(matrix, "sparse"), x, nOut, nIn);
        expect(product(encoded(matrix, "block"), x, nOut, nIn), `${nOut} x ${nIn}`).toEqual(sparse);
      }
    });

    it("a full set of synapses gives the same bits dense and sparse", () => {
      for (const { nOut, nIn } of GRID) {
        const { synapses, v } = randomSynapses(nOut, nIn);
        const dense = sums(encodedSynapses(synapses, "dense"), v, nOut, nIn);
        const sparse = sums(encodedSynapses(synapses, "sparse"), v, nOut, nIn);
        expect(sparse, `${nOut} x ${nIn}`).toEqual(dense);
      }
    });

    it("absent connections count for nothing, in any format", () => {
      for (const { nOut, nIn } of GRID) {
        for (const format of ["dense", "sparse", "block"] as const) {
          const { matrix, x } = randomMatrix(nOut, nIn, 0.5, format === "block" ? 4 : 1);
          const expected = Array.from({ length: nOut }, (_, j) =>
            x.reduce(
              (sum, xi, i) =>
                sum + matrix.mask![j * nIn + i]! * inPrecision(matrix.weights[j * nIn + i]!, precision) * xi,
              matrix.bias[j]!,
            ),
          );
          const y = new Float32Array(product(encoded(matrix, format), x, nOut, nIn).buffer);
          for (const [j, value] of expected.entries())
            expect(y[j], `${format} ${nOut} x ${nIn}`).toBeCloseTo(value, 5);
        }
        const { synapses, v } = randomSynapses(nOut, nIn, 0.5);
        const [dense, sparse] = (["dense", "sparse"] as const).map((format) =>
          sums(encodedSynapses(synapses, format), v, nOut, nIn).map((sum) => new Float32Array(sum.buffer)),
        );
        for (const [f, values] of dense!.entries()) {
          for (const [j, value] of values.entries())
            expect(sparse![f]![j], `${nOut} x ${nIn}`).toBeCloseTo(value, 4);
        }
      }
    });

    it("padding may hold anything", () => {
      const [weightBytes, nan] = precision === "fp32" ? [4, 0x7fc00000] : [2, 0x7e00];
      for (const { nOut, nIn } of GRID) {
        for (const format of ["dense", "sparse", "block"] as const) {
          const { matrix, x } = randomMatrix(nOut, nIn, 0.7, format === "block" ? 4 : 1);
          const block = encoded(matrix, format);
          const expected = product(block, x, nOut, nIn);
          const head = 8 + 4 * nOut;
          const counts = rowCounts(matrix.mask!, nOut, (j, i) => j * nIn + i);
          if (format === "dense") spoilLanes(block, head, nOut, nIn, weightBytes, nan);
          else if (format === "sparse") spoilRows(block, head, weightBytes + 2, counts);
          else {
            const fourth = counts.filter((_, j) => j % 4 === 0);
            spoilRows(block, head, 4 * weightBytes + 2, fourth);
          }
          expect(product(block, x, nOut, nIn), `${format} ${nOut} x ${nIn}`).toEqual(expected);
        }
        for (const format of ["dense", "sparse"] as const) {
          const { synapses, v } = randomSynapses(nOut, nIn, 0.7);
          const block = encodedSynapses(synapses, format);
          const expected = sums(block, v, nOut, nIn);
          const counts = rowCounts(synapses.mask, nOut, (j, i) => i * nOut + j);
          if (format === "dense") spoilLanes(block, 8, nOut, 4 * nIn, weightBytes, nan);
          else spoilRows(block, 8, 4 * weightBytes + 2, counts);
          expect(sums(block, v, nOut, nIn), `${format} ${nOut} x ${nIn}`).toEqual(expected);
        }
      }
    });
  });

  it("halves compute what floats of their values do, bit by bit", () => {
    const rounded = (values: Float32Array) => values.map((value) => inPrecision(value, "fp16"));
    for (const { nOut, nIn } of GRID) {
      for (const format of ["dense", "sparse", "block"] as const) {
        const { matrix, x } = randomMatrix(nOut, nIn, 0.7, format === "block" ? 4 : 1);
        const floats = { ...matrix, weights: rounded(matrix.weights) };
        const expected = product(encodeMatrix(floats, format).bytes, x, nOut, nIn);
        const halves = product(encodeMatrix(matrix, format, "fp16").bytes, x, nOut, nIn);
        expect(halves, `${format} ${nOut} x ${nIn}`).toEqual(expected);
      }
      for (const format of ["dense", "sparse"] as const) {
        const { synapses, v } = randomSynapses(nOut, nIn, 0.7);
        const { k, mu, w, wErev } = synapses;
        const floats = {
          ...synapses,
          k: rounded(k),
          mu: rounded(mu),
          w: rounded(w),
          wErev: rounded(wErev),
        };
        const expected = sums(encodeSynapses(floats, format).bytes, v, nOut, nIn);
        const halves = sums(encodeSynapses(synapses, format, "fp16").bytes, v, nOut, nIn);
        expect(halves, `${format} ${nOut} x ${nIn}`).toEqual(expected);
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

describe("encodeMatrix", () => {
  it("refuses blocks of a matrix whose destinations differ in fours", () => {
    const { matrix } = randomMatrix(8, 8);
    matrix.mask![9] = 0;
    expect(() => encodeMatrix(matrix, "block")).toThrow(RangeError);
  });

  it("takes blocks only where every stored weight exists", () => {
    const { matrix } = randomMatrix(16, 32, 0.3, 4);
    expect(encodeMatrix(matrix).format).toBe("block");
    expect(encodeMatrix(matrix).connections).toBe(matrix.mask!.reduce((sum, present) => sum + present, 0));
    matrix.mask![matrix.mask!.indexOf(1)] = 0;
    expect(encodeMatrix(matrix).format).toBe("sparse");
    expect(encodeMatrix({ ...matrix, mask: null }).format).toBe("dense");
  });

  it("stores a half where f32 needs a float", () => {
    const { matrix } = randomMatrix(64, 64);
    const weights = (precision: Precision) => encodeMatrix(matrix, "dense", precision).bytes.length - 8 - 256;
    expect([weights("fp32"), weights("fp16")]).toEqual([4 * 64 ** 2, 2 * 64 ** 2]);
  });

  it.each([65520, -1e20, Infinity, Number.NaN])(
    "refuses to store %d as a half, naming the tensor",
    (weight) => {
      const { matrix } = randomMatrix(4, 4);
      matrix.weights[5] = weight;
      expect(() => encodeMatrix({ ...matrix, tensor: "fc.weight" }, "dense", "fp16")).toThrow(
        `"fc.weight" expected magnitudes of at most 65504, which fp16 holds, found ${Math.fround(weight)}`,
      );
      matrix.mask![5] = 0;
      expect(() => encodeMatrix(matrix, "dense", "fp16")).not.toThrow();
    },
  );
});

function inPrecision(value: number, precision: Precision): number {
  return precision === "fp32" ? value : fromHalf(toHalf(value));
}

/** NaN into the lanes of a dense block's last group that belong to no destination; `nRecords` of four lanes a group. */
function spoilLanes(
  block: Uint8Array,
  head: number,
  nOut: number,
  nRecords: number,
  weightBytes: number,
  nan: number,
): void {
  const view = new DataView(block.buffer);
  if (nOut % 4 === 0) return;
  const lastGroup = head + ((nOut - 1) >> 2) * nRecords * 4 * weightBytes;
  for (let at = lastGroup; at < block.length; at += 4 * weightBytes) {
    for (let lane = nOut % 4; lane < 4; lane++) {
      if (weightBytes === 4) view.setUint32(at + 4 * lane, nan, true);
      else view.setUint16(at + 2 * lane, nan, true);
    }
  }
}

/** 0xff into the bytes that align the counts and each row. */
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

/** `together`: so many neighbouring destinations have the same sources. */
function randomMatrix(
  nOut: number,
  nIn: number,
  share = 1,
  together = 1,
): { matrix: Matrix; x: Float32Array } {
  const random = new TestRandom(nOut * 100 + nIn);
  const fill = (length: number) => Float32Array.from({ length }, () => random.between(-1, 1));
  const mask = Uint8Array.from({ length: nOut * nIn }, () => (random.chance(share) ? 1 : 0));
  for (const at of mask.keys()) {
    const j = Math.floor(at / nIn);
    mask[at] = mask[(j - (j % together)) * nIn + (at % nIn)]!;
  }
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
