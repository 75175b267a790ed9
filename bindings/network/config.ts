// The configuration of a model, `{class, config}`: the constructor arguments of the ncps or torch class under their own
// names, checked, with the defaults of those classes filled in.
import { Fields } from "./fields.ts";
import type {
  Activation,
  CfcConfig,
  CtrnnConfig,
  GatedConfig,
  LtcConfig,
  MlpConfig,
  ModelClass,
  ModelConfig,
  WiringConfig,
} from "./model.ts";
import { MAX_WIDTH, parseWiring, wiringLayers, wiringOutputs, wiringUnits } from "./wiring-config.ts";

/** Every model class that this library reads. */
export const MODEL_CLASSES: readonly ModelClass[] = [
  "ncps.torch.LTC",
  "ncps.torch.CfC",
  "liquid-edge.LTC",
  "liquid-edge.CTRNN",
  "torch.nn.GRU",
  "torch.nn.LSTM",
  "liquid-edge.LiquidGate",
  "liquid-edge.MLP",
];

/** Activations that ncps' CfC knows. */
const CFC_ACTIVATIONS = ["lecun_tanh", "relu", "tanh", "silu", "gelu"] as const;
const ACTIVATIONS: readonly Activation[] = [...CFC_ACTIVATIONS, "sigmoid", "linear"];
const CFC_MODES = ["default", "pure", "no_gate"] as const;
const MAPPINGS = ["affine", "linear", null] as const;
const SOLVERS = ["fused", "euler", "rk4"] as const;

const WIDTH = { min: 1, max: MAX_WIDTH };
const UNFOLDS = { min: 1, max: MAX_WIDTH };
/** A network of more layers than this is a mistake; it bounds the work on a hostile configuration. */
const MAX_LAYERS = 255;

/** Arguments that change the shape of a call, not what the network computes. */
const IGNORED = ["batch_first", "return_sequences"];

const NCPS_LTC_KEYS = [
  "input_size",
  "units",
  "wiring",
  "mixed_memory",
  "input_mapping",
  "output_mapping",
  "ode_unfolds",
  "epsilon",
  "implicit_param_constraints",
];
const LTC_KEYS = [...NCPS_LTC_KEYS, "solver", "ode_step", "output_size"];
const BACKBONE_KEYS = ["backbone_units", "backbone_layers", "backbone_dropout"];
const CFC_KEYS = [
  "input_size",
  "units",
  "wiring",
  "mixed_memory",
  "mode",
  "proj_size",
  "activation",
  ...BACKBONE_KEYS,
];

/** What keys of neighbouring libraries are called here. */
const ADVICE = {
  hidden_size: "it is called units here",
  num_layers: "stacked layers are not supported",
  output_dim: "outputs are set by the wiring",
  in_features: "it is called input_size here",
};
const SOLVER_ADVICE = {
  ...ADVICE,
  solver: "only class liquid-edge.LTC has it",
  output_size: "of the LTCs only class liquid-edge.LTC has it",
  ode_step: "only class liquid-edge.LTC has it",
};

/**
 * The checked configuration with all defaults. `value` is parsed JSON: an object with `class` and `config`; other
 * fields beside these two are ignored, so that a reference case may serve as configuration.
 * Throws `bad-config` naming the field.
 */
export function parseConfig(value: unknown, source: string): ModelConfig {
  const known = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const fields = new Fields(value, source, "configuration", known);
  const modelClass = fields.choice("class", MODEL_CLASSES);
  const config = fields.raw("config");
  switch (modelClass) {
    case "ncps.torch.LTC":
      return { class: modelClass, config: readLtc(config, source, NCPS_LTC_KEYS) };
    case "liquid-edge.LTC":
      return { class: modelClass, config: readLtc(config, source, LTC_KEYS) };
    case "ncps.torch.CfC":
      return { class: modelClass, config: readCfc(config, source) };
    case "liquid-edge.CTRNN":
      return { class: modelClass, config: readCtrnn(config, source) };
    case "liquid-edge.MLP":
      return { class: modelClass, config: readMlp(config, source) };
    case "torch.nn.GRU":
    case "torch.nn.LSTM":
    case "liquid-edge.LiquidGate":
      return { class: modelClass, config: readGated(config, source) };
  }
}

