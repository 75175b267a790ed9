// The memory of a running integer network: one block of bytes in which vectors have their places, so that [x | h] is
// one vector because its parts are neighbours, here as in the core.

import type { IntVector, Narrowed } from "../../../bindings/image/lowered-integer.ts";
import { narrow } from "./arithmetic.ts";

export class Arena {
  readonly #bytes: ArrayBuffer;

  constructor(length: number) {
    this.#bytes = new ArrayBuffer(length);
  }

  /** `length` i8 from that place on: a view, not a copy. */
  i8(at: number, length: number): Int8Array {
    return new Int8Array(this.#bytes, at, length);
  }

  /** The i16 of that vector: a view, not a copy. */
  i16({ at, length }: IntVector): Int16Array {
    return new Int16Array(this.#bytes, at, length);
  }

  /** Writes the i8 copy of an i16 vector that products read. */
  narrow(from: IntVector, narrowed: Narrowed): void {
    if (narrowed === null) return;
    const values = this.i16(from);
    const copy = this.i8(narrowed.to.at, narrowed.to.length);
    for (let j = 0; j < copy.length; j++) copy[j] = narrow(values[j]!, narrowed.shift);
  }
}
