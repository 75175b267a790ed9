// Outputs and gradients of a network: the forward pass with the core's own bits, and backpropagation through time.

import { StepStatus } from "../core/exports.ts";
import { LiquidEdgeError } from "../errors.ts";
import { type CompiledNetwork, compile } from "../image/compile.ts";
import { writeChecksum } from "../image/records.ts";
import { REJECT_TEXTS } from "../image/reject-codes.ts";
import type { Model, Tensor } from "../network/model.ts";
import { type ParameterRange, Parameters } from "./parameters.ts";
import { growTo, loadTrainCore, type TrainCore } from "./train-core.ts";

/** Elapsed times and initial states of a sequence. */
export interface ForwardOptions {
  /** [steps], elapsed time of each step; 1 where absent. */
  timespans?: ArrayLike<number>;
  /** [units]; zeros where absent. */
  initialHidden?: ArrayLike<number>;
  /** [units] of networks with a second state; zeros where absent. */
  initialCell?: ArrayLike<number>;
  /**
   * [steps, units], or [steps, both states]: what the state is before each step, whatever the step before made of it. Their
   * gradients go straight through to the step before: of a forward pass elsewhere that rounds states, for one.
   */
  states?: ArrayLike<number>;
}

/** Gradients of the loss with respect to final states. */
export interface BackwardOptions {
  /** [units], dL/d(final state) where the loss depends on it; zeros where absent. */
  finalHiddenGradient?: ArrayLike<number>;
  /** The same of the cell memory, [units]; zeros where absent. */
  finalCellGradient?: ArrayLike<number>;
}

/** Consecutive regions of the training core's memory, bytes; each begins on a cache line. */
class Regions {
  end = 64;

  place(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }
}

/** The image, and where it and what belongs to it lie. */
interface NetworkRegions {
  compiled: CompiledNetwork;
  image: number;
  gradientImage: number;
  arena: number;
  adjoint: number;
  work: number;
  end: number;
  tapeStepBytes: number;
}

/** Where the vectors of a sequence of up to `capacity` steps lie. */
interface SequenceRegions {
  capacity: number;
  inputs: number;
  timespans: number;
  outputs: number;
  outputGradients: number;
  inputGradients: number;
  states: number;
  tape: number;
}

/**
 * Computes a model's outputs and their gradients, one sequence at a time. Gradients add up from one `backward` to the next,
 * which makes batches, until `zeroGradients`. All sums have one order: equal calls give equal bits.
 *
 * The trained values are `parameters`, a flat vector; `model` has its tensors as views of it. After a change of them call
 * `update`.
 */
export class Differentiator {
  readonly #parameters: Parameters;
  readonly #core: TrainCore;
  #network: NetworkRegions;
  #sequence: SequenceRegions;
  /** Steps on the tape; 0: none that fit the parameters. */
  #steps = 0;

  private constructor(model: Model, core: TrainCore) {
    this.#parameters = new Parameters(model);
    this.#core = core;
    this.#network = this.#placeNetwork();
    this.#sequence = this.#placeSequence(1);
    this.update();
  }

  /**
   * A differentiator of a copy of the model, which `model` gives back.
   * @param model complete and checked
   * @throws LiquidEdgeError `unavailable` when the network is too large for the core or for memory
   */
  static async create(model: Model): Promise<Differentiator> {
    return new Differentiator(model, await loadTrainCore());
  }

  /** The trained model: its tensors are views of `parameters`, masks those of the model it was made from or `setMasks`. */
  get model(): Model {
    return this.#parameters.model;
  }

  /** All trainable values, flat. Change them in place, then call `update`. */
  get parameters(): Float32Array {
    return this.#parameters.values;
  }

  /** The gradient that added up since `zeroGradients`, element for element as `parameters`. */
  get gradient(): Float32Array {
    return this.#parameters.gradient;
  }

  /** Which tensor lies where in `parameters` and `gradient`. */
  get ranges(): readonly ParameterRange[] {
    return this.#parameters.ranges;
  }

  /** The gradient by name of tensor; views of `gradient`. */
  get gradients(): Map<string, Float32Array> {
    return this.#parameters.gradients();
  }

  /** Sets `gradient` to 0, before a batch. */
  zeroGradients(): void {
    this.#parameters.gradient.fill(0);
  }

