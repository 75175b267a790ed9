// What tells plain rounding from that for the floats' outputs where there are labels: the loss on what a training may see.

import { hasSimd, loadCore } from "../core/core.ts";
import { countSteps, type Dataset, type Sample } from "../data/dataset.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import { IntegerSequences } from "./integer-sequences.ts";
import type { Loss } from "./loss.ts";
import { recipeFor } from "./recipe.ts";
import { lossesByUnit } from "./validate.ts";

/** Time steps beyond which a loss hardly moves. */
const MERIT_STEPS = 32_768;

/**
 * Sequences from all over the train and validation parts, which a training may see, as plain data: a thread can be given them.
 * The test part is not looked at.
 */
export function meritSamples({ splits: { train, validation } }: Dataset): Sample[] {
  const samples = [...train, ...validation];
  const every = Math.ceil(countSteps(samples) / MERIT_STEPS);
  return samples
    .filter((_, i) => i % every === 0)
    .map(({ id, group, nSteps, input, timespans, target }) => ({
      id,
      group,
      nSteps,
      input,
      timespans,
      target,
    }));
}

/**
 * `merit` of `quantize`: the loss, negated, of each of the samples (of a stream, of its blocks). The loss, and not the metric, since
 * that of a few hundred answers is too coarse. Undefined without samples.
 */
export async function taskMerit(
  dataset: Dataset,
  loss: Loss = recipeFor(dataset, "cfc").loss,
  samples: readonly Sample[] = meritSamples(dataset),
): Promise<((network: IntNetwork) => Float64Array) | undefined> {
  if (samples.length === 0) return undefined;
  const core = await loadCore(hasSimd() ? "simd" : "scalar", 1);
  return (network) =>
    lossesByUnit(new IntegerSequences(core, network), dataset, samples, loss).map((one) => -one);
}
