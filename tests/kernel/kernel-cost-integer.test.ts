// The cost formulas of the integer kernels against the counted core, equal to the operation, and what a MAC and a synapse
// may cost.

import { beforeAll, describe, expect, it } from "vitest";
import { loadCountedCore } from "../../bindings/core/core.ts";
import { OpCounter } from "../../bindings/count/counted-core.ts";
import {
  type EncodedIntBlock,
  encodeIntMatrix,
  encodeIntSynapses,
} from "../../bindings/image/encode-integer.ts";
import {
  denseSynapsesS8Cost,
  narrowCosts,
  sparseSynapsesS8Cost,
  wideCosts,
} from "../../bindings/image/kernel-cost-integer.ts";
import type { IntMatrix, IntSynapses } from "../../bindings/image/lowered-integer.ts";
import { Random } from "../reference/integer/random.ts";

const DESTINATIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33];
const SOURCES = [1, 2, 3, 4, 5, 8, 13, 15, 16, 17, 18, 31, 32, 33, 40, 64];
const DENSITIES = [0, 0.25, 0.6, 1];
const BLOCK = 65536;
const vector = (index: number) => 1024 * (index + 1);

let memory: WebAssembly.Memory;
let counter: OpCounter;
// biome-ignore lint/suspicious/noExplicitAny: the kernels share no signature
let core: any;

beforeAll(async () => {
  const counted = await loadCountedCore(4 * BLOCK);
  core = counted.exports;
  memory = counted.memory;
  counter = new OpCounter(core, counted.table);
});

function matrixOf(nOut: number, nIn: number, density: number, bits: 8 | 4 = 8): IntMatrix {
  const random = new Random(1000 * nOut + 10 * nIn + bits);
  const largest = bits === 8 ? 127 : 7;
  const length = nOut * nIn;
  return {
    nOut,
    nIn,
    bits,
    activationBits: 8,
    weights: Int8Array.from(random.list(length, -largest, largest)),
    mask: Uint8Array.from({ length }, () => (random.chance(density) ? 1 : 0)),
    bias: Int32Array.from(random.list(nOut, -100000, 100000)),
    multiplier: Int32Array.from(random.list(nOut, 16384, 32767)),
    shift: Uint8Array.from(random.list(nOut, 1, 46)),
  };
}

function synapsesOf(nOut: number, nIn: number, density: number): IntSynapses {
  const random = new Random(1000 * nOut + nIn);
  const length = nOut * nIn;
  return {
    nOut,
    nIn,
    mask: Uint8Array.from({ length }, () => (random.chance(density) ? 1 : 0)),
    k: Int16Array.from(random.list(length, -8192, 8191)),
    mu: Int16Array.from(random.list(length, -8192, 8191)),
    w: Int8Array.from(random.list(length, 0, 127)),
    wErev: Int8Array.from(random.list(length, -127, 127)),
    shift: 13,
  };
}

/** Operations of the block's kernel on a matrix. */
function countMatrix({ nOut, nIn }: IntMatrix, { bytes, kernel }: EncodedIntBlock): number {
  new Uint8Array(memory.buffer).set(bytes, BLOCK);
  const body = BLOCK + 8;
  return counter.measure(() => {
    if (/^matvecS\d/.test(kernel)) core[kernel](body, body + 8 * nOut, vector(0), vector(1), nOut, nIn);
    else core[kernel](body, vector(0), vector(1), nOut);
  }).operations;
}

function countSynapses({ nOut, nIn }: IntSynapses, { bytes, kernel }: EncodedIntBlock): number {
  new Uint8Array(memory.buffer).set(bytes, BLOCK);
  const shift = new DataView(memory.buffer).getInt32(BLOCK + 8, true);
  const table = vector(8);
  const at = [1, 2, 3, 4].map(vector);
  return counter.measure(() => {
    if (kernel === "synapsesS8") core.synapsesS8(BLOCK + 12, vector(0), table, shift, ...at, nOut, nIn);
    else core.synapsesSparseS8(BLOCK + 12, vector(0), table, shift, ...at, nOut);
  }).operations;
}

/** Weights of each destination, and sources of each group of four. */
function structure({ nOut, nIn, mask }: IntMatrix): { rows: number[]; groups: number[] } {
  const has = (j: number, i: number) => j < nOut && (mask === null || mask[j * nIn + i] !== 0);
  const sources = Array.from({ length: nIn }, (_, i) => i);
  return {
    rows: Array.from({ length: nOut }, (_, j) => sources.filter((i) => has(j, i)).length),
    groups: Array.from(
      { length: Math.ceil(nOut / 4) },
      (_, g) => sources.filter((i) => [0, 1, 2, 3].some((lane) => has(4 * g + lane, i))).length,
    ),
  };
}

