// Any network with a gradient by central differences of the float64 reference: slow, obvious, and independent of every line
// of backpropagation.

import { modelWidths } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import type {
  DifferentiableNetwork,
  FlatRange,
  SequenceOptions,
} from "../../bindings/train/differentiable.ts";
import { withParameters } from "../../bindings/train/trained-model.ts";
import { type ReferenceRun, runReference } from "../reference/run-model.ts";

const H = 2 ** -8;

export class NumericNetwork implements DifferentiableNetwork {
  readonly nInputs: number;
  readonly nOutputs: number;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly ranges: readonly FlatRange[];
  #model: Model;
  #last: { input: Float32Array; options: SequenceOptions; run: ReferenceRun } | null = null;

  constructor(model: Model) {
    ({ inputs: this.nInputs, outputs: this.nOutputs } = modelWidths(model));
    const trained = expectedTensors(model).filter(({ role }) => role === "parameter");
    let offset = 0;
    this.ranges = trained.map(({ name }) => {
      const { length } = model.tensors.get(name)!.data;
      offset += length;
      return { name, start: offset - length, end: offset };
    });
    this.parameters = Float32Array.from(trained.flatMap(({ name }) => [...model.tensors.get(name)!.data]));
    this.gradient = new Float32Array(this.parameters.length);
    this.#model = model;
  }

  update(): void {
    this.#model = withParameters(this.#model, this.ranges, this.parameters);
  }

  zeroGradients(): void {
    this.gradient.fill(0);
  }

  forward(input: Float32Array, options: SequenceOptions = {}): Float32Array {
    const run = this.#run(this.#model, input, options);
    this.#last = { input: input.slice(), options, run };
    return Float32Array.from(run.output);
  }

  get finalHidden(): Float32Array {
    return Float32Array.from(this.#last!.run.finalH);
  }

  get finalCell(): Float32Array {
    const { finalC } = this.#last!.run;
    return Float32Array.from(finalC ?? []);
  }

  backward(outputGradient: Float32Array): void {
    const { input, options } = this.#last!;
    const value = (shifted: Float32Array) => {
      const { output } = this.#run(withParameters(this.#model, this.ranges, shifted), input, options);
      return output.reduce((sum, y, i) => sum + y * outputGradient[i]!, 0);
    };
    this.parameters.forEach((p, i) => {
      const [above, below] = [this.parameters.with(i, p + H), this.parameters.with(i, p - H)];
      this.gradient[i]! += (value(above) - value(below)) / (above[i]! - below[i]!);
    });
  }

  #run(
    model: Model,
    input: Float32Array,
    { timespans, initialHidden, initialCell }: SequenceOptions,
  ): ReferenceRun {
    const nSteps = input.length / this.nInputs;
    const values = (data: Float32Array | null | undefined, shape: number[]) =>
      data ? { shape, data } : null;
    return runReference(
      model,
      { shape: [1, nSteps, this.nInputs], data: input },
      {
        timespans: values(timespans, [1, nSteps]),
        initialH: values(initialHidden, [1, initialHidden?.length ?? 0]),
        initialC: values(initialCell, [1, initialCell?.length ?? 0]),
      },
    );
  }
}
