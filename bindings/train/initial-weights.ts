// A network before it is trained: weights drawn from the distributions of the code that each class comes from.
//
//   LTC         ncps (commit 695ec22): w U(0.001, 1), sigma U(3, 8), mu U(0.3, 0.8), erev the wiring's polarity,
//               gleak U(0.001, 1), vleak U(-0.2, 0.2), cm U(0.4, 0.6), mappings 1 and 0. Not inverted through softplus
//   LTC, euler and rk4    the original TensorFlow code: w from 0.01, erev ±1, gleak 1, cm 0.5
//   CfC         ncps: every matrix Xavier-uniform, U(±sqrt(6 / (rows + columns))), w_tau and A among them; biases and the
//               projection as torch.nn.Linear
//   memory of LTC and CfC    ncps: input map Xavier-uniform, its bias U(±0.1), recurrent map orthogonal
//   GRU, LSTM   PyTorch: everything U(±1 / sqrt(units))
//   MLP, LiquidGate, readouts    torch.nn.Linear: weight and bias U(±1 / sqrt(columns))
//   LiquidGate  2 less for the bias of its decay a: a state starts with a time constant of 1 / softplus(-2) = 8 units of time
//               instead of 1.4, for what is forgotten at once passes no gradient back (Gers and others 2000 and Jozefowicz and others
//               2015 on the forget gate of the LSTM). docs/training.md has what that is worth
//   CT-RNN      the original TensorFlow code: kernel Xavier-uniform (Keras' default), bias 0; time constants 1
//
// Each tensor draws in the order of `expectedTensors`, row by row.

import type { CfcConfig, Model, ModelConfig, Tensor } from "../network/model.ts";
import { expectedTensors } from "../network/tensors.ts";
import { buildWiring, type Wiring } from "../network/wiring.ts";
import { TrainingRandom } from "./random.ts";

const DECAY_BIAS = -2;

/** A complete model of this configuration, equal for equal seeds. Throws `bad-config` for a wiring that cannot be drawn. */
export function initialModel(config: ModelConfig, seed: number): Model {
  const random = TrainingRandom.streams(seed).weights;
  const wiringConfig = "wiring" in config.config ? config.config.wiring : null;
  const wiring = wiringConfig === null ? null : buildWiring(wiringConfig, config.config.input_size);
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, role } of expectedTensors(config)) {
    const data = role === "mask" ? maskOf(config, name, wiring!) : drawn(config, name, shape, wiring, random);
    tensors.set(name, { shape, data });
  }
  return { ...config, tensors };
}

function drawn(
  config: ModelConfig,
  name: string,
  shape: readonly number[],
  wiring: Wiring | null,
  random: TrainingRandom,
): Float32Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const uniform = (low: number, high: number) =>
    Float32Array.from({ length: size }, () => random.between(low, high));
  const around = (bound: number) => uniform(-bound, bound);
  const xavier = () => around(Math.sqrt(6 / (shape[0]! + shape[1]!)));
  const constant = (value: number) => new Float32Array(size).fill(value);

  // A readout is a linear layer, whatever it reads; that of torch.nn.GRU has the bound of its cell, the same number.
  if (name.startsWith("fc.")) return around(1 / Math.sqrt(columnsOf(config, name)));
  if (name === "lstm.input_map.weight") return xavier();
  if (name === "lstm.input_map.bias") return around(0.1);
  if (name === "lstm.recurrent_map.weight") return orthonormalColumns(shape[0]!, shape[1]!, random);
  switch (config.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return ltcTensor(name, config.config.solver !== "fused", { uniform, constant, wiring: wiring! });
    case "ncps.torch.CfC":
      if (shape.length === 2) return xavier();
      return around(1 / Math.sqrt(columnsOf(config, name)));
    case "torch.nn.GRU":
    case "torch.nn.LSTM":
      return around(1 / Math.sqrt(config.config.units));
    case "liquid-edge.CTRNN":
      if (name === "tau") return constant(1);
      if (name === "dense.weight") return xavier();
      if (name === "dense.bias") return constant(0);
      return around(1 / Math.sqrt(columnsOf(config, name)));
    default: {
      const drawn = around(1 / Math.sqrt(columnsOf(config, name)));
      const isDecay = config.class === "liquid-edge.LiquidGate" && name === "a.bias";
      return isDecay ? drawn.map((value) => value + DECAY_BIAS) : drawn;
    }
  }
}

interface Draw {
  uniform: (low: number, high: number) => Float32Array;
  constant: (value: number) => Float32Array;
  wiring: Wiring;
}

function ltcTensor(name: string, isExplicit: boolean, { uniform, constant, wiring }: Draw): Float32Array {
  const what = name.replace("rnn_cell.", "").replace("sensory_", "");
  switch (what) {
    case "gleak":
      return isExplicit ? constant(1) : uniform(0.001, 1);
    case "vleak":
      return uniform(-0.2, 0.2);
    case "cm":
      return isExplicit ? constant(0.5) : uniform(0.4, 0.6);
    case "sigma":
      return uniform(3, 8);
    case "mu":
      return uniform(0.3, 0.8);
    case "w":
      return uniform(isExplicit ? 0.01 : 0.001, 1);
    case "erev":
      return Float32Array.from(name.includes("sensory_") ? wiring.sensoryAdjacency : wiring.adjacency);
    default:
      return constant(what.endsWith("_w") ? 1 : 0);
  }
}

/** Columns of the matrix that a weight or bias belongs to. */
function columnsOf(config: ModelConfig, name: string): number {
  const matrix = name.replace(/\.bias$/, ".weight");
  return expectedTensors(config).find((tensor) => tensor.name === matrix)!.shape[1]!;
}

/** Which synapses exist: [source, destination] of an LTC; [neuron, source] of a layer of a wired CfC, all its own neurons among them. */
function maskOf(config: ModelConfig, name: string, wiring: Wiring): Float32Array {
  if (config.class !== "ncps.torch.CfC") {
    const adjacency = name.includes("sensory_") ? wiring.sensoryAdjacency : wiring.adjacency;
    return Float32Array.from(adjacency, Math.abs);
  }
  return layerMask(config.config, Number(/layer_(\d+)/.exec(name)![1]), wiring);
}

function layerMask({ input_size }: CfcConfig, l: number, wiring: Wiring): Float32Array {
  const layer = wiring.layers[l]!;
  const below = l === 0 ? Array.from({ length: input_size }, (_, i) => i) : wiring.layers[l - 1]!;
  const adjacency = l === 0 ? wiring.sensoryAdjacency : wiring.adjacency;
  const width = below.length + layer.length;
  const mask = new Float32Array(layer.length * width).fill(1);
  layer.forEach((neuron, row) => {
    below.forEach((source, column) => {
      mask[row * width + column] = Math.abs(adjacency[source * wiring.units + neuron]!);
    });
  });
  return mask;
}

/** [rows, columns], rows >= columns, with orthonormal columns: normals through Gram and Schmidt, twice for accuracy. */
function orthonormalColumns(rows: number, columns: number, random: TrainingRandom): Float32Array {
  const vectors = Array.from({ length: columns }, () =>
    Float64Array.from({ length: rows }, () => random.normal()),
  );
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  vectors.forEach((vector, c) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const before of vectors.slice(0, c)) {
        const share = dot(vector, before);
        for (let i = 0; i < rows; i++) vector[i]! -= share * before[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < rows; i++) vector[i]! /= norm;
  });
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => vectors[i % columns]![Math.floor(i / columns)]!,
  );
}
