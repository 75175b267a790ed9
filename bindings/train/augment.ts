// Changes to training sequences, new ones each time a sequence is shown: noise, another amplitude, a shift in time, a
// mirror image. Each draws from its own stream whether it applies or not, so that equal seeds stay comparable.

import type { Dataset, Sample } from "../data/dataset.ts";
import type { TrainingRandom } from "./random.ts";

/** The mirror image of a situation: input i becomes `sign[i]` times input `source[i]`. */
export interface Mirror {
  source: readonly number[];
  sign: readonly number[];
  /** [nTargets] */
  targetSign: readonly number[];
}

export interface Augmentation {
  /** Standard deviation of the normal noise that each input of each step gets. */
  noise: number;
  /** Standard deviation of a factor around 1 that all inputs of a sequence share. */
  scaleNoise: number;
  /** Largest shift in time, steps either way; what leaves at one end comes in at the other. */
  rollSteps: number;
  /** Taken for every second sequence on average; null for none. */
  mirror: Mirror | null;
}

export const NO_AUGMENTATION: Augmentation = { noise: 0, scaleNoise: 0, rollSteps: 0, mirror: null };

/** What the trainer shows to a network: a sample, changed or not. */
export interface Shown {
  input: Float32Array;
  timespans: Float32Array | null;
  target: Float32Array;
}

export function augmented(
  sample: Sample,
  targetsPer: Dataset["targetsPer"],
  augmentation: Augmentation,
  random: { noise: TrainingRandom; augmentation: TrainingRandom },
): Shown {
  const { noise, scaleNoise, rollSteps, mirror } = augmentation;
  let shown: Shown = { input: sample.input, timespans: sample.timespans, target: sample.target };
  if (mirror !== null && random.augmentation.below(2) === 1) shown = mirrored(shown, mirror);
  if (rollSteps > 0) {
    const steps = random.augmentation.below(2 * rollSteps + 1) - rollSteps;
    shown = rolled(shown, sample.nSteps, steps, targetsPer === "step");
  }
  if (noise === 0 && scaleNoise === 0) return shown;
  const factor = scaleNoise === 0 ? 1 : 1 + scaleNoise * random.augmentation.normal();
  const input = shown.input.map((value) => {
    return factor * value + (noise === 0 ? 0 : noise * random.noise.normal());
  });
  return { ...shown, input };
}

function mirrored({ input, timespans, target }: Shown, mirror: Mirror): Shown {
  const { source, sign, targetSign } = mirror;
  const width = source.length;
  return {
    input: input.map((_, i) => sign[i % width]! * input[i - (i % width) + source[i % width]!]!),
    timespans,
    target: target.map((value, i) => targetSign[i % targetSign.length]! * value),
  };
}

/** The sequence `steps` later: what was at step t is at step t + steps, modulo its length. */
function rolled(
  { input, timespans, target }: Shown,
  nSteps: number,
  steps: number,
  hasTargetPerStep: boolean,
): Shown {
  const roll = (values: Float32Array): Float32Array => {
    const n = values.length;
    const shift = (n / nSteps) * steps;
    return values.map((_, i) => values[(((i - shift) % n) + n) % n]!);
  };
  return {
    input: roll(input),
    timespans: timespans === null ? null : roll(timespans),
    target: hasTargetPerStep ? roll(target) : target,
  };
}
