import fc from "fast-check";
import { expect, it } from "vitest";
import { intervalOf } from "../../bindings/estimate/interval.ts";

it("has the quantiles of the sorted samples, however they lie", () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (samples) => {
      const sorted = samples.toSorted((a, b) => a - b);
      const at = (p: number) => {
        const position = p * (sorted.length - 1);
        const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
        return below + (above - below) * (position - Math.floor(position));
      };
      const { min, max } = intervalOf(sorted[sorted.length >> 1]!, Float64Array.from(samples));
      expect(min).toBeCloseTo(Math.min(at(0.05), sorted[sorted.length >> 1]!), 9);
      expect(max).toBeCloseTo(Math.max(at(0.95), sorted[sorted.length >> 1]!), 9);
    }),
  );
});
