// What lower-ltc.ts computes from an LTC's parameters, and the chain rule of it.

import type { LoweredLayer } from "../image/lowered.ts";
import type { Synapses } from "../image/parameters.ts";
import type { LtcConfig } from "../network/model.ts";
import { CopyLink, type Link, ScaleLink } from "./links.ts";
import { PositiveValues } from "./positive.ts";
import type { Slots } from "./slots.ts";

type LtcLayer = Extract<LoweredLayer, { kind: "ltc" }>;

/** Links of the cell itself. `first`: index of a tensor's first element in the flat parameters. */
export function ltcLinks(
  layer: LtcLayer,
  config: LtcConfig,
  slots: Slots,
  first: (tensor: string) => number,
): Link[] {
  return [
    ...synapseLinks(layer.sensory, "rnn_cell.sensory_", config, slots, first),
    ...synapseLinks(layer.recurrent, "rnn_cell.", config, slots, first),
    new CapacityLink(range(first("rnn_cell.cm"), config.units), config, slots.get(layer.membrane)!),
    new LeakLink(
      range(first("rnn_cell.gleak"), config.units),
      first("rnn_cell.vleak"),
      config,
      slots.get(layer.leak)!,
      slots.get(layer.leakCurrent)!,
    ),
  ];
}

/** Of the synapses that exist; the others have no place in a sparse image, and in a dense one no gradient. */
function synapseLinks(
  synapses: Synapses,
  prefix: string,
  config: LtcConfig,
  slots: Slots,
  first: (tensor: string) => number,
): Link[] {
  const present: number[] = [];
  synapses.mask.forEach((exists, i) => {
    if (exists !== 0) present.push(i);
  });
  const pick = (vector: Float32Array) => Int32Array.from(present, (i) => slots.get(vector)![i]!);
  const parameters = (field: string) => Int32Array.from(present, (i) => first(prefix + field) + i);
  return [
    new ScaleLink(-Math.LOG2E, parameters("sigma"), pick(synapses.k)),
    new CopyLink(parameters("mu"), pick(synapses.mu)),
    new StrengthLink(parameters("w"), parameters("erev"), config, pick(synapses.w), pick(synapses.wErev)),
  ];
}

/** w = P(raw w), and w erev. */
class StrengthLink implements Link {
  readonly #w: PositiveValues;
  readonly #erev: Int32Array;
  readonly #erevValues: Float32Array;
  readonly #wSlots: Int32Array;
  readonly #currentSlots: Int32Array;

  constructor(
    w: Int32Array,
    erev: Int32Array,
    config: LtcConfig,
    wSlots: Int32Array,
    currentSlots: Int32Array,
  ) {
    this.#w = new PositiveValues(w, config.implicit_param_constraints);
    this.#erev = erev;
    this.#erevValues = new Float32Array(erev.length);
    this.#wSlots = wSlots;
    this.#currentSlots = currentSlots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#w.read(parameters);
    const { values } = this.#w;
    for (let i = 0; i < values.length; i++) {
      const erev = parameters[this.#erev[i]!]!;
      this.#erevValues[i] = erev;
      image[this.#wSlots[i]!] = values[i]!;
      image[this.#currentSlots[i]!] = values[i]! * erev;
    }
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    const { values } = this.#w;
    for (let i = 0; i < values.length; i++) {
      const current = imageGradient[this.#currentSlots[i]!]!;
      this.#w.add(gradient, i, imageGradient[this.#wSlots[i]!]! + current * this.#erevValues[i]!);
      gradient[this.#erev[i]!]! += current * values[i]!;
    }
  }
}

/** cm = P(raw cm); 1 / cm for the explicit solvers. */
class CapacityLink implements Link {
  readonly #cm: PositiveValues;
  readonly #isFused: boolean;
  readonly #slots: Int32Array;

  constructor(cm: Int32Array, config: LtcConfig, slots: Int32Array) {
    this.#cm = new PositiveValues(cm, config.implicit_param_constraints);
    this.#isFused = config.solver === "fused";
    this.#slots = slots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#cm.read(parameters);
    this.#slots.forEach((slot, j) => {
      const cm = this.#cm.values[j]!;
      image[slot] = this.#isFused ? cm : 1 / cm;
    });
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    this.#slots.forEach((slot, j) => {
      const cm = this.#cm.values[j]!;
      this.#cm.add(gradient, j, this.#isFused ? imageGradient[slot]! : -imageGradient[slot]! / (cm * cm));
    });
  }
}

/** gleak = P(raw gleak), + epsilon for the fused solver, and gleak vleak. */
class LeakLink implements Link {
  readonly #gleak: PositiveValues;
  readonly #firstVleak: number;
  readonly #vleak: Float32Array;
  readonly #epsilon: number;
  readonly #leakSlots: Int32Array;
  readonly #currentSlots: Int32Array;

  constructor(
    gleak: Int32Array,
    firstVleak: number,
    config: LtcConfig,
    leakSlots: Int32Array,
    currentSlots: Int32Array,
  ) {
    this.#gleak = new PositiveValues(gleak, config.implicit_param_constraints);
    this.#firstVleak = firstVleak;
    this.#vleak = new Float32Array(gleak.length);
    this.#epsilon = config.solver === "fused" ? config.epsilon : 0;
    this.#leakSlots = leakSlots;
    this.#currentSlots = currentSlots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#gleak.read(parameters);
    this.#gleak.values.forEach((gleak, j) => {
      const vleak = parameters[this.#firstVleak + j]!;
      this.#vleak[j] = vleak;
      image[this.#leakSlots[j]!] = gleak + this.#epsilon;
      image[this.#currentSlots[j]!] = gleak * vleak;
    });
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    this.#gleak.values.forEach((gleak, j) => {
      const current = imageGradient[this.#currentSlots[j]!]!;
      this.#gleak.add(gradient, j, imageGradient[this.#leakSlots[j]!]! + current * this.#vleak[j]!);
      gradient[this.#firstVleak + j]! += current * gleak;
    });
  }
}

function range(first: number, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => first + i);
}
