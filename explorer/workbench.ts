// A network in every number format and at every sparsity that the page needs, each compiled and counted once.

import { LiquidEdgeError } from "../bindings/errors.ts";
import { type MissingVariant, makeVariants, type Variant } from "../bindings/sweep/variants.ts";
import { PRECISIONS } from "./choices.ts";
import type { OpenModel } from "./models.ts";

export type Made = Variant | MissingVariant;

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
      return made!;
    } catch (error) {
      if (!(error instanceof LiquidEdgeError)) throw error;
      // What cannot be pruned at all is missing in every format.
      return { precision, sparsity, requestedSparsity: sparsity, error };
    }
  }
}

const keyOf = (precision: string, sparsity: number) => `${precision} ${sparsity}`;
