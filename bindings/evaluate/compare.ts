// Two networks on the same samples: how much worse the one is than the other, and how often they agree. Much narrower than
// the difference of two intervals, because what is hard for the one is hard for the other as well.

import type { Dataset, MetricName } from "../data/dataset.ts";
import {
  answersOf,
  describeScores,
  type EvaluateOptions,
  type Evaluation,
  type Runnable,
  type Scored,
  scoreAnswers,
} from "./evaluate.ts";
import {
  type Bounds,
  type Level,
  type McNemar,
  mcNemar,
  percentiles,
  resample,
  wilson,
} from "./intervals.ts";
import type { Answers } from "./predict.ts";
import { decisions, labels } from "./score.ts";

interface Estimated extends Bounds {
  value: number;
}

/** How much worse the network is than the reference: positive is worse, for every metric. Intervals: paired bootstrap. */
export interface Drop extends Estimated {
  name: MetricName;
  /** As a share of the reference's metric; for errors only, null where the reference has none. */
  relative: Estimated | null;
}

/** What one network loses against another on the same samples. */
export interface Comparison {
  /** Name of the network that the other one is held against. */
  reference: string;
  /** Confidence of all intervals. */
  level: Level;
  /** Of the metric that the data set is judged by. */
  drop: Drop;
  /** Of all metrics that suit the task; above 0 is worse. */
  drops: Drop[];
  /** Share of answers on which both decide for the same class; null for regression. */
  agreement: (Estimated & { method: "wilson" | "bootstrap" }) | null;
  /**
   * Root of the mean squared difference of the outputs, and the same as a share of the rms of the reference's; null when
   * a binary network answers with one output and the other with two.
   */
  deviation: { rms: number; max: number; relative: number | null } | null;
  /** Of right and wrong answers; null for regression and for targets per step, which are not independent. */
  mcNemar: McNemar | null;
}

/** Two networks on the same samples, and their difference. */
export interface PairedEvaluation {
  /** Of the network. */
  evaluation: Evaluation;
  /** Of the one that it is held against, on the same samples. */
  reference: Evaluation;
  comparison: Comparison;
}

/** Evaluates two networks and compares them on the same answers. Throws as `evaluate`. */
export async function compareNetworks(
  network: Runnable,
  reference: Runnable,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<PairedEvaluation> {
  const first = scoreAnswers(dataset, await answersOf(network, dataset, options), options);
  const second = scoreAnswers(dataset, await answersOf(reference, dataset, options), options);
  return {
    evaluation: describeScores(dataset, first, options),
    reference: describeScores(dataset, second, options),
    comparison: compareScores(dataset, first, second, reference.name, options),
  };
}

/** Compares answers to the same samples, scored with the same options. */
function compareScores(
  dataset: Dataset,
  scored: Scored,
  base: Scored,
  referenceName: string,
  options: EvaluateOptions = {},
): Comparison {
  const { level = 0.9, seed = 1, threshold = 0 } = options;
  const drops = dropsOf(scored, base, level);
  const [answers, reference] = [scored.answers, base.answers];
  const isRegression = dataset.task === "regression";
  return {
    reference: referenceName,
    level,
    drop: drops[0]!,
    drops: drops.filter(({ value }) => !Number.isNaN(value)),
    agreement: isRegression ? null : agreementOf(dataset, answers, reference, level, seed, threshold),
    deviation: deviationOf(answers, reference),
    mcNemar: isRegression || dataset.targetsPer === "step" ? null : mcNemarOf(answers, reference, threshold),
  };
}

function dropsOf(scored: Scored, reference: Scored, level: Level): Drop[] {
  return scored.all.map(({ name, better }, i) => {
    const base = reference.values[i]!;
    const baseDraws = reference.distributions[i]!;
    // Not a change of sign, which would make equal ones -0.
    const loss = (ours: number, theirs: number) => (better === "higher" ? theirs - ours : ours - theirs);
    const value = loss(scored.values[i]!, base);
    const draws = scored.distributions[i]!.map((x, r) => loss(x, baseDraws[r]!));
    const shares = draws.map((x, r) => x / baseDraws[r]!);
    const hasShare = better === "lower" && base > 0;
    return {
      name,
      ...estimated(value, draws, level),
      relative: hasShare ? estimated(value / base, shares, level) : null,
    };
  });
}

function estimated(value: number, draws: Readonly<Float64Array>, level: Level): Estimated {
  const { min, max } = percentiles(draws, level);
  return { value, min: Math.min(value, min), max: Math.max(value, max) };
}

function agreementOf(
  dataset: Dataset,
  answers: Answers,
  reference: Answers,
  level: Level,
  seed: number,
  threshold: number,
): NonNullable<Comparison["agreement"]> {
  const [ours, theirs] = [decisions(answers, threshold), decisions(reference, threshold)];
  const same = Float64Array.from(ours, (choice, i) => Number(choice === theirs[i]));
  const agreed = same.reduce((a, b) => a + b, 0);
  const { n, unit, nUnits } = answers;
  const value = agreed / n;
  if (dataset.targetsPer === "sequence") return { value, ...wilson(agreed, n, level), method: "wilson" };
  const draws: number[] = [];
  resample(unit, nUnits, seed, (weights) => {
    let [hits, total] = [0, 0];
    for (let i = 0; i < n; i++) {
      hits += weights[i]! * same[i]!;
      total += weights[i]!;
    }
    draws.push(hits / total);
  });
  const bounds = estimated(value, Float64Array.from(draws), level);
  // Without a single difference there is nothing to draw from: each unit counts as one answer.
  if (bounds.min === bounds.max) return { value, ...wilson(value * nUnits, nUnits, level), method: "wilson" };
  return { ...bounds, method: "bootstrap" };
}

function deviationOf({ output }: Answers, reference: Answers): Comparison["deviation"] {
  if (output.length !== reference.output.length) return null;
  let [squares, base, max] = [0, 0, 0];
  for (let i = 0; i < output.length; i++) {
    const difference = Math.abs(output[i]! - reference.output[i]!);
    squares += difference ** 2;
    base += reference.output[i]! ** 2;
    max = Math.max(max, difference);
  }
  return {
    rms: Math.sqrt(squares / output.length),
    max,
    relative: base === 0 ? null : Math.sqrt(squares / base),
  };
}

function mcNemarOf(answers: Answers, reference: Answers, threshold: number): McNemar {
  const truth = labels(answers);
  const [ours, theirs] = [decisions(answers, threshold), decisions(reference, threshold)];
  let [onlyFirst, onlySecond] = [0, 0];
  truth.forEach((label, i) => {
    if (ours[i] === label && theirs[i] !== label) onlyFirst++;
    if (ours[i] !== label && theirs[i] === label) onlySecond++;
  });
  return mcNemar(onlyFirst, onlySecond);
}
