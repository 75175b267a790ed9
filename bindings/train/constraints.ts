// Bounds that parameters must keep for a network to stay physical; applied after each step of the optimiser.
//
//   LTC, explicit mode    w, sensory_w, cm, gleak >= 0: ncps' apply_weight_constraints. In implicit mode softplus sees to it
//   LTC, euler and rk4    w, sensory_w, gleak in [1e-5, 1000], cm in [1e-6, 1000]: the original TensorFlow code
//   CT-RNN                tau >= ode_step: one unfold then never overshoots its target

import type { ModelConfig } from "../network/model.ts";
import type { FlatRange } from "./differentiable.ts";

/** Bounds of the parameters in a range. */
export interface Constraint {
  start: number;
  /** Exclusive. */
  end: number;
  min: number;
  max: number;
}

const CONDUCTANCE = /^rnn_cell\.(sensory_w|w|gleak)$/;
const CAPACITANCE = "rnn_cell.cm";

export function constraintsOf(config: ModelConfig, ranges: readonly FlatRange[]): Constraint[] {
  return ranges.flatMap(({ name, start, end }) => {
    const bounds = boundsOf(config, name);
    return bounds === null ? [] : [{ start, end, ...bounds }];
  });
}

function boundsOf(config: ModelConfig, name: string): { min: number; max: number } | null {
  if (config.class === "liquid-edge.CTRNN") {
    return name === "tau" ? { min: config.config.ode_step, max: Number.POSITIVE_INFINITY } : null;
  }
  const isLtc = config.class === "ncps.torch.LTC" || config.class === "liquid-edge.LTC";
  if (!isLtc || config.config.implicit_param_constraints) return null;
  const isCapacitance = name === CAPACITANCE;
  if (!isCapacitance && !CONDUCTANCE.test(name)) return null;
  if (config.config.solver === "fused") return { min: 0, max: Number.POSITIVE_INFINITY };
  return { min: isCapacitance ? 1e-6 : 1e-5, max: 1000 };
}

export function constrain(parameters: Float32Array, constraints: readonly Constraint[]): void {
  for (const { start, end, min, max } of constraints) {
    for (let i = start; i < end; i++) {
      const value = parameters[i]!;
      // NaN stays: the trainer must see it.
      if (value < min) parameters[i] = min;
      else if (value > max) parameters[i] = max;
    }
  }
}
