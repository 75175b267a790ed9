// What a command line asks to be trained: a new training, or one to go on with.

import { findBoard } from "../../bindings/board/load.ts";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { complain } from "../../bindings/errors.ts";
import { lower } from "../../bindings/image/lower.ts";
import type { Model } from "../../bindings/network/model.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { type CellName, type CellOptions, cellNameOf, networkFor } from "../../bindings/train/cells.ts";
import { type DataOfTraining, readCheckpoint } from "../../bindings/train/checkpoint-file.ts";
import { type EnergyBudget, energyEstimator, sparsityWithin } from "../../bindings/train/energy-budget.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { recipeFor } from "../../bindings/train/recipe.ts";
import type { Schedule } from "../../bindings/train/schedule.ts";
import type { TrainingPruning, TrainingSettings } from "../../bindings/train/settings.ts";
import { trainedForOf } from "../../bindings/train/trained-model.ts";
import type { TrainingState } from "../../bindings/train/trainer.ts";
import { hashOf, type ValidationChoice } from "../../bindings/train/training-data.ts";
import type { TrainOptions } from "../commands/train.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { readModelBytes } from "../read-model.ts";
import { fileName } from "../read-text.ts";

export interface TrainingPlan {
  /** Before its training. */
  model: Model;
  settings: TrainingSettings;
  data: DataOfTraining;
  /** Integers that `model` was trained for already; null: none, or its file does not say. */
  trainedFor: IntegerPrecision | null;
  /** Where to go on; null: from the start. */
  state: TrainingState | null;
}

/** Options that say nothing about the training itself. */
const BESIDE = ["dataset", "description", "resume", "out", "plot", "json", "debug"];

export async function planOf(io: Io, options: TrainOptions, dataset: Dataset): Promise<TrainingPlan> {
  const sha256 = await hashOf(dataset);
  if (options.resume !== undefined) return resumed(io, options, options.resume, dataset, sha256);
  if (options.from === undefined && options.config !== undefined)
    throw usageError("--config: expected with --from, found none");
  if (options.from === undefined && options.precision !== undefined) {
    throw usageError(
      `--precision ${options.precision}: expected with --from, a network that was trained in floats first, found none`,
    );
  }
  const given = options.from === undefined ? null : await givenModel(io, options, options.from, dataset);
  const cell = cellOf(options);
  const settings = settingsOf(options, given === null ? cell.cell : cellNameOf(given.model), dataset);
  const validation = options.validation ?? "split";
  checkPatience(settings, validation, dataset);
  const model = given?.model ?? initialModel(networkFor(cell, dataset), settings.seed);
  const budget = budgetOf(options);
  if (budget !== null) {
    const { pruning = "4x1" } = options;
    const method = pruning === "n:m" ? "4x1" : pruning;
    const sparsity = await sparsityWithin(
      model,
      method,
      budget,
      energyEstimator(findBoard(budget.platform), budget),
    );
    settings.pruning = { method, sparsity, budget };
  }
  const data = { name: dataset.name, sha256, validation };
  return { model, settings, data, trainedFor: given?.trainedFor ?? null, state: null };
}

/** The options that describe a new network. */
const CELL_OPTIONS = [
  "cell",
  "units",
  "wiring",
  "wiringSparsity",
  "wiringSeed",
  "mode",
  "backboneLayers",
  "backboneUnits",
  "mixedMemory",
  "unfolds",
  "projection",
  "constraints",
] as const satisfies readonly (keyof TrainOptions)[];

