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

  /** Makes what is missing of `precisions` at one sparsity. */
  async make(precisions: readonly string[], sparsity: number): Promise<void> {
    const missing = precisions.filter((precision) => this.made(precision, sparsity) === undefined);
    if (missing.length === 0) return;
    for (const [i, made] of (await this.#variants(missing, sparsity)).entries()) {
      this.#made.set(keyOf(missing[i]!, sparsity), made);
    }
  }

  async #variants(precisions: readonly string[], sparsity: number): Promise<Made[]> {
    const { network } = this.model;
    const sparsities = [sparsity];
    try {
      return await makeVariants(network, {
        precisions,
        sparsities,
        tolerant: true,
        data: null,
        withPeak: false,
      });
    } catch (error) {
      if (!(error instanceof LiquidEdgeError)) throw error;
      // What cannot be pruned at all is missing in every format.
      return precisions.map((precision) => ({ precision, sparsity, requestedSparsity: sparsity, error }));
    }
  }
}

const keyOf = (precision: string, sparsity: number) => `${precision} ${sparsity}`;
