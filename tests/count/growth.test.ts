// Operations and bytes grow as the structure says, and never faster than the number of connections.

import { describe, expect, it } from "vitest";
import { axes } from "../../scripts/bench-growth/axes.ts";
import { powerLaw } from "../../scripts/bench-growth/power-law.ts";

describe("power law", () => {
  it("finds the exponent of one", () => {
    const { exponent, min, max } = powerLaw([1, 2, 5, 9, 100].map((x) => ({ x, y: 3 * x ** 1.7 })));
    expect(exponent).toBeCloseTo(1.7, 12);
    expect(max - min).toBeLessThan(1e-6);
  });

  it("has the interval of a regression", () => {
    // log y = 0.1, 0.9, 2.3, 2.7 over log x = 0, 1, 2, 3. By hand: slope 0.92, residuals' sum of squares 0.168,
    // standard error sqrt(0.168 / 2 / 5); Student's t for 2 degrees of freedom is 4.3027 at 95 %.
    const logs = [0.1, 0.9, 2.3, 2.7];
    const { exponent, max } = powerLaw(logs.map((y, x) => ({ x: Math.exp(x), y: Math.exp(y) })));
    expect(exponent).toBeCloseTo(0.92, 12);
    expect(max - exponent).toBeCloseTo(4.3027 * Math.sqrt(0.168 / 2 / 5), 4);
  });

  it("refuses points that no power law has", () => {
    expect(() => powerLaw([{ x: 1, y: 1 }])).toThrow(/at least 3 points/);
    expect(() => powerLaw([0, 1, 2].map((x) => ({ x, y: 1 })))).toThrow(/positive/);
  });
});

describe("growth of counted operations and image bytes", () => {
  it.each(axes(256).map((axis) => [axis.name, axis] as const))("%s", async (_, axis) => {
    const { expected, unit, subjects } = axis;
    const operations: { x: number; y: number }[] = [];
    const bytes: { x: number; y: number }[] = [];
    for (const { x, executed, make } of subjects) {
      const network = make();
      operations.push({ x: executed, y: (await network.profileOperations()).operations });
      bytes.push({ x, y: network.memory.imageBytes });
    }
    // What does not grow with the network, such as a header, makes small networks dearer and the exponent smaller.
    expect(powerLaw(operations).exponent).toBeLessThan(expected + 0.01);
    expect(powerLaw(operations).exponent).toBeGreaterThan(0.7 * expected);
    if (unit === "unfolds") return;
    expect(powerLaw(bytes).exponent).toBeLessThan(expected + 0.01);
    expect(powerLaw(bytes).exponent).toBeGreaterThan(0.7 * expected);
  });
});
