// What the trainer needs of a network: outputs of a sequence, and the gradient of a loss on the way back. `Differentiator`
// is one; tests have others.

import type { Model, Tensor } from "../network/model.ts";

/** A tensor's place in the flat parameters. */
export interface FlatRange {
  name: string;
  /** First element. */
  start: number;
  /** Behind the last element. */
  end: number;
}

export interface SequenceOptions {
  /** [nSteps], above 0; absent: 1 throughout. */
  timespans?: Float32Array;
  /** [nState]; absent: zeros. */
  initialHidden?: Float32Array;
  /** [nCellMemory]; absent: zeros. */
  initialCell?: Float32Array;
}

/** One whose connections can be taken out while it is trained. */
export interface PrunableNetwork extends DifferentiableNetwork {
  /** Its tensors are views of `parameters`. */
  readonly model: Model;
  /** Takes other masks in place, and the weights that they take out become 0; gradients so far are gone. */
  setMasks(masks: ReadonlyMap<string, Tensor>): void;
}

/** What runs sequences. */
export interface SequenceNetwork {
  /** State after the last step of `forward`, [nState]. */
  readonly finalHidden: Float32Array;
  /** The same of a cell memory; empty where there is none. */
  readonly finalCell: Float32Array;
  /** Outputs [nSteps, nOutputs] of inputs [nSteps, nInputs]. */
  forward(inputs: Float32Array, options?: SequenceOptions): Float32Array;
}

/** A network with parameters and the gradient of a loss. */
export interface DifferentiableNetwork extends SequenceNetwork {
  /** All trainable numbers, tensor after tensor; whoever writes them calls `update`. */
  readonly parameters: Float32Array;
  /** [nParameters]: what `backward` has added up since `zeroGradients`. */
  readonly gradient: Float32Array;
  /** Which tensor lies where in `parameters` and `gradient`. */
  readonly ranges: readonly FlatRange[];
  /** Told before each epoch: what is to be the same for all steps of one is decided there. */
  startEpoch?(): void;
  /** Makes the parameters those that `forward` computes with. */
  update(): void;
  /** Adds the gradient of a loss whose gradient by the outputs of the last `forward` is [nSteps, nOutputs]. */
  backward(outputGradient: Float32Array): void;
  /** Sets `gradient` to 0, before a batch. */
  zeroGradients(): void;
}
