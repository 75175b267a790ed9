// The golden cases as quantization sees them: a checked model and its own inputs as calibration data.

import type { Sequence } from "../../bindings/core/sequence.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";

export interface QuantizeCase {
  name: string;
  model: Model;
  calibration: Sequence;
}

function toCase({ name, model, input, timespans }: GoldenCase): QuantizeCase {
  const [batch, steps, features] = input.shape as [number, number, number];
  const { class: cell, config, tensors } = model;
  return {
    name,
    model: { ...parseConfig({ class: cell, config }, name), tensors } as Model,
    calibration: {
      batch,
      steps,
      features,
      input: Float32Array.from(input.data),
      timespans: timespans === null ? null : Float32Array.from(timespans.data),
      initialH: null,
      initialC: null,
    },
  };
}

/** Cases of ncps, then GRU, LSTM and MLP, then LiquidGate. */
export const quantizeCases = (): QuantizeCase[] =>
  [...ncpsCases(), ...ownCases("gated"), ...ownCases("gate")].map(toCase);

/** The case of that name. */
export function caseOf(name: string): QuantizeCase {
  return quantizeCases().find((one) => one.name === name)!;
}

export { ownCases, toCase };
