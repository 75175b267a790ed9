// What a sweep does with one network: trains it, and in each number format scores it and costs it on every board.

import type { Dataset } from "../data/dataset.ts";
import { LiquidEdgeError } from "../errors.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { writeModel } from "../network/checkpoint.ts";
import type { Model } from "../network/model.ts";
import { Network } from "../network.ts";
import { calibrationOf } from "../quantize/calibration-data.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";
import { quantize } from "../quantize/quantize.ts";
import { sha256 } from "../sha256.ts";
import { awareSettings, trainForIntegers } from "../train/aware.ts";
import { networkFor } from "../train/cells.ts";
import { Differentiator } from "../train/differentiator.ts";
import { prunedModel } from "../train/gradual-pruning.ts";
import { initialModel } from "../train/initial-weights.ts";
import { recipeFor } from "../train/recipe.ts";
import type { TrainingSettings } from "../train/settings.ts";
import { taskMerit } from "../train/task-merit.ts";
import { trainingNotes, withParameters } from "../train/trained-model.ts";
import { Trainer } from "../train/trainer.ts";
import { trainingData } from "../train/training-data.ts";
import { isHigherBetter } from "../train/validate.ts";
import { costsOf, parametersOf } from "./costs.ts";
import type { SweepRecord } from "./record.ts";
import { pruningOf, type SweepNetwork, type SweepPrecision, type SweepTraining } from "./space.ts";
import { makeVariants, type Variant, type VariantData } from "./variants.ts";

/** A data set and its hash. */
export interface SweepData {
  dataset: Dataset;
  sha256: string;
}

/** All that decides the weights of a sweep's network. */
function settingsFor(dataset: Dataset, network: SweepNetwork, training: SweepTraining): TrainingSettings {
  const recipe = recipeFor(dataset, network.cell.cell);
  return { ...recipe, ...training, pruning: pruningOf(network), seed: network.seed };
}

/** Names what is trained: equal keys, equal weights. */
export function networkKey(data: SweepData, network: SweepNetwork, training: SweepTraining): Promise<string> {
  const what = {
    data: data.sha256,
    config: networkFor(network.cell, data.dataset),
    settings: settingsFor(data.dataset, network, training),
  };
  return sha256(JSON.stringify(what));
}

/**
 * Trains a network; the file of the result.
 * @throws LiquidEdgeError `bad-config` for what the cell cannot do, `bad-input` for data that cannot be trained on,
 * `unavailable` when the loss diverged
 */
export async function trainNetwork(
  { dataset, sha256 }: SweepData,
  network: SweepNetwork,
  training: SweepTraining,
): Promise<Uint8Array> {
  const settings = settingsFor(dataset, network, training);
  const model = initialModel(networkFor(network.cell, dataset), network.seed);
  const differentiator = await Differentiator.create(model);
  const trainer = new Trainer(differentiator, model, trainingData(dataset, "split"), settings);
  for await (const event of trainer.run()) {
    if (event.type === "end" && event.reason === "diverged") {
      throw new LiquidEdgeError(
        "unavailable",
        `the loss diverged: expected a value near those before, found ${event.loss} at step ${event.step} with learning rate ${event.learningRate}`,
      );
    }
  }
  const { epoch, parameters } = trainer.result;
  const data = { name: dataset.name, sha256, validation: "split" as const };
  const notes = trainingNotes({ dataset, data, settings, state: trainer.state, epoch });
  const masked = withParameters(model, differentiator.ranges, parameters, trainer.state.masks);
  return writeModel(prunedModel(masked, settings.pruning), notes);
}

/**
 * Trains a network of a sweep on for its integers; the file of the better one by the validation part.
 * @throws LiquidEdgeError `unavailable` for what has no integers
 */
export async function trainAware(
  { dataset, sha256 }: SweepData,
  network: SweepNetwork,
  training: SweepTraining,
  model: Model,
  precision: IntegerPrecision,
): Promise<Uint8Array> {
  const settings = { ...awareSettings(settingsFor(dataset, network, training), precision), precision };
  const parts = trainingData(dataset, "split");
  const { model: better, isTrained, trainer } = await trainForIntegers(model, parts, settings);
  const data = { name: dataset.name, sha256, validation: "split" as const };
  const epoch = isTrained ? trainer.result.epoch : 0;
  return writeModel(better, trainingNotes({ dataset, data, settings, state: trainer.state, epoch }));
}

export interface ScoreOptions {
  precisions: readonly SweepPrecision[];
  platforms: readonly string[];
  rateHz: number;
  split: "validation" | "test";
  /** Whether the model was trained for these integers. */
  aware?: boolean;
}

/** A trained network in each number format: its metric, and what it costs. */
export async function scoreNetwork(
  { dataset, sha256 }: SweepData,
  network: SweepNetwork & { key: string },
  model: Model,
  { precisions, platforms, rateHz, split, aware = false }: ScoreOptions,
): Promise<SweepRecord[]> {
  const variants = await makeVariants(Network.fromModel(model, network.key), {
    precisions,
    sparsities: [0],
    tolerant: false,
    data: scorer(dataset, split),
    withPeak: false,
  });
  const records: SweepRecord[] = [];
  for (const variant of variants as Variant[]) {
    const { facts, evaluation } = variant;
    const { name, value, min, max } = evaluation!.metric;
    records.push({
      format: 1,
      network: network.key,
      cell: network.cell as SweepRecord["cell"],
      sparsity: network.sparsity,
      ...(network.pattern === undefined ? {} : { pattern: network.pattern }),
      seed: network.seed,
      precision: facts.precision as SweepPrecision,
      ...(aware ? { aware } : {}),
      data: { name: dataset.name, sha256 },
      split,
      rateHz,
      metric: {
        name,
        better: isHigherBetter(dataset) ? "higher" : "lower",
        value,
        min,
        max,
        n: evaluation!.n,
      },
      parameters: parametersOf(model),
      imageSparsity: facts.sparsity!,
      ...(await costsOf(variant, platforms, rateHz)),
    });
  }
  return records;
}

function scorer(dataset: Dataset, split: ScoreOptions["split"]): VariantData {
  return {
    async quantize(network, precision) {
      const merit = (await taskMerit(dataset))!;
      const { network: integers } = quantize(network.model, { precision, ...calibrationOf(dataset), merit });
      const model = { config: network.model, precision, network: integers };
      return { network: Network.fromInteger(model, network.name), assumed: [] };
    },
    async evaluate(network) {
      const evaluation = await evaluate(network, dataset, { split, level: 0.95 });
      if (evaluation.nonFinite === null) return { evaluation, outcomes: null };
      throw new LiquidEdgeError("unavailable", `output that is not finite: ${evaluation.nonFinite}`);
    },
  };
}
