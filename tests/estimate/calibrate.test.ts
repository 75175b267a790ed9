// Counts on emulated boards: fits to measured networks, and what they say of others.

import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Calibration, findEmulatedBoard } from "../../bindings/board/emulated.ts";
import {
  calibrationOf,
  fitCounts,
  leaveOneCellOut,
  type MeasuredNetwork,
  nonNegativeLeastSquares,
} from "../../bindings/estimate/calibrate.ts";
import { countsByKernel, estimateCounts, predictCount } from "../../bindings/estimate/counts.ts";
import { Network } from "../../bindings/network.ts";
import { agreementOf } from "../../bindings/statistics/agreement.ts";

const SINE = join(import.meta.dirname, "../../examples/sine.safetensors");

const kernel = (name: string, typ: number, calls = 1) => ({
  name,
  calls,
  count: { typ, min: typ, max: typ },
});

describe("non-negative least squares", () => {
  const value = fc.double({ min: -4, max: 4, noNaN: true });

  it("comes to a point where no direction is better (Karush, Kuhn, Tucker)", () => {
    const problem = fc.integer({ min: 1, max: 5 }).chain((n) =>
      fc.record({
        columns: fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: n, maxLength: n }),
        b: fc.array(value, { minLength: 4, maxLength: 4 }),
        priors: fc.array(
          fc.record({ mean: fc.double({ min: 0, max: 2, noNaN: true }), spread: fc.constantFrom(0.5, 1, 3) }),
          { minLength: n, maxLength: n },
        ),
      }),
    );
    fc.assert(
      fc.property(problem, ({ columns, b, priors }) => {
        const x = nonNegativeLeastSquares(columns, b, priors);
        const residual = b.map((target, row) =>
          columns.reduce((left, c, i) => left - c[row]! * x[i]!, target),
        );
        for (const [i, column] of columns.entries()) {
          const { mean, spread } = priors[i]!;
          const gradient =
            (x[i]! - mean) / spread ** 2 - column.reduce((sum, c, row) => sum + c * residual[row]!, 0);
          expect(x[i]).toBeGreaterThanOrEqual(0);
          expect(gradient).toBeGreaterThan(-1e-6);
          if (x[i]! > 0) expect(Math.abs(gradient)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a fit", () => {
  /** Twelve networks of two kernels, counted with known factors and overhead. */
  const networks: MeasuredNetwork[] = Array.from({ length: 12 }, (_, i) => {
    const kernels = [kernel("matvecF32", 1000 + 700 * i, 4), kernel("tanhF32", 9000 - 500 * i, 2)];
    return {
      id: `n${i}`,
      cell: i % 3 === 0 ? "a" : "b",
      kernels,
      measured: 1.1 * kernels[0]!.count.typ + 0.9 * kernels[1]!.count.typ + 6 * 5,
    };
  });

  it("finds the factors that made the counts", () => {
    const { factors } = fitCounts(networks);
    expect(factors.matvecF32).toBeCloseTo(1.1, 2);
    expect(factors.tanhF32).toBeCloseTo(0.9, 2);
    for (const network of networks) {
      expect(predictCount(fitCounts(networks), network.kernels) / network.measured).toBeCloseTo(1, 3);
    }
    expect(Math.max(...leaveOneCellOut(networks).map(Math.abs))).toBeLessThan(0.01);
  });

  it("leaves a kernel that no network has at what its kind of numbers came to", () => {
    const integers: MeasuredNetwork[] = [
      { id: "i", cell: "c", kernels: [kernel("matvecS8", 1000, 0)], measured: 2000 },
    ];
    const fit = fitCounts([...networks, ...integers]);
    expect(predictCount(fit, [kernel("matvecS4", 500, 0)])).toBeCloseTo(1000, 0);
    expect(fit.defaultFactors.float).toBeGreaterThan(0.9);
    expect(fit.defaultFactors.float).toBeLessThan(1.1);
  });

  it("has no cell to leave out where there is one", () => {
    expect(leaveOneCellOut(networks.filter(({ cell }) => cell === "a")).every(Number.isNaN)).toBe(true);
  });

  it("becomes a calibration that the estimate names", async () => {
    const board = findEmulatedBoard("qemu-m7");
    const profile = await (await Network.load(SINE)).profileOperations();
    const kernels = countsByKernel(profile, board);
    const priced = kernels.reduce((sum, { count }) => sum + count.typ, 0);
    const plain = estimateCounts(profile, board, null);
    expect(plain.count.typ).toBeCloseTo(priced, 6);
    expect(plain).toMatchObject({ counts: "instructions", calibratedOn: null });
    const measured = [
      { id: "sine", cell: "LTC", kernels, measured: 2 * priced },
      { id: "other", cell: "CfC", kernels, measured: 2 * priced },
    ];
    const calibration: Calibration = calibrationOf(board, measured, { measured: "by nobody" });
    const estimate = estimateCounts(profile, board, calibration);
    expect(estimate.calibratedOn).toEqual(["sine", "other"]);
    expect(estimate.count.typ / (2 * priced)).toBeCloseTo(1, 3);
  });

  it("prices every operation of a step once, whichever kernel executes it", async () => {
    const board = findEmulatedBoard("rp2040js");
    const profile = await (await Network.load(SINE)).profileOperations();
    const whole = Object.entries(profile.classes).reduce(
      (sum, [name, n]) => sum + n * (board.costs.classes[name as "f32Add"]?.typ ?? Number.NaN),
      0,
    );
    const parts = countsByKernel(profile, board).reduce((sum, { count }) => sum + count.typ, 0);
    expect(parts / whole).toBeCloseTo(1, 9);
  });
});

describe("agreement", () => {
  it("has the mean, the worst, the limits and the coverage of a sample that was computed by hand", () => {
    const pairs = [
      { measured: 100, estimate: { typ: 110, min: 90, max: 130 } },
      { measured: 100, estimate: { typ: 90, min: 80, max: 95 } },
      { measured: 200, estimate: { typ: 200, min: 190, max: 210 } },
    ];
    const agreement = agreementOf(pairs);
    expect(agreement.n).toBe(3);
    expect(agreement.meanError).toBeCloseTo(0.2 / 3, 12);
    expect(agreement.worstError).toBeCloseTo(0.1, 12);
    expect(agreement.bias).toBeCloseTo(0, 12);
    // Errors +10 %, -10 %, 0: standard deviation 10 %.
    expect(agreement.limits.max).toBeCloseTo(0.196, 12);
    expect(agreement.limits.min).toBeCloseTo(-0.196, 12);
    expect(agreement.coverage).toBeCloseTo(2 / 3, 12);
    // 40/110, 15/90, 20/200.
    expect(agreement.medianIntervalWidth).toBeCloseTo(15 / 90, 12);
  });
});
