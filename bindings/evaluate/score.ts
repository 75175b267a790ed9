// From answers to metrics: what each task is judged by, and what a constant answer would score.

import type { Dataset, MetricName } from "../data/dataset.ts";
import { accuracy, balancedAccuracy, confusion, f1, mae, mse, Ranking, type Weights } from "./metrics.ts";
import type { Answers } from "./predict.ts";

/** A metric of one network's answers. */
export interface Scorer {
  name: MetricName;
  /** Which direction is good. */
  better: "higher" | "lower";
  /** The metric with these weights; NaN where it is undefined. */
  of: (weights: Weights) => number;
  /** What the best constant answer scores on the same answers. */
  constant: number;
}

/** The class that each answer chooses: the largest output, the first one of equals; binary: score above `threshold`. */
export function decisions({ n, nOutputs, output }: Answers, threshold: number): Int32Array {
  if (nOutputs === 1) return Int32Array.from(output, (score) => (score > threshold ? 1 : 0));
  return Int32Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let o = 1; o < nOutputs; o++) {
      if (output[i * nOutputs + o]! > output[i * nOutputs + best]!) best = o;
    }
    return best;
  });
}

/** True classes. */
export function labels({ target }: Answers): Int32Array {
  return Int32Array.from(target);
}

/** How many answers are of each class. */
export function classCounts(dataset: Dataset, answers: Answers): number[] {
  const counts = dataset.classes!.map(() => 0);
  for (const label of answers.target) counts[label]!++;
  return counts;
}

/** All metrics that suit the task, the data set's own first. `threshold` decides a single binary score. */
export function scorers(dataset: Dataset, answers: Answers, threshold: number): Scorer[] {
  const all =
    dataset.task === "regression" ? regressionScorers(answers) : classScorers(dataset, answers, threshold);
  return all.sort((a, b) => Number(b.name === dataset.metric) - Number(a.name === dataset.metric));
}

function classScorers(dataset: Dataset, answers: Answers, threshold: number): Scorer[] {
  const label = labels(answers);
  const predicted = decisions(answers, threshold);
  const binary = dataset.task === "binary";
  const counts = classCounts(dataset, answers);
  const nClasses = counts.length;
  const higher = (name: MetricName, of: Scorer["of"], constant: number): Scorer => ({
    name,
    better: "higher",
    of,
    constant,
  });
  const matrix = (weights: Weights) => confusion(label, predicted, nClasses, weights);
  const occurring = counts.filter((count) => count > 0).length;
  const most = Math.max(...counts) / answers.n;
  // Always answering class 1 of two, or the most frequent of many, whose F1 the others' 0 dilute.
  const share = binary ? counts[1]! / answers.n : most;
  const constantF1 = (2 * share) / (1 + share) / (binary ? 1 : occurring);
  const list = [
    higher("accuracy", (weights) => accuracy(matrix(weights)), most),
    higher("balancedAccuracy", (weights) => balancedAccuracy(matrix(weights)), 1 / occurring),
    higher("f1", (weights) => f1(matrix(weights), binary), constantF1),
  ];
  if (!binary) return list;
  const { output, nOutputs, n } = answers;
  const score =
    nOutputs === 1 ? output : Float64Array.from({ length: n }, (_, i) => output[2 * i + 1]! - output[2 * i]!);
  const ranking = new Ranking(label, score);
  return [
    higher("auc", (weights) => ranking.auc(weights), 0.5),
    higher("averagePrecision", (weights) => ranking.averagePrecision(weights), counts[1]! / n),
    ...list,
  ];
}

function regressionScorers({ n, output, target, nOutputs }: Answers): Scorer[] {
  // Constants that minimise each error: the mean and the median of each value.
  const centre = (of: (values: Float64Array) => number): Float64Array => {
    const columns = Array.from({ length: nOutputs }, (_, c) =>
      of(target.filter((_, i) => i % nOutputs === c)),
    );
    return target.map((_, i) => columns[i % nOutputs]!);
  };
  const middle = centre((values) => values.sort()[n >> 1]!);
  const average = centre((values) => values.reduce((a, b) => a + b, 0) / n);
  return [
    {
      name: "mse",
      better: "lower",
      of: (weights) => mse(target, output, nOutputs, weights),
      constant: mse(target, average, nOutputs),
    },
    {
      name: "mae",
      better: "lower",
      of: (weights) => mae(target, output, nOutputs, weights),
      constant: mae(target, middle, nOutputs),
    },
  ];
}
