// Energy that a network may take for a time step on a board, as a goal of pruning: how sparse that makes it, and what it
// takes on the way there. Energies are typical values of the estimate (docs/estimate.md), not measurements.

import type { Board } from "../board/board.ts";
import { complain } from "../errors.ts";
import { BoardSimulator } from "../estimate/board-simulator.ts";
import { denseWhereCheaper } from "../estimate/dense-fallback.ts";
import type { Model } from "../network/model.ts";
import { Network } from "../network.ts";
import { prune } from "../prune/prune.ts";
import { quantizeForCosting } from "../quantize/costing.ts";
import type { IntegerPrecision } from "../quantize/precisions.ts";

/** What a network may take. */
export interface EnergyBudget {
  /** Microjoules of a time step. */
  energyUj: number;
  /** Id of the platform. */
  platform: string;
  /** Steps a second: the budget is that of a whole period, wake-up and idle included; null: of the active core alone. */
  rateHz: number | null;
  /** Number format that the network will be in. */
  precision: "fp32" | IntegerPrecision;
}

/** Typical energy of a time step of a model, µJ. */
export type EnergyOf = (model: Model) => Promise<number>;

/** Sparsities that are tried: multiples of this, up to the last one below 1. */
export const SPARSITY_STEP = 1 / 32;
export const MOST_SPARSITY = 1 - SPARSITY_STEP;
/** The typical value takes none, but a simulator wants some. */
const DRAWS = 100;

/** Energy on a board, which `findBoard(platform)` gives. @throws LiquidEdgeError later, `unavailable` for what it cannot run */
export function energyEstimator(
  board: Board,
  { rateHz, precision }: Pick<EnergyBudget, "rateHz" | "precision">,
): EnergyOf {
  const rate = rateHz === null ? {} : { rateHz };
  const simulator = new BoardSimulator(board, { draws: DRAWS, ...rate });
  return async (model) => {
    const made =
      precision === "fp32"
        ? Network.fromModel(model)
        : Network.fromInteger(quantizeForCosting(model, precision));
    const { network, profile } = await denseWhereCheaper(simulator, made);
    const estimate = simulator.estimate(profile, network.memory, { precision });
    return rateHz === null ? estimate.energyUj.typ : estimate.averagePowerUw.typ / rateHz;
  };
}

/**
 * The least sparsity, a multiple of `SPARSITY_STEP`, with which the model keeps to the budget; 0 where it does as it is. Energy need not
 * fall with sparsity: a board's port may multiply dense matrices faster than the core skips absent weights.
 * @throws LiquidEdgeError `bad-config` for a budget that no sparsity keeps to, with the least that can be reached
 */
export async function sparsityWithin(
  model: Model,
  method: "4x1" | "unstructured" | "neurons",
  budget: EnergyBudget,
  energyOf: EnergyOf,
): Promise<number> {
  let least = { energyUj: Number.POSITIVE_INFINITY, sparsity: 0 };
  for (let sparsity = 0; sparsity <= MOST_SPARSITY; sparsity += SPARSITY_STEP) {
    const sparse = sparsity === 0 ? model : prune(model, { method, sparsity }).model;
    const energyUj = await energyOf(sparse);
    if (energyUj <= budget.energyUj) return sparsity;
    if (energyUj < least.energyUj) least = { energyUj, sparsity };
  }
  const { energyUj, sparsity } = least;
  throw complain("bad-config", "energy budget", {
    expected: `at least ${energyUj.toPrecision(3)} µJ, what this network takes on ${budget.platform} in ${budget.precision} at a sparsity of ${sparsity.toPrecision(2)}`,
    found: `${budget.energyUj} µJ`,
    hint: "fewer units take less",
  });
}
