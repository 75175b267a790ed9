// Each cell's rule on numbers computed by hand, and the LTC's division against exact quotients.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IntTable } from "../../../bindings/image/lowered-integer.ts";
import { cfcDefault, cfcNoGate, cfcPure, decay, gru, lstm, timeArgument, unitDecay } from "./cells.ts";
import { argument, capacity, carried, divide } from "./ltc.ts";
import { mapAffine, mapInput, product } from "./product.ts";

/** A table that yields the same value everywhere. */
const constant = (y: number) => ({ lo: 0, k: 7, entries: new Int16Array(257).fill(y) });
const HALF = 16384;

describe("products and maps", () => {
  const matrix = (weights: number[], bias: number[], multiplier: number[], shift: number[]) => ({
    nOut: bias.length,
    nIn: weights.length / bias.length,
    bits: 8 as const,
    activationBits: 8 as const,
    weights: Int8Array.from(weights),
    mask: null,
    bias: Int32Array.from(bias),
    multiplier: Int32Array.from(multiplier),
    shift: Uint8Array.from(shift),
  });

  it("sum in 32 bits and rescale in 64", () => {
    const z = Int8Array.of(10, -3);
    // 5 * 10 - 4 * 3 + 2 = 40;  40 * 2^14 / 2^15 = 20
    expect([...product(matrix([5, 4], [2], [16384], [15]), z)]).toEqual([20]);
    // -41 / 2 = -20.5 becomes -20, 41 / 2 = 20.5 becomes 21
    expect([...product(matrix([0, 0, 0, 0], [-41, 41], [16384, 16384], [15, 15]), z)]).toEqual([-20, 21]);
    const ends = [2 ** 31 - 1, -(2 ** 31)];
    expect([...product(matrix([0, 0, 0, 0], ends, [32767, 32767], [1, 1]), z)]).toEqual([32767, -32767]);
    expect([...product(matrix([0, 0, 0, 0], ends, [32767, 32767], [46, 46]), z)]).toEqual([1, -1]);
  });

  it("take activations of 16 bits as they are", () => {
    const wide = { ...matrix([5, 4], [2], [16384], [15]), activationBits: 16 as const };
    // 5 * 1000 - 4 * 3 + 2 = 4990;  4990 / 2 = 2495
    expect([...product(wide, Int16Array.of(1000, -3))]).toEqual([2495]);
  });

  it("leave out what is not stored", () => {
    const all = matrix([5, 4], [0], [16384], [14]);
    const masked = { ...all, mask: Uint8Array.of(1, 0) };
    expect([...product(masked, Int8Array.of(10, -3))]).toEqual([50]);
  });

  it("map inputs to i8 or i16, and outputs in 64 bits", () => {
    const map = { multiplier: Int32Array.of(3), bias: Int32Array.of(-1), shift: Uint8Array.of(1) };
    expect([...mapInput({ ...map, width: 8 }, Int16Array.of(2))]).toEqual([3]); // 2.5
    expect([...mapInput({ ...map, width: 8 }, Int16Array.of(-2))]).toEqual([-3]); // -3.5
    expect([...mapInput({ ...map, width: 8 }, Int16Array.of(-32768))]).toEqual([-127]);
    expect([...mapInput({ ...map, width: 16 }, Int16Array.of(20000))]).toEqual([30000]); // 29999.5
    expect([...mapAffine({ ...map, shift: Uint8Array.of(0) }, Int16Array.of(-32767))]).toEqual([-32767]);
    const steep = {
      multiplier: Int32Array.of(32767),
      bias: Int32Array.of(2 ** 31 - 1),
      shift: Uint8Array.of(17),
    };
    expect([...mapAffine(steep, Int16Array.of(32767))]).toEqual([24576]); // 24575.5
  });
});

