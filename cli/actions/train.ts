import { findBoard } from "../../bindings/board/load.ts";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { describeModel } from "../../bindings/network/describe.ts";
import { prunedParts } from "../../bindings/prune/prune.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import { EPOCH_STEPS } from "../../bindings/train/aware.ts";
import { writeCheckpoint } from "../../bindings/train/checkpoint-file.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { energyEstimator } from "../../bindings/train/energy-budget.ts";
import { prunedModel } from "../../bindings/train/gradual-pruning.ts";
import { integerOutcome } from "../../bindings/train/integer-outcome.ts";
import { QuantizedNetwork } from "../../bindings/train/quantized-network.ts";
import { trainingNotes, withParameters } from "../../bindings/train/trained-model.ts";
import { Trainer, type TrainingData, type TrainingEvent } from "../../bindings/train/trainer.ts";
import { trainingData } from "../../bindings/train/training-data.ts";
import { summarise } from "../../format/summary.ts";
import { trainingCurves } from "../chart/training-curves.ts";
import type { TrainOptions } from "../commands/train.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { barOf } from "../progress.ts";
import { readDataset } from "../read-dataset.ts";
import { fileName } from "../read-text.ts";
import { digits } from "../text.ts";
import { METRIC_TITLES, shown } from "./evaluate-report.ts";
import { planOf, type TrainingPlan } from "./train-plan.ts";
import { describeTraining } from "./train-report.ts";

/** Least time between two checkpoints; the first epoch leaves one, so that a full disk shows early. */
const CHECKPOINT_EVERY_MS = 1000;

type End = Extract<TrainingEvent, { type: "end" }>;

/** Trains a network, writes it, and says how it went. Throws RunFailure when it was stopped or diverged. */
export async function train(io: Io, data: string, options: TrainOptions): Promise<void> {
  const { out, plot } = options;
  if (out === "-") throw usageError("--out: expected a file, found - for standard output");
  const { dataset: id, description } = options;
  const dataset = await readDataset(io, {
    data,
    flag: "data",
    ...(id === undefined ? {} : { dataset: id }),
    ...(description === undefined ? {} : { description }),
  });
  const plan = await planOf(io, options, dataset);
  const parts = trainingData(dataset, plan.data.validation);
  const network = await networkOf(plan, dataset);
  const { pruning } = plan.settings;
  const budget = pruning !== null && "budget" in pruning ? (pruning.budget ?? null) : null;
  const energyOf = budget === null ? null : energyEstimator(findBoard(budget.platform), budget);
  const trainer = new Trainer(network, plan.model, parts, plan.settings, plan.state, energyOf);
  const checkpoint = `${out.replace(/\.safetensors$/, "")}.checkpoint.safetensors`;

  const started = performance.now();
  const { end, saved } = await io.interruptible((signal) =>
    follow(io, { trainer, plan, parts, checkpoint, signal }),
  );
  io.progress(null);
  const seconds = (performance.now() - started) / 1000;
  const kind = id === undefined ? "" : ` --dataset ${id}`;
  const meaning = description === undefined ? "" : ` --description ${description}`;
  const again = `liquid-edge train ${data}${kind}${meaning} --resume ${checkpoint} --out ${out}`;
  if (end.reason === "aborted" || end.reason === "diverged") {
    throw new RunFailure(`${fileName(out)}: ${explainStop(end, trainer, saved ? checkpoint : null, again)}`);
  }

  const { state, settings } = trainer;
  const { result } = trainer;
  const masked = withParameters(plan.model, network.ranges, result.parameters, state.masks);
  const trained = prunedModel(masked, settings.pruning);
  const integers =
    settings.precision === null
      ? null
      : await integerOutcome([plan.model, trained], settings.precision, parts, settings.loss);
  // Sparser than before it is worth a little: only a network with as many weights is compared.
  const keepsOld = integers?.isBetter === false && settings.pruning === null;
  const [model, epoch] = keepsOld ? [plan.model, 0] : [trained, result.epoch];
  const { data: about, trainedFor: givenFor } = plan;
  const notes = trainingNotes({ dataset, data: about, settings, state, epoch, givenFor });
  const pruned = settings.pruning === null ? null : prunedParts(model, plan.model, settings.pruning);
  await io.writeFile(out, writeModel(model, notes));
  const { history } = state;
  if (plot !== undefined) {
    const { renderSvg } = await import("../chart/render-svg.ts");
    const metric = metricAxis(dataset.metric);
    const title = `${dataset.name}: ${summarise(model)}`;
    await io.writeFile(plot, await renderSvg(trainingCurves({ title, history, metric, keptEpoch: epoch })));
  }
  await io.removeFile(checkpoint);

  const nParameters = describeModel(model).parameters.trainable;
  if (!options.json) {
    const { reason } = end;
    const report = {
      out,
      data: `${data}${kind}${meaning}`,
      model,
      nParameters,
      dataset,
      parts,
      settings,
      pruned,
      energy: budget === null ? null : { budget, path: state.energy!, stepsPerEpoch: trainer.stepsPerEpoch },
      integers,
      history,
      reason,
      epoch,
      seconds,
    };
    io.print(describeTraining(report, io.colour));
    return;
  }
  io.print(
    JSON.stringify({
      out: fileName(out),
      class: model.class,
      parameters: nParameters,
      reason: end.reason,
      durationSeconds: seconds,
      ...JSON.parse(notes.training!),
      pruned,
      energy: state.energy,
      integers,
      history,
    }),
  );
}

