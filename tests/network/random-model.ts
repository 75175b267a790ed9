// Random models of every class, mode and option, for tests that compare implementations with each other. Equal seeds
// give equal models. Weights are drawn a little wider than the initialisers of ncps, torch and the original LTC code do.
import { modelWidths, parseConfig } from "../../bindings/network/config.ts";
import type { Model, ModelConfig, Tensor, WiringConfig } from "../../bindings/network/model.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { buildWiring, type Wiring } from "../../bindings/network/wiring.ts";

/** As many consecutive seeds as there are kinds give one model of each kind. */
export const MODEL_KINDS = [
  "ncps LTC",
  "ncps CfC",
  "explicit LTC",
  "wired CfC",
  "GRU",
  "ncps LTC, sparse",
  "CfC, pure or no_gate",
  "LSTM",
  "CT-RNN",
  "MLP",
  "LiquidGate",
] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export interface RandomModelOptions {
  /** Default: the seed decides. */
  kind?: ModelKind;
  /** Largest number of neurons, at least 8. Default 24. */
  maxUnits?: number;
  /** Largest number of inputs. Default 8. */
  maxInputs?: number;
}

/** A complete model that `writeModel` accepts. */
export function randomModel(seed: number, options: RandomModelOptions = {}): Model {
  const { kind = MODEL_KINDS[seed % MODEL_KINDS.length]!, maxUnits = 24, maxInputs = 8 } = options;
  const random = new TestRandom(seed);
  const config = parseConfig(randomConfig(kind, random, maxUnits, maxInputs), `random model ${seed}`);
  return { ...config, tensors: randomTensors(config, random) };
}

export interface RandomSequence {
  /** [steps, inputs] row-major, within ±2. */
  input: Float32Array;
  /** [steps]: elapsed times from 1/64 to 4; null for 1 throughout. */
  timespans: Float32Array | null;
  /** [units]; null for zeros. */
  initialH: Float32Array | null;
  /** [units]; null for zeros or where there is no cell memory. */
  initialC: Float32Array | null;
}

/** An input for `model`: every second seed with time spans, every third with initial states. */
export function randomSequence(seed: number, model: ModelConfig, nSteps: number): RandomSequence {
  const random = new TestRandom(seed ^ 0x5eed);
  const widths = modelWidths(model);
  const fill = (length: number, low: number, high: number) =>
    Float32Array.from({ length }, () => random.between(low, high));
  const hasStates = seed % 3 === 0;
  return {
    input: fill(nSteps * widths.inputs, -2, 2),
    timespans: seed % 2 === 0 ? fill(nSteps, 0, 1).map((u) => 4 ** (4 * u - 3)) : null,
    initialH: hasStates && widths.state > 0 ? fill(widths.state, -0.8, 0.8) : null,
    initialC: hasStates && widths.cellMemory > 0 ? fill(widths.cellMemory, -0.8, 0.8) : null,
  };
}

/** mulberry32: small, and good enough to vary tests. */
export class TestRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** An integer from low to high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.integer(0, items.length - 1)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

