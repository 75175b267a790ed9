// The smallest network with a memory and a gradient: h' = tanh(decay h + W x + b), output h. Stands in for the training
// core where a test is about what happens around it; each derivative is written out.

import type {
  DifferentiableNetwork,
  FlatRange,
  SequenceOptions,
} from "../../bindings/train/differentiable.ts";

export class LeakyNetwork implements DifferentiableNetwork {
  readonly nInputs: number;
  readonly nOutputs: number;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly ranges: readonly FlatRange[];
  /** Copies that `forward` computes with, so that a forgotten `update` shows. */
  #used: Float32Array;
  #input = new Float32Array(0);
  /** [nSteps + 1, n] */
  #states = new Float32Array(0);

  constructor(nInputs: number, nOutputs: number, start = 0.1) {
    this.nInputs = nInputs;
    this.nOutputs = nOutputs;
    const n = nOutputs;
    this.ranges = [
      { name: "decay", start: 0, end: n },
      { name: "weight", start: n, end: n + n * nInputs },
      { name: "bias", start: n + n * nInputs, end: 2 * n + n * nInputs },
    ];
    this.parameters = Float32Array.from({ length: n * (nInputs + 2) }, (_, i) => start * Math.sin(i + 1));
    this.gradient = new Float32Array(this.parameters.length);
    this.#used = this.parameters.slice();
  }

  update(): void {
    this.#used = this.parameters.slice();
  }

  zeroGradients(): void {
    this.gradient.fill(0);
  }

  forward(input: Float32Array, { initialHidden }: SequenceOptions = {}): Float32Array {
    const { nInputs, nOutputs: n } = this;
    const nSteps = input.length / nInputs;
    const p = this.#used;
    const states = new Float32Array((nSteps + 1) * n);
    if (initialHidden) states.set(initialHidden);
    for (let t = 0; t < nSteps; t++) {
      for (let j = 0; j < n; j++) {
        let sum = p[j]! * states[t * n + j]! + p[n + n * nInputs + j]!;
        for (let i = 0; i < nInputs; i++) sum += p[n + j * nInputs + i]! * input[t * nInputs + i]!;
        states[(t + 1) * n + j] = Math.tanh(sum);
      }
    }
    this.#input = input.slice();
    this.#states = states;
    return states.subarray(n);
  }

  get finalHidden(): Float32Array {
    return this.#states.subarray(this.#states.length - this.nOutputs);
  }

  get finalCell(): Float32Array {
    return new Float32Array(0);
  }

  backward(outputGradient: Float32Array): void {
    const { nInputs, nOutputs: n } = this;
    const g = this.gradient;
    const back = new Float64Array(n);
    for (let t = outputGradient.length / n - 1; t >= 0; t--) {
      for (let j = 0; j < n; j++) {
        const h = this.#states[(t + 1) * n + j]!;
        const d = (back[j]! + outputGradient[t * n + j]!) * (1 - h * h);
        g[j]! += d * this.#states[t * n + j]!;
        for (let i = 0; i < nInputs; i++) g[n + j * nInputs + i]! += d * this.#input[t * nInputs + i]!;
        g[n + n * nInputs + j]! += d;
        back[j] = d * this.#used[j]!;
      }
    }
  }
}
