// The integers of docs/integers.md: two's complement, i32 that wraps, one rounding rule.
//
//   rsh(a, s) = (a + ((1 << s) >> 1)) >> s           half up, for negative a as well
//   satN(a)   = a clamped to ±(2^(N-1) - 1)          the most negative value does not occur
//
// JavaScript's bitwise operators are i32 arithmetic; where a value needs 64 bits it is a BigInt.

/** (a + 2^(s-1)) >> s in i32; s from 0 to 30. */
export function rsh(a: number, s: number): number {
  return (a + ((1 << s) >> 1)) >> s;
}

/** (a + 2^(s-1)) >> s in i64; s from 0 to 62. */
export function rsh64(a: bigint, s: number): bigint {
  const shift = BigInt(s);
  return BigInt.asIntN(64, a + ((1n << shift) >> 1n)) >> shift;
}

export function sat8(a: number): number {
  return Math.min(Math.max(a, -127), 127);
}

export function sat16(a: number): number {
  return Math.min(Math.max(a, -32767), 32767);
}

/** sat16 of a 64-bit value. */
export function sat16Of64(a: bigint): number {
  if (a > 32767n) return 32767;
  return a < -32767n ? -32767 : Number(a);
}

/** The i8 activation of a state; s is 8 from Q0.15 to steps of 2^-7. */
export function narrow(h: number, s: number): number {
  return sat8(rsh(h, s));
}

/** A real number as an integer, on the host. */
export function toInteger(x: number): number {
  return Math.floor(x + 0.5);
}

/** from + (to - from) w / 2^15 with w in 0..32767: never outside of [from, to]. */
export function blend(from: number, to: number, w: number): number {
  return from + ((Math.imul(to - from, w) + 16384) >> 15);
}

/** a b / 2^15, for factors of which one is Q0.15. */
export function mul15(a: number, b: number): number {
  return (Math.imul(a, b) + 16384) >> 15;
}
