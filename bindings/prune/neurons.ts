// Whole neurons taken out: a smaller network with smaller tensors. A neuron's score is the sum of the scores of all weights
// into and out of it, the readout's included; of each population the neurons of the smallest scores go. What a removed
// neuron still said is lost: the others see it as if it were 0 for ever.
//
// A training takes them out by masks first, of all weights into and out of them: what is masked like that says nothing to anybody, so
// that the network without it is the same function. `withoutMaskedNeurons` makes that network.
import { complain } from "../errors.ts";
import { checkTensors } from "../network/check-tensors.ts";
import type { Model, Tensor } from "../network/model.ts";
import { isWeightMatrix, PRUNE_MASK_PREFIX, pruneMaskName } from "../network/prune-mask.ts";
import { type Axes, type Axis, axesOf, type Population, removablePopulations } from "./axes.ts";
import { resized } from "./resize.ts";
import { isSynapses, presentWeights, weightScores, wiredWeights, wiringMaskName } from "./weights.ts";

/** Neurons that were taken out of a layer, by their number in it, and how many it had. */
export interface RemovedNeurons {
  layer: string;
  neurons: number[];
  of: number;
}

/**
 * The model without the given share of the neurons of each of its layers; one neuron of each stays in any case, outputs
 * always do.
 * @throws LiquidEdgeError `bad-config` for a network whose neurons are all outputs
 */
export function removeNeurons(
  model: Model,
  sparsity: number,
  source: string,
): { model: Model; removed: RemovedNeurons[] } {
  const axes = axesOf(model);
  const populations = removable(model, axes, source);
  const kept = keptNeurons(model, axes, populations, sparsity);
  const removed = populations.map(({ name, size }): RemovedNeurons => {
    const stay = new Set(kept.get(name));
    return { layer: name, neurons: idsOf(size).filter((id) => !stay.has(id)), of: size };
  });
  return { model: cut(model, axes, kept, source), removed };
}

/**
 * Masks that take the given share of neurons out, by the name of their tensor, as `pruneMasks` gives them: 0 for every weight
 * into and out of one that goes, readouts included. Neurons that are masked already go first.
 * @throws LiquidEdgeError `bad-config` for a network whose neurons are all outputs
 */
export function neuronMasks(model: Model, sparsity: number, source = "model"): Map<string, Tensor> {
  const axes = axesOf(model);
  const kept = keptNeurons(model, axes, removable(model, axes, source), sparsity);
  const masks = new Map<string, Tensor>();
  for (const [tensor, [rows, columns]] of axes) {
    if (!isWeights(tensor)) continue;
    const { shape } = model.tensors.get(tensor)!;
    const [ofRow, ofColumn] = [rows!, columns!].map((axis) => presence(axis, kept));
    const width = ofColumn!.length;
    const data = Float32Array.from(
      presentWeights(model, tensor),
      (present, i) => present * ofRow![Math.floor(i / width)]! * ofColumn![i % width]!,
    );
    const name = isSynapses(tensor) ? wiringMaskName(tensor)! : pruneMaskName(tensor);
    masks.set(name, { shape: [...shape], data });
  }
  return masks;
}

/** The model without the neurons of which no weight is left, and without prune masks that take nothing out. */
export function withoutMaskedNeurons(model: Model, source = "model"): Model {
  const axes = axesOf(model);
  const left = sumsOf(axes, (tensor) => presentWeights(model, tensor));
  const kept = new Map(
    removablePopulations(axes).map(({ name, size }): [string, number[]] => {
      const ids = idsOf(size).filter((id) => left.get(name)![id]! > 0);
      return [name, ids.length === 0 ? [0] : ids];
    }),
  );
  const smaller = cut(model, axes, kept, source);
  const takesNothing = ([name, { data }]: [string, Tensor]) => {
    if (!name.startsWith(PRUNE_MASK_PREFIX)) return false;
    const wired = wiredWeights(smaller, name.slice(PRUNE_MASK_PREFIX.length));
    return data.every((one, i) => one !== 0 || wired[i] === 0);
  };
  return { ...smaller, tensors: new Map([...smaller.tensors].filter((entry) => !takesNothing(entry))) };
}

const idsOf = (size: number) => Array.from({ length: size }, (_, i) => i);
const isWeights = (tensor: string) => isWeightMatrix(tensor) || isSynapses(tensor);

