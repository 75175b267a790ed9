// The file of a trained network: one like any other, whose metadata say how it came about.

import type { Dataset } from "../data/dataset.ts";
import type { Model, Tensor } from "../network/model.ts";
import type { DataOfTraining } from "./checkpoint-file.ts";
import type { FlatRange } from "./differentiable.ts";
import type { TrainingSettings } from "./settings.ts";
import type { TrainingState } from "./trainer.ts";

/** A copy of the model with these parameters in the place of its own, and these masks. */
export function withParameters(
  model: Model,
  ranges: readonly FlatRange[],
  parameters: Float32Array,
  masks: ReadonlyMap<string, Tensor> | null = null,
): Model {
  const tensors = new Map<string, Tensor>([...model.tensors, ...(masks ?? [])]);
  for (const { name, start, end } of ranges) {
    const { shape } = tensors.get(name)!;
    tensors.set(name, { shape, data: parameters.slice(start, end) });
  }
  return { ...model, tensors };
}

export interface TrainingNotes {
  dataset: Dataset;
  data: DataOfTraining;
  settings: TrainingSettings;
  state: TrainingState;
  /** Whose weights these are, from 1; 0: none was trained. */
  epoch: number;
}

/** Metadata for `writeModel`: `training` and, where inputs are scaled columns, `normalisation`, both JSON. */
export function trainingNotes(notes: TrainingNotes): Record<string, string> {
  const { dataset, data, settings, state, epoch } = notes;
  const kept = state.history[epoch - 1];
  const training = {
    dataset: dataset.name,
    dataSha256: data.sha256,
    validation: data.validation,
    settings,
    epochs: state.epoch,
    epoch,
    metrics: {
      trainLoss: kept?.trainLoss ?? null,
      validationLoss: kept?.validation?.loss ?? null,
      validation: kept?.validation ? { name: dataset.metric, value: kept.validation.metric } : null,
    },
  };
  const { normalisation } = dataset;
  if (normalisation === null) return { training: JSON.stringify(training) };
  const { offset, scale, limit } = normalisation;
  return {
    training: JSON.stringify(training),
    normalisation: JSON.stringify({
      inputs: dataset.inputs,
      offset: [...offset],
      scale: [...scale],
      // Null: not clipped.
      limit: [...limit].map((bound) => (Number.isFinite(bound) ? bound : null)),
    }),
  };
}
