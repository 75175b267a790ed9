import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset, Sample } from "../../bindings/data/dataset.ts";
import { modelWidths } from "../../bindings/network/config.ts";
import { augmented, NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import { CELLS, type CellOptions, networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { TrainingRandom } from "../../bindings/train/random.ts";
import { recipeFor } from "../../bindings/train/recipe.ts";
import { hashOf, trainingData } from "../../bindings/train/training-data.ts";

const sample = (id: string, changes: Partial<Sample> = {}): Sample => ({
  id,
  group: "made",
  nSteps: 2,
  input: Float32Array.of(1, 2, 3, 4),
  timespans: null,
  target: Float32Array.of(id.length % 2),
  ...changes,
});

function dataset(train: Sample[], changes: Partial<Dataset> = {}): Dataset {
  return {
    name: "made",
    task: "binary",
    targetsPer: "sequence",
    readout: "last",
    metric: "accuracy",
    nInputs: 2,
    inputs: ["a", "b"],
    nOutputs: 1,
    nTargets: 1,
    classes: ["no", "yes"],
    timeUnit: null,
    normalisation: null,
    blockSteps: null,
    splits: { train, validation: [], test: [] },
    ...changes,
  };
}

describe("cells", () => {
  const widths = { nInputs: 5, nOutputs: 3 };

  it("become networks with the data's inputs and outputs, whatever the wiring", () => {
    const variants: CellOptions[] = [
      ...CELLS.map((cell) => ({ cell, units: 12 })),
      ...(["fully-connected", "random", "auto-ncp"] as const).flatMap((wiring) => [
        { cell: "ltc" as const, units: 12, wiring },
        { cell: "cfc" as const, units: 12, wiring, mixedMemory: true },
      ]),
      { cell: "cfc", units: 12, mode: "pure", backboneLayers: 2, backboneUnits: 7 },
      { cell: "ltc", units: 12, unfolds: 3, constraints: "explicit", mixedMemory: true },
    ];
    for (const options of variants) {
      const config = networkFor(options, widths);
      expect(modelWidths(config)).toMatchObject({ inputs: 5, outputs: 3 });
      expect(initialModel(config, 0).tensors.size).toBeGreaterThan(3);
    }
  });

  it.each([
    [{ cell: "gru", wiring: "auto-ncp" }, /^gru: "wiring" expected only with ltc or cfc, found auto-ncp$/],
    [{ cell: "mlp", unfolds: 3 }, /^mlp: "unfolds" expected only with ltc or ctrnn, found 3$/],
    [{ cell: "ltc", mode: "pure" }, /^ltc: "mode" expected only with cfc, found pure$/],
    [
      { cell: "ltc", wiring: "none" },
      /^ltc: "wiring" expected fully-connected, random or auto-ncp, found none$/,
    ],
    [{ cell: "ltc", units: 2 }, /^ltc: "units" expected at least 3, /],
    [{ cell: "cfc", backboneUnits: 8 }, /^cfc: "backboneUnits" expected backboneLayers of at least 1 /],
    [
      { cell: "cfc", wiring: "random", backboneLayers: 1 },
      /^cfc: "backboneLayers" expected 0 with a wiring, found 1$/,
    ],
    [
      { cell: "cfc", wiringSparsity: 0.5, wiring: "fully-connected" },
      /^cfc: "wiringSparsity" expected only with /,
    ],
    [{ cell: "ltc", wiring: "auto-ncp", units: 5 }, /output_size" expected less than units - 2 = 3/],
  ] as const)("are refused what they cannot do: %j", (options, message) => {
    expect(() => networkFor({ units: 12, ...options } as CellOptions, widths)).toThrow(message);
  });
});

describe("recipes", () => {
  it("refuse a loss that does not suit the task", () => {
    const set = dataset([sample("a")]);
    expect(() => recipeFor(set, "gru", { name: "mse" })).toThrow(
      /^training: "loss" expected binary-cross-entropy for binary, found mse$/,
    );
    const values = dataset([], { task: "regression" });
    expect(() => recipeFor(values, "gru", { labelSmoothing: 0.1 })).toThrow(
      /^training: "labelSmoothing" expected /,
    );
    expect(() => recipeFor(values, "gru", { positiveWeight: 2 })).toThrow(
      /^training: "positiveWeight" expected /,
    );
  });

  it("mirror the lidar: sectors in reverse order, states and steering negated", () => {
    const sectors = (kind: string) =>
      Array.from({ length: 18 }, (_, i) => `${kind}${String(i).padStart(2, "0")}`);
    const inputs = [...sectors("min"), ...sectors("mean"), "state1", "state2"];
    const set = dataset([], {
      name: "lidar-steering",
      task: "regression",
      inputs,
      nInputs: 38,
      classes: null,
    });
    const mirror = recipeFor(set, "gru").augmentation.mirror!;
    expect(mirror.source.map((i) => inputs[i])).toEqual([
      ...sectors("min").reverse(),
      ...sectors("mean").reverse(),
      "state1",
      "state2",
    ]);
    expect(mirror.sign).toEqual([...new Array(36).fill(1), -1, -1]);
    expect(mirror.targetSign).toEqual([-1]);
  });
});

describe("training data", () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => sample("x".repeat(i)));

  it("validate with their own part, none, or a share of the training part", () => {
    const own = dataset(many(8), { splits: { train: many(8), validation: many(3), test: [] } });
    expect(trainingData(own, "split")).toMatchObject({ train: many(8), validation: many(3) });
    expect(trainingData(own, "none")).toMatchObject({ train: [...many(8), ...many(3)], validation: [] });
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 60 }),
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        (n, share) => {
          const { train, validation } = trainingData(
            dataset(many(n), { classes: null, task: "regression" }),
            share,
          );
          expect(validation.length).toBe(Math.floor(n * share));
          expect(new Set([...train, ...validation].map(({ id }) => id)).size).toBe(n);
        },
      ),
    );
  });

  it.each([
    [
      "holes",
      { input: Float32Array.of(1, 2, Number.NaN, 4) },
      /^made, aa: "input "a" step 1" expected a finite number, found NaN$/,
    ],
    ["unequal lengths", { input: Float32Array.of(1, 2) }, /^made, aa: "input" expected 4 values, found 2$/],
    [
      "time that stands still",
      { timespans: Float32Array.of(1, 0) },
      /^made, aa: "timespans step 1" expected a time above 0 /,
    ],
    [
      "an unknown class",
      { target: Float32Array.of(2) },
      /^made, aa: "target 0" expected a class from 0 to 1, found 2$/,
    ],
  ])("are refused with %s", (_, changes, message) => {
    expect(() => trainingData(dataset([sample("a"), sample("aa", changes)]), "split")).toThrow(message);
  });

  it("are refused with one class, or none to train on", () => {
    expect(() => trainingData(dataset([sample("a"), sample("b")]), "split")).toThrow(
      /^made: "train" expected at least two classes, found only yes$/,
    );
    expect(() => trainingData(dataset([]), "split")).toThrow(
      /^made: "train" expected at least one sequence, found none/,
    );
    expect(() => trainingData(dataset(many(3)), 0.1)).toThrow(/^made: "train" expected sequences enough /);
  });

  it("have a hash of every number", async () => {
    const hash = await hashOf(dataset([sample("a")]));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(dataset([sample("a")]))).toBe(hash);
    const changes: Partial<Sample>[] = [
      { input: Float32Array.of(1, 2, 3, 4.5) },
      { target: Float32Array.of(0) },
      { timespans: Float32Array.of(1, 1) },
    ];
    for (const change of changes) expect(await hashOf(dataset([sample("a", change)]))).not.toBe(hash);
  });
});

