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

/** Elapsed times around 1 of a case that has none: two orders of magnitude, and no pattern. */
const irregular = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => 10 ** (((i * 37) % 101) / 50 - 1));

/**
 * The case with elapsed times `unit` times as long, and its parameters as training in that unit would have them: time heads,
 * capacities and decays scaled, so that gates open as far as before; LiquidGate's rates by their bias.
 */
export function madeFor(unit: number, one: QuantizeCase, isConstant: boolean): QuantizeCase {
  const { model, calibration } = one;
  const length = calibration.batch * calibration.steps;
  const times = isConstant ? new Float32Array(length).fill(1) : (calibration.timespans ?? irregular(length));
  const implicit = "implicit_param_constraints" in model.config && model.config.implicit_param_constraints;
  const tensors = new Map(model.tensors);
  for (const [name, { shape, data }] of model.tensors) {
    const change = (f: (x: number) => number) => tensors.set(name, { shape, data: data.map(f) });
    if (/time_a\.(weight|bias)$|w_tau$/.test(name)) change((x) => x / unit);
    // Inputs of pure mode are rates and amplitudes at once: long times leave only small ones.
    if (
      "mode" in model.config &&
      model.config.mode === "pure" &&
      unit > 1 &&
      /ff1\.(weight|bias)$/.test(name)
    )
      change((x) => x / unit);
    if (name === "a.bias") change((x) => x - Math.log(unit));
    if (name === "rnn_cell.cm") {
      const positive = (x: number) => (implicit ? Math.log1p(Math.exp(x)) : x);
      const raw = (y: number) => (implicit ? y + Math.log(-Math.expm1(-y)) : y);
      change((x) => raw(unit * positive(x)));
    }
  }
  const timespans = times.map((t) => unit * t);
  return { ...one, model: { ...model, tensors } as Model, calibration: { ...calibration, timespans } };
}
