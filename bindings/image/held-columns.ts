// Which columns of which matrices an image holds (`SkipUnchanged`), and where in the arena what it keeps of them lies.

import { complain, type LiquidEdgeError } from "../errors.ts";
import type { CompiledLayer } from "./compile.ts";
import { type HeldColumns, heldRows } from "./encode-integer.ts";
import { MAX_THRESHOLD } from "./format.ts";
import type { IntMatrix, IntNetwork, SkipUnchanged } from "./lowered-integer.ts";

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
  readonly #threshold: number;
  /** Of what is held: the i8 inputs of the network, nothing where no matrix reads them, or all of the arena. */
  readonly #window: { at: number; length: number };

  /** @throws RangeError for a threshold that is none */
  constructor({ layers, arenaEnd }: IntNetwork, { of, threshold }: SkipUnchanged) {
    if (!Number.isInteger(threshold) || threshold < 0 || threshold > MAX_THRESHOLD) {
      throw new RangeError(
        `"threshold" expected a whole number from 0 to ${MAX_THRESHOLD}, got ${threshold}`,
      );
    }
    this.end = (arenaEnd + 3) & ~3;
    this.#threshold = threshold;
    const inputs = layers.find((layer) => layer.kind === "int-input" && layer.width === 8)?.out;
    this.#window = of === "all" ? { at: 0, length: Infinity } : (inputs ?? { at: 0, length: 0 });
  }

  /** Columns to hold of a matrix that reads activations from `from` on, if it is stored dense; the first ones. */
  columnsOf({ nIn, bits, activationBits }: IntMatrix, from: number): number {
    const { at, length } = this.#window;
    if (bits !== 8 || activationBits !== 8 || from < at) return 0;
    return Math.max(0, Math.min(nIn, at + length - from));
  }

  /** Places for what a matrix of `nOut` rows keeps. */
  place(nOut: number, nHeld: number): HeldColumns {
    const rows = this.end;
    const held = rows + ROW_BYTES * heldRows(nOut);
    this.end = (held + nHeld + 3) & ~3;
    return { nHeld, threshold: this.#threshold, rows, held };
  }
}

/** What somebody hears who wants inputs skipped of a network that has no matrix for it. */
export function nothingToHold(source: string, { of }: SkipUnchanged): LiquidEdgeError {
  return complain("unavailable", source, {
    field: "skipUnchanged",
    expected: `a dense int8 matrix that reads ${of === "all" ? "int8" : "the inputs as int8"}`,
    found: "none",
    hint: "int8 weights and activations, unpruned, no LTC",
  });
}
