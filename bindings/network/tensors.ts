// Which tensors a configuration asks for, under the names that PyTorch gives them. Names and shapes:
// state_dict of ncps 1.0.1's LTC and CfC, of torch.nn.GRU and LSTM, and of our own classes.
import type { CfcConfig, LtcConfig, ModelConfig } from "./model.ts";
import { wiringLayers, wiringOutputs } from "./wiring-config.ts";

/** A tensor that the configuration asks for. All are required: options of the configuration decide which exist. */
export interface ExpectedTensor {
  name: string;
  shape: number[];
  /** What each dimension is, in terms of the configuration, e.g. `units`, `input_size + units`. */
  dimensions: string[];
  /** Learned numbers, or a mask of 0 and 1 that says which synapses exist. */
  role: "parameter" | "mask";
}

/** A dimension: its size and what it is. */
type Dimension = readonly [size: number, what: string];

/** The tensors of a model with this configuration, in the order of PyTorch's state_dict. */
export function expectedTensors(model: ModelConfig): ExpectedTensor[] {
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return ltcTensors(model.config);
    case "ncps.torch.CfC":
      return cfcTensors(model.config);
    case "liquid-edge.CTRNN": {
      const { input_size, units, output_size } = model.config;
      const n: Dimension = [units, "units"];
      return [
        ...linear("dense", n, [input_size + units, "input_size + units"]),
        tensor("tau", n),
        ...readout(output_size, n),
      ];
    }
    case "liquid-edge.LiquidGate": {
      const { input_size, units, output_size } = model.config;
      const n: Dimension = [units, "units"];
      const z: Dimension = [input_size + units, "input_size + units"];
      return [...linear("g", n, z), ...linear("a", n, z), ...readout(output_size, n)];
    }
    case "liquid-edge.MLP": {
      let width: Dimension = [model.config.input_size, "input_size"];
      return model.config.layer_sizes.flatMap((size, i) => {
        const input = width;
        width = [size, `layer_sizes[${i}]`];
        return linear(`layers.${i}`, width, input);
      });
    }
    case "torch.nn.GRU":
    case "torch.nn.LSTM": {
      const { input_size, units, output_size } = model.config;
      const nGates = model.class === "torch.nn.GRU" ? 3 : 4;
      const n: Dimension = [units, "units"];
      const gates: Dimension = [nGates * units, `${nGates} * units`];
      return [
        tensor("rnn.weight_ih_l0", gates, [input_size, "input_size"]),
        tensor("rnn.weight_hh_l0", gates, n),
        tensor("rnn.bias_ih_l0", gates),
        tensor("rnn.bias_hh_l0", gates),
        ...readout(output_size, n),
      ];
    }
  }
}

function ltcTensors(config: LtcConfig): ExpectedTensor[] {
  const n: Dimension = [config.units, "units"];
  const m: Dimension = [config.input_size, "input_size"];
  const o: Dimension = [wiringOutputs(config.wiring), "outputs of the wiring"];
  return [
    ...["gleak", "vleak", "cm"].map((name) => tensor(`rnn_cell.${name}`, n)),
    ...["sigma", "mu", "w", "erev"].map((name) => tensor(`rnn_cell.${name}`, n, n)),
    ...["sigma", "mu", "w", "erev"].map((name) => tensor(`rnn_cell.sensory_${name}`, m, n)),
    mask("rnn_cell.sparsity_mask", n, n),
    mask("rnn_cell.sensory_sparsity_mask", m, n),
    ...mapping("rnn_cell.input", config.input_mapping, m),
    ...mapping("rnn_cell.output", config.output_mapping, o),
    ...lstm(config),
    ...readout(config.output_size, n),
  ];
}

function mapping(prefix: string, kind: LtcConfig["input_mapping"], size: Dimension): ExpectedTensor[] {
  if (kind === null) return [];
  const scale = tensor(`${prefix}_w`, size);
  return kind === "linear" ? [scale] : [scale, tensor(`${prefix}_b`, size)];
}

