// What can be pruned in a model: the weights of each cell and hidden layer, input and recurrent parts apart, for they
// differ in scale and each gets its own threshold. Never the readout: `fc`, an MLP's last layer, an LTC's output map.
import { NCPS_LSTM_ROWS, TORCH_LSTM_ROWS } from "../image/lower-gated.ts";
import type { CfcConfig, GatedConfig, LtcConfig, MlpConfig, Model } from "../network/model.ts";
import { backboneNames } from "../network/tensors.ts";
import { wiringLayers } from "../network/wiring-config.ts";

/** Weights between one kind of source and one kind of destination, pruned by one threshold. */
export interface Part {
  /** The tensor that holds them. */
  tensor: string;
  /**
   * Another one of the same shape that loses the same weights, since both are one matrix for a constant elapsed time: CfC's
   * time_a and time_b. Null: it goes alone.
   */
  twin: string | null;
  /** Where the sources are: inputs of the network, the cell's own neurons, or the layer before. */
  sources: "input" | "recurrent" | "layer";
  /** The cell or layer whose neurons are the destinations. */
  cell: string;
  /** Neurons of that cell: destination j belongs to neuron j modulo this. */
  neurons: number;
  nOut: number;
  nIn: number;
  /** Position of a weight in the tensor. */
  index(destination: number, source: number): number;
  /** Destinations that the core computes side by side: four at a time, the last ones fewer. */
  lanes: number[][];
}

/** All parts of a model, in the order of its tensors. */
export function partsOf(model: Model): Part[] {
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return ltcParts(model.config);
    case "ncps.torch.CfC":
      return cfcParts(model.config);
    case "torch.nn.GRU":
    case "torch.nn.LSTM":
      return gatedParts(model.config, model.class === "torch.nn.GRU" ? GRU_ROWS : [TORCH_LSTM_ROWS]);
    case "liquid-edge.CTRNN": {
      const { input_size: m, units: n } = model.config;
      return matrixParts("dense.weight", "ctrnn", n, [
        ["input", m],
        ["recurrent", n],
      ]);
    }
    case "liquid-edge.LiquidGate": {
      const { input_size: m, units: n } = model.config;
      const columns: Columns = [
        ["input", m],
        ["recurrent", n],
      ];
      return [...matrixParts("g.weight", "gate", n, columns), ...matrixParts("a.weight", "gate", n, columns)];
    }
    case "liquid-edge.MLP":
      return mlpParts(model.config);
  }
}

/** Columns of a matrix by where they come from. */
type Columns = readonly (readonly [sources: Part["sources"], width: number])[];
/** Gates of the matrices that the core makes of a tensor, in the order of their rows there. */
type GateRows = readonly (readonly number[])[];

const ONE_GATE: GateRows = [[0]];
/** Reset and update gate are one matrix, the candidate is another. */
const GRU_ROWS: GateRows = [[0, 1], [2]];

/** Parts of a tensor [gates * neurons, all columns], side by side. */
function matrixParts(
  tensor: string,
  cell: string,
  neurons: number,
  columns: Columns,
  gates: GateRows = ONE_GATE,
): Part[] {
  const width = columns.reduce((sum, [, size]) => sum + size, 0);
  const lanes = gates.flatMap((rows) =>
    inFours(rows.flatMap((gate) => Array.from({ length: neurons }, (_, j) => gate * neurons + j))),
  );
  const nOut = lanes.reduce((sum, rows) => sum + rows.length, 0);
  let start = 0;
  return columns.map(([sources, nIn]) => {
    const first = start;
    start += nIn;
    const index = (destination: number, source: number) => destination * width + first + source;
    return { tensor, twin: null, sources, cell, neurons, nOut, nIn, index, lanes };
  });
}

function inFours(rows: number[]): number[][] {
  return Array.from({ length: Math.ceil(rows.length / 4) }, (_, i) => rows.slice(4 * i, 4 * i + 4));
}

function ltcParts(config: LtcConfig): Part[] {
  const { input_size, units } = config;
  const synapses = (tensor: string, sources: Part["sources"], nIn: number): Part => ({
    tensor,
    twin: null,
    sources,
    cell: "ltc",
    neurons: units,
    nOut: units,
    nIn,
    index: (destination, source) => source * units + destination,
    lanes: inFours(Array.from({ length: units }, (_, j) => j)),
  });
  return [
    synapses("rnn_cell.w", "recurrent", units),
    synapses("rnn_cell.sensory_w", "input", input_size),
    ...memoryParts(config),
  ];
}

/** The LSTM in front of an LTC or CfC cell. */
function memoryParts({ mixed_memory, input_size, units }: LtcConfig | CfcConfig): Part[] {
  if (!mixed_memory) return [];
  return [
    ...matrixParts("lstm.input_map.weight", "lstm", units, [["input", input_size]], [NCPS_LSTM_ROWS]),
    ...matrixParts("lstm.recurrent_map.weight", "lstm", units, [["recurrent", units]], [NCPS_LSTM_ROWS]),
  ];
}

const TIME_HEADS: Readonly<Record<string, string>> = { time_a: "time_b", time_b: "time_a" };

function cfcParts(config: CfcConfig): Part[] {
  const { input_size, units, wiring, backbone_units, mode } = config;
  const names = mode === "pure" ? ["ff1"] : ["ff1", "ff2", "time_a", "time_b"];
  const heads = (prefix: string, cell: string, neurons: number, columns: Columns) =>
    names.flatMap((name) => {
      const other = TIME_HEADS[name];
      const twin = other === undefined ? null : `${prefix}${other}.weight`;
      return matrixParts(`${prefix}${name}.weight`, cell, neurons, columns).map((part) => ({
        ...part,
        twin,
      }));
    });
  if (wiring !== null) {
    let below: Columns[number] = ["input", input_size];
    const layers = wiringLayers(wiring).flatMap(({ length: n }, l) => {
      const parts = heads(`rnn_cell.layer_${l}.`, `layer_${l}`, n, [below, ["recurrent", n]]);
      below = ["layer", n];
      return parts;
    });
    return [...layers, ...memoryParts(config)];
  }
  const first: Columns = [
    ["input", input_size],
    ["recurrent", units],
  ];
  const hidden: Columns = [["layer", backbone_units]];
  const modules = backboneNames(config);
  const backbone = modules.flatMap((name, l) =>
    matrixParts(`rnn_cell.${name}.weight`, `backbone.${l}`, backbone_units, l === 0 ? first : hidden),
  );
  const cell = heads("rnn_cell.", "cfc", units, modules.length === 0 ? first : hidden);
  return [...backbone, ...cell, ...memoryParts(config)];
}

function gatedParts({ input_size, units }: GatedConfig, gates: GateRows): Part[] {
  const cell = gates === GRU_ROWS ? "gru" : "lstm";
  return [
    ...matrixParts("rnn.weight_ih_l0", cell, units, [["input", input_size]], gates),
    ...matrixParts("rnn.weight_hh_l0", cell, units, [["recurrent", units]], gates),
  ];
}

function mlpParts({ input_size, layer_sizes }: MlpConfig): Part[] {
  return layer_sizes.slice(0, -1).flatMap((size, l) => {
    const columns: Columns = [l === 0 ? ["input", input_size] : ["layer", layer_sizes[l - 1]!]];
    return matrixParts(`layers.${l}.weight`, `layers.${l}`, size, columns);
  });
}
