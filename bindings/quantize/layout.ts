// Where the vectors of an integer network lie, and what their integers mean. Products read columns: i8 copies of vectors,
// or the i16 vectors themselves. Columns of vectors side by side lie side by side, so that a window stays a window.

import { CONTROL_BYTES } from "../image/format.ts";
import type { ArenaVector } from "../image/lowered.ts";
import type { IntVector } from "../image/lowered-integer.ts";
import type { ActivationBits, Columns } from "./matrix.ts";

/** A vector as i16: its place and the real value of one unit of each element. */
export interface Words {
  vector: IntVector;
  unit: Float64Array;
}

/** What products read of a run of the float arena. */
interface Run extends Columns {
  from: ArenaVector;
  at: number;
  /** Shift of an i8 copy from the i16 vector, by element. */
  shift: Uint8Array;
}

const FLOAT_BYTES = 4;

export class IntLayout {
  #end = CONTROL_BYTES;
  readonly #words = new Map<number, Words>();
  readonly #runs: Run[] = [];

  get end(): number {
    return this.#end;
  }

  #take(bytes: number): number {
    this.#end = Math.ceil(this.#end / 4) * 4;
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  /** Room for `length` i16, on its own. */
  place(length: number): IntVector {
    return { at: this.#take(2 * length), length };
  }

  /** The i16 vector that stands for `vector` of the float arena. */
  addWords(vector: ArenaVector, place: IntVector, unit: Float64Array): Words {
    const words = { vector: place, unit };
    this.#words.set(vector.at, words);
    return words;
  }

  words(vector: ArenaVector): Words {
    const { vector: place, unit } = this.#words.get(vector.at)!;
    const { length } = vector;
    return { vector: { at: place.at, length }, unit: unit.subarray(0, length) };
  }

  /** Room for columns of `from`; steps, offsets and shifts are still to be filled in. */
  addColumns(from: ArenaVector, bits: ActivationBits): IntVector {
    const n = from.length;
    const at = this.#take((n * bits) / 8);
    this.#runs.push({
      from,
      at,
      bits,
      step: new Float64Array(n).fill(1),
      offset: new Float64Array(n),
      shift: new Uint8Array(n),
    });
    return { at, length: n };
  }

  /** The columns of `vector`, null where no product reads it. */
  columns(vector: ArenaVector): { vector: IntVector; columns: Columns; shift: Uint8Array } | null {
    for (const { from, at, bits, step, offset, shift } of this.#runs) {
      const first = (vector.at - from.at) / FLOAT_BYTES;
      const last = first + vector.length;
      if (first < 0 || last > from.length) continue;
      return {
        vector: { at: at + (first * bits) / 8, length: vector.length },
        columns: { bits, step: step.subarray(first, last), offset: offset.subarray(first, last) },
        shift: shift.subarray(first, last),
      };
    }
    return null;
  }
}
