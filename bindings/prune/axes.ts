// Which neurons the rows and columns of every tensor belong to, so that a neuron can be taken out of all of them. An axis
// is a list of populations side by side, e.g. [inputs, units] for the columns of a matrix over z = [x, h], or four times
// the units for the rows of four gates.
import { modelWidths } from "../network/config.ts";
import type { CfcConfig, LtcConfig, MlpConfig, ModelConfig } from "../network/model.ts";
import { backboneNames } from "../network/tensors.ts";
import { wiringLayers, wiringOutputs } from "../network/wiring-config.ts";

/** Neurons, or values of another kind, that stand together in every axis. */
export interface Population {
  name: string;
  size: number;
  /** False for inputs and outputs of the network, and whatever else must stay. */
  removable: boolean;
}

export type Axis = readonly Population[];

/** The axes of every tensor by name, one a dimension. */
export type Axes = ReadonlyMap<string, readonly Axis[]>;

export function axesOf(model: ModelConfig): Axes {
  const inputs = fixed("inputs", model.config.input_size);
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return new Map(ltcAxes(model.config, inputs));
    case "ncps.torch.CfC":
      return new Map(cfcAxes(model, inputs));
    case "liquid-edge.MLP":
      return new Map(mlpAxes(model.config, inputs));
    default: {
      const { units: n, output_size } = model.config;
      const units = { name: "units", size: n, removable: output_size !== null };
      const readout = output_size === null ? [] : linear("fc", [fixed("outputs", output_size)], [units]);
      if (model.class === "liquid-edge.CTRNN")
        return new Map([...linear("dense", [units], [inputs, units]), ["tau", [[units]]], ...readout]);
      if (model.class === "liquid-edge.LiquidGate")
        return new Map([
          ...linear("g", [units], [inputs, units]),
          ...linear("a", [units], [inputs, units]),
          ...readout,
        ]);
      const gates = repeat([units], model.class === "torch.nn.GRU" ? 3 : 4);
      return new Map<string, Axis[]>([
        ["rnn.weight_ih_l0", [gates, [inputs]]],
        ["rnn.weight_hh_l0", [gates, [units]]],
        ["rnn.bias_ih_l0", [gates]],
        ["rnn.bias_hh_l0", [gates]],
        ...readout,
      ]);
    }
  }
}

/** All removable populations of a model, each once. */
export function removablePopulations(axes: Axes): Population[] {
  const all = [...axes.values()].flat(2).filter(({ removable, size }) => removable && size > 0);
  return [...new Map(all.map((population) => [population.name, population])).values()];
}

type Entry = [string, Axis[]];

function fixed(name: string, size: number): Population {
  return { name, size, removable: false };
}

function repeat(axis: Axis, times: number): Axis {
  return Array.from({ length: times }, () => axis).flat();
}

function linear(name: string, rows: Axis, columns: Axis): Entry[] {
  return [
    [`${name}.weight`, [rows, columns]],
    [`${name}.bias`, [rows]],
  ];
}

/** The LSTM in front of an LTC or CfC cell, over the neurons of all layers in the order of the state. */
function memory({ mixed_memory }: LtcConfig | CfcConfig, inputs: Population, state: Axis): Entry[] {
  if (!mixed_memory) return [];
  const gates = repeat(state, 4);
  return [...linear("lstm.input_map", gates, [inputs]), ["lstm.recurrent_map.weight", [gates, state]]];
}

