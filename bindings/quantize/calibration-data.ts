// A data set as calibration data: whole sequences, evenly over the part, until there are enough time steps.

import type { Sequence } from "../core/sequence.ts";
import { countSteps, type Dataset, type Sample, type Split } from "../data/dataset.ts";
import { complain } from "../errors.ts";

/** Time steps beyond which more of them hardly move a range or a moment. */
export const CALIBRATION_STEPS = 10_000;

/**
 * Sequences of `split` with about `maxSteps` time steps together, evenly spaced, the first one among them.
 * @throws LiquidEdgeError `bad-input` for an empty part
 */
export function calibrationOf(
  dataset: Dataset,
  split: Split = "train",
  maxSteps = CALIBRATION_STEPS,
): Sequence[] {
  const samples = dataset.splits[split];
  if (samples.length === 0) {
    const others = Object.entries(dataset.splits).filter(([, part]) => part.length > 0);
    throw complain("bad-input", dataset.name, {
      field: "split",
      expected: `a part with samples, ${others.map(([name]) => name).join(" or ")}`,
      found: `${split}, which is empty`,
    });
  }
  const stride = Math.max(1, countSteps(samples) / maxSteps);
  const sequences: Sequence[] = [];
  for (let i = 0; i < samples.length; i += stride) {
    sequences.push(sequenceOf(samples[Math.floor(i)]!, dataset.nInputs, maxSteps));
  }
  return sequences;
}

/** A sample as a sequence, cut where it alone is more than enough. */
function sequenceOf({ input, timespans, nSteps }: Sample, features: number, maxSteps: number): Sequence {
  const steps = Math.min(nSteps, maxSteps);
  return {
    batch: 1,
    steps,
    features,
    input: input.subarray(0, steps * features),
    timespans: timespans === null ? null : timespans.subarray(0, steps),
    initialH: null,
    initialC: null,
  };
}
