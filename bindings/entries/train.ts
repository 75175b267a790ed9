// Gradients, trainer and checkpoints.

export {
  CELLS,
  type CellName,
  type CellOptions,
  networkFor,
} from "../train/cells.ts";
export { readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from "../train/checkpoint-file.ts";
export type { DifferentiableNetwork, PrunableNetwork, SequenceNetwork } from "../train/differentiable.ts";
export { type BackwardOptions, Differentiator, type ForwardOptions } from "../train/differentiator.ts";
export { type EnergyBudget, energyEstimator, sparsityWithin } from "../train/energy-budget.ts";
export { initialModel } from "../train/initial-weights.ts";
export { type IntegerOutcome, integerOutcome } from "../train/integer-outcome.ts";
export type { ParameterRange } from "../train/parameters.ts";
export { QuantizedNetwork } from "../train/quantized-network.ts";
export { recipeFor } from "../train/recipe.ts";
export type { TrainingPruning, TrainingSettings } from "../train/settings.ts";
export { trainingNotes, withParameters } from "../train/trained-model.ts";
export {
  type EpochRecord,
  Trainer,
  type TrainingData,
  type TrainingEvent,
  type TrainingState,
} from "../train/trainer.ts";
export { hashOf, trainingData, type ValidationChoice } from "../train/training-data.ts";
