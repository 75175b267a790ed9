// The draws of the Monte Carlo against the formulas as they stand: Richtmyer's sequence in exact fractions, the generator of its
// shifts in whole numbers of any size, the normal distribution by scipy.stats.norm.ppf 1.17.

import { describe, expect, it } from "vitest";
import {
  type Draws,
  drawsOf,
  GROUPS,
  N_STRATA,
  normalQuantile,
  STRATUM_Z,
} from "../../bindings/estimate/draws.ts";

/** mulberry32 as T. Ettinger published it, without `Math.imul`. */
function mulberry32(seed: number): () => number {
  const mask = 0xffffffffn;
  let a = BigInt(seed) & mask;
  return () => {
    a = (a + 0x6d2b79f5n) & mask;
    let t = ((a ^ (a >> 15n)) * (a | 1n)) & mask;
    t ^= (t + (((t ^ (t >> 7n)) * (t | 61n)) & mask)) & mask;
    return Number((t ^ (t >> 14n)) & mask) / 2 ** 32;
  };
}

const PRIMES = { cycles: 2, activeCurrent: 3, idleCurrent: 5, wake: 7 };

describe("the draws", () => {
  it.each([0, 1, 7, 123_456_789, 2 ** 32 + 5])(
    "are Richtmyer's sequence from the shifts of seed %d",
    (seed) => {
      const draws = drawsOf(seed, 2000);
      const random = mulberry32(seed);
      expect(GROUPS).toEqual(Object.keys(PRIMES));
      for (const group of GROUPS) {
        const shift = random();
        expect(draws[group]).toHaveLength(2000);
        for (const [i, stratum] of draws[group].entries()) {
          const exact = N_STRATA * ((shift + (i + 1) * Math.sqrt(PRIMES[group])) % 1);
          // Up to rounding at the edge of a stratum, where 255 and 0 are neighbours.
          const off = Math.abs(exact - stratum - 0.5);
          expect(Math.min(off, N_STRATA - off)).toBeLessThan(0.5 + 1e-7);
        }
      }
    },
  );

  it("fill the strata evenly", () => {
    const counts = new Array(N_STRATA).fill(0);
    for (const stratum of drawsOf(3, 256 * 40).wake) counts[stratum]++;
    expect(Math.min(...counts)).toBeGreaterThan(35);
    expect(Math.max(...counts)).toBeLessThan(45);
  });

  it("of one seed and number are made once, but not kept for ever", () => {
    const first: Draws = drawsOf(1001, 300);
    expect(drawsOf(1001, 300)).toBe(first);
    expect(drawsOf(1001, 301)).not.toBe(first);
    expect(drawsOf(1001, 301).cycles).toHaveLength(301);
    for (let seed = 2000; seed < 2020; seed++) drawsOf(seed, 300);
    const again = drawsOf(1001, 300);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});

describe("the strata", () => {
  it("stand for the medians of 256 equal parts of the normal distribution", () => {
    expect(STRATUM_Z).toHaveLength(N_STRATA);
    expect(N_STRATA).toBe(256);
    expect(STRATUM_Z[0]).toBeCloseTo(-2.8856349124267573, 8);
    expect(STRATUM_Z[100]).toBeCloseTo(-0.2726058039056999, 8);
    for (let i = 0; i < N_STRATA; i++) {
      expect(STRATUM_Z[i]).toBeCloseTo(-STRATUM_Z[N_STRATA - 1 - i]!, 12);
      if (i > 0) expect(STRATUM_Z[i]).toBeGreaterThan(STRATUM_Z[i - 1]!);
    }
  });
});

describe("the normal quantile", () => {
  it.each([
    [1e-12, -7.034483825301131],
    [1e-5, -4.264890793922825],
    [0.01, -2.3263478740408408],
    [0.02424, -1.9731366119445441],
    [0.02426, -1.9727855514678603],
    [0.1, -1.2815515655446004],
    [0.3, -0.5244005127080409],
    [0.6, 0.2533471031357997],
    [0.9, 1.2815515655446004],
    [0.97574, 1.9727855514678612],
    [0.97576, 1.9731366119445437],
    [0.99999, 4.264890793923841],
  ])("is right to 1.2e-9 at %d", (p, z) => {
    expect(Math.abs(normalQuantile(p) / z - 1)).toBeLessThan(1.2e-9);
  });

  it("is finite and far out where the probability is nothing", () => {
    expect(normalQuantile(0)).toBeLessThan(-38);
    expect(normalQuantile(1)).toBeGreaterThan(38);
    expect(Number.isFinite(normalQuantile(0))).toBe(true);
  });
});
