// What a training has done for the network of integers: `quantize` before it and after it, on the validation part.

import { hasSimd, loadCore } from "../core/core.ts";
import type { Model } from "../network/model.ts";
import { calibrationOf } from "../quantize/calibration-data.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";
import { quantize } from "../quantize/quantize.ts";
import { IntegerSequences } from "./integer-sequences.ts";
import type { Loss } from "./loss.ts";
import { taskMerit } from "./task-merit.ts";
import type { TrainingData } from "./trainer.ts";
import { isBetter, type Validation, validate } from "./validate.ts";

/** A network in integers before and after a training for them. */
export interface IntegerOutcome {
  /** Scores of the integers of the network as it was. */
  before: Validation;
  /** And after the training. */
  after: Validation;
  /** Whether the network after the training is the better one; of equal ones it is. */
  isBetter: boolean;
}

/** Null without a validation part, which could tell. */
export async function integerOutcome(
  [before, after]: readonly [before: Model, after: Model],
  precision: IntegerPrecision,
  { dataset, validation }: Pick<TrainingData, "dataset" | "validation">,
  loss: Loss,
): Promise<IntegerOutcome | null> {
  if (validation.length === 0) return null;
  const core = await loadCore(hasSimd() ? "simd" : "scalar", 1);
  const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(dataset);
  const merit = (await taskMerit(dataset, loss))!;
  const [old, own] = [before, after].map((model) => {
    const { network } = quantize(model, { precision, ...calibration, merit });
    return validate(new IntegerSequences(core, network), dataset, validation, loss);
  });
  return { before: old!, after: own!, isBetter: !isBetter(dataset, old!, own!) };
}
