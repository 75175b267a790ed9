// Halves against numpy: every value, and rounding of floats around midpoints, at the edges and at random.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHalf, LARGEST_HALF, toHalf } from "../../bindings/image/half.ts";
import { loadEngines } from "../kernel/engines.ts";

const golden = (file: string) => readFileSync(join(import.meta.dirname, "..", "golden", "half", file));
const N_HALVES = 65536;
const ALL = Array.from({ length: N_HALVES }, (_, bits) => bits);
const isFinite16 = (bits: number) => (bits & 0x7c00) !== 0x7c00;

describe("fromHalf", () => {
  it("gives numpy's value of every half", () => {
    const values = new DataView(new ArrayBuffer(4 * N_HALVES));
    for (const bits of ALL) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) values.setUint32(4 * bits, 0x7fc00000, true);
      else values.setFloat32(4 * bits, value, true);
    }
    const hash = createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
    expect(hash).toBe(golden("values.sha256").toString().trim());
  });
});

describe("toHalf", () => {
  it("rounds as numpy does", () => {
    const [floats, halves] = [golden("floats.f32"), golden("floats.f16")];
    const nFloats = floats.length / 4;
    expect(halves.length).toBe(2 * nFloats);
    for (let i = 0; i < nFloats; i++) {
      const value = floats.readFloatLE(4 * i);
      const expected = halves.readUInt16LE(2 * i);
      if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
      else expect(toHalf(value), String(value)).toBe(expected);
    }
  });

  it("gives every half back", () => {
    for (const bits of ALL) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
    }
  });

  it("takes the nearest half, of two the even one", () => {
    fc.assert(
      fc.property(fc.float({ min: -65519, max: 65519, noNaN: true }), (value) => {
        const bits = toHalf(value);
        const error = Math.abs(fromHalf(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const magnitude = neighbour & 0x7fff;
          if (magnitude === 0x7fff || magnitude >= 0x7c00) continue;
          const other = Math.abs(fromHalf(neighbour) - value);
          expect(error < other || (error === other && (bits & 1) === 0)).toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("overflows from the middle between the largest half and the next binade", () => {
    expect(fromHalf(toHalf(LARGEST_HALF))).toBe(LARGEST_HALF);
    expect(fromHalf(toHalf(65519))).toBe(LARGEST_HALF);
    expect(fromHalf(toHalf(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(fromHalf(toHalf(-65520))).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe.each(loadEngines(1 << 20))("the $name core", ({ exports, memory }) => {
  // y = 0 + w * 1 for so many halves w at a time.
  const CHUNK = 16384;
  const [X, B, Y, W] = [64, 1024, 1024 + 4 * CHUNK, 1024 + 8 * CHUNK];
  const view = new DataView(memory.buffer);

  /** Rows of `lanes` halves, each of one source. */
  function rows(first: number, lanes: number): void {
    const nRows = CHUNK / lanes;
    let at = W + 2 * nRows;
    for (let row = 0; row < nRows; row++) {
      view.setUint16(W + 2 * row, 1, true);
      for (let lane = 0; lane < lanes; lane++)
        view.setUint16(at + 2 * lane, first + row * lanes + lane, true);
      view.setUint16(at + 2 * lanes, 0, true);
      at += (2 * lanes + 2 + 3) & ~3;
    }
  }

  function dense(first: number): void {
    for (let i = 0; i < CHUNK; i++) view.setUint16(W + 2 * i, first + i, true);
  }

  it.each([
    ["matvecF16", dense, [1]],
    ["matvecSparseF16", (first: number) => rows(first, 1), []],
    ["matvecBlockF16", (first: number) => rows(first, 4), []],
  ] as const)("reads every half exactly in %s", (kernel, write, width) => {
    new Float32Array(memory.buffer, X, 1)[0] = 1;
    for (let first = 0; first < N_HALVES; first += CHUNK) {
      write(first);
      exports[kernel](W, B, X, Y, CHUNK, ...width);
      for (const [i, value] of new Float32Array(memory.buffer, Y, CHUNK).entries()) {
        const bits = first + i;
        // The sum of 0 and -0 is 0. An exponent of ones is the next binade.
        const expected = isFinite16(bits) ? fromHalf(bits) + 0 : nextBinade(bits);
        if (value !== expected) expect(value, `half ${bits}`).toBe(expected);
      }
    }
  });
});

function nextBinade(bits: number): number {
  return ((bits & 0x8000) === 0 ? 1 : -1) * (1024 + (bits & 0x3ff)) * 2 ** 6;
}
