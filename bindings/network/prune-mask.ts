// Which weights of a matrix were pruned. A file of ours says so in a tensor of 0 and 1 beside the matrix, of its shape:
//
//   prune_mask.<name of the weight matrix>     0: the weight is absent, whatever the matrix holds there
//
// Synapses of an LTC need none: ncps' own sparsity masks say which exist.
import type { Model, Tensor } from "./model.ts";

export const PRUNE_MASK_PREFIX = "prune_mask.";

/** The name of a matrix' prune mask. */
export function pruneMaskName(matrix: string): string {
  return PRUNE_MASK_PREFIX + matrix;
}

/** Whether a tensor of this name is a matrix that may have a prune mask: those of products W x, not of synapses. */
export function isWeightMatrix(name: string): boolean {
  return /(^|\.)weight(_[ih]h_l0)?$/.test(name) && !name.startsWith(PRUNE_MASK_PREFIX);
}

/** The matrix that a tensor of this name would be the prune mask of; null for the name of no such mask. */
export function maskedMatrix(name: string): string | null {
  if (!name.startsWith(PRUNE_MASK_PREFIX)) return null;
  const matrix = name.slice(PRUNE_MASK_PREFIX.length);
  return isWeightMatrix(matrix) ? matrix : null;
}

/** The prune mask of a matrix: 1 where a weight exists; null where all do. */
export function pruneMaskOf(tensors: ReadonlyMap<string, Tensor>, matrix: string): Uint8Array | null {
  const mask = tensors.get(pruneMaskName(matrix));
  if (mask === undefined) return null;
  const present = new Uint8Array(mask.data.length);
  for (let i = 0; i < present.length; i++) present[i] = mask.data[i] === 0 ? 0 : 1;
  return present;
}

/** The values of a tensor, 0 where its prune mask says that a weight is absent. */
export function prunedValues(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const { data } = tensors.get(name)!;
  const mask = pruneMaskOf(tensors, name);
  return mask === null ? data : data.map((value, i) => (mask[i] === 0 ? 0 : value));
}

/** The tensors of a model as they are without prune masks: pruned weights are 0, the masks are gone. */
export function withoutPruneMasks({ tensors }: Pick<Model, "tensors">): Map<string, Tensor> {
  const plain = new Map<string, Tensor>();
  for (const [name, { shape }] of tensors) {
    if (name.startsWith(PRUNE_MASK_PREFIX)) continue;
    plain.set(name, { shape, data: prunedValues(tensors, name) });
  }
  return plain;
}
