// Leaky continuous-time RNN of the original LTC repository, explicit Euler:
//
//   v <- v + h (-v / tau + tanh(W [x, v] + b))        ode_unfolds times a step, h = ode_step * T, tau per neuron

import type { Model } from "../../bindings/network/model.ts";
import { type Cell, concatenate, linearOf, readoutOf, type State, type Vector, valuesOf } from "./cell.ts";

export type CtrnnModel = Extract<Model, { class: "liquid-edge.CTRNN" }>;

export function ctrnnCell({ config, tensors }: CtrnnModel): Cell {
  const tau = valuesOf(tensors, "tau");
  const drive = linearOf(tensors, "dense");
  const readout = readoutOf(tensors, config.output_size);

  function step(x: Vector, state: State, elapsedTime: number) {
    const h = config.ode_step * elapsedTime;
    let v = state.h;
    for (let unfold = 0; unfold < config.ode_unfolds; unfold++) {
      const input = drive(concatenate(x, v));
      v = v.map((old, j) => old + h * (-old / tau[j]! + Math.tanh(input[j]!)));
    }
    return { output: readout(v), state: { h: v, c: null } };
  }
  return { nState: config.units, hasMemory: false, step };
}