/** The network of `--from`, which must fit the data, and which integers it was trained for. */
async function givenModel(
  io: Io,
  options: TrainOptions,
  path: string,
  dataset: Dataset,
): Promise<Pick<TrainingPlan, "model" | "trainedFor">> {
  const stray = CELL_OPTIONS.find((name) => options[name] !== undefined);
  if (stray !== undefined) {
    throw usageError(`${flagOf(stray)}: expected without --from, whose network holds, found both`);
  }
  const bytes = await io.readFile(path);
  const model = await readModelBytes(io, bytes, path, options.config);
  const { metadata } = parseSafetensors(bytes, fileName(path));
  const { input, output } = lower(model);
  const { name, nInputs, nOutputs } = dataset;
  for (const [field, has, needs] of [
    ["inputs", input.length, nInputs],
    ["outputs", output.length, nOutputs],
  ] as const) {
    if (has === needs) continue;
    throw complain("bad-input", fileName(path), {
      field,
      expected: `${needs}, as ${name} has`,
      found: String(has),
    });
  }
  return { model, trainedFor: trainedForOf(metadata) };
}

const flagOf = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function resumed(
  io: Io,
  options: TrainOptions,
  path: string,
  dataset: Dataset,
  sha256: string,
): Promise<TrainingPlan> {
  const own = Object.entries(options).filter(
    ([name, value]) => !BESIDE.includes(name) && value !== undefined,
  );
  // Commander gives --no-mirror's opposite by itself.
  const given = own.find(([name, value]) => !(name === "mirror" && value === true));
  if (given !== undefined) {
    throw usageError(`${flagOf(given[0])}: expected without --resume, whose settings hold, found both`);
  }
  const plan = readCheckpoint(await io.readFile(path), fileName(path));
  if (plan.data.sha256 !== sha256) {
    throw complain("bad-input", fileName(path), {
      field: "data",
      expected: `${plan.data.name} as the training saw it, SHA-256 ${plan.data.sha256.slice(0, 12)}…`,
      found: `${dataset.name}, ${sha256.slice(0, 12)}…`,
    });
  }
  return { ...plan, trainedFor: plan.trainedFor ?? null };
}

function cellOf(options: TrainOptions): CellOptions {
  const { cell = "cfc", units = 32, wiring, wiringSparsity, wiringSeed, mode, backboneLayers } = options;
  const { backboneUnits, mixedMemory, unfolds, projection, constraints } = options;
  const given = {
    wiring,
    wiringSparsity,
    wiringSeed,
    mode,
    backboneLayers,
    backboneUnits,
    mixedMemory,
    unfolds,
    projection,
    constraints,
  };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { cell, units, ...Object.fromEntries(present) };
}

function settingsOf(options: TrainOptions, cell: CellName, dataset: Dataset): TrainingSettings {
  const { loss, labelSmoothing, positiveWeight } = options;
  const recipe = recipeFor(dataset, cell, {
    ...(loss === undefined ? {} : { name: loss }),
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    ...(positiveWeight === undefined ? {} : { positiveWeight }),
  });
  const epochs = options.epochs ?? recipe.epochs;
  const name = options.optimiser ?? recipe.optimiser.name;
  const { augmentation } = recipe;
  if (options.readout !== undefined && dataset.targetsPer === "step")
    throw usageError(
      `--readout: expected data with one target a sequence, found a target a step in ${dataset.name}`,
    );
  return {
    ...recipe,
    epochs,
    batchSize: options.batch ?? recipe.batchSize,
    learningRate: options.lr ?? recipe.learningRate,
    optimiser: {
      ...recipe.optimiser,
      name,
      weightDecay: options.weightDecay ?? (name === "adamw" ? 0.01 : 0),
      momentum: name === "sgd" ? 0.9 : 0,
    },
    schedule: scheduleOf(options, epochs),
    readout: options.readout ?? recipe.readout,
    clipNorm: orNull(options.clip, recipe.clipNorm),
    seed: options.seed ?? recipe.seed,
    windows: windowsOf(options, recipe.windows, dataset),
    truncateSteps: orNull(options.truncate, recipe.truncateSteps),
    washoutSteps: options.washout ?? recipe.washoutSteps,
    augmentation: {
      noise: options.noise ?? augmentation.noise,
      scaleNoise: options.scaleNoise ?? augmentation.scaleNoise,
      rollSteps: options.roll ?? augmentation.rollSteps,
      mirror: options.mirror === false ? null : augmentation.mirror,
    },
    pruning: pruningOf(options),
    precision: options.precision ?? null,
    patience: options.patience ?? recipe.patience,
    keep: options.keep ?? recipe.keep,
  };
}