describe("the cost formulas equal what the counted core executes", () => {
  it.each(
    DENSITIES.flatMap((density) => [[8, density, narrowCosts] as const, [16, density, wideCosts] as const]),
  )(
    "of every matrix kernel of int%d activations with a share of %d of the weights",
    (activationBits, density, cost) => {
      for (const nOut of DESTINATIONS) {
        for (const nIn of SOURCES) {
          const matrix = matrixOf(nOut, nIn, density);
          const { rows, groups } = structure(matrix);
          const label = `${nOut} x ${nIn}`;
          const counted = (format: "dense" | "block" | "sparse", bits: 8 | 4 = 8) =>
            countMatrix(matrix, encodeIntMatrix({ ...matrix, bits, activationBits }, format));
          expect(cost.denseS8(nOut, nIn), label).toBe(counted("dense"));
          expect(cost.denseS4(nOut, nIn), label).toBe(counted("dense", 4));
          expect(cost.blockS8(nOut, groups), label).toBe(counted("block"));
          expect(cost.blockS4(nOut, groups), label).toBe(counted("block", 4));
          expect(cost.sparseS8(rows), label).toBe(counted("sparse"));
        }
      }
    },
  );

  it.each(DENSITIES.flatMap((density) => [[density, "clamped"] as const, [density, "bounded"] as const]))(
    "of both synapse kernels with a share of %d of the synapses, %s",
    (density, kind) => {
      const bounded = kind === "bounded";
      for (const nOut of DESTINATIONS) {
        for (const nIn of SOURCES.slice(0, 10)) {
          const drawn = synapsesOf(nOut, nIn, density);
          // Every slope of 8192 reaches beyond the table.
          const synapses = { ...drawn, k: drawn.k.map((k) => (bounded ? k >> 4 : 8192)) };
          const isBounded = bounded || !drawn.mask.includes(1);
          const rows = Array.from(
            { length: nOut },
            (_, j) =>
              Array.from({ length: nIn }, (_, i) => synapses.mask[i * nOut + j]!).filter((m) => m !== 0)
                .length,
          );
          const counted = (format: "dense" | "sparse") =>
            countSynapses(synapses, encodeIntSynapses(synapses, format));
          expect(denseSynapsesS8Cost(nOut, nIn, isBounded)).toBe(counted("dense"));
          expect(sparseSynapsesS8Cost(rows, isBounded)).toBe(counted("sparse"));
        }
      }
    },
  );
});

describe("held columns", () => {
  const [rows, x, held] = [vector(1), vector(8), vector(16)] as [number, number, number];

  /** Operations on inputs of which those at the given places have changed; `misaligned`: bytes between words and x. */
  function count(nOut: number, nIn: number, changed: ReadonlySet<number>, misaligned = 0): number {
    const bytes = new Int8Array(memory.buffer);
    for (let i = 0; i < nIn; i++) {
      bytes[held + i] = i;
      bytes[x + misaligned + i] = changed.has(i) ? i + 1 : i;
    }
    return counter.measure(() => core.matvecHeldS8(rows, BLOCK, x + misaligned, held, 0, nOut, nIn))
      .operations;
  }

  /** Words of four columns that are equal cost a comparison, others one a column; changed columns are multiplied in pairs. */
  function expected(nOut: number, nIn: number, changed: ReadonlySet<number>, misaligned: number): number {
    const groups = Math.ceil(nOut / 4);
    const words = misaligned === 0 ? Math.floor(nIn / 4) : 0;
    const hasChanged = (word: number) => [0, 1, 2, 3].some((i) => changed.has(4 * word + i));
    const compared = Array.from({ length: words }, (_, word) => hasChanged(word)).filter(Boolean).length;
    const rest = nIn - 4 * words;
    const pairs = changed.size >> 1;
    return (
      13 +
      13 * (words - compared) +
      54 * compared +
      (rest === 0 ? 0 : 5 + 11 * rest) +
      (5 + 37 * groups) * pairs +
      (2 + 24 * groups) * (changed.size & 1)
    );
  }

  it("cost what they have in common, what is compared and what is multiplied, and most if all have changed", () => {
    const random = new Random(3);
    for (const nOut of DESTINATIONS) {
      for (const nIn of SOURCES) {
        const places = Array.from({ length: nIn }, (_, i) => i);
        for (const share of [0, 0.1, 0.5, 0.9, 1]) {
          const changed = new Set(places.filter(() => random.chance(share)));
          for (const misaligned of [0, 1]) {
            const counted = count(nOut, nIn, changed, misaligned);
            expect(counted, `${nOut} x ${nIn}`).toBe(expected(nOut, nIn, changed, misaligned));
            expect(counted).toBeLessThanOrEqual(count(nOut, nIn, new Set(places), misaligned));
          }
        }
      }
    }
  });

  it("cost at most 4.9 a weight where all have changed, and 0.1 where none has, of 64 x 64", () => {
    const all = new Set(Array.from({ length: 64 }, (_, i) => i));
    expect(count(64, 64, all) / 64 ** 2).toBeLessThan(4.9);
    expect(count(64, 64, new Set()) / 64 ** 2).toBeLessThan(0.1);
  });
});

