// Pruning by magnitude, at one stroke or as often as a training wants it. Weights of matrices are marked in prune masks
// (network/prune-mask.ts) and set to 0, synapses of an LTC leave ncps' own sparsity masks; what a wiring does not have
// stays absent.
import { complain } from "../errors.ts";
import type { Model, Tensor } from "../network/model.ts";
import { prunedValues, pruneMaskName } from "../network/prune-mask.ts";
import {
  type BlockNorm,
  blocksOfFour,
  removeAllButNOfM,
  removeSmallest,
  singleWeights,
  type Weights,
} from "./masks.ts";
import { removeNeurons } from "./neurons.ts";
import { type Part, partsOf } from "./parts.ts";
import {
  countPart,
  neuronsWithoutInputs,
  PRUNING_METHODS,
  type PrunedPart,
  type PruneReport,
  type PruningMethod,
  totalsOf,
  untouchedTensors,
} from "./report.ts";
import { isSynapses, presentWeights, weightsOf, wiredWeights, wiringMaskName } from "./weights.ts";

/** What is taken out, and how much. */
export type PruneOptions =
  | {
      /** Default `4x1`. An LTC's synapses are chosen singly then: each has a place of its own in the image. */
      method?: "unstructured" | "4x1";
      /**
       * Share of the weights that shall be absent, from 0 to below 1, in every part of the network. Weights that were
       * pruned before count; synapses that a wiring never had do not, nor do those that an LTC lost before.
       */
      sparsity: number;
      /** What blocks are ranked by: mean |w| (default) or mean square. */
      blockNorm?: BlockNorm;
    }
  | { method: "neurons" /** Share of the neurons of each layer. */; sparsity: number }
  | { method: "n:m" /** Weights that stay of every m neighbouring ones. */; n: number; m: number };

/**
 * The model with its least important weights (or neurons) gone, and what that did. The model given is not changed.
 * @param source what messages call the model, e.g. its file
 * @throws RangeError for a sparsity outside [0, 1) or n outside 1 to m
 * @throws LiquidEdgeError `bad-config` when the model has nothing that the method may prune
 */
export function prune(
  model: Model,
  options: PruneOptions,
  source = "model",
): { model: Model; report: PruneReport } {
  checkOptions(options);
  if (options.method === "neurons") return pruneNeurons(model, options.sparsity, source);
  const parts = partsOf(model);
  refuseNothingToPrune(model, source);
  const tensors = new Map(model.tensors);
  for (const [name, mask] of pruneMasks(model, options)) tensors.set(name, mask);
  const marked: Model = { ...model, tensors };
  for (const { tensor } of parts) {
    tensors.set(tensor, { shape: tensors.get(tensor)!.shape, data: prunedValues(tensors, tensor) });
  }
  const counted = prunedParts(marked, model, options);
  return {
    model: marked,
    report: {
      method: counted.every(({ method }) => method === "unstructured")
        ? "unstructured"
        : (options.method ?? "4x1"),
      requestedSparsity: options.method === "n:m" ? 1 - options.n / options.m : options.sparsity,
      parts: counted,
      ...totalsOf(counted),
      neuronsWithoutInputs: neuronsWithoutInputs(marked),
      removedNeurons: [],
      neverPruned: untouchedTensors(marked, new Set(parts.map(({ tensor }) => tensor))),
      notes: [],
    },
  };
}

/** @throws LiquidEdgeError `bad-config` when the model has no weights that may be pruned */
export function refuseNothingToPrune(model: Model, source: string): void {
  if (partsOf(model).some((part) => countPart(model, part).total > 0)) return;
  throw complain("bad-config", source, {
    expected: "a network with weights to prune",
    found: `${model.class} without: a readout is never pruned`,
  });
}

/** What is left in each part of a pruned model, of what `original` had before; of lost neurons, in each tensor that shrank. */
export function prunedParts(model: Model, original: Model, options: PruneOptions): PrunedPart[] {
  if (options.method === "neurons") return shrunkTensors(model, original);
  return partsOf(model).map((part) => {
    const { tensor, sources } = part;
    const counts = countPart(model, part, wiredWeights(original, tensor));
    return { tensor, sources, method: methodOf(part, options), ...counts };
  });
}

