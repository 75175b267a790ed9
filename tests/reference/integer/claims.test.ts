// The claims of docs/integers.md on widths, proved: each expression is of degree one in every operand, so that its
// extremes over a box lie at the corners, and the corners are evaluated in exact integers.

import { describe, expect, it } from "vitest";

type Range = readonly [bigint, bigint];
const I16: Range = [-32768n, 32767n];
const SAT16: Range = [-32767n, 32767n];
const GATE: Range = [0n, 32767n];
const U16: Range = [0n, 65535n];
const I8: Range = [-127n, 127n];
const SHIFTS = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => BigInt(from + i));

/** Least and largest value of f over the corners of the box. */
function extremes(f: (...operands: bigint[]) => bigint, ...ranges: Range[]): Range {
  const corners = ranges.reduce<bigint[][]>(
    (rows, range) => rows.flatMap((row) => range.map((end) => [...row, end])),
    [[]],
  );
  const values = corners.map((corner) => f(...corner));
  return [values.reduce((a, b) => (a < b ? a : b)), values.reduce((a, b) => (a > b ? a : b))];
}

const half = (s: bigint) => (1n << s) >> 1n;

function expectI32([low, high]: Range): void {
  expect(low).toBeGreaterThanOrEqual(-(2n ** 31n));
  expect(high).toBeLessThan(2n ** 31n);
}

function expectU32([low, high]: Range): void {
  expect(low).toBeGreaterThanOrEqual(0n);
  expect(high).toBeLessThan(2n ** 32n);
}

