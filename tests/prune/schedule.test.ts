import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { masksFrozen, prunesAt, pruningSchedule, sparsityAt } from "../../bindings/prune/schedule.ts";
import { thrownBy } from "../network/golden.ts";

describe("the cubic schedule", () => {
  const schedule = pruningSchedule(1000, 0.8);

  it("runs from 10 to 60 % of the training unless told otherwise", () => {
    expect(schedule).toEqual({
      startSparsity: 0,
      endSparsity: 0.8,
      startStep: 100,
      endStep: 600,
      everySteps: 1,
    });
  });

  it("follows 1 - (1 - t)^3 between start and end", () => {
    expect(sparsityAt(0, schedule)).toBe(0);
    expect(sparsityAt(100, schedule)).toBe(0);
    // Half way: 0.8 (1 - 1/8); a fifth: 0.8 (1 - 0.512).
    expect(sparsityAt(350, schedule)).toBeCloseTo(0.7, 12);
    expect(sparsityAt(200, schedule)).toBeCloseTo(0.3904, 12);
    expect(sparsityAt(600, schedule)).toBe(0.8);
    expect(sparsityAt(1e9, schedule)).toBe(0.8);
    // From 0.2 to 0.8, half way.
    expect(sparsityAt(350, pruningSchedule(1000, 0.8, { startSparsity: 0.2 }))).toBeCloseTo(0.725, 12);
  });

  it("never falls, and stays within its ends", () => {
    const share = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.nat(500), fc.nat(500), fc.nat(1200), (a, b, startStep, length, step) => {
        const [startSparsity, endSparsity] = [Math.min(a, b), Math.max(a, b)];
        const options = { startSparsity, startStep, endStep: startStep + length };
        const one = pruningSchedule(1000, endSparsity, options);
        const [now, next] = [sparsityAt(step, one), sparsityAt(step + 1, one)];
        expect(next).toBeGreaterThanOrEqual(now - 1e-15);
        expect(now).toBeGreaterThanOrEqual(startSparsity - 1e-15);
        expect(now).toBeLessThanOrEqual(endSparsity);
      }),
    );
  });

  it("draws masks every few steps and once more at the end, then freezes them", () => {
    const coarse = pruningSchedule(100, 0.5, { everySteps: 20 });
    const steps = Array.from({ length: 100 }, (_, step) => step);
    expect(steps.filter((step) => prunesAt(step, coarse))).toEqual([10, 30, 50, 60]);
    expect(steps.find((step) => masksFrozen(step, coarse))).toBe(60);
    expect(sparsityAt(60, coarse)).toBe(0.5);
  });

  test.each([
    [() => pruningSchedule(10, 1), 'RangeError "endSparsity" expected a share in [0, 1), got 1'],
    [
      () => pruningSchedule(10, 0.2, { startSparsity: 0.5 }),
      'RangeError "endSparsity" expected a share in [0.5, 1), got 0.2',
    ],
    [
      () => pruningSchedule(10, 0.5, { startSparsity: -1 }),
      'RangeError "startSparsity" expected a share in [0, 1), got -1',
    ],
    [
      () => pruningSchedule(10, 0.5, { startStep: 8, endStep: 2 }),
      'RangeError "endStep" expected a whole number >= 8, got 2',
    ],
    [() => pruningSchedule(1.5, 0.5), 'RangeError "steps" expected a whole number >= 0, got 1.5'],
    [
      () => pruningSchedule(10, 0.5, { everySteps: 0 }),
      'RangeError "everySteps" expected a whole number >= 1, got 0',
    ],
  ])("refuses %o", (make, message) => {
    expect(thrownBy(make)).toBe(message);
  });
});
