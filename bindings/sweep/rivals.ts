// Liquid against dense: the cheapest network of each family that is as accurate as both families can be, and the nearest in
// parameters. Both come from one sweep, so they had the same data, training, pruner, integers and seeds.

import { type Difference, summarise, welchInterval } from "../statistics/samples.ts";
import { type Candidate, COSTS, type Cost } from "./candidates.ts";
import { bestWithin } from "./pareto.ts";

const LIQUID_CELLS: readonly string[] = ["ltc", "cfc", "liquid-gate", "ctrnn"];

export interface Match {
  liquid: Candidate;
  dense: Candidate;
  /** Metric of the liquid one minus that of the dense one, mean over seeds with its 95 % interval (Welch). */
  metric: Difference;
  /**
   * Cost of the dense one over that of the liquid one, above 1 where the liquid one is cheaper. The bounds have both at the same
   * end of their intervals, since the board's coefficients are what is uncertain and both share them.
   */
  ratio: { typ: number; min: number; max: number };
}

export interface Rivalry {
  platform: string;
  /** Metric that both families reach, less the margin: what was asked of both networks of `equalAccuracy`. */
  target: number;
  equalAccuracy: Match;
  /** The liquid network of the best metric, and the dense one whose number of parameters is nearest. */
  equalParameters: Match;
}

/** A match needs a variance: a single seed says nothing. */
const LEAST_SEEDS = 2;

/**
 * Compares the families on one board. Null where one of them has no network that fits, or one seed only.
 * @param margin how much below the families' common best a metric still counts as equal, in the metric's unit
 */
export function rivalry(
  platform: string,
  candidates: readonly Candidate[],
  { cost, margin }: { cost: Cost; margin: number },
): Rivalry | null {
  const usable = candidates.filter(({ fits, seeds }) => fits && seeds.length >= LEAST_SEEDS);
  const isLiquid = ({ cell }: Candidate) => LIQUID_CELLS.includes(cell.cell);
  const [liquid, dense] = [usable.filter(isLiquid), usable.filter((candidate) => !isLiquid(candidate))];
  if (liquid.length === 0 || dense.length === 0) return null;
  const sign = usable[0]!.metric.better === "higher" ? 1 : -1;
  const score = ({ metric }: Candidate) => sign * metric.mean;
  const best = (family: readonly Candidate[]) => Math.max(...family.map(score));
  const target = Math.min(best(liquid), best(dense)) - margin;
  const cheapest = (family: readonly Candidate[]) =>
    bestWithin(family, [{ value: score, min: target }], { value: COSTS[cost], better: "lower" })!;
  const strongest = bestWithin(liquid, [], { value: score, better: "higher" })!;
  const nearest = bestWithin(
    dense.filter(
      ({ precision, sparsity, aware }) =>
        precision === strongest.precision && sparsity === strongest.sparsity && aware === strongest.aware,
    ),
    [],
    { value: ({ parameters }) => Math.abs(parameters - strongest.parameters), better: "lower" },
  );
  return {
    platform,
    target: sign * target,
    equalAccuracy: match(cheapest(liquid), cheapest(dense), cost),
    equalParameters: match(strongest, nearest ?? cheapest(dense), cost),
  };
}

function match(liquid: Candidate, dense: Candidate, cost: Cost): Match {
  const [first, second] = [summarise(dense.metric.values), summarise(liquid.metric.values)];
  const typ = COSTS[cost](dense) / COSTS[cost](liquid);
  const ends =
    cost === "energy"
      ? [dense.energyUj.min / liquid.energyUj.min, dense.energyUj.max / liquid.energyUj.max]
      : cost === "latency"
        ? [dense.latencyUs.min / liquid.latencyUs.min, dense.latencyUs.max / liquid.latencyUs.max]
        : [typ];
  return {
    liquid,
    dense,
    metric: welchInterval(first, second, 0.95),
    ratio: { typ, min: Math.min(typ, ...ends), max: Math.max(typ, ...ends) },
  };
}
