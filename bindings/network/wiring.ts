// The synapses that ncps draws for its four wirings, reproduced draw by draw from numpy's generators.
// Sources: ncps 1.0.1 (commit 695ec22), ncps/wirings/wirings.py, as behaviour; the oddities noted below are its own.
import { complain } from "../errors.ts";
import type { WiringConfig } from "./model.ts";
import { Generator, LegacyRandom, type WiringRandom } from "./random.ts";
import {
  type CompleteWiring,
  expandAutoNcp,
  parseWiring,
  wiringLayers,
  wiringOutputs,
  wiringUnits,
} from "./wiring-config.ts";

/** A wiring with its synapses. -1 is an inhibitory synapse, +1 an excitatory one, 0 none. */
export interface Wiring {
  type: WiringConfig["type"];
  /** Neurons. */
  units: number;
  /** Sensors. */
  inputs: number;
  /** Number of output neurons: ids 0 to outputDim - 1. */
  outputDim: number;
  /** Neuron ids of each layer: inter, command, motor for NCP and AutoNCP, else one layer. */
  layers: number[][];
  /** [units, units] row-major: [source, destination]. */
  adjacency: Int8Array;
  /** [inputs, units] row-major: [input, destination]. */
  sensoryAdjacency: Int8Array;
}

/** Largest wiring that is drawn: its matrix has 2^24 entries. Checkpoints bring their masks and may be larger. */
const MAX_DRAWN_UNITS = 4096;

/**
 * The wiring that ncps builds for `config` and this number of inputs: equal arguments give equal synapses.
 * Throws `bad-config` for arguments that ncps refuses or that exceed 4096 neurons or inputs.
 */
export function buildWiring(config: WiringConfig, inputs: number, source = "wiring"): Wiring {
  const wiring = parseWiring(config, source, "wiring");
  const units = wiringUnits(wiring);
  const sizes = [
    ["inputs", inputs],
    ["units", units],
  ] as const;
  for (const [field, size] of sizes) {
    if (Number.isInteger(size) && size >= 1 && size <= MAX_DRAWN_UNITS) continue;
    throw complain("bad-config", source, {
      field,
      expected: `an integer from 1 to ${MAX_DRAWN_UNITS}`,
      found: String(size),
    });
  }
  const built: Wiring = {
    type: wiring.type,
    units,
    inputs,
    outputDim: wiringOutputs(wiring),
    layers: wiringLayers(wiring),
    adjacency: new Int8Array(units * units),
    sensoryAdjacency: new Int8Array(inputs * units),
  };
  draw(wiring, built);
  return built;
}

/** Number of synapses in an adjacency matrix. */
export function countSynapses(adjacency: Int8Array): number {
  return adjacency.reduce((count, polarity) => count + (polarity === 0 ? 0 : 1), 0);
}

function draw(wiring: CompleteWiring, built: Wiring): void {
  if (wiring.type === "FullyConnected") drawFullyConnected(wiring.args, built);
  else if (wiring.type === "Random") drawRandom(wiring.args, built);
  else new NcpDrawing(wiring.type === "NCP" ? wiring.args : expandAutoNcp(wiring.args), built).drawAll();
}

/** Two thirds of the synapses of FullyConnected and Random are excitatory. */
function mostlyExcitatory(random: WiringRandom): number {
  return random.below(3) === 0 ? -1 : 1;
}

type Args<Type extends CompleteWiring["type"]> = Extract<CompleteWiring, { type: Type }>["args"];

function drawFullyConnected(
  args: Args<"FullyConnected">,
  { units, adjacency, sensoryAdjacency }: Wiring,
): void {
  const random = new Generator(args.erev_init_seed);
  for (let pair = 0; pair < adjacency.length; pair++) {
    const isSelf = Math.floor(pair / units) === pair % units;
    if (!isSelf || args.self_connections) adjacency[pair] = mostlyExcitatory(random);
  }
  for (let pair = 0; pair < sensoryAdjacency.length; pair++)
    sensoryAdjacency[pair] = mostlyExcitatory(random);
}

