// The trainable parameters of a model as one flat vector, and their way into the image and back: for optimisers, which
// work on flat vectors.

import { lower } from "../image/lower.ts";
import { NCPS_LSTM_ROWS, TORCH_LSTM_ROWS } from "../image/lower-gated.ts";
import type { LoweredLayer } from "../image/lowered.ts";
import type { Matrix } from "../image/parameters.ts";
import type { Model, Tensor } from "../network/model.ts";
import { pruneMaskName } from "../network/prune-mask.ts";
import { expectedTensors } from "../network/tensors.ts";
import { AbsLink, CopyLink, type Link, ReciprocalLink, SumLink } from "./links.ts";
import { ltcLinks } from "./links-ltc.ts";
import { findSlots, type Slots, tags, tagsOf } from "./slots.ts";

/** A tensor's place in the flat vector. */
export interface ParameterRange {
  /** Of the tensor in the checkpoint. */
  name: string;
  /** Of the tensor. */
  shape: number[];
  /** First element. */
  start: number;
  /** Behind the last element. */
  end: number;
}

export class Parameters {
  /** All trainable tensors one after the other, in the order of PyTorch's state_dict; masks are none. */
  readonly values: Float32Array;
  /** What backpropagation added up, element for element; 0 for pruned weights and synapses that do not exist. */
  readonly gradient: Float32Array;
  readonly ranges: readonly ParameterRange[];
  #model: Model;
  #links: readonly Link[];

  /** Copies the values of a complete, checked model. */
  constructor(source: Model) {
    let end = 0;
    this.ranges = expectedTensors(source)
      .filter(({ role }) => role === "parameter")
      .map(({ name, shape }) => {
        const start = end;
        end += shape.reduce((product, dim) => product * dim, 1);
        return { name, shape, start, end };
      });
    this.values = new Float32Array(end);
    this.gradient = new Float32Array(end);
    this.#model = withData(source, this.ranges, ({ name, start, end: rangeEnd }) => {
      const view = this.values.subarray(start, rangeEnd);
      view.set(source.tensors.get(name)!.data);
      return view;
    });
    this.#links = linksOf(this.#model, this.ranges);
  }

  /** The model whose trainable tensors are views of `values`. */
  get model(): Model {
    return this.#model;
  }

  /** Gives the model these masks beside its others; a weight that a prune mask takes out becomes 0, its gradient as well. */
  setMasks(masks: ReadonlyMap<string, Tensor>): void {
    this.#model = withMasks(this.#model, masks);
    for (const { name, start, end } of this.ranges) {
      const mask = masks.get(pruneMaskName(name))?.data;
      for (let i = start; mask !== undefined && i < end; i++) if (mask[i - start] === 0) this.values[i] = 0;
    }
    this.gradient.fill(0);
    this.#links = linksOf(this.#model, this.ranges);
  }

  /** The gradient by tensor; views of `gradient`. */
  gradients(): Map<string, Float32Array> {
    return new Map(this.ranges.map(({ name, start, end }) => [name, this.gradient.subarray(start, end)]));
  }

  /** Writes the values into an image of this model, except for its checksum. `image`: its words as floats. */
  write(image: Float32Array): void {
    for (const link of this.#links) link.write(this.values, image);
  }

  /** Adds an image of gradients to `gradient`, at the values of the last `write`. */
  collect(imageGradient: Float32Array): void {
    for (const link of this.#links) link.collect(imageGradient, this.gradient);
  }
}

/** The model with these masks beside its others. */
export function withMasks(model: Model, masks: ReadonlyMap<string, Tensor>): Model {
  return { ...model, tensors: new Map([...model.tensors, ...masks]) };
}

/** The model with other data in its trainable tensors; masks are shared. */
function withData(
  model: Model,
  ranges: readonly ParameterRange[],
  data: (range: ParameterRange) => Float32Array,
): Model {
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const range of ranges) tensors.set(range.name, { shape: range.shape, data: data(range) });
  return { ...model, tensors };
}

