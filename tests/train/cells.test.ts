// Trainings of every cell in the core, held against the same trainings with gradients by differences of the float64
// reference.

import { describe, expect, it } from "vitest";
import type { Dataset, Sample } from "../../bindings/data/dataset.ts";
import { CELLS, type CellOptions, networkFor } from "../../bindings/train/cells.ts";
import type { DifferentiableNetwork } from "../../bindings/train/differentiable.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { recipeFor } from "../../bindings/train/recipe.ts";
import { Trainer } from "../../bindings/train/trainer.ts";
import { NumericNetwork } from "./numeric-network.ts";

function samples(): Sample[] {
  return Array.from({ length: 8 }, (_, s) => {
    const nSteps = 4 + (s % 3);
    return {
      id: String(s),
      group: "made",
      nSteps,
      input: Float32Array.from({ length: 2 * nSteps }, (_, i) => Math.sin((0.5 + (s % 2)) * i + s)),
      timespans: Float32Array.from({ length: nSteps }, (_, t) => 0.5 + ((t + s) % 3)),
      target: Float32Array.of(s % 2),
    };
  });
}

const all = samples();
const dataset: Dataset = {
  name: "made",
  task: "classification",
  targetsPer: "sequence",
  readout: "last",
  metric: "accuracy",
  nInputs: 2,
  inputs: ["a", "b"],
  nOutputs: 2,
  nTargets: 1,
  classes: ["slow", "fast"],
  timeUnit: "s",
  normalisation: null,
  blockSteps: null,
  splits: { train: all.slice(0, 6), validation: all.slice(6), test: [] },
};

const variants: CellOptions[] = [
  ...CELLS.map((cell) => ({ cell, units: 3 })),
  { cell: "ltc", units: 5, wiring: "random", constraints: "explicit", unfolds: 2 },
  { cell: "cfc", units: 6, wiring: "auto-ncp", mode: "pure" },
  { cell: "cfc", units: 3, mixedMemory: true, backboneLayers: 1, backboneUnits: 4 },
];

describe("a training in the core", () => {
  it.each(variants)("of %j goes the way of the reference", async (options) => {
    const config = networkFor(options, dataset);
    const model = initialModel(config, 0);
    const settings = { ...recipeFor(dataset, options.cell), epochs: 2, batchSize: 2, truncateSteps: 3 };
    const { train, validation } = dataset.splits;
    const run = async (network: DifferentiableNetwork) => {
      const trainer = new Trainer(network, config, { dataset, train, validation }, settings);
      for await (const event of trainer.run()) if (event.type === "end") expect(event.reason).toBe("epochs");
      return trainer.state;
    };
    const core = await run(await Differentiator.create(model));
    const reference = await run(new NumericNetwork(model));
    expect(core.history[1]!.trainLoss).toBeCloseTo(reference.history[1]!.trainLoss, 4);
    // Six steps of Adam move a parameter by up to six learning rates. It divides the gradient by its size, so that of a
    // parameter without influence only noise remains.
    let moved = 0;
    core.parameters.forEach((value, i) => {
      const influence = Math.sqrt(reference.secondMoment[i]!);
      if (influence < 1e-5) return;
      moved++;
      expect(Math.abs(value - reference.parameters[i]!)).toBeLessThan(0.05 * settings.learningRate);
    });
    expect(moved).toBeGreaterThan(core.parameters.length / 4);
  });
});
