// Integers without calibration data: what a network costs depends on its structure alone, so inputs in ±1 will do.

import type { Sequence } from "../core/sequence.ts";
import { modelWidths } from "../network/config.ts";
import type { Model } from "../network/model.ts";
import type { IntegerModel } from "./integer-file.ts";
import type { IntegerPrecision } from "./precisions.ts";
import { quantizePlainly } from "./quantize.ts";

const STEPS = 16;

/**
 * The model quantized for placeholder inputs and an elapsed time of 1. Its outputs mean nothing.
 * @throws LiquidEdgeError `unavailable` for what has no integer form
 */
export function quantizeForCosting(model: Model, precision: IntegerPrecision): IntegerModel {
  const features = modelWidths(model).inputs;
  const input = Float32Array.from({ length: STEPS * features }, (_, i) => ((i * 7) % 9) / 4 - 1);
  const calibration: Sequence = {
    batch: 1,
    steps: STEPS,
    features,
    input,
    timespans: null,
    initialH: null,
    initialC: null,
  };
  return { config: model, precision, network: quantizePlainly(model, { precision, calibration }) };
}
