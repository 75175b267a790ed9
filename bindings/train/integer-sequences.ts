// Sequences on the integer core, in real numbers, with the state before every step.

import type { Core } from "../core/core.ts";
import { placeNetwork, Session } from "../core/session.ts";
import { compileInteger } from "../image/compile-integer.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import type { SequenceNetwork, SequenceOptions } from "./differentiable.ts";
import { growTo } from "./train-core.ts";

export class IntegerSequences implements SequenceNetwork {
  readonly #session: Session;
  readonly #nInputs: number;
  readonly #nOutputs: number;

  /** Takes the place of what the core ran before; its memory grows where that is too small. */
  constructor(core: Core, network: IntNetwork) {
    const compiled = compileInteger(network);
    growTo(core.memory, placeNetwork(compiled).memoryBytes);
    this.#session = Session.on(core, compiled);
    this.#nInputs = compiled.input.length;
    this.#nOutputs = compiled.output.length;
  }

  get finalHidden(): Float32Array {
    return this.#session.state;
  }

  get finalCell(): Float32Array {
    return this.#session.cellState;
  }

  forward(inputs: Float32Array, options: SequenceOptions = {}): Float32Array {
    const nSteps = this.#start(inputs, options);
    const output = new Float32Array(nSteps * this.#nOutputs);
    for (let t = 0; t < nSteps; t++) output.set(this.#step(inputs, options, t), t * this.#nOutputs);
    return output;
  }

  /** Outputs [nSteps, nOutputs], and [nSteps, both states] before each step. */
  run(inputs: Float32Array, options: SequenceOptions): { output: Float32Array; states: Float32Array } {
    const session = this.#session;
    const nSteps = this.#start(inputs, options);
    const output = new Float32Array(nSteps * this.#nOutputs);
    const nHidden = session.state.length;
    const nStates = nHidden + session.cellState.length;
    const states = new Float32Array(nSteps * nStates);
    for (let t = 0; t < nSteps; t++) {
      states.set(session.state, t * nStates);
      states.set(session.cellState, t * nStates + nHidden);
      output.set(this.#step(inputs, options, t), t * this.#nOutputs);
    }
    return { output, states };
  }

  /** Sets the initial states; the number of steps. */
  #start(inputs: Float32Array, { initialHidden, initialCell }: SequenceOptions): number {
    this.#session.reset();
    this.#session.setStates(initialHidden ?? null, initialCell ?? null);
    return inputs.length / this.#nInputs;
  }

  #step(inputs: Float32Array, { timespans }: SequenceOptions, t: number): Float32Array {
    return this.#session.step(inputs.subarray(t * this.#nInputs, (t + 1) * this.#nInputs), timespans?.[t]);
  }
}