/**
 * The configuration as JSON that `parseConfig` reads back to an equal one. Keys that a class refuses are left out:
 * solver and step of ncps' LTC, the backbone of a wired CfC.
 */
export function configToJson(model: ModelConfig): { class: ModelClass; config: Record<string, unknown> } {
  const config: Record<string, unknown> = { ...model.config };
  if (model.class === "ncps.torch.LTC") {
    delete config.solver;
    delete config.ode_step;
    delete config.output_size;
  }
  if (model.class === "ncps.torch.CfC" && model.config.wiring !== null) {
    for (const key of ["activation", ...BACKBONE_KEYS]) delete config[key];
  }
  return { class: model.class, config };
}

/** Widths that follow from a configuration, in float32 values a time step. */
export interface ModelWidths {
  inputs: number;
  outputs: number;
  /** Width of the state h; 0 for a network without memory. */
  state: number;
  /** Width of the LSTM cell memory c; 0 where there is none. */
  cellMemory: number;
}

/** How wide input, output and state of a model are. */
export function modelWidths(model: ModelConfig): ModelWidths {
  const inputs = model.config.input_size;
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC": {
      const { units, wiring, mixed_memory, output_size } = model.config;
      const outputs = output_size ?? wiringOutputs(wiring);
      return { inputs, outputs, state: units, cellMemory: mixed_memory ? units : 0 };
    }
    case "ncps.torch.CfC": {
      const { units, wiring, proj_size, mixed_memory } = model.config;
      const lastLayer = wiring === null ? units : wiringLayers(wiring).at(-1)!.length;
      return { inputs, outputs: proj_size ?? lastLayer, state: units, cellMemory: mixed_memory ? units : 0 };
    }
    case "liquid-edge.MLP":
      return { inputs, outputs: model.config.layer_sizes.at(-1)!, state: 0, cellMemory: 0 };
    case "liquid-edge.CTRNN":
    case "torch.nn.GRU":
    case "torch.nn.LSTM":
    case "liquid-edge.LiquidGate": {
      const { units, output_size } = model.config;
      const cellMemory = model.class === "torch.nn.LSTM" ? units : 0;
      return { inputs, outputs: output_size ?? units, state: units, cellMemory };
    }
  }
}

function readLtc(value: unknown, source: string, keys: readonly string[]): LtcConfig {
  const fields = new Fields(value, source, "config", [...keys, ...IGNORED], SOLVER_ADVICE);
  const given = readWiring(fields, source);
  const units = given === null ? fields.integer("units", WIDTH) : wiringUnits(given);
  // A plain number of units means FullyConnected(units), as in ncps.
  const wiring = given ?? parseWiring({ type: "FullyConnected", args: { units } }, source, "config.wiring");
  const unfolds = fields.integer("ode_unfolds", UNFOLDS, 6);
  const solver = keys.includes("solver") ? fields.choice("solver", SOLVERS, "fused") : "fused";
  const step = solver === "fused" ? 1 / unfolds : 0.1;
  const output_size = keys.includes("output_size") ? fields.integerOrNull("output_size", WIDTH) : null;
  const output_mapping = fields.choice("output_mapping", MAPPINGS, output_size === null ? "affine" : null);
  if (output_size !== null && output_mapping !== null) {
    throw fields.wrong(
      "output_mapping",
      "null beside output_size, whose readout reads the neurons themselves",
    );
  }
  return {
    input_size: fields.integer("input_size", WIDTH),
    units,
    wiring,
    mixed_memory: fields.boolean("mixed_memory", false),
    input_mapping: fields.choice("input_mapping", MAPPINGS, "affine"),
    output_mapping,
    ode_unfolds: unfolds,
    epsilon: fields.number("epsilon", { min: 0, max: 1 }, 1e-8),
    implicit_param_constraints: fields.boolean("implicit_param_constraints", true),
    solver,
    ode_step: keys.includes("ode_step") ? readStep(fields, step) : step,
    output_size,
  };
}

