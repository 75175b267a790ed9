// The file of a trained network: one like any other, whose metadata say how it came about.

import type { Dataset } from "../data/dataset.ts";
import type { Model, Tensor } from "../network/model.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../quantize/precisions.ts";
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
  /** Integers that the weights given to the training had been trained for; default none. */
  givenFor?: IntegerPrecision | null;
}

/** Integers that the weights of a file were trained for, by its metadata; null for floats, or where it does not say. */
export function trainedForOf(metadata: Readonly<Record<string, string>>): IntegerPrecision | null {
  try {
    const { trainedFor } = JSON.parse(metadata.training ?? "{}") as { trainedFor?: unknown };
    return INTEGER_PRECISIONS.find((precision) => precision === trainedFor) ?? null;
  } catch {
    // Another program's metadata may have the same name.
    return null;
  }
}

/** Metadata for `writeModel`: `training` and, where inputs are scaled columns, `normalisation`, both JSON. */
export function trainingNotes(notes: TrainingNotes): Record<string, string> {
  const { dataset, data, settings, state, epoch, givenFor = null } = notes;
  const kept = state.history[epoch - 1];
  const training = {
    dataset: dataset.name,
    dataSha256: data.sha256,
    validation: data.validation,
    // Which integers these weights were trained for: those of the training, unless the weights given did better and were kept.
    trainedFor: epoch === 0 ? givenFor : settings.precision,
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
