// Random numbers for networks and inputs: equal seeds, equal numbers on every engine. Integers only (mulberry32).

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Uniform in 0..2^32 - 1. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform in low..high, both included. */
  between(low: number, high: number): number {
    return low + (this.uint32() % (high - low + 1));
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uint32() < p * 2 ** 32;
  }

  list(length: number, low: number, high: number): number[] {
    return Array.from({ length }, () => this.between(low, high));
  }
}
