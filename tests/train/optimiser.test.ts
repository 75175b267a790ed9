import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clipByNorm, Optimiser, type OptimiserSettings } from "../../bindings/train/optimiser.ts";
import { learningRateShare, type Schedule } from "../../bindings/train/schedule.ts";

interface OptimiserCase {
  settings: OptimiserSettings;
  start: number[];
  steps: { gradient: number[]; learningRate: number; parameters: number[] }[];
}
interface ClippingCase {
  maxNorm: number;
  gradient: number[];
  norm: number;
  clipped: number[];
}
const golden: { optimisers: OptimiserCase[]; clipping: ClippingCase[]; schedules: Record<string, number[]> } =
  JSON.parse(readFileSync(new URL("../golden/train/torch.json", import.meta.url), "utf8"));

describe("optimisers", () => {
  const named = golden.optimisers.map((one) => [JSON.stringify(one.settings), one] as const);
  it.each(named)("%s steps as PyTorch's", (_, { settings, start, steps }) => {
    const optimiser = new Optimiser(settings, start.length);
    const parameters = Float64Array.from(start);
    steps.forEach(({ gradient, learningRate, parameters: expected }) => {
      optimiser.step(parameters, Float64Array.from(gradient), learningRate);
      // Moments are kept in float32, whose rounding is 6e-8 of a step of at most the learning rate's size.
      expected.forEach((value, i) => {
        expect(Math.abs(parameters[i]! - value)).toBeLessThan(2e-7);
      });
    });
    // A step moves the parameters by far more than that.
    expect(Math.abs(parameters[0]! - start[0]!)).toBeGreaterThan(1e-3);
  });

  it("clip the norm as clip_grad_norm_", () => {
    for (const { maxNorm, gradient, norm, clipped } of golden.clipping) {
      const found = Float64Array.from(gradient);
      expect(clipByNorm(found, maxNorm)).toBeCloseTo(norm, 14);
      found.forEach((value, i) => {
        expect(Math.abs(value - clipped[i]!)).toBeLessThan(1e-15);
      });
    }
  });

  it("leave a gradient without a finite norm to the caller", () => {
    const gradient = Float32Array.of(1, Number.NaN);
    expect(clipByNorm(gradient, 1)).toBeNaN();
    expect(gradient[0]).toBe(1);
  });
});

describe("schedules", () => {
  const base = golden.schedules.base as unknown as number;

  it("are PyTorch's CosineAnnealingLR and StepLR", () => {
    const cosine: Schedule = { name: "cosine", per: "step", warmupSteps: 0 };
    golden.schedules.cosine20!.forEach((rate, step) => {
      const perStep = learningRateShare(cosine, { step, stepsPerEpoch: 4, epochs: 5 });
      expect(Math.abs(base * perStep - rate)).toBeLessThan(1e-16);
      const perEpoch = { step: 7 * step + 3, stepsPerEpoch: 7, epochs: 20 };
      expect(Math.abs(base * learningRateShare({ ...cosine, per: "epoch" }, perEpoch) - rate)).toBeLessThan(
        1e-16,
      );
    });
    const falling: Schedule = { name: "step", everyEpochs: 3, factor: 0.4, warmupSteps: 0 };
    golden.schedules["stepEvery3By0.4"]!.forEach((rate, epoch) => {
      const share = learningRateShare(falling, { step: 2 * epoch + 1, stepsPerEpoch: 2, epochs: 10 });
      expect(Math.abs(base * share - rate)).toBeLessThan(1e-16);
    });
  });

  it("warm up in equal steps to the full rate", () => {
    const schedule: Schedule = { name: "constant", warmupSteps: 4 };
    const shares = Array.from({ length: 6 }, (_, step) =>
      learningRateShare(schedule, { step, stepsPerEpoch: 2, epochs: 3 }),
    );
    expect(shares).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  });
});
