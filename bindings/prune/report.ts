// What pruning did to a model, as plain data.
import type { Model } from "../network/model.ts";
import { expectedTensors } from "../network/tensors.ts";
import type { RemovedNeurons } from "./neurons.ts";
import { type Part, partsOf } from "./parts.ts";
import { isSynapses, presentWeights, wiredWeights } from "./weights.ts";

/** How weights are chosen. */
export const PRUNING_METHODS = ["unstructured", "4x1", "n:m", "neurons"] as const;
/** A way to choose what goes: single weights, blocks, n of m, whole neurons. */
export type PruningMethod = (typeof PRUNING_METHODS)[number];

/** What is left of one part of a network. */
export interface PrunedPart {
  /** Its name in the checkpoint. */
  tensor: string;
  /** Where its weights come from; `all` where a whole tensor shrank. */
  sources: Part["sources"] | "all";
  method: PruningMethod;
  /** Weights that are left, of those that the network could have: all of the matrix, or all of its wiring. */
  kept: number;
  total: number;
}

/** What pruning took out, part by part. */
export interface PruneReport {
  method: PruningMethod;
  /** The share that was asked for; of n:m, what follows from n and m. */
  requestedSparsity: number;
  /** Every part with a threshold of its own; of method `neurons`, every tensor that shrank. */
  parts: PrunedPart[];
  /** Sums over the parts; `sparsity` is the share that is absent. */
  kept: number;
  total: number;
  sparsity: number;
  /** Neurons into which no weight leads any more: only their bias, leak and past count. Such a network is allowed. */
  neuronsWithoutInputs: { cell: string; neurons: number[] }[];
  /** Method `neurons`: which ones are gone, by their number in the network before. */
  removedNeurons: RemovedNeurons[];
  /** Parameters that are never pruned, or that this method did not touch. */
  neverPruned: { tensor: string; values: number }[];
  /** What else changed, a sentence each. */
  notes: string[];
}

type Totals = Pick<PruneReport, "kept" | "total" | "sparsity">;

export function totalsOf(parts: readonly PrunedPart[]): Totals {
  const kept = parts.reduce((sum, part) => sum + part.kept, 0);
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  return { kept, total, sparsity: total === 0 ? 0 : 1 - kept / total };
}

/** Weights of a part that exist, and those that the wiring would allow. */
export function countPart(model: Model, part: Part, wired = wiredWeights(model, part.tensor)) {
  const present = presentWeights(model, part.tensor);
  let [kept, total] = [0, 0];
  for (const i of positionsOf(part)) {
    kept += present[i]!;
    total += wired[i]!;
  }
  return { kept, total };
}

function positionsOf({ nOut, nIn, index }: Part): number[] {
  return Array.from({ length: nOut * nIn }, (_, k) => index(Math.floor(k / nIn), k % nIn));
}

export function neuronsWithoutInputs(model: Model): PruneReport["neuronsWithoutInputs"] {
  const reached = new Map<string, Uint8Array>();
  for (const { tensor, cell, neurons, nOut, nIn, index } of partsOf(model)) {
    const present = presentWeights(model, tensor);
    const inputs = reached.get(cell) ?? new Uint8Array(neurons);
    for (let j = 0; j < nOut; j++) {
      for (let i = 0; i < nIn; i++) if (present[index(j, i)] !== 0) inputs[j % neurons] = 1;
    }
    reached.set(cell, inputs);
  }
  return [...reached].flatMap(([cell, inputs]) => {
    const neurons = [...inputs.keys()].filter((j) => inputs[j] === 0);
    return neurons.length === 0 ? [] : [{ cell, neurons }];
  });
}

/** Parameters outside of `touched`. What belongs to a synapse goes with it. */
export function untouchedTensors(model: Model, touched: ReadonlySet<string>): PruneReport["neverPruned"] {
  return expectedTensors(model)
    .filter(({ name, role }) => role === "parameter" && !touched.has(name) && !touched.has(synapsesOf(name)))
    .map(({ name, shape }) => ({ tensor: name, values: shape.reduce((product, dim) => product * dim, 1) }));
}

/** The strengths of the synapses that a tensor describes: rnn_cell.mu → rnn_cell.w. */
function synapsesOf(name: string): string {
  const strengths = name.replace(/^(rnn_cell\.(?:sensory_)?)(sigma|mu|erev)$/, "$1w");
  return isSynapses(strengths) ? strengths : "";
}
