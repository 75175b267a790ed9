import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestWithin, knee, type Objective, paretoFront } from "../../bindings/sweep/pareto.ts";

interface Point {
  energyUj: number;
  accuracy: number;
  ramBytes: number;
}

const energy: Objective<Point> = { value: ({ energyUj }) => energyUj, better: "lower" };
const accuracy: Objective<Point> = { value: ({ accuracy }) => accuracy, better: "higher" };
const memory: Objective<Point> = { value: ({ ramBytes }) => ramBytes, better: "lower" };
const ALL = [energy, accuracy, memory];

// Few different values, so that ties and equal points occur.
const point = fc.record({
  energyUj: fc.integer({ min: 1, max: 8 }),
  accuracy: fc.integer({ min: 0, max: 8 }),
  ramBytes: fc.integer({ min: 1, max: 4 }),
});
const points = fc.array(point, { maxLength: 40 });

/** By the definition, without any order. */
function beats(a: Point, b: Point): boolean {
  const notWorse = a.energyUj <= b.energyUj && a.accuracy >= b.accuracy && a.ramBytes <= b.ramBytes;
  return notWorse && (a.energyUj < b.energyUj || a.accuracy > b.accuracy || a.ramBytes < b.ramBytes);
}

describe("the Pareto front", () => {
  it("is every point that no other one beats, and names for the others one of the front that does", () => {
    fc.assert(
      fc.property(points, (all) => {
        const { front, dominated } = paretoFront(all, ALL);
        expect(new Set(front)).toEqual(new Set(all.filter((p) => !all.some((other) => beats(other, p)))));
        expect(front.length + dominated.length).toBe(all.length);
        for (const { point: p, by } of dominated) {
          expect(beats(by, p)).toBe(true);
          expect(front).toContain(by);
        }
      }),
    );
  });

  it("begins with the best of the first objective and keeps equal points", () => {
    const a = { energyUj: 2, accuracy: 0.9, ramBytes: 1 };
    const b = { energyUj: 1, accuracy: 0.5, ramBytes: 1 };
    const { front, dominated } = paretoFront([a, b, { ...b }, { ...b, energyUj: 3 }], [energy, accuracy]);
    expect(front).toEqual([b, b, a]);
    expect(dominated).toEqual([{ point: { ...b, energyUj: 3 }, by: b }]);
  });

  it("refuses what cannot be compared", () => {
    expect(() => paretoFront([], [])).toThrow("at least one objective");
    const missing = { energyUj: Number.NaN, accuracy: 1, ramBytes: 1 };
    expect(() => paretoFront([missing], ALL)).toThrow("found NaN");
  });
});

describe("the knee", () => {
  it("is where the curve bends: of 1/x from 0.1 to 10, at 1", () => {
    const curve = [0.1, 0.2, 0.5, 1, 2, 5, 10].map((x) => ({ energyUj: x, accuracy: -1 / x, ramBytes: 1 }));
    expect(knee(curve, [energy, accuracy])).toBe(curve[3]);
  });

  it("does not exist on a straight line, a hollow front, or between two points", () => {
    const at = (energyUj: number, accuracy: number) => ({ energyUj, accuracy, ramBytes: 1 });
    expect(knee([at(1, 1), at(2, 2), at(3, 3)], [energy, accuracy])).toBeNull();
    expect(knee([at(1, 1), at(2, 1.1), at(3, 3)], [energy, accuracy])).toBeNull();
    expect(knee([at(1, 1), at(3, 3)], [energy, accuracy])).toBeNull();
  });
});

describe("the best within limits", () => {
  it("meets every limit, and no other point that does is better", () => {
    fc.assert(
      fc.property(points, point, (all, bound) => {
        const fits = (p: Point) => p.energyUj <= bound.energyUj && p.accuracy >= bound.accuracy;
        const best = bestWithin(
          all,
          [
            { ...energy, max: bound.energyUj },
            { ...accuracy, min: bound.accuracy },
          ],
          memory,
        );
        const fitting = all.filter(fits);
        if (best === null) expect(fitting).toEqual([]);
        else {
          expect(fits(best)).toBe(true);
          expect(best.ramBytes).toBe(Math.min(...fitting.map((p) => p.ramBytes)));
        }
      }),
    );
  });
});