function budgetOf(options: TrainOptions): EnergyBudget | null {
  const { energyBudgetUj: energyUj, board, rateHz = null, precision = "fp32", sparsity, pruning } = options;
  if (energyUj === undefined) {
    const stray = board !== undefined ? "--board" : rateHz !== null ? "--rate-hz" : null;
    if (stray !== null) throw usageError(`${stray}: expected with --energy-budget-uj, found none`);
    return null;
  }
  if (board === undefined) throw usageError("--energy-budget-uj: expected with --board, found none");
  if (sparsity !== undefined)
    throw usageError("--sparsity: expected without --energy-budget-uj, which decides it, found both");
  if (pruning === "n:m")
    throw usageError("--pruning: expected 4x1, unstructured or neurons with --energy-budget-uj, found n:m");
  return { energyUj, platform: findBoard(board).id, rateHz, precision };
}

function pruningOf({ sparsity, pruning, n, m, energyBudgetUj }: TrainOptions): TrainingPruning | null {
  if (pruning === "n:m") {
    if (sparsity !== undefined)
      throw usageError("--sparsity: expected without --pruning n:m, whose --n and --m say it, found both");
    const [kept, of] = [n ?? 1, m ?? 4];
    if (kept > of) throw usageError(`--n: expected at most --m ${of}, found ${kept}`);
    return { method: pruning, n: kept, m: of };
  }
  if (n !== undefined || m !== undefined)
    throw usageError(`--n, --m: expected with --pruning n:m, found ${pruning ?? "none"}`);
  if (sparsity !== undefined) return { method: pruning ?? "4x1", sparsity };
  if (pruning !== undefined && energyBudgetUj === undefined)
    throw usageError(`--pruning ${pruning}: expected with --sparsity, found none`);
  return null;
}

/** 0 stands for none. */
function orNull(given: number | undefined, otherwise: number | null): number | null {
  return given === undefined ? otherwise : given === 0 ? null : given;
}

function scheduleOf(options: TrainOptions, epochs: number): Schedule {
  const { schedule = "cosine", stepEvery, stepFactor, warmup: warmupSteps = 0 } = options;
  if (schedule === "step") {
    const everyEpochs = stepEvery ?? Math.max(1, Math.floor(epochs / 3));
    return { name: "step", everyEpochs, factor: stepFactor ?? 0.1, warmupSteps };
  }
  const stray = stepEvery !== undefined ? "--step-every" : stepFactor !== undefined ? "--step-factor" : null;
  if (stray !== null) throw usageError(`${stray}: expected with --schedule step, found ${schedule}`);
  return schedule === "cosine"
    ? { name: schedule, per: "step", warmupSteps }
    : { name: schedule, warmupSteps };
}

function windowsOf(
  { window, stride }: TrainOptions,
  recipe: TrainingSettings["windows"],
  dataset: Dataset,
): TrainingSettings["windows"] {
  const stray = window !== undefined ? "--window" : stride !== undefined ? "--stride" : null;
  if (stray !== null && dataset.targetsPer !== "step") {
    throw usageError(`${stray}: expected data with a target a step, found one a sequence in ${dataset.name}`);
  }
  const steps = window ?? recipe?.steps ?? 0;
  if (steps === 0) {
    if (stride === undefined) return null;
    throw usageError("--stride: expected with --window, found none");
  }
  const own = window === undefined ? recipe!.stride : Math.max(1, Math.floor(steps / 2));
  return { steps, stride: stride ?? own };
}

function checkPatience({ patience }: TrainingSettings, validation: ValidationChoice, dataset: Dataset): void {
  if (patience === null) return;
  const hasValidation =
    typeof validation === "number" || (validation === "split" && dataset.splits.validation.length > 0);
  if (!hasValidation) {
    throw usageError(
      `--patience: expected a validation part, found none in ${dataset.name} (--validation 0.1 makes one)`,
    );
  }
}
