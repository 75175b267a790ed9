// Connections that a training takes out little by little (Zhu and Gupta 2017, see prune/schedule.ts): from a tenth of its steps
// on the smallest weights of each part go, more at first, until after 60 % of them the sparsity is the one asked for. What is
// left is trained on. Of n:m fewer and fewer of every m stay, from all of them down to n.

import type { Model, Tensor } from "../network/model.ts";
import { pruneMaskName } from "../network/prune-mask.ts";
import { pruneMasks, refuseNothingToPrune } from "../prune/prune.ts";
import {
  masksFrozen,
  type PruningSchedule,
  prunesAt,
  pruningSchedule,
  sparsityAt,
} from "../prune/schedule.ts";
import type { DifferentiableNetwork, PrunableNetwork } from "./differentiable.ts";
import type { Optimiser } from "./optimiser.ts";
import { withMasks } from "./parameters.ts";
import type { TrainingPruning } from "./settings.ts";

/** Masks are drawn so many times at most: each time the network is compiled anew. */
const MAX_DRAWS = 32;
/** Of an LTC's synapses, beside their strength `w`. */
const SYNAPSE_FIELDS = ["w", "sigma", "mu", "erev"];

export class GradualPruning {
  readonly #network: PrunableNetwork;
  readonly #pruning: TrainingPruning;
  readonly #schedule: PruningSchedule;
  /** Before anything of it was taken out. */
  readonly #original: Model;
  #masks: ReadonlyMap<string, Tensor>;

  /**
   * @param nSteps of the whole training
   * @throws LiquidEdgeError `bad-config` when the network has nothing to prune; RangeError for a share outside [0, 1)
   */
  constructor(network: DifferentiableNetwork, pruning: TrainingPruning, nSteps: number) {
    if (!isPrunable(network)) throw new TypeError(`"pruning" expected a network that takes masks`);
    const { model } = network;
    refuseNothingToPrune(model, "pruning");
    this.#network = network;
    this.#pruning = pruning;
    const plan = pruningSchedule(
      nSteps,
      pruning.method === "n:m" ? 1 - pruning.n / pruning.m : pruning.sparsity,
    );
    const everySteps = Math.max(1, Math.ceil((plan.endStep - plan.startStep) / MAX_DRAWS));
    this.#schedule = { ...plan, everySteps };
    this.#original = { ...model };
    this.#masks = pruneMasks(model, { method: "unstructured", sparsity: 0 });
  }

  /** By name of tensor: prune masks, and sparsity masks of an LTC. */
  get masks(): ReadonlyMap<string, Tensor> {
    return this.#masks;
  }

  /** Draws new masks if it is time, before step `step`, from 0. What the optimiser knows of weights that go is forgotten. */
  prune(step: number, optimiser: Optimiser): void {
    if (!prunesAt(step, this.#schedule)) return;
    const sparsity = sparsityAt(step, this.#schedule);
    const now = withMasks(this.#network.model, this.#masks);
    this.#set(pruneMasks(now, this.#optionsAt(sparsity, masksFrozen(step, this.#schedule)), this.#original));
    const starts = new Map(this.#network.ranges.map(({ name, start }) => [name, start]));
    for (const [name, { data }] of this.#masks) {
      for (const tensor of maskedTensors(name)) optimiser.clear(starts.get(tensor)!, data);
    }
  }

  /** Whether the masks no longer change once `steps` steps are done. */
  isOver(steps: number): boolean {
    return steps > 0 && masksFrozen(steps - 1, this.#schedule);
  }

  /** Goes back, or on, to masks of this training. */
  restore(masks: ReadonlyMap<string, Tensor>): void {
    this.#set(masks);
  }

  #set(masks: ReadonlyMap<string, Tensor>): void {
    this.#masks = masks;
    this.#network.setMasks(masks);
  }

  #optionsAt(sparsity: number, isLast: boolean): TrainingPruning {
    if (this.#pruning.method !== "n:m") return { ...this.#pruning, sparsity };
    const { method, n, m } = this.#pruning;
    return { method, m, n: isLast ? n : Math.max(n, Math.ceil(m * (1 - sparsity))) };
  }
}

function isPrunable(network: DifferentiableNetwork): network is PrunableNetwork {
  return "setMasks" in network;
}

/** The tensors whose weights a mask of this name takes out. */
function maskedTensors(mask: string): string[] {
  const prefix = mask.replace(/sparsity_mask$/, "");
  if (prefix !== mask) return SYNAPSE_FIELDS.map((field) => prefix + field);
  return [mask.slice(pruneMaskName("").length)];
}