function cfcTensors(config: CfcConfig): ExpectedTensor[] {
  const n: Dimension = [config.units, "units"];
  const input: Dimension = [config.input_size + config.units, "input_size + units"];
  const cell =
    config.wiring === null
      ? [
          ...pureDecay("rnn_cell.", config, n),
          ...backbone(config, input),
          ...heads("rnn_cell.", config, n, headInput(config, input)),
        ]
      : wiredCells(config, wiringLayers(config.wiring));
  const outputs: Dimension =
    config.wiring === null ? n : [wiringLayers(config.wiring).at(-1)!.length, "last layer"];
  const projection = config.proj_size === null ? [] : linear("fc", [config.proj_size, "proj_size"], outputs);
  return [...cell, ...lstm(config), ...projection];
}

function wiredCells(config: CfcConfig, layers: number[][]): ExpectedTensor[] {
  let below: Dimension = [config.input_size, "input_size"];
  return layers.flatMap((layer, l) => {
    const prefix = `rnn_cell.layer_${l}.`;
    const n: Dimension = [layer.length, `neurons of layer ${l}`];
    const input: Dimension = [below[0] + n[0], `${below[1]} + ${n[1]}`];
    below = n;
    return [
      mask(`${prefix}sparsity_mask`, n, input),
      ...pureDecay(prefix, config, n),
      ...heads(prefix, config, n, input),
    ];
  });
}

function pureDecay(prefix: string, { mode }: CfcConfig, n: Dimension): ExpectedTensor[] {
  if (mode !== "pure") return [];
  const one: Dimension = [1, "one row"];
  return [tensor(`${prefix}w_tau`, one, n), tensor(`${prefix}A`, one, n)];
}

function heads(prefix: string, { mode }: CfcConfig, n: Dimension, input: Dimension): ExpectedTensor[] {
  const names = mode === "pure" ? ["ff1"] : ["ff1", "ff2", "time_a", "time_b"];
  return names.flatMap((name) => linear(`${prefix}${name}`, n, input));
}

function headInput(config: CfcConfig, input: Dimension): Dimension {
  return config.backbone_layers === 0 ? input : [config.backbone_units, "backbone_units"];
}

function backbone(config: CfcConfig, input: Dimension): ExpectedTensor[] {
  const width: Dimension = [config.backbone_units, "backbone_units"];
  return backboneNames(config).flatMap((name, i) =>
    linear(`rnn_cell.${name}`, width, i === 0 ? input : width),
  );
}

/**
 * `backbone.0`, `backbone.2`, …: the index counts linear, activation and dropout modules, and a dropout module exists
 * only behind the second and later layers and only for a rate above 0.
 */
export function backboneNames({ backbone_layers, backbone_dropout }: CfcConfig): string[] {
  const modulesPerLayer = backbone_dropout > 0 ? 3 : 2;
  return Array.from({ length: backbone_layers }, (_, i) =>
    i === 0 ? "backbone.0" : `backbone.${2 + (i - 1) * modulesPerLayer}`,
  );
}

function lstm({ mixed_memory, units, input_size }: LtcConfig | CfcConfig): ExpectedTensor[] {
  if (!mixed_memory) return [];
  const gates: Dimension = [4 * units, "4 * units"];
  return [
    ...linear("lstm.input_map", gates, [input_size, "input_size"]),
    tensor("lstm.recurrent_map.weight", gates, [units, "units"]),
  ];
}

function readout(outputSize: number | null, input: Dimension): ExpectedTensor[] {
  return outputSize === null ? [] : linear("fc", [outputSize, "output_size"], input);
}

function linear(name: string, outputs: Dimension, inputs: Dimension): ExpectedTensor[] {
  return [tensor(`${name}.weight`, outputs, inputs), tensor(`${name}.bias`, outputs)];
}

function tensor(name: string, ...dimensions: Dimension[]): ExpectedTensor {
  return {
    name,
    shape: dimensions.map(([size]) => size),
    dimensions: dimensions.map(([, what]) => what),
    role: "parameter",
  };
}

function mask(name: string, ...dimensions: Dimension[]): ExpectedTensor {
  return { ...tensor(name, ...dimensions), role: "mask" };
}
