// What a report says of networks beyond their record, while they are at hand: layers, unfolds, outer bounds, fidelity.

import { findBoard } from "../../bindings/board/load.ts";
import type { NetworkProfile } from "../../bindings/count/op-profile.ts";
import { measureFidelity } from "../../bindings/evaluate/fidelity.ts";
import type { Model } from "../../bindings/network/model.ts";
import { Network } from "../../bindings/network.ts";
import { networkLabel } from "../../bindings/report/costs.ts";
import { layersOf, type UnfoldCost, unfoldCost } from "../../bindings/report/energy-tree.ts";
import type { EntryDetail, FidelityRow, Missing } from "../../bindings/report/report.ts";
import type { CostedVariant } from "../actions/run-suite.ts";

/** Details of all entries; layers and unfolds of those in focus, which take a moment each. */
export async function detailsOf(
  costed: ReadonlyMap<string, CostedVariant>,
  focus: readonly string[],
): Promise<Record<string, EntryDetail>> {
  const details: Record<string, EntryDetail> = {};
  for (const [id, { estimate, variant }] of costed) {
    const { energyUj, latencyUs } = estimate.corner;
    const profile = variant.profile as NetworkProfile;
    const board = findBoard(estimate.platform);
    const inFocus = focus.includes(id) && "layers" in profile;
    details[id] = {
      layers: inFocus ? layersOf(profile, board) : [],
      unfolds: inFocus ? await unfoldsOf(variant.network, profile, estimate.platform) : null,
      outer: { energyUj, latencyMs: { min: latencyUs.min / 1e3, max: latencyUs.max / 1e3 } },
    };
  }
  return details;
}

/** Null for what is not solved in unfolds, and for integers, whose model has no floats to compile with one fewer. */
async function unfoldsOf(
  network: Network | null,
  profile: NetworkProfile,
  platform: string,
): Promise<UnfoldCost | null> {
  if (network === null || network.integers !== null) return null;
  const { model, compiled } = network;
  const unfolds = "ode_unfolds" in model.config ? model.config.ode_unfolds : 0;
  if (unfolds < 2) return null;
  const fewer = { ...model, config: { ...model.config, ode_unfolds: unfolds - 1 } } as Model;
  const { precision } = compiled;
  const other = Network.fromModel(fewer, network.name);
  const sameFormat = precision === "fp16" ? other.withPrecision("fp16") : other;
  return unfoldCost(profile, await sameFormat.profileOperations(), unfolds, findBoard(platform));
}

/** What evaluations warn of, each once. */
export function warningsOf(costed: ReadonlyMap<string, CostedVariant>): string[] {
  const all = [...costed.values()].flatMap(({ entry, variant }) =>
    (variant.evaluation?.warnings ?? []).map((warning) => `${entry.task}: ${warning}`),
  );
  return [...new Set(all)];
}

/** Each network that differs from the one in its file, beside it on the task's data. */
export async function fidelityOf(
  costed: ReadonlyMap<string, CostedVariant>,
): Promise<FidelityRow[] | Missing> {
  const rows = new Map<string, FidelityRow>();
  let unscored = 0;
  for (const { entry, variant, original, dataset, split } of costed.values()) {
    const label = networkLabel(entry);
    const { network } = variant;
    const isOriginal =
      network === null || (entry.sparsity === 0 && entry.precision === original.compiled.precision);
    if (isOriginal || rows.has(label)) continue;
    if (dataset === null) {
      unscored++;
      continue;
    }
    const { output, state, saturation, steps } = await measureFidelity(
      network,
      original,
      dataset,
      dataset.splits[split],
    );
    const sum = (pick: (layer: NonNullable<typeof saturation>["layers"][number]) => number) =>
      saturation === null ? 0 : saturation.layers.reduce((total, layer) => total + pick(layer), 0);
    rows.set(label, {
      network: label,
      reference: original.name,
      steps,
      outputRms: output.rms,
      outputRelative: output.relative,
      outputMax: output.max,
      stateRelative: state?.relative ?? null,
      saturated:
        saturation === null
          ? null
          : { values: sum(({ saturated }) => saturated), of: sum(({ values }) => values) },
    });
  }
  if (rows.size > 0) return [...rows.values()];
  if (costed.size === 0) return { missing: "A record does not hold the networks: nothing could be run." };
  return {
    missing:
      unscored > 0
        ? "Without a data set there are no inputs to run the networks on."
        : "Every network is as its file has it: nothing to compare.",
  };
}