function readCfc(value: unknown, source: string): CfcConfig {
  const fields = new Fields(value, source, "config", [...CFC_KEYS, ...IGNORED], SOLVER_ADVICE);
  const wiring = readWiring(fields, source);
  const common = {
    input_size: fields.integer("input_size", WIDTH),
    units: wiring === null ? fields.integer("units", WIDTH) : wiringUnits(wiring),
    wiring,
    mixed_memory: fields.boolean("mixed_memory", false),
    mode: fields.choice("mode", CFC_MODES, "default"),
    proj_size: fields.integerOrNull("proj_size", WIDTH),
    activation: fields.choice<Activation>("activation", CFC_ACTIVATIONS, "lecun_tanh"),
  };
  if (wiring === null) {
    return {
      ...common,
      backbone_units: fields.integerOrNull("backbone_units", WIDTH) ?? 128,
      backbone_layers: fields.integerOrNull("backbone_layers", { min: 0, max: MAX_LAYERS }) ?? 1,
      backbone_dropout: fields.raw("backbone_dropout") === null ? 0 : readDropout(fields),
    };
  }
  for (const key of BACKBONE_KEYS) {
    if (fields.raw(key) !== undefined && fields.raw(key) !== null) {
      throw fields.wrong(key, "nothing", "a wired CfC has no backbone");
    }
  }
  const lastLayer = wiringLayers(wiring).at(-1)!.length;
  if (common.proj_size !== null && lastLayer !== wiringOutputs(wiring)) {
    const hint = `this wiring's last layer has ${lastLayer} neurons, its output_dim is ${wiringOutputs(wiring)}`;
    throw fields.wrong("proj_size", "null, for ncps itself cannot run it", hint);
  }
  return { ...common, activation: "lecun_tanh", backbone_units: 0, backbone_layers: 0, backbone_dropout: 0 };
}

function readCtrnn(value: unknown, source: string): CtrnnConfig {
  const keys = ["input_size", "units", "ode_unfolds", "ode_step", "output_size", ...IGNORED];
  const fields = new Fields(value, source, "config", keys, ADVICE);
  return {
    ...readReadout(fields),
    ode_unfolds: fields.integer("ode_unfolds", UNFOLDS, 6),
    ode_step: readStep(fields, 0.1),
  };
}

function readGated(value: unknown, source: string): GatedConfig {
  return readReadout(
    new Fields(value, source, "config", ["input_size", "units", "output_size", ...IGNORED], ADVICE),
  );
}

function readReadout(fields: Fields): GatedConfig {
  return {
    input_size: fields.integer("input_size", WIDTH),
    units: fields.integer("units", WIDTH),
    output_size: fields.integerOrNull("output_size", WIDTH),
  };
}

function readMlp(value: unknown, source: string): MlpConfig {
  const keys = ["input_size", "layer_sizes", "activation", "output_activation", ...IGNORED];
  const fields = new Fields(value, source, "config", keys, ADVICE);
  const sizes = fields.raw("layer_sizes");
  const isWidth = (size: unknown) => Number.isInteger(size) && Number(size) >= 1 && Number(size) <= MAX_WIDTH;
  if (!Array.isArray(sizes) || sizes.length < 1 || sizes.length > MAX_LAYERS || !sizes.every(isWidth)) {
    throw fields.wrong("layer_sizes", `an array of 1 to ${MAX_LAYERS} integers from 1 to ${MAX_WIDTH}`);
  }
  return {
    input_size: fields.integer("input_size", WIDTH),
    layer_sizes: [...sizes],
    activation: fields.choice("activation", ACTIVATIONS, "relu"),
    output_activation: fields.choice("output_activation", ACTIVATIONS, "linear"),
  };
}

function readDropout(fields: Fields): number {
  return fields.number("backbone_dropout", { min: 0, max: 1 }, 0);
}

/** A share of the elapsed time: positive, so that time moves on. */
function readStep(fields: Fields, fallback: number): number {
  const step = fields.number("ode_step", { min: 0, max: 1000 }, fallback);
  if (step === 0) throw fields.wrong("ode_step", "a number above 0");
  return step;
}

/** The wiring, or null where there is none; its number of neurons must agree with `units` where both are given. */
function readWiring(fields: Fields, source: string): WiringConfig | null {
  const value = fields.raw("wiring");
  if (value === undefined || value === null) return null;
  const wiring = parseWiring(value, source, "config.wiring");
  const units = wiringUnits(wiring);
  if (fields.raw("units") !== undefined && fields.raw("units") !== null && fields.raw("units") !== units) {
    throw fields.wrong("units", `${units}, the number of neurons of the ${wiring.type} wiring`);
  }
  return wiring;
}
