// A training as people read it.

import type { Dataset } from "../../bindings/data/dataset.ts";
import type { Model } from "../../bindings/network/model.ts";
import type { PrunedPart } from "../../bindings/prune/report.ts";
import { seesElapsedTime } from "../../bindings/train/cells.ts";
import type { EnergyBudget } from "../../bindings/train/energy-budget.ts";
import type { EnergyPoint } from "../../bindings/train/gradual-pruning.ts";
import type { IntegerOutcome } from "../../bindings/train/integer-outcome.ts";
import type { TrainingSettings } from "../../bindings/train/settings.ts";
import type { EpochRecord, TrainingData } from "../../bindings/train/trainer.ts";
import { summarise } from "../../format/summary.ts";
import { prunedTable } from "../pruned-table.ts";
import { type Cell, type Column, count, digits, exact, paragraph, percent, table, whole } from "../text.ts";
import { METRIC_TITLES, shown } from "./evaluate-report.ts";

export interface TrainReport {
  out: string;
  /** Path of the data, and the options that say what they are. */
  data: string;
  model: Model;
  nParameters: number;
  dataset: Dataset;
  parts: TrainingData;
  settings: TrainingSettings;
  /** What pruning on the way has left; null without it. */
  pruned: readonly PrunedPart[] | null;
  /** The way to an energy budget; null without one. */
  energy: { budget: EnergyBudget; path: readonly EnergyPoint[]; stepsPerEpoch: number } | null;
  /** `quantize` before and after a training for integers; null without one, or without a validation part. */
  integers: IntegerOutcome | null;
  history: readonly EpochRecord[];
  reason: string;
  /** Whose weights were kept, from 1. */
  epoch: number;
  seconds: number;
}

/** Rows of the table, evenly spaced, the kept epoch and the last one among them. */
const MAX_ROWS = 10;

export function describeTraining(report: TrainReport, colour: boolean): string {
  const {
    out,
    data,
    model,
    nParameters,
    dataset,
    parts,
    settings,
    pruned,
    energy,
    integers,
    history,
    reason,
    epoch,
    seconds,
  } = report;
  const { train, validation } = parts;
  const right = (title: string): Column => ({ title, align: "right" });
  const hasValidation = validation.length > 0;
  const columns = [
    right("epoch"),
    right("train loss"),
    ...(hasValidation ? [right("validation loss"), right(METRIC_TITLES[dataset.metric])] : []),
    right("learning rate"),
    { title: "" },
  ];
  const kept = (at: number) => (at === epoch ? "kept" : "");
  const rows = shownEpochs(history, epoch).map((record): Cell[] => [
    whole(record.epoch),
    digits(record.trainLoss, 4),
    ...(record.validation === null
      ? []
      : [digits(record.validation.loss, 4), shown(dataset.metric, record.validation.metric)]),
    digits(record.learningRate),
    kept(record.epoch),
  ]);
  const unit = settings.windows === null ? "sequences" : `windows of ${settings.windows.steps} steps`;
  const ended =
    reason === "patience" ? `, out of patience after ${settings.patience} epochs without a better one` : "";
  const isBlind = dataset.timeUnit !== null && !seesElapsedTime(model);
  return [
    `${dataset.name}: ${summarise(model)}, ${count(nParameters, "parameter")}, seed ${settings.seed}`,
    paragraph(
      `${count(train.length, "sequence")} to train${hasValidation ? `, ${whole(validation.length)} to validate` : ""}; ` +
        `${settings.optimiser.name}, learning rate ${exact(settings.learningRate)} (${settings.schedule.name}), ` +
        `batches of ${settings.batchSize} ${unit}, loss ${settings.loss.name}`,
    ),
    "",
    table(columns, rows, colour),
    "",
    ...(pruned === null ? [] : [prunedTable(pruned, colour), ""]),
    ...(energy === null ? [] : [...describeEnergy(energy, history, dataset.metric, colour), ""]),
    `${count(history.length, "epoch")} in ${digits(seconds)} s${ended}.`,
    ...(integers === null ? [] : [paragraph(describeIntegers(integers, dataset, settings))]),
    ...(isBlind ? [paragraph("This cell takes no notice of elapsed time, which this data set has.")] : []),
    `Written: ${out}, the weights ${epoch === 0 ? "given" : `of epoch ${epoch}`}.`,
    `Score it: liquid-edge evaluate ${out} --data ${data}`,
  ].join("\n");
}

function describeIntegers(
  { before, after, isBetter }: IntegerOutcome,
  { metric }: Dataset,
  { precision, pruning }: TrainingSettings,
): string {
  const kept =
    isBetter || pruning !== null
      ? ""
      : "; the weights given are the better ones and were kept, try a lower --lr";
  return (
    `Validation ${METRIC_TITLES[metric]} after quantize --precision ${precision}: ${shown(metric, after.metric)}, ` +
    `of the weights given ${shown(metric, before.metric)}${kept}.`
  );
}

/** Energy of the network by the step that it was pruned before, and how well it did after that epoch. */
function describeEnergy(
  { budget, path, stepsPerEpoch }: NonNullable<TrainReport["energy"]>,
  history: readonly EpochRecord[],
  metric: Dataset["metric"],
  colour: boolean,
): string[] {
  const right = (title: string): Column => ({ title, align: "right" });
  const hasValidation = history[0]?.validation != null;
  const columns = [
    ...[right("step"), right("epoch"), right("sparsity"), right("energy µJ")],
    ...(hasValidation ? [right(METRIC_TITLES[metric])] : []),
  ];
  const every = Math.ceil(path.length / MAX_ROWS);
  const shownPath = path.filter((_, i) => i === path.length - 1 || i % every === 0);
  const rows = shownPath.map(({ step, sparsity, energyUj }): Cell[] => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const validation = history[epoch]?.validation ?? null;
    return [
      whole(step),
      whole(epoch + 1),
      percent(sparsity),
      digits(energyUj),
      ...(hasValidation ? [validation === null ? "" : shown(metric, validation.metric)] : []),
    ];
  });
  const last = path.at(-1)!;
  const { energyUj, platform, rateHz, precision } = budget;
  const what = rateHz === null ? "a time step" : `a period at ${exact(rateHz)} Hz`;
  const verdict = last.energyUj <= energyUj ? "keeps to" : "misses";
  return [
    table(columns, rows, colour),
    "",
    paragraph(
      `Estimate for ${what} in ${precision} on ${platform}: ${digits(last.energyUj)} µJ, which ${verdict} the budget of ${exact(energyUj)} µJ.`,
    ),
  ];
}

function shownEpochs(history: readonly EpochRecord[], kept: number): EpochRecord[] {
  const every = Math.ceil(history.length / MAX_ROWS);
  return history.filter(
    ({ epoch }) => epoch === 1 || epoch === kept || epoch === history.length || epoch % every === 0,
  );
}