/** Neuron ids ascend: outputs first, then (of an NCP) command and inter neurons. */
function ltcAxes(config: LtcConfig, inputs: Population): Entry[] {
  const outputs = fixed("motor", wiringOutputs(config.wiring));
  const [first, ...others] = wiringLayers(config.wiring).toReversed();
  const hidden = others.map((ids, i) => ({
    name: ["command", "inter"][i]!,
    size: ids.length,
    removable: true,
  }));
  const rest = first!.length - outputs.size;
  // With a readout no neuron of a single layer is an output.
  const single: Axis =
    config.output_size !== null && others.length === 0
      ? [{ name: "hidden", size: config.units, removable: true }]
      : [outputs, ...(rest > 0 ? [{ name: "hidden", size: rest, removable: true }] : [])];
  const units: Axis = others.length === 0 ? single : [outputs, ...hidden];
  const prefix = "rnn_cell.";
  const mapping = (name: string, kind: LtcConfig["input_mapping"], axis: Axis): Entry[] =>
    kind === null
      ? []
      : [
          [`${prefix}${name}_w`, [axis]],
          ...(kind === "affine" ? [[`${prefix}${name}_b`, [axis]] as Entry] : []),
        ];
  return [
    ...["gleak", "vleak", "cm"].map((name): Entry => [`${prefix}${name}`, [units]]),
    ...SYNAPSE_TENSORS.map((name): Entry => [`${prefix}${name}`, [units, units]]),
    ...SYNAPSE_TENSORS.map((name): Entry => [`${prefix}sensory_${name}`, [[inputs], units]]),
    ...mapping("input", config.input_mapping, [inputs]),
    ...mapping("output", config.output_mapping, [outputs]),
    ...memory(config, inputs, units),
    ...(config.output_size === null ? [] : linear("fc", [fixed("outputs", config.output_size)], units)),
  ];
}

const SYNAPSE_TENSORS = ["sigma", "mu", "w", "erev", "sparsity_mask"];

function cfcAxes(model: Extract<ModelConfig, { class: "ncps.torch.CfC" }>, inputs: Population): Entry[] {
  const { config } = model;
  const isProjected = config.proj_size !== null;
  const readout = (last: Population): Entry[] =>
    isProjected ? linear("fc", [fixed("outputs", modelWidths(model).outputs)], [last]) : [];
  const heads = (prefix: string, own: Population, columns: Axis): Entry[] =>
    config.mode === "pure"
      ? [
          ...linear(`${prefix}ff1`, [own], columns),
          [`${prefix}w_tau`, [[fixed("row", 1)], [own]]],
          [`${prefix}A`, [[fixed("row", 1)], [own]]],
        ]
      : ["ff1", "ff2", "time_a", "time_b"].flatMap((name) => linear(`${prefix}${name}`, [own], columns));
  if (config.wiring === null) {
    const units = { name: "units", size: config.units, removable: isProjected };
    let features: Axis = [inputs, units];
    const backbone = backboneNames(config).flatMap((name, l) => {
      const layer = { name: `backbone.${l}`, size: config.backbone_units, removable: true };
      const entries = linear(`rnn_cell.${name}`, [layer], features);
      features = [layer];
      return entries;
    });
    return [
      ...backbone,
      ...heads("rnn_cell.", units, features),
      ...memory(config, inputs, [units]),
      ...readout(units),
    ];
  }
  const sizes = wiringLayers(config.wiring).map((ids) => ids.length);
  const layers = sizes.map((size, l): Population => {
    return { name: `layer_${l}`, size, removable: isProjected || l < sizes.length - 1 };
  });
  const cells = layers.flatMap((own, l) => {
    const prefix = `rnn_cell.layer_${l}.`;
    const columns = [layers[l - 1] ?? inputs, own];
    return [[`${prefix}sparsity_mask`, [[own], columns]] as Entry, ...heads(prefix, own, columns)];
  });
  return [...cells, ...memory(config, inputs, layers), ...readout(layers.at(-1)!)];
}

function mlpAxes({ layer_sizes }: MlpConfig, inputs: Population): Entry[] {
  let below = inputs;
  return layer_sizes.flatMap((size, l) => {
    const layer = { name: `layers.${l}`, size, removable: l < layer_sizes.length - 1 };
    const entries = linear(`layers.${l}`, [layer], [below]);
    below = layer;
    return entries;
  });
}