describe("CfC", () => {
  it("argues with elapsed time in its own unit", () => {
    expect(timeArgument(2048, 0, 256, 8)).toBe(2048); // one unit of time
    expect(timeArgument(2048, 100, 128, 8)).toBe(1124);
    expect(timeArgument(-1, 0, 128, 8)).toBe(0); // -0.5
    expect(timeArgument(-3, 0, 128, 8)).toBe(-1); // -1.5
    expect(timeArgument(32767, 32767, 65535, 0)).toBe(32767);
    expect(timeArgument(-32767, -32767, 65535, 0)).toBe(-32767);
    expect(timeArgument(32767, 0, 1, 16)).toBe(0); // 0.49998
    expect(timeArgument(32767, 0, 2, 16)).toBe(1);
    // An hour and a head in units of 2^-22: 3600 * 2^10 / 2^22 = 0.88, in Q4.11.
    expect(timeArgument(1024, -100, 3600, 11)).toBe(1700);
    expect(timeArgument(1, 0, 3600, 11)).toBe(2); // 1.76
    // A hundredth in units of 2^-16, and a head in units of 2^-7: 100 * 0.01 = 1
    expect(timeArgument(12800, 0, 655, 12)).toBe(2047); // 2046.9
  });

  it("default lies between its two ends", () => {
    expect(cfcDefault(1000, 3000, HALF)).toBe(2000);
    expect(cfcDefault(-32767, 32767, 0)).toBe(-32767);
    expect(cfcDefault(5, 6, HALF)).toBe(6); // 5.5
    expect(cfcDefault(6, 5, HALF)).toBe(6); // 5.5
  });

  it("no_gate halves", () => {
    expect(cfcNoGate(1000, 3000, HALF)).toBe(1250); // (1000 + 1500) / 2
    expect(cfcNoGate(32767, 32767, 32767)).toBe(32767); // 32766.5
    expect(cfcNoGate(-32767, -32767, 32767)).toBe(-32766); // -32766.5
  });

  it("pure decays by its own rate", () => {
    const pure = (p1: number, absTau: number, bound: number, boundShift: number) => {
      return (x: IntTable, d: number, s: number, q = 15) =>
        cfcPure(p1, { absTau, bound, boundShift }, x, d, s, q);
    };
    // p1 = 1, x = 1/2: v = 2048 - 1024, A = 3 as 12288 / 2^12: h = 3 / 2 with 10 fraction bits
    expect(pure(2048, 0, 12288, 13)(constant(HALF), 256, 8)).toBe(1536);
    expect(pure(-2048, 0, 12288, 13)(constant(HALF), 256, 8)).toBe(4608);
    expect(pure(-32767, 0, 16383, 0)(constant(32767), 1, 0)).toBe(32767);
    const identity = {
      lo: 0,
      k: 7,
      entries: Int16Array.from({ length: 257 }, (_, i) => Math.min(128 * i, 32767)),
    };
    // u = (2 * (2048 + 2048)) >> 1 = 4096; r = 2048 * 4096 / 2^15 = 256; h = 2048 - 256
    expect(pure(2048, 2048, 1, 0)(identity, 2, 1)).toBe(1792);
    // u is not rounded: 3 * 1365 / 2 = 2047.5 becomes 2047;  r = 1365 * 2047 / 2^15 = 85.27
    expect(pure(1365, 0, 1, 0)(identity, 3, 1)).toBe(1963);
    // The product needs bit 31 and more than an i32: 65535 * 65537 = 2^32 - 1 and then the end of the table.
    expect(pure(-32767, 32770, 1, 0)(constant(0), 65535, 0)).toBe(2048);
    // u = 65535, x = 32766, r = -32765, v = 34813
    expect(pure(-32767, 32770, 1, 1)(identity, 65535, 16)).toBe(17407);
    // Units of 2^-15, so s = e + 4: u = (16 * (16384 + 16384)) >> 8 = 2048; r = 16384 * 2048 / 2^19 = 64
    expect(pure(16384, 16384, 1, 0)(identity, 16, 8, 19)).toBe(1984);
    // r = -16383.5 / 2^4 = -1023.97 becomes -1024; the finest unit: 32767^2 / 2^30 = 0.99994
    expect(pure(-32767, 0, 1, 0)(constant(HALF), 1, 0, 19)).toBe(3072);
    expect(pure(32767, 0, 1, 0)(constant(32767), 1, 0, 30)).toBe(2047);
  });
});

describe("GRU, LSTM and LiquidGate", () => {
  it("GRU", () => {
    const tables = { sigmoid: constant(HALF), tanh: constant(1000) };
    expect(gru({ r: 0, z: 0, nx: 0, nh: 0 }, 3001, tables)).toBe(2001); // 2000.5
    // The candidate's argument: 100 + 2047 / 2 = 1123.5 becomes 1124.
    const tanh = { lo: 1120, k: 1, entries: Int16Array.from({ length: 257 }, (_, i) => 10 * i) };
    expect(gru({ r: 0, z: 0, nx: 100, nh: 2047 }, 0, { sigmoid: constant(HALF), tanh })).toBe(10);
    expect(gru({ r: 0, z: 0, nx: 32767, nh: 32767 }, 0, { sigmoid: constant(0), tanh })).toBe(2555);
  });

  it("LSTM", () => {
    const tables = { sigmoid: constant(HALF), tanh: constant(-3) };
    const p = { g: 0, i: 0, f: 0, o: 0 };
    // c = 3 / 2 = 1.5 becomes 2; written = -3 / 2 = -1.5 becomes -1; h = -1.5 becomes -1
    expect(lstm(p, 3, 0, tables)).toEqual({ c: 1, h: -1 });
    // k = 4: -3 * 2^14 / 2^19 = -0.09 becomes 0
    expect(lstm(p, 3, 4, tables)).toEqual({ c: 2, h: -1 });
    const ends = { sigmoid: constant(32767), tanh: constant(32767) };
    expect(lstm(p, 32767, 0, ends)).toEqual({ c: 32767, h: 32766 });
    // The cell's format meets the table's: with k = 0, 2^15 c = 16 Q4.11.
    const tanh = { lo: 0, k: 1, entries: Int16Array.from({ length: 257 }, (_, i) => 2 * i) };
    expect(lstm(p, 4000, 0, { sigmoid: constant(32767), tanh }).c).toBe(4000);
    expect(lstm(p, 4008, 0, { sigmoid: constant(32767), tanh }).h).toBe(251); // 4008 / 16 = 250.5
    expect(lstm(p, 250, 4, { sigmoid: constant(32767), tanh }).h).toBe(250);
  });

  it("LiquidGate", () => {
    const identity = {
      lo: 0,
      k: 7,
      entries: Int16Array.from({ length: 257 }, (_, i) => Math.min(128 * i, 32767)),
    };
    expect(decay(0, constant(1001), identity, 128, 8)).toBe(501); // 500.5
    expect(decay(0, constant(16385), identity, 65535, 0)).toBe(32766); // the end of the table: T[255] + 127/128 of a step
    // A u32: 32767 * 65535 + 2^29 is more than an i32. 2684256257 / 2^30 = 2.5
    expect(
      decay(0, constant(32767), { lo: 0, k: 1, entries: identity.entries.map((_, i) => 100 * i) }, 65535, 30),
    ).toBe(100);
    expect(unitDecay(-200, { ...identity, lo: 0 })).toBe(200);
    expect(unitDecay(200, { ...identity, lo: -32768, k: 8 })).toBe(16284); // u = 32568: 127.21875 steps of 128
  });
});

