// Model → layers: folds what can be folded (masks, softplus, gate biases) and gives every vector its place. Inputs
// and states lie side by side, so that a cell's [x, h] needs no copying; a wired CfC's layers follow each other, so that
// each one's [previous state, own state] is a window as well.

import type { GatedConfig, LtcConfig, Model, ModelConfig } from "../network/model.ts";
import { prunedValues, pruneMaskOf } from "../network/prune-mask.ts";
import { CONTROL_BYTES } from "./format.ts";
import { lowerCfc } from "./lower-cfc.ts";
import { lowerGate } from "./lower-gate.ts";
import { lowerGru, lowerLstm } from "./lower-gated.ts";
import { lowerLtc } from "./lower-ltc.ts";
import { ArenaLayout, type ArenaVector, type LoweredLayer, type LoweredNetwork } from "./lowered.ts";
import type { Matrix } from "./parameters.ts";

/** The tensors of a model by name; all that the configuration asks for exist. Pruned weights are 0. */
export interface Tensors {
  (name: string): Float32Array;
  /** Of a weight matrix: 0 where a weight was pruned; null where none was. */
  pruneMask(name: string): Uint8Array | null;
}

export function lower(model: Model): LoweredNetwork {
  const tensors: Tensors = Object.assign((name: string) => prunedValues(model.tensors, name), {
    pruneMask: (name: string) => pruneMaskOf(model.tensors, name),
  });
  const arena = new ArenaLayout(CONTROL_BYTES);
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return withNeuronsOrReadout(model.config, tensors, arena);
    case "ncps.torch.CfC":
      return lowerCfc(model.config, tensors, arena);
    case "torch.nn.GRU":
      return withReadout(model.config, tensors, arena, lowerGru(model.config, tensors, arena));
    case "torch.nn.LSTM":
      return withReadout(model.config, tensors, arena, lowerLstm(model.config, tensors, arena));
    case "liquid-edge.CTRNN":
      return withReadout(model.config, tensors, arena, lowerCtrnn(model.config, tensors, arena));
    case "liquid-edge.LiquidGate":
      return withReadout(model.config, tensors, arena, lowerGate(model.config, tensors, arena));
    case "liquid-edge.MLP":
      return lowerMlp(model.config, tensors, arena);
  }
}

/** A linear layer from tensors `<prefix>.weight` and `<prefix>.bias`. */
export function linear(tensors: Tensors, prefix: string, nOut: number, nIn: number): Matrix {
  const tensor = `${prefix}.weight`;
  return {
    nOut,
    nIn,
    weights: tensors(tensor),
    mask: tensors.pruneMask(tensor),
    bias: tensors(`${prefix}.bias`),
    tensor,
  };
}

/** A recurrent cell, lowered: its layers, and its states in the arena. */
export interface LoweredCell {
  layers: LoweredLayer[];
  input: ArenaVector;
  hidden: ArenaVector;
  cell: ArenaVector;
}

/** Adds the optional linear readout `fc` on the state. */
function withReadout(
  config: Pick<GatedConfig, "output_size">,
  tensors: Tensors,
  arena: ArenaLayout,
  cell: LoweredCell,
): LoweredNetwork {
  if (config.output_size === null) return { ...cell, output: cell.hidden, arenaEnd: arena.end };
  const output = arena.place(config.output_size);
  const matrix = linear(tensors, "fc", output.length, cell.hidden.length);
  const readout: LoweredLayer = {
    kind: "dense",
    name: "fc",
    in: cell.hidden,
    out: output,
    matrix,
    activation: "linear",
  };
  return { ...cell, layers: [...cell.layers, readout], output, arenaEnd: arena.end };
}

/** An LTC whose outputs are its first neurons, or a readout of all of them. */
function withNeuronsOrReadout(config: LtcConfig, tensors: Tensors, arena: ArenaLayout): LoweredNetwork {
  const cell = lowerLtc(config, tensors, arena);
  return config.output_size === null ? cell : withReadout(config, tensors, arena, cell);
}

function lowerCtrnn(
  config: Extract<ModelConfig, { class: "liquid-edge.CTRNN" }>["config"],
  tensors: Tensors,
  arena: ArenaLayout,
): LoweredCell {
  const { input_size: m, units: n } = config;
  const input = arena.place(m);
  const hidden = arena.place(n);
  return {
    layers: [
      {
        kind: "ctrnn",
        name: "ctrnn",
        in: input,
        out: hidden,
        unfolds: config.ode_unfolds,
        odeStep: config.ode_step,
        matrix: linear(tensors, "dense", n, m + n),
        leak: tensors("tau").map((tau) => 1 / tau),
      },
    ],
    input,
    hidden,
    cell: { at: arena.end, length: 0 },
  };
}

function lowerMlp(
  config: Extract<ModelConfig, { class: "liquid-edge.MLP" }>["config"],
  tensors: Tensors,
  arena: ArenaLayout,
): LoweredNetwork {
  const input = arena.place(config.input_size);
  const layers: LoweredLayer[] = [];
  let previous = input;
  for (const [i, size] of config.layer_sizes.entries()) {
    const out = arena.place(size);
    const last = i === config.layer_sizes.length - 1;
    layers.push({
      kind: "dense",
      name: `layers.${i}`,
      in: previous,
      out,
      matrix: linear(tensors, `layers.${i}`, size, previous.length),
      activation: last ? config.output_activation : config.activation,
    });
    previous = out;
  }
  const none = { at: CONTROL_BYTES, length: 0 };
  return { layers, input, output: previous, hidden: none, cell: none, arenaEnd: arena.end };
}
