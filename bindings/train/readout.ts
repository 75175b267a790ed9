// From the outputs of all steps to the answers that a loss judges, and the gradient's way back. `mask` [nSteps] is 0 where a
// step does not count (padding, no label, the first steps of a window); null: all count.

import type { Readout } from "../data/dataset.ts";
import type { FloatArray } from "./loss.ts";

type Mask = Readonly<ArrayLike<number>> | null;

/** The answers of a sequence: [nSteps, nOutputs] for `step`, [1, nOutputs] otherwise. At least one step counts. */
export function readOut<Values extends FloatArray>(
  readout: Readout,
  output: Values,
  nOutputs: number,
  mask: Mask = null,
): Values {
  if (readout === "step") return output;
  const nSteps = output.length / nOutputs;
  if (readout === "last") {
    const last = lastOf(nSteps, mask);
    return output.subarray(last * nOutputs, (last + 1) * nOutputs) as Values;
  }
  const share = 1 / countOf(nSteps, mask);
  const mean = new Float64Array(nOutputs);
  for (let step = 0; step < nSteps; step++) {
    if (mask !== null && mask[step] === 0) continue;
    for (let o = 0; o < nOutputs; o++) mean[o]! += share * output[step * nOutputs + o]!;
  }
  return (output instanceof Float64Array ? mean : Float32Array.from(mean)) as Values;
}

/** The gradient of the answers as one of the outputs [nSteps, nOutputs], written to `into`. */
export function spread(
  readout: Readout,
  gradient: Readonly<FloatArray>,
  nOutputs: number,
  into: FloatArray,
  mask: Mask = null,
): void {
  if (readout === "step") {
    into.set(gradient);
    return;
  }
  const nSteps = into.length / nOutputs;
  into.fill(0);
  if (readout === "last") {
    into.set(gradient, lastOf(nSteps, mask) * nOutputs);
    return;
  }
  const share = 1 / countOf(nSteps, mask);
  for (let step = 0; step < nSteps; step++) {
    if (mask !== null && mask[step] === 0) continue;
    for (let o = 0; o < nOutputs; o++) into[step * nOutputs + o] = share * gradient[o]!;
  }
}

function lastOf(nSteps: number, mask: Mask): number {
  let last = nSteps - 1;
  while (mask !== null && mask[last] === 0) last--;
  return last;
}

function countOf(nSteps: number, mask: Mask): number {
  if (mask === null) return nSteps;
  let count = 0;
  for (let step = 0; step < nSteps; step++) if (mask[step] !== 0) count++;
  return count;
}