describe("augmentation", () => {
  const random = () => {
    const { noise, augmentation } = TrainingRandom.streams(1);
    return { noise, augmentation };
  };
  const steps = sample("a", {
    nSteps: 3,
    input: Float32Array.of(1, 10, 2, 20, 3, 30),
    timespans: Float32Array.of(7, 8, 9),
    target: Float32Array.of(0.1, 0.2, 0.3),
  });

  it("moves inputs, elapsed times and targets of steps together", () => {
    const seen = new Set<string>();
    const draws = random();
    for (let i = 0; i < 50; i++) {
      const shown = augmented(steps, "step", { ...NO_AUGMENTATION, rollSteps: 1 }, draws);
      const order = [...shown.target].map((value) => Math.round(10 * value));
      expect([...shown.input]).toEqual(order.flatMap((t) => [t, 10 * t]));
      expect([...shown.timespans!]).toEqual(order.map((t) => t + 6));
      seen.add(order.join(""));
    }
    expect([...seen].sort()).toEqual(["123", "231", "312"]);
  });

  it("adds noise of the standard deviation that was asked for and leaves the sample alone", () => {
    const zeros = sample("a", { nSteps: 5000, input: new Float32Array(10_000) });
    const { input } = augmented(zeros, "sequence", { ...NO_AUGMENTATION, noise: 0.05 }, random());
    const variance = input.reduce((sum, value) => sum + value * value, 0) / input.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.05, 2);
    expect(zeros.input.every((value) => value === 0)).toBe(true);
    const scaled = augmented(steps, "step", { ...NO_AUGMENTATION, scaleNoise: 0.1 }, random());
    const factor = scaled.input[0]!;
    expect(factor).not.toBe(1);
    scaled.input.forEach((value, i) => {
      expect(value).toBeCloseTo(factor * steps.input[i]!, 5);
    });
  });

  it("mirrors every second sequence on average", () => {
    const mirror = { source: [1, 0], sign: [1, -1], targetSign: [-1] };
    const draws = random();
    let mirrored = 0;
    for (let i = 0; i < 400; i++) {
      const shown = augmented(steps, "step", { ...NO_AUGMENTATION, mirror }, draws);
      if (shown.target[0]! > 0) continue;
      mirrored++;
      expect([...shown.input]).toEqual([10, -1, 20, -2, 30, -3]);
    }
    // Four standard deviations of 400 fair coins.
    expect(Math.abs(mirrored - 200)).toBeLessThan(40);
  });
});
