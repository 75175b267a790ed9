// Every rule of docs/integers.md on numbers computed by hand, and against BigInt over all of its range.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blend, mul15, narrow, rsh, rsh64, sat8, sat16, sat16Of64, toInteger } from "./arithmetic.ts";
import { lookUp, lookUpNearest } from "./table.ts";

const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("rounding", () => {
  it.each([
    [5, 1, 3],
    [-5, 1, -2], // half up: -2.5 becomes -2
    [-6, 2, -1], // -1.5 becomes -1
    [6, 2, 2],
    [-7, 2, -2],
    [127, 8, 0],
    [128, 8, 1],
    [-128, 8, 0],
    [-129, 8, -1],
    [-1, 0, -1],
    [1 << 29, 30, 1],
    [-(1 << 29), 30, 0],
  ])("rsh(%i, %i) = %i", (a, s, expected) => {
    expect(rsh(a, s)).toBe(expected);
    expect(rsh64(BigInt(a), s)).toBe(BigInt(expected));
  });

  it("is floor(a / 2^s + 1/2), and wraps at 32 bits", () => {
    expect(rsh(2 ** 31 - 1, 1)).toBe(-(2 ** 30));
    fc.assert(
      fc.property(i32, fc.integer({ min: 0, max: 30 }), (a, s) => {
        const half = (1n << BigInt(s)) >> 1n;
        expect(BigInt(rsh(a, s))).toBe(BigInt.asIntN(32, BigInt(a) + half) >> BigInt(s));
        expect(Number(rsh64(BigInt(a), s))).toBe(Math.floor(a / 2 ** s + 0.5));
      }),
      { seed: 1 },
    );
  });

  it("takes real numbers half up as well", () => {
    expect([-2.5, -0.5, 0.5, 2.5, -0.51].map(toInteger)).toEqual([-2, 0, 1, 3, -1]);
  });
});

describe("saturation", () => {
  it("never yields the most negative value", () => {
    expect([-129, -128, -127, 127, 128].map(sat8)).toEqual([-127, -127, -127, 127, 127]);
    expect([-32769, -32768, -32767, 32767, 32768].map(sat16)).toEqual([-32767, -32767, -32767, 32767, 32767]);
    expect([-(2n ** 47n), -32768n, 5n, 2n ** 47n].map(sat16Of64)).toEqual([-32767, -32767, 5, 32767]);
  });

  it("narrows states to activations", () => {
    expect([32767, 32639, -32767, 128, 127, -128].map((h) => narrow(h, 8))).toEqual([
      127, 127, -127, 1, 0, 0,
    ]);
    expect(narrow(100, 0)).toBe(100);
    expect(narrow(-16384, 7)).toBe(-127);
  });
});

describe("tables", () => {
  const entries = Int16Array.from({ length: 257 }, (_, i) =>
    i === 0 ? -32767 : i === 256 ? 32767 : 100 * i,
  );

  it("interpolate between entries and stop at both ends", () => {
    const table = { lo: -1000, k: 3, entries };
    expect(lookUp(table, -32767)).toBe(-32767);
    expect(lookUp(table, -1000)).toBe(-32767);
    expect(lookUp(table, -999)).toBe(-32767 + rsh(32867, 3)); // 4108.375 becomes 4108
    expect(lookUp(table, -992)).toBe(100);
    expect(lookUp(table, -987)).toBe(100 + 63); // 62.5
    // The last place of the domain, one unit before entry 256.
    expect(lookUp(table, 1047)).toBe(25500 + rsh(7267 * 7, 3));
    expect(lookUp(table, 32767)).toBe(lookUp(table, 1047));
  });

  it("round a fall half up, too", () => {
    const falling = Int16Array.from({ length: 257 }, (_, i) => -i);
    expect(lookUp({ lo: 0, k: 1, entries: falling }, 1)).toBe(0); // -0.5
    expect(lookUp({ lo: 0, k: 1, entries: falling }, 3)).toBe(-1); // -1.5
  });

  it("stay between neighbouring entries", () => {
    const i16 = fc.integer({ min: -32768, max: 32767 });
    fc.assert(
      fc.property(i16, i16, i16, i16, fc.integer({ min: 1, max: 8 }), (a, b, x, lo, k) => {
        const table = { lo, k, entries: Int16Array.from({ length: 257 }, (_, i) => (i % 2 === 0 ? a : b)) };
        const y = lookUp(table, x);
        expect(y).toBeGreaterThanOrEqual(Math.min(a, b));
        expect(y).toBeLessThanOrEqual(Math.max(a, b));
      }),
      { seed: 1 },
    );
  });

  it("have steps of 32 without interpolation in an LTC", () => {
    const nearest = Int16Array.from({ length: 1024 }, (_, i) => i);
    expect([-5, 0, 31, 32, 32767, 32768, 2 ** 31 - 1].map((x) => lookUpNearest(nearest, x))).toEqual([
      0, 0, 0, 1, 1023, 1023, 1023,
    ]);
  });
});

describe("blends", () => {
  const i16 = fc.integer({ min: -32768, max: 32767 });
  const gate = fc.integer({ min: 0, max: 32767 });

  it("round half up", () => {
    expect(blend(0, 1, 16384)).toBe(1);
    expect(blend(1, 0, 16384)).toBe(1); // 1 - 0.5 = 0.5
    expect(blend(-32767, 32767, 32767)).toBe(-32767 + 65532); // 65534 - 1.99994
    expect(mul15(-3, 16384)).toBe(-1); // -1.5
  });

  it("never leave the range of their ends", () => {
    fc.assert(
      fc.property(i16, i16, gate, (from, to, w) => {
        const exact = BigInt(from) + ((BigInt(to - from) * BigInt(w) + 16384n) >> 15n);
        expect(BigInt(blend(from, to, w))).toBe(exact);
        expect(exact).toBeGreaterThanOrEqual(Math.min(from, to));
        expect(exact).toBeLessThanOrEqual(Math.max(from, to));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