/** What is trained: the floats, or for the integers of `--precision`. */
async function networkOf({ model, settings: { precision } }: TrainingPlan, dataset: Dataset) {
  if (precision === null) return Differentiator.create(model);
  if (dataset.splits.train.length === 0) {
    throw usageError(`--precision ${precision}: expected a train part to calibrate on, found none`);
  }
  const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(dataset, "train", EPOCH_STEPS);
  return QuantizedNetwork.create(model, { precision, ...calibration });
}

interface Following {
  trainer: Trainer;
  plan: TrainingPlan;
  parts: TrainingData;
  checkpoint: string;
  signal: AbortSignal;
}

/** Runs the training to its end; the last good state is in the checkpoint whenever it stops early. */
async function follow(io: Io, { trainer, plan, parts, checkpoint, signal }: Following) {
  const { metric } = parts.dataset;
  const progress = barOf(io, trainer.state.steps);
  let news = "";
  let savedEpoch: number | null = null;
  let nextSave = 0;
  const save = async () => {
    const { state } = trainer;
    if (state.epoch === 0) return;
    await io.writeFile(checkpoint, writeCheckpoint({ ...plan, state }));
    savedEpoch = state.epoch;
    nextSave = performance.now() + CHECKPOINT_EVERY_MS;
  };
  for await (const event of trainer.run({ signal })) {
    if (event.type === "step") {
      progress(event.step, event.totalSteps, `loss ${digits(event.loss)}${news}`);
    } else if (event.type === "epoch") {
      const { validation } = event.record;
      if (validation !== null) news = `, ${METRIC_TITLES[metric]} ${shown(metric, validation.metric)}`;
      if (performance.now() >= nextSave) await save();
    } else {
      const isEarly = event.reason === "aborted" || event.reason === "diverged";
      if (isEarly && trainer.state.epoch !== savedEpoch) await save();
      return { end: event, saved: trainer.state.epoch > 0 };
    }
  }
  throw new Error("a training ends with an event");
}

function explainStop(
  end: End,
  { state, settings }: Trainer,
  checkpoint: string | null,
  again: string,
): string {
  const done = `${state.epoch} of ${settings.epochs} epochs`;
  if (end.reason !== "diverged") {
    return checkpoint === null
      ? "stopped before the end of the first epoch; nothing was written"
      : `stopped after ${done}; go on with: ${again}`;
  }
  const what =
    `the loss diverged: expected a value near those before, found ${end.loss} at step ${end.step} ` +
    `(epoch ${end.epoch}) with learning rate ${digits(end.learningRate)}; try a lower --lr`;
  return checkpoint === null ? what : `${what}; ${checkpoint} holds the state after ${done}`;
}

function metricAxis(name: keyof typeof METRIC_TITLES): { title: string; factor: number } {
  const isShare = name === "accuracy" || name === "balancedAccuracy" || name === "f1";
  return { title: METRIC_TITLES[name], factor: isShare ? 100 : 1 };
}