function randomConfig(kind: ModelKind, random: TestRandom, maxUnits: number, maxInputs: number): object {
  const input_size = random.integer(1, maxInputs);
  const units = random.integer(1, maxUnits);
  const mixed_memory = random.chance(0.25);
  const readout = random.chance(0.5) ? random.integer(1, 5) : null;
  switch (kind) {
    case "ncps LTC":
    case "ncps LTC, sparse": {
      const types =
        kind === "ncps LTC" ? (["none", "FullyConnected"] as const) : (["Random", "NCP", "AutoNCP"] as const);
      return {
        class: "ncps.torch.LTC",
        config: {
          input_size,
          mixed_memory,
          ...ltcWiring(random.pick(types), random, maxUnits),
          ...ltcOptions(random),
        },
      };
    }
    case "explicit LTC": {
      const type = random.pick(["none", "FullyConnected", "Random", "NCP", "AutoNCP"] as const);
      return {
        class: "liquid-edge.LTC",
        config: {
          input_size,
          mixed_memory,
          ...ltcWiring(type, random, maxUnits),
          ...ltcOptions(random),
          solver: random.pick(["euler", "rk4", "fused"]),
          ...(random.chance(0.5) ? { ode_step: random.pick([0.05, 0.1, 0.25]) } : {}),
        },
      };
    }
    case "ncps CfC":
    case "CfC, pure or no_gate":
      return {
        class: "ncps.torch.CfC",
        config: {
          input_size,
          units,
          mixed_memory,
          mode: kind === "ncps CfC" ? "default" : random.pick(["pure", "no_gate"]),
          proj_size: readout,
          activation: random.pick(["lecun_tanh", "relu", "tanh", "silu", "gelu"]),
          backbone_units: random.integer(1, maxUnits),
          backbone_layers: random.integer(0, 3),
          backbone_dropout: random.pick([0, 0.2]),
        },
      };
    case "wired CfC": {
      const wiring = randomWiring(
        random.pick(["FullyConnected", "Random", "NCP", "AutoNCP"]),
        random,
        maxUnits,
      );
      const isOneLayer = wiring.type === "FullyConnected" || wiring.type === "Random";
      return {
        class: "ncps.torch.CfC",
        config: {
          input_size,
          wiring,
          mixed_memory,
          mode: random.pick(["default", "pure", "no_gate"]),
          // ncps cannot project when the only layer is wider than output_dim.
          proj_size: isOneLayer && wiring.args.output_dim ? null : readout,
        },
      };
    }
    case "GRU":
      return { class: "torch.nn.GRU", config: { input_size, units, output_size: readout } };
    case "LSTM":
      return { class: "torch.nn.LSTM", config: { input_size, units, output_size: readout } };
    case "LiquidGate":
      return { class: "liquid-edge.LiquidGate", config: { input_size, units, output_size: readout } };
    case "CT-RNN":
      return {
        class: "liquid-edge.CTRNN",
        config: {
          input_size,
          units,
          output_size: readout,
          ode_unfolds: random.integer(1, 8),
          ode_step: random.pick([0.05, 0.1]),
        },
      };
    case "MLP": {
      const activations = ["lecun_tanh", "relu", "tanh", "silu", "gelu", "sigmoid", "linear"];
      return {
        class: "liquid-edge.MLP",
        config: {
          input_size,
          layer_sizes: Array.from({ length: random.integer(1, 4) }, () => random.integer(1, maxUnits)),
          activation: random.pick(activations),
          output_activation: random.pick(activations),
        },
      };
    }
  }
}

function ltcOptions(random: TestRandom): object {
  return {
    input_mapping: random.pick(["affine", "affine", "linear", null]),
    output_mapping: random.pick(["affine", "affine", "linear", null]),
    ode_unfolds: random.pick([6, 6, 1, 3, 9]),
    epsilon: random.pick([1e-8, 1e-8, 0, 1e-3]),
    implicit_param_constraints: random.chance(0.7),
  };
}

function ltcWiring(type: "none" | WiringConfig["type"], random: TestRandom, maxUnits: number): object {
  if (type === "none") return { units: random.integer(1, maxUnits) };
  return { wiring: randomWiring(type, random, maxUnits) };
}

/** A wiring of up to `maxUnits` neurons, at least 8 of them possible. */
function randomWiring(type: WiringConfig["type"], random: TestRandom, maxUnits: number): WiringConfig {
  const units = random.integer(1, maxUnits);
  const output_dim = random.chance(0.7) ? random.integer(1, units) : null;
  const seed = random.integer(0, 1_000_000);
  switch (type) {
    case "FullyConnected":
      return {
        type,
        args: { units, output_dim, erev_init_seed: seed, self_connections: random.chance(0.7) },
      };
    case "Random":
      return {
        type,
        args: { units, output_dim, sparsity_level: random.pick([0, 0.3, 0.6, 0.9]), random_seed: seed },
      };
    case "NCP": {
      const inter_neurons = random.integer(1, Math.floor(maxUnits / 2));
      const command_neurons = random.integer(1, Math.floor(maxUnits / 4));
      const motor_neurons = random.integer(1, Math.floor(maxUnits / 4));
      return {
        type,
        args: {
          inter_neurons,
          command_neurons,
          motor_neurons,
          sensory_fanout: random.integer(0, inter_neurons),
          inter_fanout: random.integer(0, command_neurons),
          recurrent_command_synapses: random.integer(0, 2 * command_neurons),
          motor_fanin: random.integer(0, command_neurons),
          seed,
        },
      };
    }
    case "AutoNCP": {
      const output_size = random.integer(1, Math.min(4, maxUnits - 3));
      const autoUnits = random.integer(output_size + 3, maxUnits);
      return {
        type,
        args: { units: autoUnits, output_size, sparsity_level: random.pick([0.1, 0.5, 0.8, 1]), seed },
      };
    }
  }
}

