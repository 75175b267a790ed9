// Random numbers of a training: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
// TOMS 2021), 32-bit words, period 2^128 - 1. Four separate streams, so that a change of one (no noise, another batch size)
// leaves the others as they are. Their states are the first 16 words of numpy's default_rng(seed), four a stream.
//
// Only + - * / sqrt and comparisons make the numbers, so that every engine draws the same.

import { Generator } from "../network/random.ts";

/** What draws from which stream; the order is part of what a seed means. */
export const STREAMS = ["weights", "shuffling", "noise", "augmentation"] as const;
export type StreamName = (typeof STREAMS)[number];

/** The four words of a generator's state. */
export type RandomState = readonly [number, number, number, number];

const WORDS = 4;
const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;
/** sqrt(2 / e): half the height of the region of the ratio of uniforms. */
const NORMAL_RATIO = 0.8577638849607068;

export class TrainingRandom {
  readonly #state: Uint32Array;

  constructor(state: RandomState) {
    if (state.length !== WORDS || state.every((word) => word === 0))
      throw new RangeError(`"state" expected ${WORDS} words that are not all 0, got ${state}`);
    this.#state = Uint32Array.from(state);
  }

  /** The streams of `seed`, a non-negative safe integer. */
  static streams(seed: number): Record<StreamName, TrainingRandom> {
    const source = new Generator(seed);
    const word = () => source.uint32();
    const entries = STREAMS.map((name) => [name, new TrainingRandom([word(), word(), word(), word()])]);
    return Object.fromEntries(entries);
  }

  /** The state now: a generator made from it goes on with the same numbers. */
  get state(): RandomState {
    return [...this.#state] as unknown as RandomState;
  }

  /** The next raw 32-bit word. */
  uint32(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = [s[0]!, s[1]!, s[2]!, s[3]!];
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const crossed2 = s2 ^ s0;
    const crossed3 = s3 ^ s1;
    s[0] = s0 ^ crossed3;
    s[1] = s1 ^ crossed2;
    s[2] = crossed2 ^ (s1 << 9);
    s[3] = (crossed3 << 11) | (crossed3 >>> 21);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / TWO_53;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform whole number from 0 to n - 1, n from 1 to 2^32: words beyond the last full round are drawn again. */
  below(n: number): number {
    const limit = TWO_32 - (TWO_32 % n);
    for (;;) {
      const word = this.uint32();
      if (word < limit) return word % n;
    }
  }

  /**
   * Standard normal, by the ratio of uniforms (Kinderman and Monahan 1977). The logarithm, which engines round
   * differently, only decides which pairs are kept.
   */
  normal(): number {
    for (;;) {
      const u = 1 - this.uniform();
      const x = (NORMAL_RATIO * (2 * this.uniform() - 1)) / u;
      if (x * x <= -4 * Math.log(u)) return x;
    }
  }

  /** Puts `items` in random order (Fisher and Yates, from the last place down). */
  shuffle(items: { length: number; [index: number]: number }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = items[i]!;
      items[i] = items[j]!;
      items[j] = swapped;
    }
  }
}