describe("LTC", () => {
  it("rounds the argument of a synapse and offsets it by 8", () => {
    // v - mu = 1 in Q1.14, k = 3 in Q5.10: 3 in Q4.11, plus 2^14
    expect(argument(16384 + 500, 500, 3 * 1024, 13)).toBe(3 * 2048 + 16384);
    expect(argument(1, 0, 4096, 13)).toBe(16385); // 0.5
    expect(argument(-1, 0, 4096, 13)).toBe(16384); // -0.5
    expect(argument(5, 3, 7, 0)).toBe(16398);
    // The largest product that the promise allows.
    const k = Math.floor((2 ** 31 - 1 - 4096 - 2 ** 27) / 65534);
    const exact = (difference: bigint) => Number((difference * BigInt(k) + 4096n) >> 13n) + 16384;
    expect(65534 * k + 4096 + 2 ** 27).toBeLessThan(2 ** 31);
    expect(argument(32767, -32767, k, 13)).toBe(exact(65534n));
    expect(argument(-32767, 32767, k, 13)).toBe(exact(-65534n));
  });

  it("divides the capacity by the elapsed time once a step", () => {
    expect(capacity(1000, 31, 1)).toBe(1000);
    expect(capacity(1000, 31, 256)).toBe(4); // 3.906
    expect(capacity(2 ** 31 - 1, 31, 1)).toBe(2 ** 31 - 2);
    expect(capacity(2 ** 30, 62, 1)).toBe(0);
    expect(capacity(65535, 0, 65535)).toBe(65535 * 32768 - 2 ** 32 + 2 ** 32); // R = 32768
    expect(carried(3, 8192, 14)).toBe(2); // 1.5
    expect(carried(3, -8192, 14)).toBe(-1);
  });

  it("errs by 2^-15 relative before rounding to a half, at most", () => {
    const f = fc.integer({ min: 0, max: 14 });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(f, unit, fc.double({ min: -1, max: 1, noNaN: true }), (bits, length, ratio) => {
        // D of every length below 2^(16+f), |N| up to (2^(16-f) - 1) D.
        const d = Math.max(Math.floor(2 ** (length * (16 + bits))) - 1, 1);
        const n = Math.trunc(
          Math.max(Math.min(ratio * (2 ** (16 - bits) - 1) * d, 2 ** 31 - 1), -(2 ** 31 - 1)),
        );
        const exact = Math.min((Math.abs(n) / d) * 2 ** bits, 32767);
        const result = Math.abs(divide(n, d, bits));
        expect(Math.abs(result - exact)).toBeLessThanOrEqual(exact * 2 ** -15 * (1 + 2 ** -14) + 0.5 + 1e-6);
        expect(Math.sign(divide(n, d, bits)) * Math.sign(n)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 1, numRuns: 20000 },
    );
  });

  it("divides exactly where the denominator has at most 16 bits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65535 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (d, ratio) => {
          const n = Math.trunc(ratio * d);
          const rounded = Math.floor((Math.abs(n) * 16384) / d + 0.5);
          // m adds floor(q / 2): a tie of an odd q rounds as its exact value does.
          expect(Math.abs(divide(n, d, 14))).toBe(rounded);
        },
      ),
      { seed: 1, numRuns: 5000 },
    );
  });

  it("saturates the quotient and keeps signs apart", () => {
    expect(divide(3, 1, 14)).toBe(32767);
    expect(divide(-3, 1, 14)).toBe(-32767);
    expect(divide(0, 1, 14)).toBe(0);
    expect(divide(1, 1, 14)).toBe(16384);
    expect(divide(-(2 ** 30 - 1), 2 ** 30 - 1, 14)).toBe(-16384);
    expect(divide(65535, 1, 0)).toBe(32767);
    expect(divide(30000, 3, 0)).toBe(10000);
  });
});
