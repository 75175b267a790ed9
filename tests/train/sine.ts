// The first-steps example of ncps, with the initial weights and the recipe of its training run.

import { readFileSync } from "node:fs";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { ADAM } from "../../bindings/train/optimiser.ts";
import { Trainer } from "../../bindings/train/trainer.ts";

const file = (name: string) => readFileSync(new URL(`../golden/train/${name}`, import.meta.url));
export const reference = JSON.parse(file("sine-seed0.json").toString());
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

/** A trainer at its first step. */
export async function sineTrainer(epochs: number): Promise<{ trainer: Trainer }> {
  const network = await Differentiator.create(model);
  const trainer = new Trainer(
    network,
    model,
    { dataset, train: [sample], validation: [] },
    {
      epochs: epochs,
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
  return { trainer };
}
