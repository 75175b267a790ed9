// Connections that a training takes out little by little (Zhu and Gupta 2017, see prune/schedule.ts): from a tenth of its steps
// on the smallest weights of each part go, more at first, until after 60 % of them the sparsity is the one asked for. What is
// left is trained on. Of n:m fewer and fewer of every m stay, from all of them down to n. Neurons go by masks of all weights into and
// out of them, so that the parameters keep their places while the network learns; `withoutMaskedNeurons` is the result.

import type { Model, Tensor } from "../network/model.ts";
import { pruneMaskName } from "../network/prune-mask.ts";
import { neuronMasks, withoutMaskedNeurons } from "../prune/neurons.ts";
import { pruneMasks, refuseNothingToPrune } from "../prune/prune.ts";
import {
  masksFrozen,
  type PruningSchedule,
  prunesAt,
  pruningSchedule,
  sparsityAt,
} from "../prune/schedule.ts";
import type { DifferentiableNetwork, PrunableNetwork } from "./differentiable.ts";
import { type EnergyBudget, type EnergyOf, MOST_SPARSITY, SPARSITY_STEP } from "./energy-budget.ts";
import type { Optimiser } from "./optimiser.ts";
import { withMasks } from "./parameters.ts";
import type { TrainingPruning } from "./settings.ts";

/** Masks are drawn so many times at most: each time the network is compiled anew. */
const MAX_DRAWS = 32;
/** Of an LTC's synapses, beside their strength `w`. */
const SYNAPSE_FIELDS = ["w", "sigma", "mu", "erev"];

/** What a network took when its masks were drawn. */
export interface EnergyPoint {
  /** Of the optimiser, from 0. */
  step: number;
  sparsity: number;
  energyUj: number;
}

export class GradualPruning {
  readonly #network: PrunableNetwork;
  readonly #pruning: TrainingPruning;
  readonly #schedule: PruningSchedule;
  /** Before anything of it was taken out. */
  readonly #original: Model;
  readonly #energyOf: EnergyOf | null;
  #masks: ReadonlyMap<string, Tensor>;
  #energy: readonly EnergyPoint[] = [];

  /**
   * @param nSteps of the whole training
   * @param energyOf for a budget
   * @throws LiquidEdgeError `bad-config` when the network has nothing to prune; RangeError for a share outside [0, 1)
   */
  constructor(
    network: DifferentiableNetwork,
    pruning: TrainingPruning,
    nSteps: number,
    energyOf: EnergyOf | null = null,
  ) {
    if (budgetOf(pruning) !== null && energyOf === null)
      throw new TypeError(`"energyOf" expected with a budget, got null`);
    this.#energyOf = energyOf;
    if (!isPrunable(network)) throw new TypeError(`"pruning" expected a network that takes masks`);
    const { model } = network;
    const isOfNeurons = pruning.method === "neurons";
    // Refuses a network without neurons to spare.
    const whole = isOfNeurons ? neuronMasks(model, 0, "pruning") : null;
    if (whole === null) refuseNothingToPrune(model, "pruning");
    this.#network = network;
    this.#pruning = pruning;
    const plan = pruningSchedule(
      nSteps,
      pruning.method === "n:m" ? 1 - pruning.n / pruning.m : pruning.sparsity,
    );
    const everySteps = Math.max(1, Math.ceil((plan.endStep - plan.startStep) / MAX_DRAWS));
    this.#schedule = { ...plan, everySteps };
    this.#original = { ...model };
    this.#masks = whole ?? pruneMasks(model, { method: "unstructured", sparsity: 0 });
  }

  /** By name of tensor: prune masks, and sparsity masks of an LTC. */
  get masks(): ReadonlyMap<string, Tensor> {
    return this.#masks;
  }

  /** The way to the budget so far; null without one. */
  get energy(): readonly EnergyPoint[] | null {
    return budgetOf(this.#pruning) === null ? null : this.#energy;
  }

  /**
   * Draws new masks if it is time, before step `step`, from 0. What the optimiser knows of weights that go is forgotten. With a
   * budget none are drawn once the network keeps to it; at the end of the schedule they are until it does.
   */
  async prune(step: number, optimiser: Optimiser): Promise<void> {
    const budget = budgetOf(this.#pruning);
    if (!prunesAt(step, this.#schedule) || this.#keepsToBudget()) return;
    const isLast = masksFrozen(step, this.#schedule);
    let sparsity = sparsityAt(step, this.#schedule);
    for (;;) {
      this.#draw(sparsity, isLast, optimiser);
      if (budget === null) return;
      const now = withMasks(this.#network.model, this.#masks);
      const energyUj = await this.#energyOf!(prunedModel(now, this.#pruning));
      this.#energy = [...this.#energy, { step, sparsity, energyUj }];
      if (!isLast || this.#keepsToBudget() || sparsity >= MOST_SPARSITY) return;
      sparsity = Math.min(MOST_SPARSITY, sparsity + SPARSITY_STEP);
    }
  }

  #keepsToBudget(): boolean {
    const last = this.#energy.at(-1);
    return last !== undefined && last.energyUj <= budgetOf(this.#pruning)!.energyUj;
  }

  #draw(sparsity: number, isLast: boolean, optimiser: Optimiser): void {
    const now = withMasks(this.#network.model, this.#masks);
    this.#set(this.#masksAt(now, sparsity, isLast));
    const starts = new Map(this.#network.ranges.map(({ name, start }) => [name, start]));
    for (const [name, { data }] of this.#masks) {
      for (const tensor of maskedTensors(name)) optimiser.clear(starts.get(tensor)!, data);
    }
  }

  /** Whether the masks no longer change once `steps` steps are done. */
  isOver(steps: number): boolean {
    return this.#keepsToBudget() || (steps > 0 && masksFrozen(steps - 1, this.#schedule));
  }

  /** Goes back, or on, to masks of this training. */
  restore(masks: ReadonlyMap<string, Tensor>, energy: readonly EnergyPoint[] | null = null): void {
    this.#energy = energy ?? [];
    this.#set(masks);
  }

  #set(masks: ReadonlyMap<string, Tensor>): void {
    this.#masks = masks;
    this.#network.setMasks(masks);
  }

  #masksAt(now: Model, sparsity: number, isLast: boolean): Map<string, Tensor> {
    const pruning = this.#pruning;
    switch (pruning.method) {
      case "neurons":
        return neuronMasks(now, sparsity);
      case "n:m": {
        const { method, n, m } = pruning;
        const own = isLast ? n : Math.max(n, Math.ceil(m * (1 - sparsity)));
        return pruneMasks(now, { method, m, n: own }, this.#original);
      }
      default:
        return pruneMasks(now, { method: pruning.method, sparsity }, this.#original);
    }
  }
}

/** The network that a training with pruning has made of its weights and masks: neurons that were taken out are not in it. */
export function prunedModel(model: Model, pruning: TrainingPruning | null): Model {
  return pruning?.method === "neurons" ? withoutMaskedNeurons(model) : model;
}

function budgetOf(pruning: TrainingPruning): EnergyBudget | null {
  return "budget" in pruning ? (pruning.budget ?? null) : null;
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