function randomTensors(config: ModelConfig, random: TestRandom): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, role } of expectedTensors(config)) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const data = role === "mask" ? new Float32Array(length) : randomValues(name, shape, config, random);
    tensors.set(name, { shape, data });
  }
  if (config.class !== "ncps.torch.CfC") fillLtcMasks(config, tensors);
  else if (config.config.wiring !== null)
    fillWiredMasks(config.config.input_size, config.config.wiring, tensors);
  return tensors;
}

function fillLtcMasks(config: ModelConfig, tensors: Map<string, Tensor>): void {
  if (config.class !== "ncps.torch.LTC" && config.class !== "liquid-edge.LTC") return;
  const { adjacency, sensoryAdjacency } = buildWiring(config.config.wiring, config.config.input_size);
  tensors.get("rnn_cell.sparsity_mask")!.data.set(adjacency.map(Math.abs));
  tensors.get("rnn_cell.sensory_sparsity_mask")!.data.set(sensoryAdjacency.map(Math.abs));
}

/** Per layer, transposed: [destination, sources of the layer below or the inputs, then the layer itself, all ones]. */
function fillWiredMasks(inputs: number, wiring: WiringConfig, tensors: Map<string, Tensor>): void {
  const built: Wiring = buildWiring(wiring, inputs);
  built.layers.forEach((layer, l) => {
    const below = built.layers[l - 1];
    const nBelow = below?.length ?? inputs;
    const { shape, data } = tensors.get(`rnn_cell.layer_${l}.sparsity_mask`)!;
    data.forEach((_, i) => {
      const target = layer[Math.floor(i / shape[1]!)]!;
      const source = i % shape[1]!;
      const polarity =
        below === undefined
          ? built.sensoryAdjacency[source * built.units + target]!
          : built.adjacency[below[source]! * built.units + target]!;
      data[i] = source >= nBelow ? 1 : Math.abs(polarity);
    });
  });
}

/** Ranges of the LTC's parameters; raw values before softplus, or effective ones without it. */
const LTC_RANGES: Record<string, { implicit: [number, number]; explicit: [number, number] }> = {
  gleak: { implicit: [-2, 2], explicit: [0.01, 1.5] },
  cm: { implicit: [-0.5, 1.5], explicit: [0.3, 1.2] },
  w: { implicit: [-4, 1.5], explicit: [0, 1.2] },
};
const SIGNED_LTC_RANGES: Record<string, [number, number]> = {
  vleak: [-0.6, 0.6],
  sigma: [-3, 8],
  mu: [-0.3, 1],
  erev: [-1.5, 1.5],
  input_w: [-1.5, 1.5],
  input_b: [-0.5, 0.5],
  output_w: [-2, 2],
  output_b: [-0.5, 0.5],
};

function randomValues(name: string, shape: number[], config: ModelConfig, random: TestRandom): Float32Array {
  const length = shape.reduce((product, dim) => product * dim, 1);
  const [low, high] = valueRange(name, shape, config);
  return Float32Array.from({ length }, () => random.between(low, high));
}

function valueRange(name: string, shape: number[], config: ModelConfig): [number, number] {
  if (name === "tau") return [0.4, 2.5];
  if (config.class === "ncps.torch.LTC" || config.class === "liquid-edge.LTC") {
    const parameter = name.replace(/^rnn_cell\.(sensory_)?/, "");
    const positive = LTC_RANGES[parameter];
    if (positive) {
      const [low, high] = positive[config.config.implicit_param_constraints ? "implicit" : "explicit"];
      // Explicit solvers blow up when the conductances of many synapses add up.
      const isStiff = parameter === "w" && config.config.solver !== "fused";
      if (isStiff && !config.config.implicit_param_constraints) return [low, high / shape[0]!];
      return isStiff ? [low - 3, high - 3] : [low, high];
    }
    const signed = SIGNED_LTC_RANGES[parameter];
    if (signed) return signed;
  }
  const fanIn = shape.length === 2 ? shape[1]! : 4;
  const bound = Math.min(1.5, 2 / Math.sqrt(fanIn));
  return [-bound, bound];
}
