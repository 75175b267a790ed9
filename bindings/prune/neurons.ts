// Whole neurons taken out: a smaller network with smaller tensors. A neuron's score is the sum of the scores of all weights
// into and out of it, the readout's included; of each population the neurons of the smallest scores go. What a removed
// neuron still said is lost: the others see it as if it were 0 for ever.
import { complain } from "../errors.ts";
import { checkTensors } from "../network/check-tensors.ts";
import type { Model, Tensor } from "../network/model.ts";
import { isWeightMatrix, PRUNE_MASK_PREFIX } from "../network/prune-mask.ts";
import { type Axes, type Axis, axesOf, removablePopulations } from "./axes.ts";
import { resized } from "./resize.ts";
import { isSynapses, weightScores } from "./weights.ts";

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
  const populations = removablePopulations(axes);
  if (populations.length === 0) {
    throw complain("bad-config", source, {
      expected: "a network with neurons that are not its outputs",
      found: `${model.class} without`,
      hint: "a readout makes the state removable; prune weights instead",
    });
  }
  const scores = neuronScores(model, axes);
  const kept = new Map<string, number[]>();
  const removed = populations.map(({ name, size }): RemovedNeurons => {
    const ids = Array.from({ length: size }, (_, i) => i);
    const score = scores.get(name) ?? new Float64Array(size);
    const count = Math.min(size - 1, Math.round(sparsity * size));
    const out = new Set(ids.toSorted((a, b) => score[a]! - score[b]! || a - b).slice(0, count));
    kept.set(
      name,
      ids.filter((id) => !out.has(id)),
    );
    return { layer: name, neurons: ids.filter((id) => out.has(id)), of: size };
  });
  const sizes = new Map([...kept].map(([name, ids]) => [name, ids.length]));
  const smaller = { ...resized(model, sizes), tensors: cutTensors(model, axes, kept) } as Model;
  checkTensors(smaller, smaller.tensors, { weights: source });
  return { model: smaller, removed };
}

/** By population the scores of its neurons. */
function neuronScores(model: Model, axes: Axes): Map<string, Float64Array> {
  const scores = new Map<string, Float64Array>();
  for (const [tensor, [rows, columns]] of axes) {
    if (!isWeightMatrix(tensor) && !isSynapses(tensor)) continue;
    const values = weightScores(model, tensor);
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