function linksOf(model: Model, ranges: readonly ParameterRange[]): Link[] {
  // Every parameter is tagged with its index, so that what lowering only copies says where it came from.
  const tagged = withData(model, ranges, ({ start, end }) => tags(1 + start, end - start));
  const lowered = lower(tagged);
  const slots = findSlots(lowered);
  const starts = new Map(ranges.map(({ name, start }) => [name, start]));
  const first = (tensor: string) => starts.get(tensor)!;
  const [copied, copies]: [parameters: number[], slots: number[]] = [[], []];
  const copy = (vector: Float32Array) => {
    const vectorSlots = slots.get(vector)!;
    tagsOf(vector).forEach((tag, i) => {
      if (tag === 0 || vectorSlots[i]! < 0) return;
      copied.push(tag - 1);
      copies.push(vectorSlots[i]!);
    });
  };
  const links = lowered.layers.flatMap((layer) => layerLinks(layer, model, slots, first, copy));
  return [new CopyLink(Int32Array.from(copied), Int32Array.from(copies)), ...links];
}

/** Links of what a layer computes from parameters; `copy` is told the vectors that are parameters themselves. */
function layerLinks(
  layer: LoweredLayer,
  model: Model,
  slots: Slots,
  first: (tensor: string) => number,
  copy: (vector: Float32Array) => void,
): Link[] {
  const copyMatrix = ({ weights, bias }: Matrix) => {
    copy(weights);
    copy(bias);
  };
  switch (layer.kind) {
    case "affine":
      copy(layer.w);
      copy(layer.b);
      return [];
    case "dense":
      copyMatrix(layer.matrix);
      return [];
    case "gate":
      copyMatrix(layer.target);
      copyMatrix(layer.rate);
      return [];
    case "ctrnn":
      copyMatrix(layer.matrix);
      return [new ReciprocalLink(first("tau"), slots.get(layer.leak)!)];
    case "cfc": {
      if (layer.mode !== "pure") {
        layer.heads.forEach(copyMatrix);
        return [];
      }
      copyMatrix(layer.ff1);
      copy(layer.bound);
      const prefix = layer.name === "cfc" ? "rnn_cell" : `rnn_cell.${layer.name}`;
      return [new AbsLink(first(`${prefix}.w_tau`), slots.get(layer.absTau)!)];
    }
    case "lstm":
      copy(layer.matrix.weights);
      return [lstmBias(layer.matrix, layer.out.length, model, slots, first)];
    case "gru": {
      copy(layer.resetUpdate.weights);
      copyMatrix(layer.fromInput);
      copyMatrix(layer.fromState);
      const rows = Array.from({ length: layer.resetUpdate.nOut }, (_, row) => row);
      const [ih, hh] = [first("rnn.bias_ih_l0"), first("rnn.bias_hh_l0")];
      return [biasSum(rows, ih, hh, slots.get(layer.resetUpdate.bias)!)];
    }
    case "ltc":
      if (model.class !== "ncps.torch.LTC" && model.class !== "liquid-edge.LTC")
        throw new Error(`layer ltc in a model of class ${model.class}`);
      return ltcLinks(layer, model.config, slots, first);
  }
}

/** The bias of an LSTM's four gates: torch's two biases added, or that of mixed memory, whose forget gate has 1 more. */
function lstmBias(
  { bias }: Matrix,
  n: number,
  model: Model,
  slots: Slots,
  first: (tensor: string) => number,
): Link {
  const rows = (blocks: readonly number[]) =>
    blocks.flatMap((block) => Array.from({ length: n }, (_, r) => block * n + r));
  const biasSlots = slots.get(bias)!;
  if (model.class === "torch.nn.LSTM") {
    return biasSum(rows(TORCH_LSTM_ROWS), first("rnn.bias_ih_l0"), first("rnn.bias_hh_l0"), biasSlots);
  }
  const start = first("lstm.input_map.bias");
  const order = rows(NCPS_LSTM_ROWS);
  return new SumLink(
    order.map((row) => start + row),
    { constants: order.map((row) => (Math.floor(row / n) === 2 ? 1 : 0)) },
    biasSlots,
  );
}

function biasSum(rows: number[], a: number, b: number, slots: Int32Array): Link {
  return new SumLink(
    rows.map((row) => a + row),
    { parameters: rows.map((row) => b + row) },
    slots,
  );
}
