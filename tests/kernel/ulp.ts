// Distance of an f32 from an exact value in units in the last place (ULP), and walks over the f32 by their bits.

const f32 = new Float32Array(1);
const f32Bits = new Uint32Array(f32.buffer);
const f64 = new Float64Array(1);
const f64Words = new Uint32Array(f64.buffer); // [1] is the high word on the little-endian machines Node runs on

/** 2^(e - 23) by biased exponent of a double, not below the smallest denormal f32. */
const ULP_BY_EXPONENT = Float64Array.from({ length: 2048 }, (_, e) => 2 ** (Math.max(e - 1023, -126) - 23));

export function bitsOf(x: number): number {
  f32[0] = x;
  return f32Bits[0]!;
}

export function fromBits(bits: number): number {
  f32Bits[0] = bits;
  return f32[0]!;
}

export function ulpOf(exact: number): number {
  f64[0] = exact;
  return ULP_BY_EXPONENT[(f64Words[1]! >>> 20) & 2047]!;
}

/** |actual - exact| in ULP of `exact`. Infinity counts as 2^128, so that an early or late overflow is measured. */
export function errorInUlp(actual: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(actual))
    return Number.isNaN(exact) === Number.isNaN(actual) ? 0 : Infinity;
  const limit = 2 ** 128;
  const target = Math.max(-limit, Math.min(limit, exact));
  return Math.abs(Math.max(-limit, Math.min(limit, actual)) - target) / ulpOf(target);
}

/** Every `stride`-th f32 from `low` to `high` (>= 0) and the same with the other sign. */
export function bothSigns(low: number, high: number, stride: number): Float32Array {
  const first = bitsOf(low);
  const n = Math.floor((bitsOf(high) - first) / stride) + 1;
  const bits = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    bits[i] = first + i * stride;
    bits[n + i] = (0x80000000 + first + i * stride) >>> 0;
  }
  return new Float32Array(bits.buffer);
}

export interface Worst {
  errorUlp: number;
  at: number;
}

export function worstError(x: Float32Array, y: Float32Array, exact: ArrayLike<number>): Worst {
  const worst = { errorUlp: 0, at: 0 };
  for (let i = 0; i < x.length; i++) {
    const errorUlp = errorInUlp(y[i]!, exact[i]!);
    if (errorUlp > worst.errorUlp) {
      worst.errorUlp = errorUlp;
      worst.at = x[i]!;
    }
  }
  return worst;
}

/** Number of f32 from a to b, both finite; 0 and -0 are one. */
export function stepsBetween(a: number, b: number): number {
  const rank = (x: number) => {
    const bits = bitsOf(x);
    return bits < 0x80000000 ? bits : 0x80000000 - bits;
  };
  return rank(b) - rank(a);
}
