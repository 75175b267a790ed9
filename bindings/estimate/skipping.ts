// The estimate of a network that skips unchanged inputs: its latency is that of the worst case, which holds for any data, its energy
// that of the mean step of data.

import type { DataProfile } from "../count/op-profile.ts";
import type { BoardSimulator, NetworkFacts } from "./board-simulator.ts";
import { denseWhereCheaper, type Recompilable } from "./dense-fallback.ts";
import type { Estimate } from "./estimate.ts";
import type { MemoryProfiler, StaticMemory } from "./memory-profiler.ts";

/**
 * An estimate on data. Cycles, latency, its verdict and all bounds of them are those of the worst step, in which every input has
 * changed; energy, power, waiting, battery life and the breakdown those of the mean step.
 */
export function estimateOnData(
  simulator: Pick<BoardSimulator, "estimate">,
  { mean, worst }: DataProfile,
  memory?: StaticMemory | MemoryProfiler,
  facts: NetworkFacts = {},
): Estimate {
  const expected = simulator.estimate(mean, memory, facts);
  const { cycles, latencyUs, perStep, realTime, corner } = simulator.estimate(worst, memory, facts);
  return {
    ...expected,
    cycles,
    latencyUs,
    perStep: { ...perStep, energyUj: expected.perStep.energyUj },
    realTime,
    corner: { ...expected.corner, cycles: corner.cycles, latencyUs: corner.latencyUs },
  };
}

/** The estimate of a network that skips, with what the same network takes there without. */
export async function besideDense(
  simulator: Pick<BoardSimulator, "estimate">,
  estimate: Estimate,
  dense: Recompilable,
): Promise<Estimate> {
  const { profile, network } = await denseWhereCheaper(simulator, dense);
  const { energyUj, latencyUs } = simulator.estimate(profile, network.memory);
  return { ...estimate, skipping: { ...estimate.skipping!, without: { energyUj, latencyUs } } };
}
