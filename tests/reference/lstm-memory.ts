// The LSTM memory in front of an LTC or CfC cell (`mixed_memory` of ncps):
//
//   (a, i, f, o) = the four blocks of n in W_in x + b_in + W_rec h        in this order; no recurrent bias
//   c' = c s(f + 1) + tanh(a) s(i)        h~ = tanh(c') s(o)
//
// x is the raw input of the step, before any input mapping. The cell then runs with h~ in place of its state.

import type { Tensor } from "../../bindings/network/model.ts";
import { sigmoid } from "./activations.ts";
import { affine, type State, valuesOf } from "./cell.ts";

/** The memory of the tensors `lstm.*`: maps x and (h, c) to (h~, c'). */
export function lstmMemory(tensors: Map<string, Tensor>): (x: Float64Array, state: State) => State {
  const inputWeight = valuesOf(tensors, "lstm.input_map.weight");
  const inputBias = valuesOf(tensors, "lstm.input_map.bias");
  const recurrentWeight = valuesOf(tensors, "lstm.recurrent_map.weight");
  return (x, { h, c }) => {
    if (c === null) throw new Error("mixed memory needs a state c");
    const n = h.length;
    const fromInput = affine(inputWeight, inputBias, x);
    const fromState = affine(recurrentWeight, null, h);
    const block = (index: number, j: number) => fromInput[index * n + j]! + fromState[index * n + j]!;
    const nextC = c.map(
      (old, j) => old * sigmoid(block(2, j) + 1) + Math.tanh(block(0, j)) * sigmoid(block(1, j)),
    );
    const nextH = nextC.map((value, j) => Math.tanh(value) * sigmoid(block(3, j)));
    return { h: nextH, c: nextC };
  };
}
