// Networks to train, by what a user says of them: the cell, its size and options, fitted to a data set's inputs and outputs.

import type { Dataset } from "../data/dataset.ts";
import { complain, type LiquidEdgeError } from "../errors.ts";
import { parseConfig } from "../network/config.ts";
import type { ModelClass, ModelConfig } from "../network/model.ts";

/** Cells that can be trained from nothing. */
export const CELLS = ["cfc", "ltc", "liquid-gate", "gru", "lstm", "mlp", "ctrnn"] as const;
/** Name of a cell. */
export type CellName = (typeof CELLS)[number];

export const WIRINGS = ["none", "fully-connected", "random", "auto-ncp"] as const;
export const CFC_MODES = ["default", "pure", "no_gate"] as const;

/** What is left out takes the cell's default; what a cell does not have is refused. */
export interface CellOptions {
  /** Which cell. */
  cell: CellName;
  /** Neurons of the state; of an mlp, of each of its two hidden layers. */
  units: number;
  /** Of ltc (default fully-connected) and cfc (default none). */
  wiring?: (typeof WIRINGS)[number];
  /** Share of synapses that a random or auto-ncp wiring leaves out; default 0.5. */
  wiringSparsity?: number;
  /** Default: that of ncps. */
  wiringSeed?: number;
  /** Of cfc; default `default`. */
  mode?: (typeof CFC_MODES)[number];
  /** Of cfc without a wiring; default 0, which suits small networks. */
  backboneLayers?: number;
  /** Of a cfc with a backbone; default 128. */
  backboneUnits?: number;
  /** An LSTM memory beside the state, of ltc and cfc. */
  mixedMemory?: boolean;
  /** Solver steps a time step, of ltc and ctrnn; default 6. */
  unfolds?: number;
  /** Of ltc: whether a linear layer reads all neurons; default false: the first neurons are the outputs, as in ncps. */
  projection?: boolean;
  /** How ltc keeps its conductances positive: through softplus (implicit, default), or clamped after each step. */
  constraints?: "implicit" | "explicit";
}

/** Which cells have an option that not all have. */
const ONLY: Readonly<Partial<Record<keyof CellOptions, readonly CellName[]>>> = {
  wiring: ["ltc", "cfc"],
  wiringSparsity: ["ltc", "cfc"],
  wiringSeed: ["ltc", "cfc"],
  mode: ["cfc"],
  backboneLayers: ["cfc"],
  backboneUnits: ["cfc"],
  mixedMemory: ["ltc", "cfc"],
  unfolds: ["ltc", "ctrnn"],
  projection: ["ltc"],
  constraints: ["ltc"],
};

const CELL_OF_CLASS: Readonly<Record<ModelClass, CellName>> = {
  "ncps.torch.LTC": "ltc",
  "liquid-edge.LTC": "ltc",
  "ncps.torch.CfC": "cfc",
  "liquid-edge.CTRNN": "ctrnn",
  "torch.nn.GRU": "gru",
  "torch.nn.LSTM": "lstm",
  "liquid-edge.LiquidGate": "liquid-gate",
  "liquid-edge.MLP": "mlp",
};

/** The cell that a network is made of. */
export function cellNameOf(config: ModelConfig): CellName {
  return CELL_OF_CLASS[config.class];
}

const TIMELESS: readonly ModelClass[] = ["torch.nn.GRU", "torch.nn.LSTM", "liquid-edge.MLP"];

/** Whether a network takes notice of irregular time; the others need it as an input. */
export function seesElapsedTime(config: ModelConfig): boolean {
  return !TIMELESS.includes(config.class);
}

/**
 * The configuration of a network for `dataset`.
 * @throws LiquidEdgeError `bad-config` for what the cell cannot do
 */
