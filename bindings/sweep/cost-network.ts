// What a sweep without data does with one network: costs it with the weights that a training would begin with, since the
// operations and bytes of a network depend on its structure alone.

import { Network } from "../network.ts";
import { prune } from "../prune/prune.ts";
import { sha256 } from "../sha256.ts";
import { networkFor } from "../train/cells.ts";
import { initialModel } from "../train/initial-weights.ts";
import { costsOf, parametersOf } from "./costs.ts";
import type { CostRecord } from "./record.ts";
import { pruningOf, type SweepNetwork, type SweepPrecision, type Widths } from "./space.ts";
import { makeVariants, type Variant } from "./variants.ts";

/** Names what is costed: equal keys, equal structures. Throws `bad-config` for what the cell cannot do. */
export function costKey(widths: Widths, { cell, sparsity, pattern, seed }: SweepNetwork): Promise<string> {
  return sha256(
    JSON.stringify({ config: configOf(widths, cell), sparsity, pattern, seed, weights: "initial" }),
  );
}

export interface CostOptions {
  precisions: readonly SweepPrecision[];
  platforms: readonly string[];
  rateHz: number;
}

/**
 * An untrained network in each number format: what a time step costs on each board.
 * @throws LiquidEdgeError `unavailable` for what has no such format
 */
export async function costNetwork(
  widths: Widths,
  network: SweepNetwork & { key: string },
  { precisions, platforms, rateHz }: CostOptions,
): Promise<CostRecord[]> {
  const { cell, sparsity, pattern, seed, key } = network;
  const pruning = pruningOf(network);
  const drawn = initialModel(configOf(widths, cell), seed);
  const model = pruning === null ? drawn : prune(drawn, pruning, key).model;
  const variants = await makeVariants(Network.fromModel(model, key), {
    precisions,
    sparsities: [0],
    tolerant: false,
    data: null,
    withPeak: false,
  });
  const parameters = parametersOf(model);
  const records: CostRecord[] = [];
  for (const variant of variants as Variant[]) {
    const { facts } = variant;
    records.push({
      format: 1,
      network: key,
      cell: cell as CostRecord["cell"],
      sparsity,
      ...(pattern === undefined ? {} : { pattern }),
      seed,
      precision: facts.precision as SweepPrecision,
      split: "none",
      rateHz,
      parameters,
      imageSparsity: facts.sparsity!,
      ...(await costsOf(variant, platforms, rateHz)),
      // Last, as the schema has it: a record that was read and written again has the same bytes.
      widths,
    });
  }
  return records;
}

function configOf({ inputs, outputs }: Widths, cell: SweepNetwork["cell"]) {
  return networkFor(cell, { nInputs: inputs, nOutputs: outputs });
}