/**
 * The masks alone, by the name of their tensor (`prune_mask.…`, or a sparsity mask of an LTC), 1 where a weight stays.
 * A training draws them from its current weights at each step of its schedule. Throws `RangeError` as `prune` does.
 * @param original the model before it was first pruned, if it has been: of an LTC's synapses only that one knows how many
 * there were, which `sparsity` is a share of
 */
export function pruneMasks(
  model: Model,
  options: Exclude<PruneOptions, { method: "neurons" }>,
  original: Model = model,
): Map<string, Tensor> {
  checkOptions(options);
  const masks = new Map<string, Tensor>();
  for (const part of partsOf(model)) {
    const { tensor } = part;
    const name = isSynapses(tensor) ? wiringMaskName(tensor)! : pruneMaskName(tensor);
    const { shape } = model.tensors.get(tensor)!;
    const data = Float32Array.from(presentWeights(model, tensor));
    const mask = masks.get(name) ?? { shape: [...shape], data };
    const weights = weightsOf(model, part, wiredWeights(original, tensor));
    for (const i of removalOf(part, weights, options)) mask.data[i] = 0;
    masks.set(name, mask);
  }
  return masks;
}

function removalOf(
  part: Part,
  weights: Weights,
  options: Exclude<PruneOptions, { method: "neurons" }>,
): number[] {
  if (options.method === "n:m") return removeAllButNOfM(part, weights, options.n, options.m);
  const inBlocks = methodOf(part, options) === "4x1";
  const groups = (inBlocks ? blocksOfFour : singleWeights)(part, weights.wired);
  return removeSmallest(groups, weights, options.sparsity, options.blockNorm);
}

function methodOf({ tensor }: Part, { method = "4x1" }: PruneOptions): PruningMethod {
  return method === "4x1" && isSynapses(tensor) ? "unstructured" : method;
}

function shrunkTensors(smaller: Model, original: Model): PrunedPart[] {
  return untouchedTensors(original, new Set()).flatMap(({ tensor, values: total }): PrunedPart[] => {
    const kept = smaller.tensors.get(tensor)!.data.length;
    return kept === total ? [] : [{ tensor, sources: "all", method: "neurons", kept, total }];
  });
}

function pruneNeurons(model: Model, sparsity: number, source: string) {
  const { model: smaller, removed } = removeNeurons(model, sparsity, source);
  const untouched = untouchedTensors(model, new Set());
  const shrunk = shrunkTensors(smaller, model);
  const names = new Set(shrunk.map(({ tensor }) => tensor));
  const hasWiring = "wiring" in smaller.config && smaller.config.wiring !== null;
  const report: PruneReport = {
    method: "neurons",
    requestedSparsity: sparsity,
    parts: shrunk,
    ...totalsOf(shrunk),
    neuronsWithoutInputs: neuronsWithoutInputs(smaller),
    removedNeurons: removed,
    neverPruned: untouched.filter(({ tensor }) => !names.has(tensor)),
    notes: hasWiring && shrunk.length > 0 ? [WIRING_NOTE] : [],
  };
  return { model: smaller, report };
}

const WIRING_NOTE =
  "The wiring of the configuration has the new number of neurons; which synapses exist is what the masks of the file say, " +
  "and a wiring drawn anew from the configuration would have others.";

function checkOptions(options: PruneOptions): void {
  if (options.method !== undefined && !PRUNING_METHODS.includes(options.method))
    throw new RangeError(`"method" expected ${PRUNING_METHODS.join(", ")}, got ${options.method}`);
  if (options.method === "n:m") {
    const { n, m } = options;
    if (Number.isSafeInteger(m) && m >= 1 && Number.isSafeInteger(n) && n >= 1 && n <= m) return;
    throw new RangeError(`"n:m" expected whole numbers with 1 <= n <= m, got ${n}:${m}`);
  }
  const { sparsity } = options;
  if (!(sparsity >= 0 && sparsity < 1))
    throw new RangeError(`"sparsity" expected a share in [0, 1), got ${sparsity}`);
}
