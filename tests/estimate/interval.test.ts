import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawsOf, GROUPS, type Group, normalQuantile, STRATUM_Z } from "../../bindings/estimate/draws.ts";
import { intervalOf, spreadOf, valueAt, Z90 } from "../../bindings/estimate/interval.ts";
import { figure } from "./boards.ts";

describe("the spread of a coefficient", () => {
  it("passes through min, typ and max at the 5 %, 50 % and 95 % quantiles", () => {
    const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (a, b, c) => {
        const [min, typ, max] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const spread = spreadOf(figure(typ, min, max));
        expect(valueAt(spread, 0)).toBe(typ);
        expect(valueAt(spread, -Z90) / min).toBeCloseTo(1, 12);
        expect(valueAt(spread, Z90) / max).toBeCloseTo(1, 12);
      }),
    );
  });

  it("takes a minimum of 0 for a quarter of a cycle, or for the typical value where that is less", () => {
    expect(valueAt(spreadOf(figure(2, 0, 3)), -Z90)).toBeCloseTo(0.25, 12);
    expect(valueAt(spreadOf(figure(0.1, 0, 3)), -Z90)).toBeCloseTo(0.1, 12);
  });

  it("lets an operation that is usually free cost nothing or up to its maximum", () => {
    const spread = spreadOf(figure(0, 0, 1));
    expect([-3, 0, Z90].map((z) => valueAt(spread, z))).toEqual([0, 0, 1]);
  });
});

describe("intervalOf", () => {
  it("interpolates the 5 % and 95 % quantiles, in any order of the samples", () => {
    const samples = Float64Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    expect(intervalOf(50, samples)).toEqual({ typ: 50, min: 5, max: 95 });
  });
});

describe("normalQuantile", () => {
  // Standard tables of the normal distribution.
  it.each([
    [0.5, 0],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [0.9999, 3.719016485455709],
  ])("is right at %f", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 7);
  });
});

describe("drawsOf", () => {
  it("gives equal draws for equal seeds and others for other seeds", () => {
    const first = Array.from(drawsOf(5, 200).cycles);
    for (let seed = 10; seed < 30; seed++) drawsOf(seed, 200);
    expect(Array.from(drawsOf(5, 200).cycles)).toEqual(first);
    expect(Array.from(drawsOf(6, 200).cycles)).not.toEqual(first);
  });

  it("is standard normal in every group, and no two groups are correlated", () => {
    const draws = drawsOf(1, 1500);
    const mean = (value: (i: number) => number) =>
      draws.cycles.reduce((sum, _, i) => sum + value(i), 0) / draws.cycles.length;
    const z = (group: Group) => (i: number) => STRATUM_Z[draws[group][i]!]!;
    for (const group of GROUPS) {
      expect(mean(z(group))).toBeCloseTo(0, 1);
      expect(mean((i) => z(group)(i) ** 2)).toBeCloseTo(1, 1);
      for (const other of GROUPS.filter((name) => name > group)) {
        expect(Math.abs(mean((i) => z(group)(i) * z(other)(i)))).toBeLessThan(0.06);
      }
    }
  });
});
