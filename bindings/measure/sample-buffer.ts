// Samples at a fixed rate as an instrument sends them, for as long as it does.

const FIRST_CAPACITY = 1 << 10;

export class SampleBuffer {
  #values = new Float32Array(FIRST_CAPACITY);
  #bits = new Uint8Array(FIRST_CAPACITY);
  #kept = 0;
  /** Index of the first sample that is kept. */
  #first = 0;
  #saturated: number[] = [];
  lost = 0;

  /** Samples since the start, with those that are lost or no longer kept. */
  get count(): number {
    return this.#first + this.#kept;
  }

  get first(): number {
    return this.#first;
  }

  push(value: number, bits: number): void {
    if (this.#kept === this.#values.length) this.#grow();
    this.#values[this.#kept] = value;
    this.#bits[this.#kept++] = bits;
  }

  /** Samples that never came; the marker is taken to stay as it was. */
  pushLost(n: number): void {
    const bits = this.#kept > 0 ? this.#bits[this.#kept - 1]! : 0;
    for (let i = 0; i < n; i++) this.push(Number.NaN, bits);
    this.lost += n;
  }

  /** The last sample was at the end of the instrument's range. */
  markSaturated(): void {
    this.#saturated.push(this.count - 1);
  }

  /** May forget samples before an index; does so when that halves what is kept, so that moving the rest is cheap. */
  discardBefore(index: number): void {
    const drop = Math.min(this.#kept, index - this.#first);
    if (drop <= this.#kept / 2) return;
    this.#values.copyWithin(0, drop, this.#kept);
    this.#bits.copyWithin(0, drop, this.#kept);
    this.#kept -= drop;
    this.#first += drop;
    this.#saturated = this.#saturated.filter((at) => at >= this.#first);
  }

  /** Copies of the samples that are kept, from an index on. */
  copyFrom(index = this.#first): {
    values: Float32Array;
    bits: Uint8Array;
    saturated: number[];
    first: number;
  } {
    const skip = Math.max(0, index - this.#first);
    const first = this.#first + skip;
    return {
      values: this.#values.slice(skip, this.#kept),
      bits: this.#bits.slice(skip, this.#kept),
      saturated: this.#saturated.filter((at) => at >= first).map((at) => at - first),
      first,
    };
  }

  #grow(): void {
    const values = new Float32Array(2 * this.#values.length);
    const bits = new Uint8Array(values.length);
    values.set(this.#values);
    bits.set(this.#bits);
    this.#values = values;
    this.#bits = bits;
  }
}
