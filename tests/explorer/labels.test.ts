// Names of points in the explorer's plot, which are drawn without a browser's help: by a front as steep and as dense as it may come.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, boxOf, overlap, type Point, placeLabels } from "../../explorer/labels.ts";

const PLOT: Box = { left: 64, right: 374, top: 12, bottom: 334 };

/** Left to right, each below the one before, as a front of two costs is. */
const aFront: fc.Arbitrary<Point[]> = fc
  .array(fc.tuple(fc.integer({ min: 64, max: 374 }), fc.integer({ min: 12, max: 334 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((points) => {
    const xs = points.map(([x]) => x).sort((a, b) => a - b);
    const ys = points.map(([, y]) => y).sort((a, b) => a - b);
    return xs.map((x, i): Point => [x, ys[i]!]);
  });
const somewhere: fc.Arbitrary<Point[]> = fc.array(
  fc.tuple(fc.integer({ min: 64, max: 374 }), fc.integer({ min: 12, max: 334 })),
);

describe("labels of a front", () => {
  it("stay inside, and cover neither marks nor each other", () => {
    fc.assert(
      fc.property(aFront, somewhere, (points, others) => {
        const names = points.map((_, i) => `int8, ${i}0 % pruned`);
        const boxes = placeLabels(points, names, others, PLOT).flatMap((label, i) =>
          label === null ? [] : [boxOf(label, names[i]!.length * 6)],
        );
        for (const box of boxes) {
          expect(box.left).toBeGreaterThanOrEqual(PLOT.left);
          expect(box.right).toBeLessThanOrEqual(PLOT.right);
          for (const [x, y] of [...points, ...others]) {
            const mark = { left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 };
            expect(overlap(box, mark)).toBe(false);
          }
          for (const other of boxes) if (other !== box) expect(overlap(box, other)).toBe(false);
        }
      }),
    );
  });

  it("stand left of a point where there is room", () => {
    expect(placeLabels([[300, 100]], ["fp32"], [], PLOT)).toEqual([{ x: 287, y: 104, anchor: "end" }]);
  });

  it("give way to the line of the front", () => {
    // The line falls 20 px right of the first point, through where its name would be below it.
    const points: Point[] = [
      [70, 100],
      [90, 180],
    ];
    const [first] = placeLabels(points, ["int8, 90 % pruned", "fp16"], [], PLOT);
    expect(first).toEqual({ x: 78, y: 91, anchor: "start" });
  });

  it("are left out where there is none", () => {
    const crowd = Array.from(
      { length: 900 },
      (_, i): Point => [64 + (i % 30) * 10, 12 + Math.floor(i / 30) * 11],
    );
    expect(placeLabels([[200, 150]], ["fp32"], crowd, PLOT)).toEqual([null]);
  });
});
