// Inputs that are skipped where they have not changed: in place of z a matrix reads z', which follows z column by column where
// they differ by more than a threshold, and begins at 0 (docs/integers.md).

import type { HeldMatrix } from "../../../bindings/image/held-columns.ts";
import type { IntLayer, IntMatrix, IntNetwork } from "../../../bindings/image/lowered-integer.ts";

export interface HeldRule {
  threshold: number;
  /** How many columns of a matrix are held, the first ones; none of those that are not in here. */
  columns: ReadonlyMap<IntMatrix, number>;
}

/** z' of every matrix. */
export class Held {
  readonly #rule: HeldRule;
  readonly #through = new Map<IntMatrix, Int8Array>();

  constructor(rule: HeldRule) {
    this.#rule = rule;
  }

  /** What the matrix reads of z [nIn]. */
  read(matrix: IntMatrix, z: Int8Array): Int8Array {
    const { threshold, columns } = this.#rule;
    const through = this.#through.get(matrix) ?? new Int8Array(columns.get(matrix) ?? 0);
    this.#through.set(matrix, through);
    return z.map((now, i) => {
      if (i >= through.length) return now;
      if (Math.abs(now - through[i]!) > threshold) through[i] = now;
      return through[i]!;
    });
  }
}

/** The matrices that an image holds, as the network has them. */
export function heldColumns({ layers }: IntNetwork, matrices: readonly HeldMatrix[]): Map<IntMatrix, number> {
  return new Map(
    matrices.map(({ layer, name, nHeld }) => [matricesIn(layers[layer]!)[name]!, nHeld] as const),
  );
}

/** By their names in images. */
export function matricesIn(layer: IntLayer): Record<string, IntMatrix> {
  switch (layer.kind) {
    case "int-dense":
      return { weight: layer.matrix };
    case "int-lstm":
      return { gates: layer.matrix };
    case "int-gru": {
      const { resetUpdate, fromInput, fromState } = layer;
      return { reset_update: resetUpdate, candidate_input: fromInput, candidate_state: fromState };
    }
    case "int-gate":
      return { g: layer.g, a: layer.a };
    case "int-cfc": {
      if (layer.mode === "pure") return { ff1: layer.ff1 };
      const [ff1, ff2, timeA, timeB] = layer.heads;
      return timeB === undefined
        ? { ff1: ff1!, ff2: ff2!, time: timeA! }
        : { ff1: ff1!, ff2: ff2!, time_a: timeA!, time_b: timeB };
    }
    default:
      return {};
  }
}
