// How well a network does on a data set: its metrics, each with an interval, and what to distrust about them.

import { countTargets, type Dataset, type MetricName, type Split, type Task } from "../data/dataset.ts";
import { complain } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import { type Level, N_RESAMPLES, percentiles, resample, wilson } from "./intervals.ts";
import { type Answers, type PredictOptions, predict } from "./predict.ts";
import { classCounts, type Scorer, scorers } from "./score.ts";
import { warningsOf } from "./warnings.ts";

/** A `Network`, or an image by itself. */
export interface Runnable {
  /** The image that is run. */
  readonly compiled: CompiledNetwork;
  /** The integers that an integer image was compiled from, for counting what saturates. */
  readonly integers?: IntNetwork | null;
  /** What messages call it. */
  readonly name: string;
}

/** What is scored, and how its intervals are computed. */
export interface EvaluateOptions extends PredictOptions {
  /** Default: test. */
  split?: Split;
  /** Confidence of the intervals; default 0.9, as everywhere in this library. */
  level?: Level;
  /** Of the bootstrap; default 1. Equal seeds give equal intervals. */
  seed?: number;
  /** A single binary output above it means class 1. Default 0: the output is a logit. */
  threshold?: number;
  /** Called with the answers before they are scored. */
  onAnswers?: (answers: Answers) => void;
}

/** A metric with its interval. */
export interface MetricResult {
  name: MetricName;
  /** Shares from 0 to 1; errors in the data set's unit, squared for mse. */
  value: number;
  /** Bounds of the interval, with `max`. */
  min: number;
  max: number;
  /** What the best constant answer scores here: the share of the most frequent class, 0.5 for auc, the variance for mse. */
  constant: number;
  /** `wilson`: of independent answers; `bootstrap`: over sequences, or blocks of a stream. */
  method: "wilson" | "bootstrap";
}

/** How well a network answers to one split of a data set. */
export interface Evaluation {
  /** Name of the data set. */
  dataset: string;
  split: Split;
  task: Task;
  /** Answers that were scored: sequences, or steps where every step has a target. */
  n: number;
  /** Of the part that was scored. */
  sequences: number;
  /** What was drawn for the bootstrap: sequences, or blocks of streams. */
  units: number;
  /** Confidence of all intervals. */
  level: Level;
  /** The one that the data set is judged by. */
  metric: MetricResult;
  /** All that suit the task, the first one included. */
  metrics: MetricResult[];
  /** Why the figures may say less than they seem to, one sentence each without a full stop. */
  warnings: string[];
  /** Where an output that is not finite was first seen; the figures mean nothing then. Null when all are finite. */
  nonFinite: string | null;
}

/**
 * Metrics of a network on a part of a data set.
 * @throws LiquidEdgeError `bad-input` when the widths do not fit, the part is empty, or its metric is not defined there
 */
export async function evaluate(
  network: Runnable,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const answers = await answersOf(network, dataset, options);
  options.onAnswers?.(answers);
  return describeScores(dataset, scoreAnswers(dataset, answers, options), options);
}

/** The answers that `options` ask for. */
export function answersOf(network: Runnable, dataset: Dataset, options: EvaluateOptions): Promise<Answers> {
  const samples = dataset.splits[options.split ?? "test"];
  if (samples.length === 0) {
    const others = Object.entries(dataset.splits).filter(([, part]) => part.length > 0);
    const sizes = others.map(([name, part]) => `${name} has ${countTargets(dataset, part)}`).join(", ");
    throw complain("bad-input", dataset.name, {
      field: options.split ?? "test",
      expected: "at least one sequence",
      found: "none",
      ...(sizes === "" ? {} : { hint: sizes }),
    });
  }
  return predict(network.compiled, dataset, samples, network.name, options);
}

/** Answers with their metrics, and each metric in each of the bootstrap's resamples. */
export interface Scored {
  answers: Answers;
  all: Scorer[];
  values: number[];
  distributions: Float64Array[];
}

export function scoreAnswers(dataset: Dataset, answers: Answers, options: EvaluateOptions = {}): Scored {
  const { seed = 1, threshold = 0 } = options;
  const all = scorers(dataset, answers, threshold);
  const distributions = all.map(() => new Float64Array(N_RESAMPLES));
  resample(answers.unit, answers.nUnits, seed, (weights, r) => {
    for (let i = 0; i < all.length; i++) distributions[i]![r] = all[i]!.of(weights);
  });
  return { answers, all, values: all.map(({ of }) => of(null)), distributions };
}

/** What the scores say. Throws `bad-input` when the metric that the data set is judged by is not defined. */
export function describeScores(dataset: Dataset, scored: Scored, options: EvaluateOptions = {}): Evaluation {
  const { split = "test", level = 0.9 } = options;
  const { answers, all, values, distributions } = scored;
  if (answers.nonFinite === null && Number.isNaN(values[0])) throw undefinedMetric(dataset, answers, split);
  const metrics = all.map((scorer, i) => {
    return resultOf(scorer, values[i]!, distributions[i]!, dataset, answers, level);
  });
  return {
    dataset: dataset.name,
    split,
    task: dataset.task,
    n: answers.n,
    sequences: dataset.splits[split].length,
    units: answers.nUnits,
    level,
    metric: metrics[0]!,
    metrics: metrics.filter(({ value }) => !Number.isNaN(value)),
    warnings: warningsOf(dataset, answers, metrics[0]!, percentiles(distributions[0]!, level).defined),
    nonFinite: answers.nonFinite,
  };
}

function resultOf(
  { name, constant }: Scorer,
  value: number,
  distribution: Float64Array,
  { targetsPer }: Dataset,
  { n, nUnits }: Answers,
  level: Level,
): MetricResult {
  if (name === "accuracy" && targetsPer === "sequence") {
    return { name, value, ...wilson(Math.round(value * n), n, level), constant, method: "wilson" };
  }
  const { min, max } = percentiles(distribution, level);
  if (name === "accuracy" && min === max) {
    // Sequences that are all alike have no spread to draw from. Each counts as one answer then.
    return { name, value, ...wilson(value * nUnits, nUnits, level), constant, method: "wilson" };
  }
  return {
    name,
    value,
    min: Math.min(value, min),
    max: Math.max(value, max),
    constant,
    method: "bootstrap",
  };
}

function undefinedMetric(dataset: Dataset, answers: Answers, split: Split): Error {
  const found = classCounts(dataset, answers).findIndex((count) => count > 0);
  return complain("bad-input", dataset.name, {
    field: split,
    expected: `sequences of both classes, which ${dataset.metric} needs`,
    found: `only ${dataset.classes![found]}`,
  });
}