describe("the compiler takes the cheapest format", () => {
  it("of a matrix at every sparsity, and each of the three somewhere", () => {
    const formats = new Set<string>();
    for (const density of [0, 0.05, 0.15, 0.3, 0.5, 0.75, 1]) {
      for (const matrix of [matrixOf(24, 20, density), blocks4x1(24, 20, density)]) {
        const chosen = encodeIntMatrix(matrix);
        formats.add(chosen.format);
        const others = (["dense", "block", "sparse"] as const).map((format) =>
          countMatrix(matrix, encodeIntMatrix(matrix, format)),
        );
        expect(countMatrix(matrix, chosen)).toBe(Math.min(...others));
      }
    }
    expect([...formats].sort()).toEqual(["block", "dense", "sparse"]);
  });

  it("of synapses at every sparsity", () => {
    const formats = new Set<string>();
    for (const density of [0, 0.3, 0.8, 0.9, 1]) {
      const synapses = synapsesOf(24, 20, density);
      const chosen = encodeIntSynapses(synapses);
      formats.add(chosen.format);
      const others = (["dense", "sparse"] as const).map((format) =>
        countSynapses(synapses, encodeIntSynapses(synapses, format)),
      );
      expect(countSynapses(synapses, chosen)).toBe(Math.min(...others));
    }
    expect([...formats].sort()).toEqual(["dense", "sparse"]);
  });
});

describe("operations of a 64 x 64 product", () => {
  const perMac = (matrix: IntMatrix) => countMatrix(matrix, encodeIntMatrix(matrix)) / (64 * 64);

  it("dense int8: at most 3.6 a MAC", () => {
    expect(perMac(matrixOf(64, 64, 1))).toBeLessThan(3.6);
  });

  it.each([8, 4] as const)("dense int%d with int16 activations", (bits) => {
    const matrix = { ...matrixOf(64, 64, 1, bits), activationBits: 16 as const };
    expect(perMac(matrix)).toBeLessThan(bits === 8 ? 4 : 5.2);
  });

  it("dense int4: at most 3 a MAC", () => {
    expect(perMac(matrixOf(64, 64, 1, 4))).toBeLessThan(3);
  });

  it.each([8, 4] as const)("int%d in 4x1 blocks, three quarters pruned: at most 1.2 a dense MAC", (bits) => {
    const matrix = { ...blocks4x1(64, 64, 0.25), bits };
    const block = encodeIntMatrix(matrix);
    expect(block).toMatchObject({ format: "block", connections: 1024 });
    expect(countMatrix(matrix, block) / (64 * 64)).toBeLessThan(1.2);
  });
});

describe("operations of the elapsed time", () => {
  const perNeuron = (run: (n: number) => void) => {
    const [one, eleven] = [1, 11].map((n) => counter.measure(() => run(n)).operations);
    return (eleven! - one!) / 10;
  };
  const at = [0, 1, 2, 3, 4].map(vector) as [number, number, number, number, number];

  it.each([0, 8, 19, 30])("are the same at a shift of %d as at any other", (s) => {
    expect(perNeuron((n) => core.timeS16(100, s, at[0], at[1], at[2], n))).toBe(17);
    expect(perNeuron((n) => core.scaleS16(100, s, at[0], at[1], n))).toBe(12);
    expect(perNeuron((n) => core.decayS16(100, s, at[0], at[1], at[2], n))).toBe(17);
    expect(perNeuron((n) => core.pureS16(Math.max(s, 15), ...at, n))).toBe(26);
  });
});

/** Weights in 4x1 blocks, the same number in every group of four destinations. */
function blocks4x1(nOut: number, nIn: number, density: number): IntMatrix {
  const matrix = matrixOf(nOut, nIn, 1);
  const every = Math.max(1, Math.round(1 / Math.max(density, 1 / nIn)));
  const mask = Uint8Array.from({ length: nOut * nIn }, (_, at) => {
    const [j, i] = [Math.floor(at / nIn), at % nIn];
    return (i + (j >> 2)) % every === 0 && density > 0 ? 1 : 0;
  });
  return {
    ...matrix,
    mask,
    weights: matrix.weights.map((w, at) => Math.max(Math.min(w, 7), -7) * mask[at]!),
  };
}
