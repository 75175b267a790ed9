// Quantization-aware training (Jacob and others 2018, arXiv 1712.05877, section 3): outputs are those of the integer core with
// the current weights, rounded; gradients go straight through the rounding (Bengio and others 2013, arXiv 1308.3432). Each
// step of the float network is differentiated from the state that the integers were in before it.

import { type Core, hasSimd, loadCore } from "../core/core.ts";
import { lower } from "../image/lower.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import type { Model, Tensor } from "../network/model.ts";
import { plainQuantizer, type QuantizeOptions } from "../quantize/quantize.ts";
import type { FlatRange, PrunableNetwork, SequenceOptions } from "./differentiable.ts";
import { Differentiator } from "./differentiator.ts";
import { IntegerSequences } from "./integer-sequences.ts";

/** A float network that answers as its integers would, for training with integers in mind. */
export class QuantizedNetwork implements PrunableNetwork {
  readonly #network: Differentiator;
  readonly #core: Core;
  readonly #options: QuantizeOptions;
  readonly #nOutputs: number;
  readonly #nInputs: number;
  #quantizer: (model: Model) => IntNetwork;
  /** Null: the weights are not finite, and have no integers. */
  #integers: IntegerSequences | null = null;
  /** What `backward` needs of the last `forward`. */
  #last: { inputs: Float32Array; timespans: Float32Array | null; states: Float32Array } | null = null;

  private constructor(network: Differentiator, core: Core, options: QuantizeOptions) {
    this.#network = network;
    this.#core = core;
    this.#options = options;
    const { input, output } = lower(network.model);
    this.#nInputs = input.length;
    this.#nOutputs = output.length;
    this.#quantizer = plainQuantizer(network.model, options);
    this.update();
  }

  /**
   * A network to train of a copy of the model. Formats of its integers are chosen by a calibration now and by each
   * `startEpoch`.
   * @throws LiquidEdgeError `bad-input`, `unavailable` as `quantize` does; later `unavailable` when weights grow out of range
   */
  static async create(model: Model, options: QuantizeOptions): Promise<QuantizedNetwork> {
    const network = await Differentiator.create(model);
    return new QuantizedNetwork(network, await loadCore(hasSimd() ? "simd" : "scalar", 1), options);
  }

  get model(): Model {
    return this.#network.model;
  }

  get parameters(): Float32Array {
    return this.#network.parameters;
  }

  get gradient(): Float32Array {
    return this.#network.gradient;
  }

  get ranges(): readonly FlatRange[] {
    return this.#network.ranges;
  }

  /** [nState] in real numbers. */
  get finalHidden(): Float32Array {
    return this.#integers?.finalHidden ?? this.#network.finalHidden;
  }

  get finalCell(): Float32Array {
    return this.#integers?.finalCell ?? this.#network.finalCell;
  }

  zeroGradients(): void {
    this.#network.zeroGradients();
  }

  startEpoch(): void {
    this.#quantizer = plainQuantizer(this.model, this.#options);
    this.update();
  }

  update(): void {
    this.#network.update();
    this.#last = null;
    this.#integers = this.parameters.every(Number.isFinite)
      ? new IntegerSequences(this.#core, this.#quantizer(this.model))
      : null;
  }

  setMasks(masks: ReadonlyMap<string, Tensor>): void {
    this.#network.setMasks(masks);
    this.update();
  }

  /** The outputs of the integers; NaN of weights that are not finite. */
  forward(inputs: Float32Array, options: SequenceOptions = {}): Float32Array {
    const nSteps = inputs.length / this.#nInputs;
    if (this.#integers === null) return new Float32Array(nSteps * this.#nOutputs).fill(Number.NaN);
    const { output, states } = this.#integers.run(inputs, options);
    this.#last = { inputs: inputs.slice(), timespans: options.timespans?.slice() ?? null, states };
    return output;
  }

  /** As if the float network had given the outputs of the last `forward`. */
  backward(outputGradient: Float32Array): void {
    if (this.#integers === null) return;
    if (this.#last === null) throw new Error("backward expected a forward since the last update");
    const { inputs, timespans, states } = this.#last;
    this.#network.forward(inputs, { states, ...(timespans === null ? {} : { timespans }) });
    this.#network.backward(outputGradient);
  }
}
