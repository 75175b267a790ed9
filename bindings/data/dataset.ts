// What a set of labelled sequences looks like, whatever file it came from.
//
// A sample is one sequence that starts from a state of zeros: a gesture, a run of a robot, a hospital stay, a window of a
// stream, or a whole stream. Its answer is asked for once (`targetsPer: "sequence"`) or at every step (`"step"`).

/** Data sets that the library knows by name; `loadDataset` reads them. */
export const DATASETS = ["imu-wand", "lidar-steering", "occupancy", "physionet2012", "single-hop"] as const;
export type DatasetId = (typeof DATASETS)[number];

export const SPLITS = ["train", "validation", "test"] as const;
/** Part of a data set. */
export type Split = (typeof SPLITS)[number];

/** `binary`: one score whose sign decides, or two of which the larger wins. */
export type Task = "classification" | "binary" | "regression";

/**
 * Where a network's answer to a sequence stands: in the outputs of the last step, in the mean of all steps' outputs, or,
 * for targets per step, in each step's own. The mean of a linear readout is the readout of the mean state.
 */
export type Readout = "last" | "mean" | "step";

/** What a task is judged by first; `evaluate` computes the others that suit it as well. */
export type MetricName = "accuracy" | "balancedAccuracy" | "f1" | "auc" | "averagePrecision" | "mse" | "mae";

/** One sequence. `input` may be computed when it is asked for: take it once. */
export interface Sample {
  /** Unique in the data set, and found again in the file: `C/take 3/Wave`, `run 7`, `test2 rows 33-64`. */
  readonly id: string;
  /** Part of the recording, where results are worth telling apart: session, file, mote. */
  readonly group: string;
  /** Time steps. */
  readonly nSteps: number;
  /** [nSteps, nInputs] row-major, ready for a network: normalised, finite. */
  readonly input: Float32Array;
  /** [nSteps], time since the previous step in the data set's unit, above 0; null: 1 throughout. */
  readonly timespans: Float32Array | null;
  /** [nTargets] or [nSteps, nTargets]: class index, 0 or 1, or values. */
  readonly target: Float32Array;
}

/** How raw columns became inputs: (raw - offset) / scale, then clipped to ±limit, each input by itself. */
export interface Normalisation {
  /** [nInputs], in the raw unit. */
  readonly offset: Float64Array;
  /** [nInputs], in the raw unit, above 0. */
  readonly scale: Float64Array;
  /** [nInputs], Infinity for none. */
  readonly limit: Float64Array;
}

/** Labelled sequences with their splits, and how they are scored. */
export interface Dataset {
  readonly name: string;
  readonly task: Task;
  /** Whether a whole sequence has one target, or every step its own. */
  readonly targetsPer: "sequence" | "step";
  /** Where the answer of a sequence is read. */
  readonly readout: Readout;
  /** By which the data set is judged. */
  readonly metric: MetricName;
  /** Numbers of a step. */
  readonly nInputs: number;
  /** Names of the inputs, [nInputs]. */
  readonly inputs: readonly string[];
  /** Outputs that a network needs: one a class, 1 for binary (2 are accepted), one a value. */
  readonly nOutputs: number;
  /** Numbers in a target: 1, or the number of values of a regression. */
  readonly nTargets: number;
  /** Names of the classes by index; null for regression. */
  readonly classes: readonly string[] | null;
  /** Unit of `timespans`; null where every step takes 1. */
  readonly timeUnit: string | null;
  /** Null where inputs are no plain scaling of columns. */
  readonly normalisation: Normalisation | null;
  /**
   * For targets per step: steps after which two of one sample count as independent in an interval. Null: never, only
   * whole samples do.
   */
  readonly blockSteps: number | null;
  /** Empty where the data have no such part. No sample is in two of them. */
  readonly splits: Readonly<Record<Split, readonly Sample[]>>;
}

/** Steps of all samples together. */
export function countSteps(samples: readonly Sample[]): number {
  return samples.reduce((sum, { nSteps }) => sum + nSteps, 0);
}

/** Targets of all samples together: what a metric's `n` counts. */
export function countTargets({ targetsPer }: Dataset, samples: readonly Sample[]): number {
  return targetsPer === "step" ? countSteps(samples) : samples.length;
}

/**
 * Pieces of samples with targets per step, each a sample that starts from a state of zeros: at 0, `stride`, 2 `stride`, …,
 * `steps` long. A shorter rest is kept when pieces do not overlap, so that every step is in exactly one; otherwise the
 * last piece is the last full one. Nothing is copied.
 */
export function windowed(
  samples: readonly Sample[],
  { steps, stride = steps }: { steps: number; stride?: number },
): Sample[] {
  const pieces: Sample[] = [];
  for (const { id, group, nSteps, input, timespans, target } of samples) {
    const nInputs = input.length / nSteps;
    const nTargets = target.length / nSteps;
    for (let start = 0; start < nSteps; start += stride) {
      const end = Math.min(start + steps, nSteps);
      if (end - start < steps && stride < steps && start > 0) break;
      pieces.push({
        id: `${id} steps ${start}-${end - 1}`,
        group,
        nSteps: end - start,
        input: input.subarray(start * nInputs, end * nInputs),
        timespans: timespans?.subarray(start, end) ?? null,
        target: target.subarray(start * nTargets, end * nTargets),
      });
    }
  }
  return pieces;
}
