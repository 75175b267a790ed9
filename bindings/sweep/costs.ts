// What a network of a sweep costs on each board, and how many numbers it has.

import { LiquidEdgeError } from "../errors.ts";
import { EnergySimulator } from "../estimate/energy-simulator.ts";
import type { Model } from "../network/model.ts";
import { isWeightMatrix } from "../network/prune-mask.ts";
import { expectedTensors } from "../network/tensors.ts";
import { isSynapses, presentWeights } from "../prune/weights.ts";
import type { AnyRecord } from "./record.ts";
import { type Variant, variantOn } from "./variants.ts";

const simulators = new Map<string, EnergySimulator>();

/** All networks of a sweep are costed alike, so boards are looked up once. */
function simulatorOf(platform: string, rateHz: number): EnergySimulator {
  const key = `${platform} ${rateHz}`;
  let simulator = simulators.get(key);
  if (simulator === undefined) {
    simulator = new EnergySimulator({ platform, rateHz });
    simulators.set(key, simulator);
  }
  return simulator;
}

/** Costs of a time step by board, as compiled for it, and the boards that cannot run it. */
export async function costsOf(
  variant: Variant,
  platforms: readonly string[],
  rateHz: number,
): Promise<Pick<AnyRecord, "platforms" | "unavailable">> {
  const costs: Pick<AnyRecord, "platforms" | "unavailable"> = { platforms: [], unavailable: [] };
  for (const id of platforms) {
    const simulator = simulatorOf(id, rateHz);
    try {
      const { profile, memory, facts } = await variantOn(simulator, variant);
      const { platform, energyUj, latencyUs, flashBytes, ramBytes, fits, realTime } = simulator.estimate(
        profile,
        memory,
        facts,
      );
      costs.platforms.push({
        platform,
        energyUj,
        latencyUs,
        flashBytes,
        ramBytes,
        fits,
        realTime: realTime.okTypical,
      });
    } catch (error) {
      if (!(error instanceof LiquidEdgeError)) throw error;
      costs.unavailable.push({ platform: simulator.board.id, reason: error.message });
    }
  }
  return costs;
}

/** Trainable numbers; of matrices and synapses those that are there. */
export function parametersOf(model: Model): number {
  const present = (name: string): number => {
    // Each synapse has four numbers, which share one mask.
    const strength = name.replace(/(^|[._])(sigma|mu|erev)$/, "$1w");
    const isWeight =
      isWeightMatrix(name) || (strength !== name && model.tensors.has(strength)) || isSynapses(name);
    if (!isWeight) return model.tensors.get(name)!.data.length;
    return presentWeights(model, strength).reduce((sum, one) => sum + one, 0);
  };
  const trained = expectedTensors(model).filter(({ role }) => role !== "mask");
  return trained.reduce((sum, { name }) => sum + present(name), 0);
}
