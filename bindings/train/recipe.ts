// Settings to start from: those of the published baselines of each data set, and plain ones for any other.

import type { Dataset } from "../data/dataset.ts";
import { complain } from "../errors.ts";
import { type Mirror, NO_AUGMENTATION } from "./augment.ts";
import type { CellName } from "./cells.ts";
import { LOSSES, type Loss, type LossName } from "./loss.ts";
import { ADAM } from "./optimiser.ts";
import type { TrainingSettings } from "./settings.ts";

/** Streams longer than this are cut into windows. */
const LONG_STEPS = 256;

const PLAIN = {
  epochs: 30,
  batchSize: 32,
  learningRate: 5e-3,
  /** An LTC learns slowest, and stands a higher rate. */
  ltcLearningRate: 1e-2,
  labelSmoothing: 0,
  positiveWeight: 1,
  noise: 0,
  scaleNoise: 0,
  rollSteps: 0,
  windows: null as TrainingSettings["windows"],
  keep: "best" as TrainingSettings["keep"],
};

const PROTOCOLS: Readonly<Record<string, Partial<typeof PLAIN>>> = {
  "imu-wand": {
    epochs: 20,
    batchSize: 64,
    learningRate: 6e-3,
    ltcLearningRate: 2e-2,
    labelSmoothing: 0.05,
    noise: 0.05,
    scaleNoise: 0.1,
    rollSteps: 4,
  },
  "lidar-steering": {
    epochs: 25,
    batchSize: 64,
    learningRate: 4e-3,
    noise: 0.02,
    windows: { steps: 64, stride: 8 },
  },
  // Of 254 windows, batches of 64 would leave 60 steps in all, too few for any cell. Validation windows lie between those of
  // the training and say little about other days: the last weights.
  occupancy: { epochs: 20, batchSize: 16, keep: "last" },
  physionet2012: { epochs: 6, batchSize: 128, learningRate: 3e-3, positiveWeight: 3 },
  "single-hop": { epochs: 20, batchSize: 16, positiveWeight: 8, windows: { steps: 256, stride: 64 } },
};

/** What a user may say about the loss. */
export interface LossOptions {
  name?: LossName;
  labelSmoothing?: number;
  /** Of class 1 of a binary task. */
  positiveWeight?: number;
}

/**
 * Settings for a cell on a data set, seed 0.
 * @throws LiquidEdgeError `bad-config` for a loss that does not suit the task
 */
export function recipeFor(dataset: Dataset, cell: CellName, lossOptions: LossOptions = {}): TrainingSettings {
  const recipe = { ...PLAIN, ...PROTOCOLS[dataset.name] };
  const isLong = dataset.splits.train.some(({ nSteps }) => nSteps > LONG_STEPS);
  const windows = recipe.windows ?? (isLong ? { steps: 64, stride: 32 } : null);
  return {
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    learningRate: cell === "ltc" ? recipe.ltcLearningRate : recipe.learningRate,
    optimiser: ADAM,
    schedule: { name: "cosine", per: "step", warmupSteps: 0 },
    loss: lossFor(dataset, recipe, lossOptions),
    readout: dataset.readout,
    clipNorm: 1,
    seed: 0,
    windows: dataset.targetsPer === "step" ? windows : null,
    truncateSteps: null,
    washoutSteps: 0,
    augmentation: {
      ...NO_AUGMENTATION,
      noise: recipe.noise,
      scaleNoise: recipe.scaleNoise,
      rollSteps: recipe.rollSteps,
      mirror: dataset.name === "lidar-steering" ? lidarMirror(dataset) : null,
    },
    pruning: null,
    precision: null,
    patience: null,
    keep: recipe.keep,
  };
}

const SUITED: Readonly<Record<Dataset["task"], readonly LossName[]>> = {
  classification: ["cross-entropy"],
  binary: ["binary-cross-entropy"],
  regression: ["mse", "mae"],
};

function lossFor(dataset: Dataset, recipe: typeof PLAIN, options: LossOptions): Loss {
  const suited = SUITED[dataset.task];
  const name = options.name ?? suited[0]!;
  const wrong = (field: string, expected: string, found: string) =>
    complain("bad-config", "training", { field, expected, found });
  if (!suited.includes(name)) {
    throw wrong(
      "loss",
      `${suited.join(" or ")} for ${dataset.task}`,
      LOSSES.includes(name) ? name : String(name),
    );
  }
  const { labelSmoothing, positiveWeight } = options;
  if (positiveWeight !== undefined && name !== "binary-cross-entropy") {
    throw wrong("positiveWeight", "a binary task", dataset.task);
  }
  if (name === "mse" || name === "mae") {
    if (labelSmoothing === undefined) return { name };
    throw wrong("labelSmoothing", "classes to smooth", `${name} of ${dataset.task}`);
  }
  const smoothing = labelSmoothing ?? recipe.labelSmoothing;
  if (name === "cross-entropy") return { name, labelSmoothing: smoothing };
  const weight = positiveWeight ?? recipe.positiveWeight;
  return { name, labelSmoothing: smoothing, classWeights: [1, weight] };
}

/** Left and right exchanged: sectors in reverse order, the robot's own state and the steering negated. */
function lidarMirror({ inputs }: Dataset): Mirror {
  const nSectors = inputs.filter((name) => name.startsWith(inputs[0]!.replace(/\d+$/, ""))).length;
  return {
    source: inputs.map((name, i) => {
      const sector = /^(min|mean)(\d+)$/.exec(name);
      return sector === null ? i : i - Number(sector[2]) + (nSectors - 1 - Number(sector[2]));
    }),
    sign: inputs.map((name) => (name.startsWith("state") ? -1 : 1)),
    targetSign: [-1],
  };
}