function drawRandom(args: Args<"Random">, { adjacency, sensoryAdjacency }: Wiring): void {
  const random = new Generator(args.random_seed);
  const choosePairs = (matrix: Int8Array) =>
    random.choose(matrix.length, roundHalfEven(matrix.length * (1 - args.sparsity_level)));
  for (const pair of choosePairs(adjacency)) adjacency[pair] = mostlyExcitatory(random);
  for (const pair of choosePairs(sensoryAdjacency)) {
    mostlyExcitatory(random); // ncps draws the polarity of a sensory synapse twice; the second draw counts
    sensoryAdjacency[pair] = mostlyExcitatory(random);
  }
}

/** As numpy.round: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The four groups of synapses of an NCP, in ncps' order of drawing. A pair drawn twice keeps the later polarity. */
class NcpDrawing {
  readonly #args: Args<"NCP">;
  readonly #wiring: Wiring;
  readonly #random: LegacyRandom;
  readonly #inter: number[];
  readonly #command: number[];
  readonly #motor: number[];

  constructor(args: Args<"NCP">, wiring: Wiring) {
    this.#args = args;
    this.#wiring = wiring;
    this.#random = new LegacyRandom(args.seed);
    [this.#inter, this.#command, this.#motor] = wiring.layers as [number[], number[], number[]];
  }

  drawAll(): void {
    this.#drawSensory();
    this.#drawInterToCommand();
    this.#drawCommandToCommand();
    this.#drawCommandToMotor();
  }

  #drawSensory(): void {
    const { units, inputs, sensoryAdjacency } = this.#wiring;
    const sensors = Array.from({ length: inputs }, (_, i) => i);
    const connect = (sensor: number, neuron: number) => {
      sensoryAdjacency[sensor * units + neuron] = this.#polarity();
    };
    const unreached = new Set(this.#inter);
    for (const sensor of sensors) {
      for (const neuron of this.#pick(this.#inter, this.#args.sensory_fanout)) {
        unreached.delete(neuron);
        connect(sensor, neuron);
      }
    }
    const meanFanIn = Math.trunc((inputs * this.#args.sensory_fanout) / this.#inter.length);
    for (const neuron of unreached) {
      for (const sensor of this.#pick(sensors, clip(meanFanIn, inputs))) connect(sensor, neuron);
    }
  }

  #drawInterToCommand(): void {
    const unreached = new Set(this.#command);
    for (const source of this.#inter) {
      for (const target of this.#pick(this.#command, this.#args.inter_fanout)) {
        unreached.delete(target);
        this.#connect(source, target);
      }
    }
    const meanFanIn = Math.trunc((this.#inter.length * this.#args.inter_fanout) / this.#command.length);
    for (const target of unreached) {
      // The bound is the number of command neurons, as ncps has it, although inter neurons are picked.
      for (const source of this.#pick(this.#inter, clip(meanFanIn, this.#command.length))) {
        this.#connect(source, target);
      }
    }
  }

  #drawCommandToCommand(): void {
    for (let i = 0; i < this.#args.recurrent_command_synapses; i++) {
      const source = this.#command[this.#random.below(this.#command.length)]!;
      const target = this.#command[this.#random.below(this.#command.length)]!;
      this.#connect(source, target);
    }
  }

  #drawCommandToMotor(): void {
    const silent = new Set(this.#command);
    for (const target of this.#motor) {
      for (const source of this.#pick(this.#command, this.#args.motor_fanin)) {
        silent.delete(source);
        this.#connect(source, target);
      }
    }
    const meanFanOut = Math.trunc((this.#motor.length * this.#args.motor_fanin) / this.#command.length);
    for (const source of silent) {
      for (const target of this.#pick(this.#motor, clip(meanFanOut, this.#motor.length))) {
        this.#connect(source, target);
      }
    }
  }

  #connect(source: number, target: number): void {
    this.#wiring.adjacency[source * this.#wiring.units + target] = this.#polarity();
  }

  #pick(layer: number[], count: number): number[] {
    return this.#random.choose(layer.length, count).map((i) => layer[i]!);
  }

  #polarity(): number {
    return this.#random.below(2) === 0 ? -1 : 1;
  }
}

/** At least 1, at most `max`. */
function clip(value: number, max: number): number {
  return Math.min(Math.max(value, 1), max);
}
