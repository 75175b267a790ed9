// Everything that decides a training besides its data, its network and its first weights.

import type { Readout } from "../data/dataset.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";
import type { Augmentation } from "./augment.ts";
import type { EnergyBudget } from "./energy-budget.ts";
import type { Loss } from "./loss.ts";
import type { OptimiserSettings } from "./optimiser.ts";
import type { Schedule } from "./schedule.ts";

/** What is pruned while the network learns. */
export type TrainingPruning =
  /**
   * Share of each part's weights that is absent in the end, synapses of an LTC one by one; of `neurons` the share of each layer's
   * neurons, without which the result is a smaller network.
   */
  | {
      method: "4x1" | "unstructured" | "neurons";
      /** With a budget: where the schedule leads; it ends as soon as the network keeps to the budget, and goes beyond if it must. */
      sparsity: number;
      budget?: EnergyBudget;
    }
  /** `n` of every `m` neighbouring weights stay. */
  | { method: "n:m"; n: number; m: number };

/** Optimiser, schedule and length of a training. */
export interface TrainingSettings {
  /** Times that all training data are seen. */
  epochs: number;
  /** Sequences, or windows, a step of the optimiser. */
  batchSize: number;
  /** The largest, which `schedule` starts from or leads to. */
  learningRate: number;
  optimiser: OptimiserSettings;
  schedule: Schedule;
  loss: Loss;
  /** Where an answer stands; `step` for targets per step. */
  readout: Readout;
  /** Largest norm of the gradient of a batch; null: as it is. */
  clipNorm: number | null;
  /** Of the first weights, shuffling, noise and augmentation. */
  seed: number;
  /** Pieces that training sequences with targets per step are cut into, each from a state of zeros; null: whole. */
  windows: { steps: number; stride: number } | null;
  /** Steps that the gradient goes back; null: to the start of the sequence. The state is carried on regardless. */
  truncateSteps: number | null;
  /** Steps at the start of each training sequence whose answers do not count, while the state settles. */
  washoutSteps: number;
  augmentation: Augmentation;
  /** Connections that are taken out on the way, see gradual-pruning.ts; null: none. */
  pruning: TrainingPruning | null;
  /** Trained for its integers, which give the outputs that the loss judges; null: for its floats. */
  precision: IntegerPrecision | null;
  /** Stops after so many epochs without a better validation metric; null: never. Needs a validation part. */
  patience: number | null;
  /** Weights of the result: those of the best epoch by the validation metric, or the last ones. */
  keep: "best" | "last";
}
