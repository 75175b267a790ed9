// One source for both builds: arithmetic on T, which is f32 (one value) or v128 (four f32 lanes). A function written
// with these performs the same IEEE 754 operations in the same order per lane, so the scalar and the SIMD build agree
// bit by bit. Only operations that a Cortex-M4F executes in hardware are here: no min, max, nearest or trunc_sat.

// @ts-nocheck: decorators on functions and the generics of AssemblyScript are its own; asc checks this file.

@inline export function splat<T>(x: f32): T {
  if (isVector<T>()) return <T>f32x4.splat(x);
  return <T>x;
}

/**
 * The `i`-th f32 behind p in every lane; `i` is 0 to 3 and a literal. An address immediate must be one as well, hence a
 * line for each; what is left of them is one instruction.
 */
@inline export function splatAt<T>(p: usize, i: i32): T {
  if (isVector<T>()) {
    if (i == 0) return v128.load32_splat(p);
    if (i == 1) return v128.load32_splat(p, 4);
    if (i == 2) return v128.load32_splat(p, 8);
    return v128.load32_splat(p, 12);
  }
  if (i == 0) return <T>load<f32>(p);
  if (i == 1) return <T>load<f32>(p, 4);
  if (i == 2) return <T>load<f32>(p, 8);
  return <T>load<f32>(p, 12);
}

@inline export function add<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.add(a, b);
  return a + b;
}

@inline export function sub<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.sub(a, b);
  return a - b;
}

@inline export function mul<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.mul(a, b);
  return a * b;
}

@inline export function div<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.div(a, b);
  return a / b;
}

/** |x| by clearing the sign bit, as f32.abs does. */
@inline export function abs<T>(a: T): T {
  if (isVector<T>()) return f32x4.abs(a);
  return <T>f32.abs(<f32>a);
}

/** Magnitude of `a` with the sign of `b`. */
@inline export function copysign<T>(a: T, b: T): T {
  if (isVector<T>()) return v128.bitselect(b, a, i32x4.splat(0x80000000));
  return <T>f32.copysign(<f32>a, <f32>b);
}

/** x < limit ? x : limit. A NaN becomes `limit`. One compare and one select on every core. */
@inline export function atMost<T>(x: T, limit: T): T {
  if (isVector<T>()) return f32x4.pmin(limit, x);
  return select<T>(x, limit, x < limit);
}

/** x > limit ? x : limit. A NaN becomes `limit`. */
@inline export function atLeast<T>(x: T, limit: T): T {
  if (isVector<T>()) return f32x4.pmax(limit, x);
  return select<T>(x, limit, x > limit);
}

/** x > limit ? limit : x. A NaN stays. */
@inline export function atMostOrNaN<T>(x: T, limit: T): T {
  if (isVector<T>()) return f32x4.pmin(x, limit);
  return select<T>(limit, x, x > limit);
}

/** x < limit ? limit : x. A NaN stays. */
@inline export function atLeastOrNaN<T>(x: T, limit: T): T {
  if (isVector<T>()) return f32x4.pmax(x, limit);
  return select<T>(limit, x, x < limit);
}

/** a < b ? yes : no, lane by lane. */
@inline export function lessThen<T>(a: T, b: T, yes: T, no: T): T {
  if (isVector<T>()) return v128.bitselect(yes, no, f32x4.lt(a, b));
  return select<T>(yes, no, a < b);
}

/**
 * 2^n for an integer n that was added to the magic number 1.5 * 2^23 + 127: the low mantissa bits of the sum are
 * n + 127, which is the exponent field of 2^n. Defined for -126 <= n <= 127.
 */
@inline export function pow2FromMagic<T>(t: T): T {
  if (isVector<T>()) return i32x4.shl(t, 23);
  return <T>reinterpret<f32>(reinterpret<i32>(<f32>t) << 23);
}

/**
 * x * 2^n for an integer n that was added to the magic number 1.5 * 2^23 + 254, -252 <= n <= 254, in two factors
 * 2^floor((n + 254) / 2 - 127) and the rest: each is a normal number, so that the second product alone rounds,
 * overflows to infinity or becomes denormal. (The sum's other mantissa bits lie above the 9 that reach an exponent.)
 */
@inline export function scaleFromMagic<T>(x: T, t: T): T {
  if (isVector<T>()) {
    const half = i32x4.shr_u(t, 1);
    return f32x4.mul(f32x4.mul(x, i32x4.shl(half, 23)), i32x4.shl(i32x4.sub(t, half), 23));
  }
  const bits = reinterpret<u32>(<f32>t);
  const half = bits >> 1;
  return <T>(<f32>x * reinterpret<f32>(half << 23) * reinterpret<f32>((bits - half) << 23));
}

/** Four floats at x plus the four u16 byte offsets that stand at `offsets`. SIMD build only. */
@inline export function gather(x: usize, offsets: usize): v128 {
  let v = v128.load32_zero(x + load<u16>(offsets));
  v = v128.load32_lane(x + load<u16>(offsets, 2), v, 1);
  v = v128.load32_lane(x + load<u16>(offsets, 4), v, 2);
  return v128.load32_lane(x + load<u16>(offsets, 6), v, 3);
}
