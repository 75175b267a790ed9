// Between real numbers and the integers of an integer image, by the rules of docs/integers.md.

import type { CompiledNetwork } from "../image/compile.ts";
import type { IntegerNumbers } from "../image/compile-integer.ts";
import type { IntVector } from "../image/lowered-integer.ts";
import type { Address } from "./exports.ts";

const INT16_MAX = 32767;
const INT8_MAX = 127;
const MAX_ELAPSED = 0xffffffff;

/** The vectors of an integer image in a core's memory, which never grows. */
export class IntegerIo {
  /** Real inputs that were beyond what a raw count holds. */
  clippedInputs = 0;
  readonly input: Int16Array;
  readonly output: Int16Array;
  readonly #hidden: Int16Array;
  readonly #cell: Int16Array;
  readonly #copies: { from: Int16Array; to: Int8Array; shift: number }[];
  readonly #numbers: IntegerNumbers;

  constructor(compiled: CompiledNetwork, numbers: IntegerNumbers, buffer: ArrayBufferLike, arena: Address) {
    const words = ({ at, length }: IntVector) => new Int16Array(buffer, arena + at, length);
    this.input = words(compiled.input);
    this.output = words(compiled.output);
    this.#hidden = words(compiled.hidden);
    this.#cell = words(compiled.cell);
    this.#copies = numbers.copies.map(({ from, to, shift }) => ({
      from: words(from),
      to: new Int8Array(buffer, arena + to.at, to.length),
      shift,
    }));
    this.#numbers = numbers;
  }

  /** Writes real inputs as raw counts. */
  writeInput(input: ArrayLike<number>): void {
    const { scales } = this.#numbers;
    for (let i = 0; i < this.input.length; i++) {
      const raw = Math.floor((input[i]! - scales.inputOffset[i]!) / scales.input[i]! + 0.5);
      const clipped = Math.max(Math.min(raw, INT16_MAX), -INT16_MAX - 1);
      if (clipped !== raw) this.clippedInputs++;
      this.input[i] = clipped;
    }
  }

  /** Units of an elapsed time that is positive and finite; a shorter one than a unit counts as one. */
  unitsOf(elapsed: number): number {
    const unit = 2 ** this.#numbers.time.exponent;
    if (elapsed === 1) return Math.min(unit, 65535);
    return Math.min(Math.max(Math.floor(elapsed * unit + 0.5), 1), MAX_ELAPSED);
  }

  /** The output as real numbers. */
  readOutput(): Float32Array {
    return dequantize(this.output, this.#numbers.scales.output);
  }

  readHidden(): Float32Array {
    return dequantize(this.#hidden, this.#numbers.scales.hidden);
  }

  readCell(): Float32Array {
    return dequantize(this.#cell, this.#numbers.scales.cell);
  }

  /** Sets states, and the i8 copies of h as the layers make them. null: as it is. */
  writeStates(hidden: ArrayLike<number> | null, cell: ArrayLike<number> | null): void {
    const { scales } = this.#numbers;
    if (hidden !== null) {
      for (let i = 0; i < this.#hidden.length; i++) {
        this.#hidden[i] = stateOf(hidden[i]!, scales.hidden[i]!);
      }
    }
    if (cell !== null) {
      for (let i = 0; i < this.#cell.length; i++) {
        this.#cell[i] = stateOf(cell[i]!, scales.cell[i]!);
      }
    }
    for (const { from, to, shift } of this.#copies) {
      const half = (1 << shift) >> 1;
      for (let i = 0; i < to.length; i++) {
        to[i] = Math.max(Math.min((from[i]! + half) >> shift, INT8_MAX), -INT8_MAX);
      }
    }
  }
}

function stateOf(value: number, scale: number): number {
  return Math.max(Math.min(Math.floor(value / scale + 0.5), INT16_MAX), -INT16_MAX);
}

function dequantize(values: Int16Array, scales: Float64Array): Float32Array {
  const real = new Float32Array(values.length);
  for (let i = 0; i < real.length; i++) real[i] = values[i]! * scales[i]!;
  return real;
}
