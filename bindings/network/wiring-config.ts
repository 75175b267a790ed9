// The four wirings of ncps as configuration: their arguments, defaults and checks, and what follows from the
// arguments alone (numbers of neurons, layers), without drawing a synapse.
import { Fields } from "./fields.ts";
import type { WiringConfig } from "./model.ts";

/** Neurons and widths are counted in 16 bits in an image. */
export const MAX_WIDTH = 65_535;

const WIDTH = { min: 1, max: MAX_WIDTH };
const COUNT = { min: 0, max: MAX_WIDTH };
/** Synapses that are drawn one by one, with replacement; ncps has no limit and would draw for hours. */
const MAX_DRAWS = 2 ** 24;
const LEGACY_SEED = { min: 0, max: 0xffff_ffff };
const SEED = { min: 0, max: Number.MAX_SAFE_INTEGER };

type Complete<Type extends WiringConfig["type"]> = {
  type: Type;
  args: Required<Extract<WiringConfig, { type: Type }>["args"]>;
};

/** A checked wiring with ncps' defaults filled in. */
export type CompleteWiring =
  | Complete<"FullyConnected">
  | Complete<"Random">
  | Complete<"NCP">
  | Complete<"AutoNCP">;

const TYPES = ["FullyConnected", "Random", "NCP", "AutoNCP"] as const;

const ARGUMENTS: Record<WiringConfig["type"], readonly string[]> = {
  FullyConnected: ["units", "output_dim", "erev_init_seed", "self_connections"],
  Random: ["units", "output_dim", "sparsity_level", "random_seed"],
  NCP: [
    "inter_neurons",
    "command_neurons",
    "motor_neurons",
    "sensory_fanout",
    "inter_fanout",
    "recurrent_command_synapses",
    "motor_fanin",
    "seed",
  ],
  AutoNCP: ["units", "output_size", "sparsity_level", "seed"],
};

/**
 * The wiring `{type, args}` of a configuration with defaults filled in. `path` is how messages name it.
 * Throws `bad-config` for what ncps refuses as well, for sizes out of range and for unknown keys.
 */
export function parseWiring(value: unknown, source: string, path: string): CompleteWiring {
  const fields = new Fields(value, source, path, ["type", "args"]);
  const type = fields.choice("type", TYPES);
  const args = new Fields(fields.raw("args"), source, `${path}.args`, ARGUMENTS[type]);
  if (type === "FullyConnected") return { type, args: readFullyConnected(args) };
  if (type === "Random") return { type, args: readRandom(args) };
  if (type === "NCP") return { type, args: readNcp(args) };
  return { type, args: readAutoNcp(args) };
}

function readFullyConnected(args: Fields): Complete<"FullyConnected">["args"] {
  const units = args.integer("units", WIDTH);
  return {
    units,
    output_dim: args.integerOrNull("output_dim", { min: 1, max: units }),
    erev_init_seed: args.integer("erev_init_seed", SEED, 1111),
    self_connections: args.boolean("self_connections", true),
  };
}

function readRandom(args: Fields): Complete<"Random">["args"] {
  const units = args.integer("units", WIDTH);
  const sparsity = args.number("sparsity_level", { min: 0, max: 1 }, 0);
  if (sparsity === 1) throw args.wrong("sparsity_level", "a number from 0 to below 1");
  return {
    units,
    output_dim: args.integerOrNull("output_dim", { min: 1, max: units }),
    sparsity_level: sparsity,
    random_seed: args.integer("random_seed", SEED, 1111),
  };
}

function readNcp(args: Fields): Complete<"NCP">["args"] {
  const inter = args.integer("inter_neurons", WIDTH);
  const command = args.integer("command_neurons", WIDTH);
  const motor = args.integer("motor_neurons", WIDTH);
  if (inter + command + motor > MAX_WIDTH) {
    throw args.wrong("inter_neurons", `at most ${MAX_WIDTH} neurons in all layers together`);
  }
  /** A number of different neurons of one layer cannot exceed that layer. */
  const atMost = (key: string, layer: string, size: number): number => {
    const value = args.integer(key, COUNT);
    if (value > size) throw args.wrong(key, `at most ${size}, the number of ${layer} neurons`);
    return value;
  };
  return {
    inter_neurons: inter,
    command_neurons: command,
    motor_neurons: motor,
    sensory_fanout: atMost("sensory_fanout", "inter", inter),
    inter_fanout: atMost("inter_fanout", "command", command),
    recurrent_command_synapses: args.integer("recurrent_command_synapses", { min: 0, max: MAX_DRAWS }),
    motor_fanin: atMost("motor_fanin", "command", command),
    seed: args.integer("seed", LEGACY_SEED, 22222),
  };
}

function readAutoNcp(args: Fields): Complete<"AutoNCP">["args"] {
  const units = args.integer("units", WIDTH);
  const outputs = args.integer("output_size", WIDTH);
  if (outputs >= units - 2) {
    throw args.wrong(
      "output_size",
      `less than units - 2 = ${units - 2}`,
      "the rest are inter and command neurons",
    );
  }
  return {
    units,
    output_size: outputs,
    sparsity_level: args.number("sparsity_level", { min: 0.1, max: 1 }, 0.5),
    seed: args.integer("seed", LEGACY_SEED, 22222),
  };
}

/** The NCP that an AutoNCP stands for. Doubles and truncation as in Python: a density of 1 - 0.9 is 0.0999…. */
export function expandAutoNcp(args: Complete<"AutoNCP">["args"]): Complete<"NCP">["args"] {
  const density = 1 - args.sparsity_level;
  const hidden = args.units - args.output_size;
  const command = Math.max(Math.trunc(0.4 * hidden), 1);
  const inter = hidden - command;
  const fanout = Math.max(Math.trunc(command * density), 1);
  return {
    inter_neurons: inter,
    command_neurons: command,
    motor_neurons: args.output_size,
    sensory_fanout: Math.max(Math.trunc(inter * density), 1),
    inter_fanout: fanout,
    recurrent_command_synapses: Math.max(Math.trunc(command * density * 2), 1),
    motor_fanin: fanout,
    seed: args.seed,
  };
}

/** Number of neurons of a wiring, inputs not counted. */
export function wiringUnits(wiring: WiringConfig): number {
  if (wiring.type !== "NCP") return wiring.args.units;
  return wiring.args.inter_neurons + wiring.args.command_neurons + wiring.args.motor_neurons;
}

/** Number of output neurons: those with the lowest ids. */
export function wiringOutputs(wiring: WiringConfig): number {
  if (wiring.type === "NCP") return wiring.args.motor_neurons;
  if (wiring.type === "AutoNCP") return wiring.args.output_size;
  return wiring.args.output_dim ?? wiring.args.units;
}

/** Neuron ids of each layer in the order of computation: inter, command, motor for an NCP, else one layer. */
export function wiringLayers(wiring: CompleteWiring | WiringConfig): number[][] {
  const { type, args } = wiring;
  if (type === "FullyConnected" || type === "Random") return [idRange(0, args.units)];
  const {
    inter_neurons: inter,
    command_neurons: command,
    motor_neurons: motor,
  } = type === "NCP" ? args : expandAutoNcp({ sparsity_level: 0.5, seed: 22222, ...args });
  return [
    idRange(motor + command, inter), //
    idRange(motor, command),
    idRange(0, motor),
  ];
}

function idRange(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