export function networkFor(
  options: CellOptions,
  dataset: Pick<Dataset, "nInputs" | "nOutputs">,
): ModelConfig {
  const { cell, units } = options;
  for (const [name, cells] of Object.entries(ONLY)) {
    const value = options[name as keyof CellOptions];
    if (value === undefined || cells.includes(cell)) continue;
    throw wrong(cell, name, `only with ${cells.join(" or ")}`, String(value));
  }
  const { nInputs: input_size, nOutputs: outputs } = dataset;
  switch (cell) {
    case "ltc": {
      const name = options.projection === true ? "liquid-edge.LTC" : "ncps.torch.LTC";
      return parseConfig({ class: name, config: ltcConfig(options, input_size, outputs) }, cell);
    }
    case "cfc":
      return parseConfig({ class: "ncps.torch.CfC", config: cfcConfig(options, input_size, outputs) }, cell);
    case "mlp": {
      const config = { input_size, layer_sizes: [units, units, outputs] };
      return parseConfig({ class: "liquid-edge.MLP", config }, cell);
    }
    case "ctrnn": {
      const config = { input_size, units, output_size: outputs, ode_unfolds: options.unfolds };
      return parseConfig({ class: "liquid-edge.CTRNN", config }, cell);
    }
    default: {
      const names = { gru: "torch.nn.GRU", lstm: "torch.nn.LSTM", "liquid-gate": "liquid-edge.LiquidGate" };
      return parseConfig({ class: names[cell], config: { input_size, units, output_size: outputs } }, cell);
    }
  }
}

function ltcConfig(options: CellOptions, input_size: number, outputs: number) {
  const { units, wiring = "fully-connected", constraints = "implicit", projection = false } = options;
  if (wiring === "none") throw wrong("ltc", "wiring", "fully-connected, random or auto-ncp", wiring);
  if (outputs > units && !projection) {
    throw wrong("ltc", "units", `at least ${outputs}, whose first ones are the outputs`, String(units));
  }
  // What reads all neurons needs none of them for outputs, but an NCP has motor neurons all the same.
  const nMotor = projection && wiring !== "auto-ncp" ? units : outputs;
  return {
    input_size,
    wiring: wiringConfig(options, wiring, nMotor),
    ...(projection ? { output_size: outputs } : {}),
    mixed_memory: options.mixedMemory,
    ode_unfolds: options.unfolds,
    implicit_param_constraints: constraints === "implicit",
  };
}

function cfcConfig(options: CellOptions, input_size: number, outputs: number) {
  const { units, mode, wiring = "none", mixedMemory: mixed_memory } = options;
  const { backboneLayers: backbone_layers = 0, backboneUnits: backbone_units } = options;
  if (backbone_units !== undefined && backbone_layers === 0) {
    throw wrong("cfc", "backboneUnits", "backboneLayers of at least 1 beside it", "none");
  }
  if (wiring === "none") {
    return { input_size, units, mode, mixed_memory, proj_size: outputs, backbone_layers, backbone_units };
  }
  if (backbone_layers > 0) throw wrong("cfc", "backboneLayers", "0 with a wiring", String(backbone_layers));
  if (wiring === "auto-ncp") {
    return { input_size, wiring: wiringConfig(options, wiring, outputs), mode, mixed_memory };
  }
  // ncps takes all neurons of these for outputs, which a projection then reads.
  const own = wiringConfig(options, wiring, units);
  return { input_size, wiring: own, mode, mixed_memory, proj_size: outputs };
}

function wiringConfig(
  { cell, units, wiringSparsity, wiringSeed }: CellOptions,
  type: "fully-connected" | "random" | "auto-ncp",
  outputs: number,
) {
  if (type === "fully-connected") {
    if (wiringSparsity !== undefined) {
      throw wrong(cell, "wiringSparsity", "only with random or auto-ncp", String(wiringSparsity));
    }
    return { type: "FullyConnected", args: { units, output_dim: outputs, erev_init_seed: wiringSeed } };
  }
  const sparsity_level = wiringSparsity ?? 0.5;
  if (type === "random") {
    return { type: "Random", args: { units, output_dim: outputs, sparsity_level, random_seed: wiringSeed } };
  }
  return { type: "AutoNCP", args: { units, output_size: outputs, sparsity_level, seed: wiringSeed } };
}

function wrong(cell: CellName, field: string, expected: string, found: string): LiquidEdgeError {
  return complain("bad-config", cell, { field, expected, found });
}
