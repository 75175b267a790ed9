// Metrics, in plain sums. Each takes a weight for every answer, so that a bootstrap resample is a change of weights; all
// agree with scikit-learn's `sample_weight`. A metric that is not defined (no positive answer, no weight) is NaN.

/** Weight of each answer, at least 0; null: 1 for all. */
export type Weights = Readonly<Float64Array> | null;

/** Confusion matrix [nClasses, nClasses] row-major, rows true classes, columns predicted ones. */
export function confusion(
  label: Readonly<Int32Array>,
  predicted: Readonly<Int32Array>,
  nClasses: number,
  weights: Weights = null,
): Float64Array {
  const matrix = new Float64Array(nClasses * nClasses);
  for (let i = 0; i < label.length; i++)
    matrix[label[i]! * nClasses + predicted[i]!]! += weights === null ? 1 : weights[i]!;
  return matrix;
}

interface ClassCounts {
  right: number;
  /** Answers of which this is the true class. */
  present: number;
  predicted: number;
}

function countsOf(matrix: Readonly<Float64Array>): ClassCounts[] {
  const n = Math.sqrt(matrix.length);
  return Array.from({ length: n }, (_, c) => {
    let present = 0;
    let predicted = 0;
    for (let other = 0; other < n; other++) {
      present += matrix[c * n + other]!;
      predicted += matrix[other * n + c]!;
    }
    return { right: matrix[c * n + c]!, present, predicted };
  });
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Share of right answers. */
export function accuracy(matrix: Readonly<Float64Array>): number {
  const counts = countsOf(matrix);
  const right = counts.reduce((sum, c) => sum + c.right, 0);
  return right / counts.reduce((sum, c) => sum + c.present, 0);
}

/** Mean over the classes that occur of the share of their answers that are right. */
export function balancedAccuracy(matrix: Readonly<Float64Array>): number {
  const recalls = countsOf(matrix).filter(({ present }) => present > 0);
  return mean(recalls.map(({ right, present }) => right / present));
}

/**
 * F1 = 2 right / (present + predicted): of class 1 for `binary`, else the mean over the classes that occur or are
 * predicted. A class that does neither has none; class 1 of `binary` then scores 0.
 */
export function f1(matrix: Readonly<Float64Array>, binary: boolean): number {
  const scores = countsOf(matrix)
    .slice(binary ? 1 : 0)
    .filter(({ present, predicted }) => present + predicted > 0)
    .map(({ right, present, predicted }) => (2 * right) / (present + predicted));
  return scores.length === 0 && binary ? 0 : mean(scores);
}

/** Scores of a binary task, sorted once; the area metrics then take linear time for each set of weights. */
export class Ranking {
  /** Answers by falling score. */
  readonly #order: Int32Array;
  /** Whether the answer at this place of the order has the same score as the one before. */
  readonly #tied: Uint8Array;
  /** Its label. */
  readonly #positive: Uint8Array;

  constructor(label: Readonly<Int32Array>, score: Readonly<Float64Array>) {
    this.#order = Int32Array.from(score, (_, i) => i).sort((a, b) => score[b]! - score[a]!);
    this.#positive = Uint8Array.from(this.#order, (at) => label[at]!);
    this.#tied = Uint8Array.from(this.#order, (at, i) =>
      i > 0 && score[this.#order[i - 1]!] === score[at] ? 1 : 0,
    );
  }

  /** Area under the ROC curve: the share of positive-negative pairs that are ranked right, ties counting half. */
  auc(weights: Weights = null): number {
    let ranked = 0;
    let positives = 0;
    let negatives = 0;
    this.#groups(weights, (p, n) => {
      // Each negative of this group is below all positives before it and level with those within.
      ranked += n * (positives + p / 2);
      positives += p;
      negatives += n;
    });
    return ranked / (positives * negatives);
  }

  /** Average precision: the sum of precision × gain in recall over all thresholds. */
  averagePrecision(weights: Weights = null): number {
    let sum = 0;
    let positives = 0;
    let all = 0;
    this.#groups(weights, (p, n) => {
      positives += p;
      all += p + n;
      if (p > 0) sum += p * (positives / all);
    });
    return sum / positives;
  }

  /** Weights of positives and negatives of one score each, by falling score. */
  #groups(weights: Weights, visit: (positives: number, negatives: number) => void): void {
    let positives = 0;
    let negatives = 0;
    for (let i = 0; i < this.#order.length; i++) {
      if (this.#tied[i] === 0 && i > 0) {
        visit(positives, negatives);
        positives = 0;
        negatives = 0;
      }
      const weight = weights === null ? 1 : weights[this.#order[i]!]!;
      if (this.#positive[i] === 1) positives += weight;
      else negatives += weight;
    }
    visit(positives, negatives);
  }
}

/** Mean of `error(output - target)` over all values of all answers; both are [n, width] row-major. */
export function meanError(
  target: ArrayLike<number>,
  output: ArrayLike<number>,
  width: number,
  error: (difference: number) => number,
  weights: Weights = null,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < target.length / width; i++) {
    const weight = weights?.[i] ?? 1;
    if (weight === 0) continue;
    total += weight;
    let own = 0;
    for (let j = i * width; j < (i + 1) * width; j++) own += error(output[j]! - target[j]!);
    sum += weight * own;
  }
  return sum / (total * width);
}

/** Mean squared error. */
export function mse(
  target: ArrayLike<number>,
  output: ArrayLike<number>,
  width = 1,
  weights: Weights = null,
): number {
  return meanError(target, output, width, (d) => d * d, weights);
}

/** Mean absolute error. */
export function mae(
  target: ArrayLike<number>,
  output: ArrayLike<number>,
  width = 1,
  weights: Weights = null,
): number {
  return meanError(target, output, width, Math.abs, weights);
}
