// Element-wise integer kernels over vectors of n >= 0 elements; formulas in docs/integers.md. Outputs may be one of the
// inputs, element for element. Every vector is i16 unless its name says otherwise; d is the elapsed time in the units of the
// image, s the shift of its products.

// @ts-nocheck: checked by asc

/** ±32767 */
@inline function sat16(v: i32): i32 {
  v = select<i32>(v, 32767, v < 32767);
  return select<i32>(v, -32767, v > -32767);
}

/** Rounding right shift: half up. */
@inline function rsh(a: i32, s: i32): i32 {
  return (a + ((1 << s) >> 1)) >> s;
}

/** Product of a Q0.15 with anything in i16. */
@inline function mul15(a: i32, b: i32): i32 {
  return (a * b + 16384) >> 15;
}

/** y = table[x]: i32 lo, u32 k, then 257 i16, linear between them. */
export function tableS16(table: usize, x: usize, y: usize, n: i32): void {
  const lo = load<i32>(table);
  const k = load<i32>(table, 4);
  const most = (256 << k) - 1;
  const mask = (1 << k) - 1;
  const half = (1 << k) >> 1;
  for (const end = y + (<usize>n << 1); y != end; y += 2, x += 2) {
    let u = <i32>load<i16>(x) - lo;
    u = select<i32>(u, most, u < most);
    u = select<i32>(u, 0, u > 0);
    const at = table + (<usize>(u >> k) << 1);
    const left = i32.load16_s(at, 8);
    store<i16>(y, left + (((i32.load16_s(at, 10) - left) * (u & mask) + half) >> k));
  }
}

/** y = sat8(rsh(h, s)), i8: the activation that products read */
export function narrowS8(h: usize, y: usize, s: i32, n: i32): void {
  const half = (1 << s) >> 1;
  for (const end = y + <usize>n; y != end; y++, h += 2) {
    let v = (<i32>load<i16>(h) + half) >> s;
    v = select<i32>(v, 127, v < 127);
    store<i8>(y, select<i32>(v, -127, v > -127));
  }
}

/** y = sat8(rsh(x m + b, s)), i8: raw counts to activations. m, b i32; s u8 */
export function inputS8(x: usize, m: usize, b: usize, s: usize, y: usize, n: i32): void {
  for (const end = y + <usize>n; y != end; y++, x += 2, m += 4, b += 4, s++) {
    let v = rsh(<i32>load<i16>(x) * load<i32>(m) + load<i32>(b), <i32>load<u8>(s));
    v = select<i32>(v, 127, v < 127);
    store<i8>(y, select<i32>(v, -127, v > -127));
  }
}

/** y = sat16(rsh(x m + b, s)): raw counts to LTC's inputs. m, b i32; s u8 */
export function inputS16(x: usize, m: usize, b: usize, s: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, x += 2, m += 4, b += 4, s++) {
    store<i16>(y, sat16(rsh(<i32>load<i16>(x) * load<i32>(m) + load<i32>(b), <i32>load<u8>(s))));
  }
}

/** y = sat16(rsh64(x m + b, s)): LTC's output map. m, b i32; s u8 */
export function affineS16(x: usize, m: usize, b: usize, s: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, x += 2, m += 4, b += 4, s++) {
    const shift = i64.load8_u(s);
    let v = (i64.load16_s(x) * i64.load32_s(m) + i64.load32_s(b) + ((<i64>1 << shift) >> 1)) >> shift;
    v = select<i64>(v, 32767, v < 32767);
    i64.store16(y, select<i64>(v, -32767, v > -32767));
  }
}

/** y = a + (b - a) t */
export function blendS16(a: usize, b: usize, t: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, a += 2, b += 2, t += 2) {
    const from = <i32>load<i16>(a);
    store<i16>(y, from + mul15(<i32>load<i16>(b) - from, <i32>load<i16>(t)));
  }
}

/** y = sat16(a + b t): GRU's candidate */
export function mulAddS16(b: usize, t: usize, a: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, a += 2, b += 2, t += 2) {
    store<i16>(y, sat16(<i32>load<i16>(a) + mul15(<i32>load<i16>(b), <i32>load<i16>(t))));
  }
}

/** y = sat16(rsh(a + b t, 1)): CfC without a gate */
export function halfSumS16(b: usize, t: usize, a: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, a += 2, b += 2, t += 2) {
    store<i16>(y, sat16((<i32>load<i16>(a) + mul15(<i32>load<i16>(b), <i32>load<i16>(t)) + 1) >> 1));
  }
}

/** y = sat16(rsh(a d, s) + b): the argument of CfC's time gate */
export function timeS16(d: i32, s: i32, a: usize, b: usize, y: usize, n: i32): void {
  const half = (1 << s) >> 1;
  for (const end = y + (<usize>n << 1); y != end; y += 2, a += 2, b += 2) {
    store<i16>(y, sat16(((<i32>load<i16>(a) * d + half) >> s) + <i32>load<i16>(b)));
  }
}

