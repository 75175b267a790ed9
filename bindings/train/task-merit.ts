// What tells plain rounding from that for the floats' outputs where there are labels: the loss on what a training may see.

import { hasSimd, loadCore } from "../core/core.ts";
import { countSteps, type Dataset } from "../data/dataset.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import { IntegerSequences } from "./integer-sequences.ts";
import type { Loss } from "./loss.ts";
import { recipeFor } from "./recipe.ts";
import { lossesByUnit } from "./validate.ts";

/** Time steps beyond which a loss hardly moves. */
const MERIT_STEPS = 32_768;

/**
 * `merit` of `quantize`: the loss, negated, of each of the sequences (of a stream, of its blocks) from all over the train and
 * validation parts. The loss, and not the metric, since that of a few hundred answers is too coarse. The test part is not looked at.
 * Undefined where both parts are empty.
 */
export async function taskMerit(
  dataset: Dataset,
  loss: Loss = recipeFor(dataset, "cfc").loss,
): Promise<((network: IntNetwork) => Float64Array) | undefined> {
  const { train, validation } = dataset.splits;
  const samples = [...train, ...validation];
  if (samples.length === 0) return undefined;
  const every = Math.ceil(countSteps(samples) / MERIT_STEPS);
  const shown = samples.filter((_, i) => i % every === 0);
  const core = await loadCore(hasSimd() ? "simd" : "scalar", 1);
  return (network) =>
    lossesByUnit(new IntegerSequences(core, network), dataset, shown, loss).map((one) => -one);
}
