// What to distrust about an evaluation: a test set that is too small, a metric that a constant answer reaches.

import type { Dataset } from "../data/dataset.ts";
import type { MetricResult } from "./evaluate.ts";
import type { Answers } from "./predict.ts";
import { classCounts } from "./score.ts";

/** A share, or an area, whose interval is wider than this says little. */
const MAX_SHARE_WIDTH = 0.1;
/** An error whose interval is wider than this share of its value says little. */
const MAX_RELATIVE_WIDTH = 0.5;
/** Fewer draws than these make a bootstrap interval too narrow. */
const MIN_UNITS = 20;
const MIN_UNITS_OF_CLASS = 10;
/** Share of resamples that leave a metric defined. */
const MIN_DEFINED = 0.95;

export function warningsOf(
  dataset: Dataset,
  answers: Answers,
  metric: MetricResult,
  defined: number,
): string[] {
  const warnings: string[] = [];
  const { name, value, min, max, constant, method } = metric;
  const isError = name === "mse" || name === "mae";
  const width = max - min;
  if (isError ? width > MAX_RELATIVE_WIDTH * value : width > MAX_SHARE_WIDTH) {
    const shown = isError
      ? `${(100 * (width / value)).toFixed(0)} % of it`
      : `${(100 * width).toFixed(0)} points`;
    warnings.push(`the test set is too small: the interval of ${name} is as wide as ${shown}`);
  }
  const unit = dataset.blockSteps === null ? "sequences" : `blocks of ${dataset.blockSteps} steps`;
  if (method === "bootstrap" && answers.nUnits < MIN_UNITS) {
    warnings.push(`the interval rests on ${answers.nUnits} ${unit} only; the true one is wider`);
  }
  if (defined < MIN_DEFINED) {
    warnings.push(`${name} is undefined in ${(100 * (1 - defined)).toFixed(0)} % of the resamples`);
  }
  if (min <= constant && constant <= max) {
    warnings.push(
      `not told apart from a constant answer, whose ${name} is ${Number(constant.toPrecision(4))}`,
    );
  } else if (isError ? constant < min : constant > max) {
    warnings.push(`worse than a constant answer, whose ${name} is ${Number(constant.toPrecision(4))}`);
  }
  if (dataset.classes === null) return warnings;
  const counts = classCounts(dataset, answers);
  const absent = dataset.classes.filter((_, c) => counts[c] === 0);
  if (absent.length > 0) warnings.push(`no sequence of ${absent.join(", ")} in this part`);
  if (dataset.task === "binary") {
    counts.forEach((count, c) => {
      const units = new Set(answers.unit.filter((_, i) => answers.target[i] === c)).size;
      if (count === 0 || units >= MIN_UNITS_OF_CLASS) return;
      warnings.push(
        `all ${count} answers of class ${dataset.classes![c]} come from ${units} of ${answers.nUnits} ${unit}`,
      );
    });
  }
  return warnings;
}