/** Populations that neurons may go from, one at least. */
function removable(model: Model, axes: Axes, source: string): Population[] {
  const populations = removablePopulations(axes);
  if (populations.length > 0) return populations;
  throw complain("bad-config", source, {
    expected: "a network with neurons that are not its outputs",
    found: `${model.class} without`,
    hint: "a readout makes the state removable; prune weights instead",
  });
}

/** By population the neurons that stay, ascending: all but those of the smallest scores. */
function keptNeurons(
  model: Model,
  axes: Axes,
  populations: readonly Population[],
  sparsity: number,
): Map<string, number[]> {
  const scores = sumsOf(axes, (tensor) => weightScores(model, tensor));
  return new Map(
    populations.map(({ name, size }): [string, number[]] => {
      const score = scores.get(name) ?? new Float64Array(size);
      const count = Math.min(size - 1, Math.round(sparsity * size));
      const out = new Set(
        idsOf(size)
          .sort((a, b) => score[a]! - score[b]! || a - b)
          .slice(0, count),
      );
      return [name, idsOf(size).filter((id) => !out.has(id))];
    }),
  );
}

/** Of each place of an axis 1 if its neuron stays. */
function presence(axis: Axis, kept: ReadonlyMap<string, readonly number[]>): number[] {
  return axis.flatMap(({ name, size }) => {
    const stay = kept.get(name);
    return idsOf(size).map((id) => (stay === undefined || stay.includes(id) ? 1 : 0));
  });
}

function cut(model: Model, axes: Axes, kept: ReadonlyMap<string, number[]>, source: string): Model {
  const sizes = new Map([...kept].map(([name, ids]) => [name, ids.length]));
  const smaller = { ...resized(model, sizes), tensors: cutTensors(model, axes, kept) } as Model;
  checkTensors(smaller, smaller.tensors, { weights: source });
  return smaller;
}

/** By population and neuron the sum over all weights into and out of it of what `valuesOf` gives for each. */
function sumsOf(axes: Axes, valuesOf: (tensor: string) => ArrayLike<number>): Map<string, Float64Array> {
  const scores = new Map<string, Float64Array>();
  for (const [tensor, [rows, columns]] of axes) {
    if (!isWeights(tensor)) continue;
    const values = valuesOf(tensor);
    const width = lengthOf(columns!);
    for (const [axis, stride, other, otherStride] of [
      [rows!, width, width, 1],
      [columns!, 1, lengthOf(rows!), width],
    ] as const) {
      let at = 0;
      for (const { name, size } of axis) {
        const sums = scores.get(name) ?? new Float64Array(size);
        for (let i = 0; i < size; i++) {
          for (let k = 0; k < other; k++) sums[i]! += values[(at + i) * stride + k * otherStride]!;
        }
        scores.set(name, sums);
        at += size;
      }
    }
  }
  return scores;
}

function lengthOf(axis: Axis): number {
  return axis.reduce((sum, { size }) => sum + size, 0);
}

/** All tensors, prune masks too, with the kept neurons of each population; populations not in `kept` stay whole. */
function cutTensors(model: Model, axes: Axes, kept: ReadonlyMap<string, number[]>): Map<string, Tensor> {
  const cut = new Map<string, Tensor>();
  for (const [name, { shape, data }] of model.tensors) {
    const axesOfTensor = axes.get(
      name.startsWith(PRUNE_MASK_PREFIX) ? name.slice(PRUNE_MASK_PREFIX.length) : name,
    )!;
    const positions = axesOfTensor.map((axis) => keptPositions(axis, kept));
    const columns = positions.length === 1 ? [0] : positions[1]!;
    const width = positions.length === 1 ? 1 : shape[1]!;
    cut.set(name, {
      shape: positions.map((list) => list.length),
      data: Float32Array.from(
        positions[0]!.flatMap((row) => columns.map((column) => data[row * width + column]!)),
      ),
    });
  }
  return cut;
}

function keptPositions(axis: Axis, kept: ReadonlyMap<string, number[]>): number[] {
  let start = 0;
  return axis.flatMap(({ name, size }) => {
    const ids = kept.get(name) ?? Array.from({ length: size }, (_, i) => i);
    const first = start;
    start += size;
    return ids.map((id) => first + id);
  });
}
