// What the trainer needs of a network: outputs of a sequence, and the gradient of a loss on the way back.

/** A tensor's place in the flat parameters. */
export interface ParameterRange {
  name: string;
  offset: number;
  length: number;
}

export interface ForwardOptions {
  /** [nSteps], above 0; null or absent: 1 throughout. */
  timespans?: Float32Array | null;
  /** [nState]; null or absent: zeros. */
  initialHidden?: Float32Array | null;
  /** [nCellMemory]; null or absent: zeros. */
  initialCell?: Float32Array | null;
}

export interface DifferentiableNetwork {
  readonly nInputs: number;
  readonly nOutputs: number;
  /** All trainable numbers, tensor after tensor; whoever writes them calls `update`. */
  readonly parameters: Float32Array;
  /** [nParameters]: what `backward` has added up since `zeroGradients`. */
  readonly gradient: Float32Array;
  readonly ranges: readonly ParameterRange[];
  /** Makes the parameters those that `forward` computes with. */
  update(): void;
  /** Outputs [nSteps, nOutputs] of input [nSteps, nInputs]; overwritten by the next call. */
  forward(input: Float32Array, options?: ForwardOptions): Float32Array;
  /** State after the last step of `forward`, [nState]; overwritten by the next call. */
  finalHidden(): Float32Array;
  /** Cell memory of an LSTM, of the network or of a mixed memory; null where there is none. */
  finalCell(): Float32Array | null;
  /** Adds the gradient of a loss whose gradient by the outputs of the last `forward` is [nSteps, nOutputs]. */
  backward(outputGradient: Float32Array): void;
  zeroGradients(): void;
}
