// Which columns of which matrices an image holds (`SkipUnchanged`), and where in the arena what it keeps of them lies.

import { complain, type LiquidEdgeError } from "../errors.ts";
import type { CompiledLayer } from "./compile.ts";
import { type HeldColumns, heldRows } from "./encode-integer.ts";
import { MAX_THRESHOLD } from "./format.ts";
import type { IntMatrix, IntNetwork, IntVector, SkipUnchanged } from "./lowered-integer.ts";

const ROW_BYTES = 8;

/** A matrix with held columns, for those who count what they cost. */
export interface HeldMatrix {
  /** Index of its layer. */
  layer: number;
  name: CompiledLayer["parameters"][number]["name"];
  nOut: number;
  /** Columns that are held, the first of the matrix. */
  nHeld: number;
  /** Byte offset in the image of the threshold, u32. */
  thresholdAt: number;
  /** Byte offset in the arena of the values let through, i8 [nHeld]. */
  heldAt: number;
}

/** What an image skips: what was asked for, and the matrices that could be held. */
export interface CompiledSkip extends SkipUnchanged {
  matrices: HeldMatrix[];
}

/** Hands out the places in the arena, from `end` on. */
export class HeldLayout {
  end: number;
  readonly #skip: SkipUnchanged;
  /** The i8 inputs of the network; null where no matrix reads them. */
  readonly #inputs: IntVector | null;

  /** @throws RangeError for a threshold that is none */
  constructor({ layers, arenaEnd }: IntNetwork, skip: SkipUnchanged) {
    const { of, threshold } = skip;
    if (of !== "inputs" && of !== "all")
      throw new RangeError(`"of" expected inputs or all, got ${String(of)}`);
    if (!Number.isInteger(threshold) || threshold < 0 || threshold > MAX_THRESHOLD) {
      throw new RangeError(
        `"threshold" expected a whole number from 0 to ${MAX_THRESHOLD}, got ${threshold}`,
      );
    }
    this.end = (arenaEnd + 3) & ~3;
    this.#skip = skip;
    this.#inputs = layers.find((layer) => layer.kind === "int-input" && layer.width === 8)?.out ?? null;
  }

  /** Columns to hold of a matrix that reads activations from `at` on, if it is stored dense; the first ones. */
  columnsOf({ nIn, bits, activationBits }: IntMatrix, at: number): number {
    if (bits !== 8 || activationBits !== 8) return 0;
    return this.#skip.of === "all" ? nIn : Math.min(nIn, inputsFrom(this.#inputs, at));
  }

  /** Places for what a matrix of `nOut` rows keeps. */
  place(nOut: number, nHeld: number): HeldColumns {
    const rows = this.end;
    const held = rows + ROW_BYTES * heldRows(nOut);
    this.end = (held + nHeld + 3) & ~3;
    return { nHeld, threshold: this.#skip.threshold, rows, held };
  }
}

/** How many of the inputs stand from `at` on. */
function inputsFrom(inputs: IntVector | null, at: number): number {
  return inputs === null || at < inputs.at ? 0 : Math.max(0, inputs.at + inputs.length - at);
}

/** What somebody hears who wants inputs skipped of a network that has no matrix for it. */
export function nothingToHold(source: string, { of }: SkipUnchanged): LiquidEdgeError {
  return complain("unavailable", source, {
    expected: `a dense int8 matrix that reads ${of === "inputs" ? "the inputs" : "activations"} as int8, to skip unchanged ones`,
    found: "none",
    hint: `quantize with --precision int8 --activations 8, unpruned${of === "inputs" ? ", or skip all" : ""}; synapses of an LTC cannot`,
  });
}
