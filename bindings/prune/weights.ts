// Which weights of a model exist, and how much each one matters:
//
//   score of a weight    |w|
//   score of a pair      |w| / mean |w| + |w'| / mean |w'|    of twins, which stand or fall together: free of the unit of time
//   score of a synapse   |w * erev|    w after softplus where the configuration says so: what it can add to the current
//
// Synapses count as the tensors rnn_cell.w and rnn_cell.sensory_w, [source, destination].
import type { Model } from "../network/model.ts";
import { pruneMaskOf } from "../network/prune-mask.ts";
import { softplus } from "../network/softplus.ts";
import type { Weights } from "./masks.ts";
import type { Part } from "./parts.ts";

const SYNAPSES = /^rnn_cell\.(sensory_)?w$/;
const WIRED_HEAD = /^(rnn_cell\.layer_\d+\.)ff[12]\.weight$/;

/** Whether the tensor holds the strengths of an LTC's synapses. */
export function isSynapses(tensor: string): boolean {
  return SYNAPSES.test(tensor);
}

/** The tensor of ncps that says which weights of this one the wiring has; null where there is none. */
export function wiringMaskName(tensor: string): string | null {
  if (isSynapses(tensor)) return tensor.replace(/w$/, "sparsity_mask");
  const head = WIRED_HEAD.exec(tensor);
  return head === null ? null : `${head[1]}sparsity_mask`;
}

/** Of every weight of a tensor: 1 when the wiring has it, pruned or not. Without a wiring it has all. */
export function wiredWeights({ tensors }: Model, tensor: string): Uint8Array {
  const name = wiringMaskName(tensor);
  if (name === null) return new Uint8Array(tensors.get(tensor)!.data.length).fill(1);
  return Uint8Array.from(tensors.get(name)!.data, (value) => (value === 0 ? 0 : 1));
}

/** Of every weight of a tensor: 1 when the wiring has it and it is not pruned. */
export function presentWeights(model: Model, tensor: string): Uint8Array {
  const mask = pruneMaskOf(model.tensors, tensor);
  const wired = wiredWeights(model, tensor);
  return mask === null ? wired : wired.map((value, i) => value * mask[i]!);
}

/** Of every weight of a tensor its score; 0 where it is absent. */
export function weightScores(model: Model, tensor: string): Float64Array {
  const present = presentWeights(model, tensor);
  const { data } = model.tensors.get(tensor)!;
  const strength = Float64Array.from(data, (value, i) => Math.abs(value) * present[i]!);
  if (!isSynapses(tensor)) return strength;
  const isRaw = "implicit_param_constraints" in model.config && model.config.implicit_param_constraints;
  const { data: erev } = model.tensors.get(tensor.replace(/w$/, "erev"))!;
  return strength.map((value, i) => {
    const w = isRaw ? softplus(data[i]!) : value;
    return Math.abs(w * erev[i]!) * present[i]!;
  });
}

/** Of the weights that a part is chosen by: its own, or pairs of its own and its twin's, which exist while one of them does. */
export function weightsOf(
  model: Model,
  { tensor, twin }: Pick<Part, "tensor" | "twin">,
  wired = wiredWeights(model, tensor),
): Weights {
  const [scores, present] = [weightScores(model, tensor), presentWeights(model, tensor)];
  if (twin === null) return { scores, wired, present };
  const [share, otherShare] = [shares(scores), shares(weightScores(model, twin))];
  const other = presentWeights(model, twin);
  return {
    scores: share.map((score, i) => score + otherShare[i]!),
    wired,
    present: present.map((value, i) => value | other[i]!),
  };
}

/** Scores in units of their mean; none where all are 0. */
function shares(scores: Float64Array): Float64Array {
  const sum = scores.reduce((total, score) => total + score, 0);
  return sum === 0 ? scores : scores.map((score) => (score * scores.length) / sum);
}
