// Gradients by central differences of the float64 reference, which knows nothing of backpropagation.

import type { Model } from "../../bindings/network/model.ts";
import { runReference, type Values } from "../reference/run-model.ts";

/** One sequence and the weights of its loss. */
export interface WeightedRun {
  model: Model;
  /** [steps, inputs] */
  input: Float32Array;
  steps: number;
  timespans: Float32Array | null;
  initialH: Float32Array | null;
  initialC: Float32Array | null;
  /** [steps, outputs]: the loss is the sum of weight times output. */
  outputWeights: Float32Array;
}

/** What a gradient is taken by: the name of a tensor, or what the sequence brings. */
export type Variable = string | "@input" | "@initial_h" | "@initial_c";

/** Near the best for central differences in float64 on values around 1: error about 1e-10. */
const STEP = 1e-5;

/** dL/d(element) of a variable. */
export function numericGradient(run: WeightedRun, variable: Variable, element: number): number {
  return (lossWith(run, variable, element, STEP) - lossWith(run, variable, element, -STEP)) / (2 * STEP);
}

function lossWith(run: WeightedRun, variable: Variable, element: number, change: number): number {
  const row = (name: Variable, data: Float32Array | null): Values | null =>
    data === null
      ? null
      : { shape: [1, data.length], data: changed(data, name === variable, element, change) };
  const { model, steps, input } = run;
  const tensors = new Map(model.tensors);
  const tensor = tensors.get(variable);
  if (tensor !== undefined) {
    // The reference reads any numbers; float32 is what a file would hold.
    const data = changed(tensor.data, true, element, change) as ArrayLike<number> as Float32Array;
    tensors.set(variable, { shape: tensor.shape, data });
  }
  const { output } = runReference(
    { ...model, tensors },
    { shape: [1, steps, input.length / steps], data: changed(input, variable === "@input", element, change) },
    {
      timespans: row("", run.timespans),
      initialH: row("@initial_h", run.initialH),
      initialC: row("@initial_c", run.initialC),
    },
  );
  return output.reduce((sum, value, i) => sum + value * run.outputWeights[i]!, 0);
}

function changed(data: Float32Array, applies: boolean, element: number, change: number): Float64Array {
  const copy = Float64Array.from(data);
  if (applies) copy[element]! += change;
  return copy;
}
