// Appends the numbers of a parameter block, little-endian.

import { LiquidEdgeError } from "../errors.ts";
import { LARGEST_HALF, toHalf } from "./half.ts";
import type { Precision } from "./parameters.ts";

/** Bytes of the format and the length, which begin a block. */
const HEAD_BYTES = 8;

/** The body of a block, which grows; `block` puts its head before it. */
export class Writer {
  readonly #precision: Precision;
  #view = new DataView(new ArrayBuffer(1024));
  #at = 0;
  /** Bytes that hold counts, indices and padding rather than weights. */
  tableBytes = 0;

  constructor(precision: Precision) {
    this.#precision = precision;
  }

  /**
   * Weights in the writer's precision.
   * @param tensor where they are from
   * @throws LiquidEdgeError `unavailable` when one rounds to no finite half
   */
  weights(values: Iterable<number>, tensor: string): this {
    for (const value of values) {
      if (this.#precision === "fp32") {
        this.#room(4).setFloat32(this.#at, value, true);
        this.#at += 4;
      } else {
        const half = toHalf(value);
        if ((half & 0x7c00) === 0x7c00) {
          throw new LiquidEdgeError(
            "unavailable",
            `"${tensor}" expected magnitudes of at most ${LARGEST_HALF}, which fp16 holds, found ${value}`,
          );
        }
        this.#room(2).setUint16(this.#at, half, true);
        this.#at += 2;
      }
    }
    return this;
  }

  u16(values: Iterable<number>): this {
    for (const value of values) {
      this.#room(2).setUint16(this.#at, value, true);
      this.#at += 2;
      this.tableBytes += 2;
    }
    return this;
  }

  /** Zero bytes up to the next multiple of 4. */
  align(): this {
    const padding = -this.#at & 3;
    this.#room(padding);
    this.#at += padding;
    this.tableBytes += padding;
    return this;
  }

  /** The finished block: format, length, bias, and what was written. */
  block(format: number, bias: Float32Array = new Float32Array()): Uint8Array {
    this.align();
    const head = HEAD_BYTES + 4 * bias.length;
    const bytes = new Uint8Array(head + this.#at);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, format, true);
    view.setUint32(4, bytes.length, true);
    bytes.set(Writer.f32(bias), HEAD_BYTES);
    bytes.set(new Uint8Array(this.#view.buffer, 0, this.#at), head);
    return bytes;
  }

  static f32(values: ArrayLike<number>): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
    return new Uint8Array(view.buffer);
  }

  /** The buffer, with room for `bytes` more. */
  #room(bytes: number): DataView {
    const length = this.#view.byteLength;
    if (this.#at + bytes > length) {
      const larger = new Uint8Array(2 * length);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return this.#view;
  }
}
