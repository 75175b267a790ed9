// A network trained on for its integers after it was trained in floats, the better of both kept: the step of a sweep that
// `train --from --precision` is by hand.

import { complain } from "../errors.ts";
import type { Model } from "../network/model.ts";
import { calibrationOf } from "../quantize/calibration-data.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";
import { integerOutcome } from "./integer-outcome.ts";
import { QuantizedNetwork } from "./quantized-network.ts";
import type { TrainingSettings } from "./settings.ts";
import { withParameters } from "./trained-model.ts";
import { Trainer, type TrainingData } from "./trainer.ts";

/** Time steps that each epoch for integers calibrates on. */
export const EPOCH_STEPS = 1024;
/** Epochs for integers, as a share of those in floats, and their learning rate. */
const EPOCHS_SHARE = 0.4;
const RATE_SHARE = 1 / 3;

/** Settings for integers that follow those of a training in floats. */
export function awareSettings(settings: TrainingSettings, precision: IntegerPrecision): TrainingSettings {
  return {
    ...settings,
    precision,
    pruning: null,
    epochs: Math.max(1, Math.round(EPOCHS_SHARE * settings.epochs)),
    learningRate: RATE_SHARE * settings.learningRate,
  };
}

/**
 * Trains `model` on for its integers; what was pruned stays out. The weights given where theirs have the better metric on the
 * validation part, and where the loss diverged; without a validation part the trained ones.
 * @throws LiquidEdgeError `bad-input` without a train part; `unavailable` for what has no integers
 */
export async function trainForIntegers(
  model: Model,
  data: TrainingData,
  settings: TrainingSettings & { precision: IntegerPrecision },
): Promise<{ model: Model; isTrained: boolean; trainer: Trainer }> {
  const { dataset } = data;
  const { precision } = settings;
  if (dataset.splits.train.length === 0) {
    throw complain("bad-input", dataset.name, { expected: "a train part to calibrate on", found: "none" });
  }
  const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(dataset, "train", EPOCH_STEPS);
  const network = await QuantizedNetwork.create(model, { precision, ...calibration });
  const trainer = new Trainer(network, model, data, settings);
  for await (const event of trainer.run()) {
    if (event.type === "end" && event.reason === "diverged") return { model, isTrained: false, trainer };
  }
  const trained = withParameters(model, network.ranges, trainer.result.parameters);
  const outcome = await integerOutcome([model, trained], precision, data, settings.loss);
  const isTrained = outcome?.isBetter !== false;
  return { model: isTrained ? trained : model, isTrained, trainer };
}
