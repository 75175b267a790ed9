// Dense layers, evaluated at every step: x <- activation(W x + b), the last layer with its own activation. No state.

import type { Model } from "../../bindings/network/model.ts";
import { ACTIVATIONS } from "./activations.ts";
import { type Cell, linearOf, type State, type Vector } from "./cell.ts";

export type MlpModel = Extract<Model, { class: "liquid-edge.MLP" }>;

export function mlpCell({ config, tensors }: MlpModel): Cell {
  const last = config.layer_sizes.length - 1;
  const layers = config.layer_sizes.map((_, l) => ({
    map: linearOf(tensors, `layers.${l}`),
    activate: ACTIVATIONS[l === last ? config.output_activation : config.activation],
  }));

  function step(x: Vector, state: State) {
    return { output: layers.reduce((signal, { map, activate }) => map(signal).map(activate), x), state };
  }
  return { nState: 0, hasMemory: false, step };
}