/** y = min((d (tau + |f|)) >>> s, 32767): the exponent of CfC's pure mode; tau i32 */
export function decayS16(d: i32, s: i32, tau: usize, f: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, f += 2, tau += 4) {
    const p = <i32>load<i16>(f);
    const sign = p >> 31;
    const u = <u32>(d * (load<i32>(tau) + ((p ^ sign) - sign))) >> s;
    store<i16>(y, <i32>select<u32>(u, 32767, u < 32767));
  }
}

/** y = sat16(rsh(A (2048 - rsh(f x, q)), s)): the state of CfC's pure mode, x = exp of its exponent; A i32, s u8 */
export function pureS16(q: i32, bound: usize, s: usize, f: usize, x: usize, y: usize, n: i32): void {
  const half = (1 << q) >> 1;
  for (const end = y + (<usize>n << 1); y != end; y += 2, f += 2, x += 2, bound += 4, s++) {
    const v = 2048 - ((<i32>load<i16>(f) * <i32>load<i16>(x) + half) >> q);
    store<i16>(y, sat16(rsh(load<i32>(bound) * v, <i32>load<u8>(s))));
  }
}

/** y = sat16(-x) */
export function negateS16(x: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, x += 2) store<i16>(y, sat16(-<i32>load<i16>(x)));
}

/** y = min(rsh(x d, s) as u32, 32767): the exponent of LiquidGate */
export function scaleS16(d: i32, s: i32, x: usize, y: usize, n: i32): void {
  const half = (1 << s) >> 1;
  for (const end = y + (<usize>n << 1); y != end; y += 2, x += 2) {
    const u = <u32>(<i32>load<i16>(x) * d + half) >> s;
    store<i16>(y, <i32>select<u32>(u, 32767, u < 32767));
  }
}

/** c = sat16(c f + rsh(g i, 15 + k)), y = sat16(rsh(c, 4 - k)): LSTM's cell in Q(k).(15-k), and as an argument */
export function cellS16(k: i32, g: usize, i: usize, f: usize, c: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, c += 2, g += 2, i += 2, f += 2) {
    const written = rsh(<i32>load<i16>(g) * <i32>load<i16>(i), 15 + k);
    const next = sat16(mul15(<i32>load<i16>(c), <i32>load<i16>(f)) + written);
    store<i16>(c, next);
    store<i16>(y, sat16(rsh(next, 4 - k)));
  }
}

/** y = rsh(a b, s), a and b Q0.15: LSTM's state */
export function mulS16(s: i32, a: usize, b: usize, y: usize, n: i32): void {
  for (const end = y + (<usize>n << 1); y != end; y += 2, a += 2, b += 2) {
    store<i16>(y, rsh(mul15(<i32>load<i16>(a), <i32>load<i16>(b)), s));
  }
}

/** capacity = rsh64(cm r, c); den += capacity: membrane of an integer LTC, r = 2^31 / d. All i32 */
export function membraneS32(r: i32, c: i32, cm: usize, capacity: usize, den: usize, n: i32): void {
  const half = (<i64>1 << c) >> 1;
  for (const end = den + (<usize>n << 2); den != end; den += 4, cm += 4, capacity += 4) {
    const cap = <i32>((i64.load32_s(cm) * <i64>r + half) >> c);
    store<i32>(capacity, cap);
    store<i32>(den, load<i32>(den) + cap);
  }
}

/**
 * v = (capacity v + num) / den in Q(15-f).f: one unfold of an integer LTC. capacity, num, den i32; 1 <= den < 2^(16+f),
 * which `check` proves.
 */
export function fusedS16(f: i32, capacity: usize, num: usize, den: usize, v: usize, n: i32): void {
  const half = (1 << f) >> 1;
  const gain = 15 - f;
  const places = gain + 1;
  for (const end = v + (<usize>n << 1); v != end; v += 2, capacity += 4, num += 4, den += 4) {
    // capacity v >> f, rounded, from two products of 32 bits: the upper half of capacity shifts exactly.
    const cap = load<i32>(capacity);
    const from = <i32>load<i16>(v);
    const top = (((cap >> 15) * from) << gain) + (((cap & 0x7fff) * from + half) >> f) + load<i32>(num);
    const d = load<i32>(den);
    // d normalised to 32 bits, of which the quotient takes 16.
    const z = clz<i32>(d);
    const q = <u32>(d << z) >> 16;
    const sign = top >> 31;
    const m = <u32>(((top ^ sign) - sign) << (z - places)) + (q >> 1);
    const quotient = m / q;
    const size = <i32>select<u32>(quotient, 32767, quotient < 32767);
    store<i16>(v, (size ^ sign) - sign);
  }
}