  /** Brings the image up to date with `parameters`. A tape of older values is gone: `forward` comes before `backward`. */
  update(): void {
    this.#parameters.write(this.#floats(this.#network.image, this.#network.compiled.image.length / 4));
    this.#steps = 0;
  }

  /**
   * Takes other connections out of the network, in place: masks by name of tensor, as `pruneMasks` draws them. Weights that
   * a prune mask takes out become 0, absent synapses keep their values without effect; the gradients of both stay 0.
   * Gradients so far and the tape are gone. It compiles the network anew, so not at every step.
   */
  setMasks(masks: ReadonlyMap<string, Tensor>): void {
    this.#parameters.setMasks(masks);
    this.#network = this.#placeNetwork();
    this.#sequence = this.#placeSequence(this.#sequence.capacity);
    this.update();
  }

  /** A copy of the image as it is, byte for byte what `compile` makes of `model` after `update`. */
  get image(): Uint8Array {
    const { length } = this.#network.compiled.image;
    const copy = new Uint8Array(this.#core.memory.buffer).slice(
      this.#network.image,
      this.#network.image + length,
    );
    writeChecksum(copy);
    return copy;
  }

  /**
   * Runs a sequence from its initial state and keeps what `backward` needs. To train on pieces of a long sequence
   * (truncated backpropagation through time), begin each piece at `finalHidden` and `finalCell` of the one before.
   * @param inputs [steps, nInputs]
   * @returns [steps, nOutputs], the bits that every engine gives
   * @throws RangeError on wrong lengths, inputs that are not finite, or elapsed times that are not positive
   */
  forward(inputs: ArrayLike<number>, options: ForwardOptions = {}): Float32Array {
    const { input, output, hidden, cell } = this.#network.compiled;
    const steps = inputs.length / input.length;
    if (!Number.isInteger(steps) || steps === 0)
      throw new RangeError(`"inputs" expected a multiple of ${input.length} values, got ${inputs.length}`);
    const { timespans, initialHidden, initialCell, states } = options;
    checkLength("timespans", timespans, steps);
    checkLength("initialHidden", initialHidden, hidden.length);
    checkLength("initialCell", initialCell, cell.length);
    checkLength("states", states, steps * (hidden.length + cell.length));

    this.#steps = 0;
    if (steps > this.#sequence.capacity) this.#sequence = this.#placeSequence(steps);
    const at = this.#sequence;
    const { exports } = this.#core;
    this.#floats(at.inputs, inputs.length).set(inputs);
    if (timespans === undefined) this.#floats(at.timespans, steps).fill(1);
    else this.#floats(at.timespans, steps).set(timespans);
    exports.reset(this.#network.image, this.#network.arena);
    if (initialHidden !== undefined)
      this.#floats(this.#network.arena + hidden.at, hidden.length).set(initialHidden);
    if (initialCell !== undefined) this.#floats(this.#network.arena + cell.at, cell.length).set(initialCell);
    if (states !== undefined) this.#floats(at.states, states.length).set(states);
    const status = exports.forward(
      this.#network.image,
      this.#network.arena,
      at.inputs,
      at.timespans,
      at.outputs,
      at.tape,
      steps,
      states === undefined ? 0 : at.states,
    );
    if (status === StepStatus.BAD_INPUT) throw new RangeError(`"inputs" expected finite float32 numbers`);
    if (status === StepStatus.BAD_TIME)
      throw new RangeError(`"timespans" expected positive finite float32 numbers`);
    this.#steps = steps;
    return this.#floats(at.outputs, steps * output.length).slice();
  }

  /** [units], the state after the last `forward`. */
  get finalHidden(): Float32Array {
    return this.#vector(this.#network.arena, this.#network.compiled.hidden);
  }

  /** [units] or, without a second state, [0]. */
  get finalCell(): Float32Array {
    return this.#vector(this.#network.arena, this.#network.compiled.cell);
  }

  /**
   * Backpropagates through the steps of the last `forward` and adds to `gradient`.
   * @param outputGradient [steps, nOutputs], dL/d(output)
   * @throws RangeError on a wrong length; Error without a `forward` since the last `update`
   */
  backward(outputGradient: ArrayLike<number>, options: BackwardOptions = {}): void {
    const { output, hidden, cell, arenaBytes, image } = this.#network.compiled;
    const steps = this.#steps;
    if (steps === 0) throw new Error("backward expected a forward since the last update");
    const { finalHiddenGradient, finalCellGradient } = options;
    checkLength("outputGradient", outputGradient, steps * output.length);
    checkLength("finalHiddenGradient", finalHiddenGradient, hidden.length);
    checkLength("finalCellGradient", finalCellGradient, cell.length);

    const at = this.#sequence;
    this.#floats(at.outputGradients, outputGradient.length).set(outputGradient);
    this.#floats(this.#network.adjoint, arenaBytes / 4).fill(0);
    if (finalHiddenGradient !== undefined)
      this.#floats(this.#network.adjoint + hidden.at, hidden.length).set(finalHiddenGradient);
    if (finalCellGradient !== undefined)
      this.#floats(this.#network.adjoint + cell.at, cell.length).set(finalCellGradient);
    this.#core.exports.backward(
      this.#network.image,
      this.#network.gradientImage,
      this.#network.adjoint,
      at.timespans,
      at.outputGradients,
      at.inputGradients,
      at.tape + steps * this.#network.tapeStepBytes,
      this.#network.work,
      steps,
    );
    const imageGradient = this.#floats(this.#network.gradientImage, image.length / 4);
    this.#parameters.collect(imageGradient);
    imageGradient.fill(0);
  }

  /** [steps, nInputs], dL/d(input) of the last `backward`. */
  get inputGradient(): Float32Array {
    const { input } = this.#network.compiled;
    return this.#floats(this.#sequence.inputGradients, this.#steps * input.length).slice();
  }

  /** [units], dL/d(initial state) of the last `backward`. */
  get initialHiddenGradient(): Float32Array {
    return this.#vector(this.#network.adjoint, this.#network.compiled.hidden);
  }

  /** [units] or, without a second state, [0]. */
  get initialCellGradient(): Float32Array {
    return this.#vector(this.#network.adjoint, this.#network.compiled.cell);
  }

  /** Compiles the model and puts it in the memory. */
  #placeNetwork(): NetworkRegions {
    const { exports, memory } = this.#core;
    const compiled = compile(this.model);
    const { image: bytes, arenaBytes } = compiled;
    const regions = new Regions();
    const image = regions.place(bytes.length);
    const gradientImage = regions.place(bytes.length);
    const arena = regions.place(arenaBytes);
    const adjoint = regions.place(arenaBytes);
    growTo(memory, regions.end);
    // Of an image before this one nothing may stay, least of all in the gradients.
    new Uint8Array(memory.buffer).fill(0);
    new Uint8Array(memory.buffer).set(bytes, image);
    const code = exports.check(image, bytes.length, arena, arenaBytes);
    if (code !== 0)
      throw new LiquidEdgeError("image-rejected", `image: ${REJECT_TEXTS[code] ?? `reject code ${code}`}`);
    const work = regions.place(exports.workBytes(image));
    const tapeStepBytes = exports.tapeStepBytes(image);
    return { compiled, image, gradientImage, arena, adjoint, work, end: regions.end, tapeStepBytes };
  }

  /** Places for sequences of up to `capacity` steps, behind the network's own. */
  #placeSequence(capacity: number): SequenceRegions {
    const { input, output, hidden, cell } = this.#network.compiled;
    const regions = new Regions();
    regions.end = this.#network.end;
    const place = (elements: number) => regions.place(4 * elements * capacity);
    const sequence = {
      capacity,
      inputs: place(input.length),
      timespans: place(1),
      outputs: place(output.length),
      outputGradients: place(output.length),
      inputGradients: place(input.length),
      states: place(hidden.length + cell.length),
      tape: regions.place(this.#network.tapeStepBytes * capacity),
    };
    growTo(this.#core.memory, regions.end);
    return sequence;
  }

  /** A view of the memory, valid until it grows. */
  #floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#core.memory.buffer, at, length);
  }

  #vector(base: number, { at, length }: { at: number; length: number }): Float32Array {
    return this.#floats(base + at, length).slice();
  }
}

function checkLength(name: string, values: ArrayLike<number> | undefined, expected: number): void {
  if (values === undefined || values.length === expected) return;
  throw new RangeError(`"${name}" expected length ${expected}, got ${values.length}`);
}
