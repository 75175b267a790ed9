// A data set as calibration data: all of a part, or pieces from all over it until there are enough time steps, those that
// hold the extremes of each input always among them, since what calibration has not seen is clamped.

import type { Sequence } from "../core/sequence.ts";
import { countSteps, type Dataset, type Sample, type Split } from "../data/dataset.ts";
import { isPicked, piecesOf } from "../data/pieces.ts";
import { complain } from "../errors.ts";
import type { TimeRange } from "./time-format.ts";

/** Time steps beyond which more of them hardly move a moment. */
export const CALIBRATION_STEPS = 4096;
const PIECE_STEPS = 256;

/** Sequences to calibrate on, for `quantize`. */
export interface DatasetCalibration {
  /** Sequences of the part, as many as calibration needs. */
  calibration: Sequence[];
  /** Elapsed times of the whole part. */
  time: TimeRange;
  /** What messages call it: data set and part. */
  source: string;
  /** As the data set declares them, [nInputs]. */
  inputNames: readonly string[];
  /** Time steps of `calibration`, and of the whole part. */
  steps: number;
  ofSteps: number;
}

/**
 * About `maxSteps` time steps of `split`, in pieces evenly apart, each of which starts from a state of zeros.
 * @throws LiquidEdgeError `bad-input` for an empty part
 */
export function calibrationOf(
  dataset: Dataset,
  split: Split = "train",
  maxSteps = CALIBRATION_STEPS,
): DatasetCalibration {
  const samples = dataset.splits[split];
  const ofSteps = countSteps(samples);
  if (ofSteps === 0) {
    const others = Object.entries(dataset.splits).filter(([, part]) => part.length > 0);
    throw complain("bad-input", dataset.name, {
      field: "split",
      expected: `a part with samples to calibrate on (${others.map(([name]) => name).join(" or ")})`,
      found: `${split}, which is empty`,
    });
  }
  const calibration = sequencesOf(samples, dataset.nInputs, Math.min(1, maxSteps / ofSteps));
  return {
    calibration,
    time: elapsedTimes(samples),
    source: `${dataset.name}, ${split}`,
    inputNames: dataset.inputs,
    steps: calibration.reduce((sum, { steps }) => sum + steps, 0),
    ofSteps,
  };
}

/** The samples whole, or a share of their pieces: evenly apart, and those that hold the extremes of each input. */
function sequencesOf(samples: readonly Sample[], features: number, share: number): Sequence[] {
  const pieces = piecesOf(samples, features, share === 1 ? Number.POSITIVE_INFINITY : PIECE_STEPS);
  const extremes = share === 1 ? new Set<number>() : extremePieces(pieces, features);
  return pieces.filter((_, i) => extremes.has(i) || isPicked(i, share));
}

/** Numbers of the pieces in which an input is smallest or largest: what calibration has not seen is clamped. */
function extremePieces(pieces: readonly Sequence[], features: number): Set<number> {
  const lowest = Array.from({ length: features }, () => ({ value: Number.POSITIVE_INFINITY, piece: 0 }));
  const highest = Array.from({ length: features }, () => ({ value: Number.NEGATIVE_INFINITY, piece: 0 }));
  for (const [piece, { input }] of pieces.entries()) {
    for (const [at, value] of input.entries()) {
      const channel = at % features;
      if (value < lowest[channel]!.value) lowest[channel] = { value, piece };
      if (value > highest[channel]!.value) highest[channel] = { value, piece };
    }
  }
  return new Set([...lowest, ...highest].map(({ piece }) => piece));
}

/** Shortest and longest elapsed time; 1 where nobody says. */
export function elapsedTimes(samples: readonly Pick<Sequence, "timespans">[]): TimeRange {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const { timespans } of samples) {
    for (const t of timespans ?? [1]) [min, max] = [Math.min(min, t), Math.max(max, t)];
  }
  return { min, max };
}
