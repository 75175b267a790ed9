// A regression of a dozen short sequences, three inputs to two outputs, and trainings on it.

import type { Dataset, Sample } from "../../bindings/data/dataset.ts";
import { NO_AUGMENTATION } from "../../bindings/train/augment.ts";
import type { DifferentiableNetwork, PrunableNetwork } from "../../bindings/train/differentiable.ts";
import type { EnergyOf } from "../../bindings/train/energy-budget.ts";
import { recipeFor } from "../../bindings/train/recipe.ts";
import type { TrainingSettings } from "../../bindings/train/settings.ts";
import { Trainer, type TrainingState } from "../../bindings/train/trainer.ts";

const SAMPLES: Sample[] = Array.from({ length: 12 }, (_, s) => ({
  id: `sample ${s}`,
  group: "made",
  nSteps: 6,
  input: Float32Array.from({ length: 18 }, (_, i) => Math.sin(i * (0.5 + 0.1 * s) + s)),
  timespans: null,
  target: Float32Array.from([s % 2, Math.cos(s)]),
}));

export const SMALL: Dataset = {
  name: "made",
  task: "regression",
  targetsPer: "sequence",
  readout: "last",
  metric: "mse",
  nInputs: 3,
  inputs: ["a", "b", "c"],
  nOutputs: 2,
  nTargets: 2,
  classes: null,
  timeUnit: null,
  normalisation: null,
  blockSteps: null,
  splits: { train: SAMPLES.slice(0, 9), validation: SAMPLES.slice(9), test: [] },
};

/** Ten epochs of three steps unless changed; ends early when `onEpoch` says so. */
export async function trainOn(
  network: DifferentiableNetwork & Pick<PrunableNetwork, "model">,
  changes: Partial<TrainingSettings>,
  state: TrainingState | null = null,
  onEpoch: (trainer: Trainer) => boolean = () => false,
  energyOf: EnergyOf | null = null,
): Promise<{ trainer: Trainer; settings: TrainingSettings }> {
  const settings: TrainingSettings = {
    ...recipeFor(SMALL, "cfc"),
    epochs: 10,
    batchSize: 3,
    augmentation: NO_AUGMENTATION,
    ...changes,
  };
  const { train, validation } = SMALL.splits;
  const data = { dataset: SMALL, train, validation };
  const trainer = new Trainer(network, network.model, data, settings, state, energyOf);
  const stop = new AbortController();
  for await (const event of trainer.run({ signal: stop.signal })) {
    if (event.type === "epoch" && onEpoch(trainer)) stop.abort();
  }
  return { trainer, settings };
}