describe("32 bits are enough for", () => {
  it("a table's interpolation, of any entries", () => {
    for (const k of SHIFTS(1, 8)) {
      expectI32(extremes((a, b, f) => (b - a) * f + half(k), I16, I16, [0n, 2n ** k - 1n]));
    }
  });

  it("blends of any two i16", () => {
    expectI32(extremes((a, c, t) => (c - a) * t + 16384n, I16, I16, GATE));
  });

  it("the time gate as long as 32767 dtMax and half a unit of its shift stay below 2^31, and no longer", () => {
    for (const s of SHIFTS(0, 30)) {
      const dtMax = (2n ** 31n - 1n - half(s)) / 32767n;
      const product = extremes((p, d) => p * d + half(s), SAT16, [1n, dtMax < 65535n ? dtMax : 65535n]);
      expectI32(product);
      expectI32(extremes((q, p) => (q >> s) + p, product, I16));
      if (s > 16n) expect(32767n * 65535n + half(s) < 2n ** 31n).toBe(s === 17n);
    }
  });

  it("the exponent of LiquidGate over all u16", () => {
    for (const s of SHIFTS(0, 30)) expectU32(extremes((y, d) => y * d + half(s), GATE, U16));
  });

  it("the exponent of CfC pure as long as (wtau + 32767) dtMax < 2^32, and no longer", () => {
    const product = (dtMax: bigint, tau: bigint) =>
      extremes((d, w, p) => d * (w + p), [1n, dtMax], [0n, tau], [0n, 32767n]);
    expectU32(product(65535n, 32770n));
    expect(product(65535n, 32771n)[1]).toBeGreaterThan(2n ** 32n - 1n);
    expectU32(product(43690n, 65535n));
  });

  it("the rest of CfC pure", () => {
    for (const q of SHIFTS(15, 30)) {
      const product = extremes((p, x) => p * x + half(q), SAT16, GATE);
      expectI32(product);
      const v = extremes((r) => 2048n - (r >> q), product);
      for (const s of SHIFTS(0, 30)) expectI32(extremes((a, f) => a * f + half(s), [-16383n, 16383n], v));
    }
  });

  it("GRU's and LSTM's products and sums", () => {
    const gated = extremes((r, p) => r * p + 16384n, GATE, I16);
    expectI32(gated);
    expectI32(extremes((q, p) => (q >> 15n) + p, gated, I16));
    for (const k of SHIFTS(0, 4)) {
      const written = extremes((g, i) => g * i + half(15n + k), I16, GATE);
      expectI32(written);
      expectI32(extremes((c, w) => (c >> 15n) + (w >> (15n + k)), gated, written));
    }
  });

  it("no_gate", () => {
    expectI32(extremes((a, t, c) => a + ((t * c + 16384n) >> 15n) + 1n, I16, GATE, I16));
  });

  it("an input map whose promise holds", () => {
    for (const s of SHIFTS(0, 30)) {
      const m = 32767n;
      const b = 2n ** 31n - 1n - 32768n * m - half(s);
      expectI32(extremes((raw, f, bias) => raw * f + bias + half(s), I16, [-m, m], [-b, b]));
    }
  });

  it("accumulators of 133,000 columns of int8, and their int4 sums may wrap on the way", () => {
    expectI32(extremes((w, z) => 133000n * w * z, I8, I8));
    expectI32(extremes((w, z) => 2400000n * w * z, [-7n, 7n], I8));
  });

  it("an LTC synapse whose promise holds", () => {
    for (const s of SHIFTS(0, 16)) {
      const c = half(s) + (16384n << s);
      expectI32([c, c]);
      const k = (2n ** 31n - 1n - c) / 65534n;
      expectI32(extremes((v, mu, f) => (v - mu) * f + c, SAT16, SAT16, [-k, k]));
    }
    expect(16384n << 17n).toBe(2n ** 31n);
  });

  it("no argument of bounded synapses leaves the table, not even of a state of -32768", () => {
    for (const s of SHIFTS(0, 16)) {
      const c = half(s) + (16384n << s);
      for (const mu of [0n, 1n, 16384n, 32767n, 32768n]) {
        const k = ((16384n << s) - half(s) - 1n) / (32768n + mu);
        for (const x of extremes((v, m, f) => (v - m) * f + c, I16, [-mu, mu], [-k, k])) {
          expect(x >> s).toBeGreaterThanOrEqual(0n);
          expect(x >> s).toBeLessThanOrEqual(32767n);
        }
      }
    }
  });

  it("LTC's quotient: m is a u32 wherever |N| <= (2^(16-f) - 1) D and 2^(15-f) D < 2^31", () => {
    for (const f of SHIFTS(0, 14)) {
      // The largest D of every length, where |N| << (z - (15 - f)) is largest.
      for (const length of SHIFTS(1, Number(16n + f))) {
        const z = 31n - length;
        expect(z).toBeGreaterThanOrEqual(15n - f);
        const d = 2n ** length - 1n;
        const q = (d << z) >> 15n;
        expect(q).toBeGreaterThanOrEqual(2n ** 15n);
        expectU32([0n, (((2n ** (16n - f) - 1n) * d) << (z - (15n - f))) + (q >> 1n)]);
      }
    }
    // One more and it is not: w = 0 beside we = 1 would do.
    const d = 2n ** 30n - 1n;
    expect((4n * d + 3n) << 0n).toBeGreaterThan(2n ** 32n - 4n);
  });
});

describe("64 bits are enough for", () => {
  const I32: Range = [-(2n ** 31n), 2n ** 31n - 1n];
  const expectI64 = ([low, high]: Range) => {
    expect(low).toBeGreaterThanOrEqual(-(2n ** 63n));
    expect(high).toBeLessThan(2n ** 63n);
  };

  it("a product's rescaling", () => {
    for (const s of SHIFTS(1, 46)) expectI64(extremes((acc, m) => acc * m + half(s), I32, [16384n, 32767n]));
  });

  it("LTC's capacity at any elapsed time", () => {
    for (const c of SHIFTS(0, 62))
      expectI64(extremes((cm, r) => cm * r + half(c), I32, [32768n, 0x7fffffffn]));
  });

  it("LTC's carried charge and output map", () => {
    expectI64(extremes((cap, v) => cap * v + half(14n), I32, I16));
    for (const s of SHIFTS(0, 46)) expectI64(extremes((x, m, b) => x * m + b + half(s), I16, I16, I32));
  });
});
