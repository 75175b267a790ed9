// The first-steps example of ncps: from the same weights the losses follow those of PyTorch.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { ADAM } from "../../bindings/train/optimiser.ts";
import { Trainer } from "../../bindings/train/trainer.ts";

const file = (name: string) => readFileSync(new URL(`../golden/train/${name}`, import.meta.url));
const reference = JSON.parse(file("sine-seed0.json").toString());
const { class: modelClass, input_size, wiring } = reference.model;
const model = readModel(
  file("sine-seed0.initial.safetensors"),
  { class: modelClass, config: { input_size, wiring } },
  { weights: "sine-seed0.initial.safetensors" },
);

const sample = {
  id: "sine",
  group: "sine",
  nSteps: 48,
  input: Float32Array.from(reference.input.data),
  timespans: null,
  target: Float32Array.from(reference.target.data),
};
const dataset: Dataset = {
  name: "sine",
  task: "regression",
  targetsPer: "step",
  readout: "step",
  metric: "mse",
  nInputs: 2,
  inputs: ["sine", "cosine"],
  nOutputs: 1,
  nTargets: 1,
  classes: null,
  timeUnit: null,
  normalisation: null,
  blockSteps: null,
  splits: { train: [sample], validation: [], test: [] },
};

describe("training ncps' sine example", () => {
  it("follows the losses of PyTorch from the same weights", async () => {
    const expected: number[] = reference.lossBeforeEachStep;
    const network = await Differentiator.create(model);
    const trainer = new Trainer(
      network,
      model,
      { dataset, train: [sample], validation: [] },
      {
        epochs: expected.length,
        batchSize: 1,
        learningRate: reference.optimiser.lr,
        optimiser: ADAM,
        schedule: { name: "constant", warmupSteps: 0 },
        loss: { name: "mse" },
        readout: "step",
        clipNorm: reference.optimiser.clip_grad_norm,
        seed: 0,
        windows: null,
        truncateSteps: null,
        washoutSteps: 0,
        augmentation: NO_AUGMENTATION,
        pruning: null,
        precision: null,
        patience: null,
        keep: "last",
      },
    );
    const losses: number[] = [];
    for await (const event of trainer.run()) if (event.type === "step") losses.push(event.loss);
    expect(losses).toHaveLength(400);
    for (let step = 0; step < 60; step++) {
      // PyTorch's own float32 and float64 losses differ by 1.5e-6 at step 60.
      expect(Math.abs(losses[step]! / expected[step]! - 1)).toBeLessThan(1e-5);
    }
    // Later steps amplify every rounding: only how low the loss gets can be compared.
    expect(losses.at(-1)!).toBeLessThan(2 * expected.at(-1)!);
  });
});
