// A network in every number format and at every sparsity that the page needs, each compiled and counted once.

import { builtinBoards } from "../bindings/board/load.ts";
import { LiquidEdgeError } from "../bindings/errors.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import { type MissingVariant, makeVariants, type Variant, variantOn } from "../bindings/sweep/variants.ts";
import { PRECISIONS } from "./choices.ts";
import type { OpenModel } from "./models.ts";

/** By id of a board, where a network is compiled otherwise for it. */
type OnBoards = { on: ReadonlyMap<string, Variant> };
export type Made = (Variant & OnBoards) | MissingVariant;

/** Which form takes less is decided by typical values, which take none. */
const FEWEST_DRAWS = 100;

/** Sparsities of the plot, beside the chosen one. */
const SPARSITIES = [0, 0.5, 0.75, 0.9];

export class Workbench {
  readonly model: OpenModel;
  readonly #made = new Map<string, Made>();

  constructor(model: OpenModel) {
    this.model = model;
  }

  /** Number formats that this network can be had in: integers stay as they are. */
  get precisions(): readonly string[] {
    const { network } = this.model;
    return network.integers === null ? PRECISIONS : [network.compiled.precision];
  }

  /** Sparsities of the plot, ascending, the chosen one among them. */
  sparsities(chosen: number): readonly number[] {
    if (this.model.network.integers !== null) return [0];
    return [...new Set([...SPARSITIES, chosen])].sort((a, b) => a - b);
  }

  /** What is made already. */
  made(precision: string, sparsity: number): Made | undefined {
    return this.#made.get(keyOf(precision, sparsity));
  }

  /** Makes one that is missing. */
  async make(precision: string, sparsity: number): Promise<void> {
    if (this.made(precision, sparsity) !== undefined) return;
    this.#made.set(keyOf(precision, sparsity), await this.#variant(precision, sparsity));
  }

  async #variant(precision: string, sparsity: number): Promise<Made> {
    const options = { precisions: [precision], sparsities: [sparsity], tolerant: true, data: null };
    try {
      const [made] = await makeVariants(this.model.network, { ...options, withPeak: false });
      return "error" in made! ? made : { ...made!, on: await onBoards(made!) };
    } catch (error) {
      if (!(error instanceof LiquidEdgeError)) throw error;
      // What cannot be pruned at all is missing in every format.
      return { precision, sparsity, requestedSparsity: sparsity, error };
    }
  }
}

async function onBoards(variant: Variant): Promise<Map<string, Variant>> {
  const on = new Map<string, Variant>();
  for (const platform of builtinBoards()) {
    try {
      const own = await variantOn(new EnergySimulator({ platform, draws: FEWEST_DRAWS }), variant);
      if (own !== variant) on.set(platform.id, own);
    } catch (error) {
      // The estimate says why.
      if (!(error instanceof LiquidEdgeError)) throw error;
    }
  }
  return on;
}

const keyOf = (precision: string, sparsity: number) => `${precision} ${sparsity}`;
