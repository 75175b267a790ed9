// numpy's two random number generators, as far as ncps draws wirings from them: equal seeds give equal synapses.
//
// `LegacyRandom` is numpy.random.RandomState(seed): MT19937 (Matsumoto and Nishimura 1998) with bounded integers by
// masked rejection. `Generator` is numpy.random.default_rng(seed): PCG64 XSL-RR (O'Neill 2014) seeded through numpy's
// SeedSequence, with bounded integers by Lemire's method (2019) on 32-bit draws.

const MASK_32 = 0xffff_ffffn;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;

/** What wirings need of a generator. */
export interface WiringRandom {
  /** A uniform integer in 0..n-1; n from 1 to 2^32 - 1. */
  below(n: number): number;
  /** `count` different integers of 0..n-1, in random order; count <= n. */
  choose(n: number, count: number): number[];
}

const MT_WORDS = 624;
const MT_SHIFT = 397;

/** MT19937 as `numpy.random.RandomState(seed)`, seed from 0 to 2^32 - 1. */
export class LegacyRandom implements WiringRandom {
  readonly #state = new Uint32Array(MT_WORDS);
  #next = MT_WORDS;

  constructor(seed: number) {
    expectInteger("seed", seed, 0, 0xffff_ffff);
    this.#state[0] = seed;
    for (let i = 1; i < MT_WORDS; i++) {
      const previous = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next raw 32-bit word. */
  uint32(): number {
    if (this.#next === MT_WORDS) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  below(n: number): number {
    expectInteger("n", n, 1, 0xffff_ffff);
    const last = n - 1;
    if (last === 0) return 0;
    const mask = 0xffff_ffff >>> Math.clz32(last);
    for (;;) {
      const value = (this.uint32() & mask) >>> 0;
      if (value <= last) return value;
    }
  }

  choose(n: number, count: number): number[] {
    expectInteger("count", count, 0, n);
    const all = Array.from({ length: n }, (_, i) => i);
    shuffleTail(this, all, 1);
    return all.slice(0, count);
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < MT_WORDS; i++) {
      const y = (state[i]! & 0x8000_0000) | (state[(i + 1) % MT_WORDS]! & 0x7fff_ffff);
      state[i] = state[(i + MT_SHIFT) % MT_WORDS]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

const PCG_MULTIPLIER = 47026247687942121848144207491837523525n;
/** From this population on, numpy draws a large enough sample by a partial shuffle. */
const TAIL_SHUFFLE_POPULATION = 10_000;
const TAIL_SHUFFLE_SHARE = 50;

/** PCG64 as `numpy.random.default_rng(seed)`, seed a non-negative safe integer. */
export class Generator implements WiringRandom {
  /** The four 64-bit words that the seed expands to. */
  readonly seedWords: readonly bigint[];
  #state: bigint;
  readonly #increment: bigint;
  /** The high half of the last 64-bit output, kept for the next 32-bit draw. */
  #keptHigh: number | undefined;

  constructor(seed: number) {
    expectInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    this.seedWords = expandSeed(seed);
    const [stateHigh, stateLow, streamHigh, streamLow] = this.seedWords as [bigint, bigint, bigint, bigint];
    this.#increment = ((((streamHigh << 64n) | streamLow) << 1n) | 1n) & MASK_128;
    this.#state = 0n;
    this.#step();
    this.#state = (this.#state + ((stateHigh << 64n) | stateLow)) & MASK_128;
    this.#step();
  }

  /** The next raw 64-bit word. */
  uint64(): bigint {
    this.#step();
    const folded = (this.#state >> 64n) ^ (this.#state & MASK_64);
    const turn = this.#state >> 122n;
    return ((folded >> turn) | (folded << (64n - turn))) & MASK_64;
  }

  /** The next 32-bit word: the low half of a 64-bit word, then its high half. */
  uint32(): number {
    const kept = this.#keptHigh;
    if (kept !== undefined) {
      this.#keptHigh = undefined;
      return kept;
    }
    const word = this.uint64();
    this.#keptHigh = Number(word >> 32n);
    return Number(word & MASK_32);
  }

  below(n: number): number {
    expectInteger("n", n, 1, 0xffff_ffff);
    if (n === 1) return 0;
    const range = BigInt(n);
    let product = BigInt(this.uint32()) * range;
    if ((product & MASK_32) < range) {
      const threshold = (MASK_32 + 1n - range) % range;
      while ((product & MASK_32) < threshold) product = BigInt(this.uint32()) * range;
    }
    return Number(product >> 32n);
  }

  choose(n: number, count: number): number[] {
    expectInteger("count", count, 0, n);
    if (n > TAIL_SHUFFLE_POPULATION && count > Math.floor(n / TAIL_SHUFFLE_SHARE)) {
      const all = Array.from({ length: n }, (_, i) => i);
      shuffleTail(this, all, Math.max(n - count, 1));
      return all.slice(n - count);
    }
    // Floyd's sampling gives a set in a biased order, hence the shuffle.
    const taken = new Set<number>();
    for (let last = n - count; last < n; last++) {
      const value = this.below(last + 1);
      taken.add(taken.has(value) ? last : value);
    }
    const chosen = [...taken];
    shuffleTail(this, chosen, 1);
    return chosen;
  }

  #step(): void {
    this.#state = (this.#state * PCG_MULTIPLIER + this.#increment) & MASK_128;
  }
}

/** Fisher-Yates from the last place down to place `first`: each is swapped with a random one at or before it. */
function shuffleTail(random: WiringRandom, items: number[], first: number): void {
  for (let i = items.length - 1; i >= first; i--) {
    const j = random.below(i + 1);
    const swapped = items[i]!;
    items[i] = items[j]!;
    items[j] = swapped;
  }
}

const POOL_WORDS = 4;

/** numpy's SeedSequence: a seed of up to 53 bits (two 32-bit words at most) to four 64-bit words. */
function expandSeed(seed: number): bigint[] {
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  let hashConstant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ hashConstant;
    hashConstant = Math.imul(hashConstant, 0x931e8875);
    return foldHigh(Math.imul(mixed, hashConstant));
  };
  // A missing second word is hashed as 0, which is what a seed below 2^32 has there.
  const pool = Array.from({ length: POOL_WORDS }, (_, i) => hash(words[i] ?? 0));
  for (let source = 0; source < POOL_WORDS; source++) {
    for (let target = 0; target < POOL_WORDS; target++) {
      if (source === target) continue;
      const mixed = Math.imul(0xca01f9dd, pool[target]!) - Math.imul(0x4973f715, hash(pool[source]!));
      pool[target] = foldHigh(mixed);
    }
  }

  let outputConstant = 0x8b51f9dd;
  const output = Array.from({ length: 2 * POOL_WORDS }, (_, i) => {
    const mixed = pool[i % POOL_WORDS]! ^ outputConstant;
    outputConstant = Math.imul(outputConstant, 0x58f38ded);
    return BigInt(foldHigh(Math.imul(mixed, outputConstant)));
  });
  return Array.from({ length: POOL_WORDS }, (_, i) => output[2 * i]! | (output[2 * i + 1]! << 32n));
}

/** The low 32 bits of `value`, unsigned, xor their upper half. */
function foldHigh(value: number): number {
  const word = value >>> 0;
  return (word ^ (word >>> 16)) >>> 0;
}

function expectInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`"${name}" expected an integer from ${min} to ${max}, got ${value}`);
}
