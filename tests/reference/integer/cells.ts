// What the cells do with their pre-activations p (i16, Q4.11; those that meet the elapsed time in a unit of the layer's),
// element by element. Gates t, k, r, z, f, i, o are Q0.15; d is the elapsed time in units of 2^-e, s the layer's shift of
// what it multiplies. docs/integers.md has the formulae.

import type { IntTable } from "../../../bindings/image/lowered-integer.ts";
import { blend, mul15, rsh, sat16 } from "./arithmetic.ts";
import { lookUp } from "./table.ts";

/** Argument of CfC's time gate: pa T + pb, saturated. */
export function timeArgument(pa: number, pb: number, d: number, s: number): number {
  return sat16(rsh(Math.imul(pa, d), s) + pb);
}

/** CfC default: from a to c by t. */
export function cfcDefault(a: number, c: number, t: number): number {
  return blend(a, c, t);
}

/** CfC no_gate: a + t c, in Q1.14. */
export function cfcNoGate(a: number, c: number, t: number): number {
  return sat16(rsh(a + mul15(t, c), 1));
}

/** CfC pure: A (1 - p1 exp(-T (|w_tau| + |p1|))); `bound`, `boundShift`: A as a mantissa and its shift; q: of p1 x. */
export function cfcPure(
  p1: number,
  { absTau, bound, boundShift }: { absTau: number; bound: number; boundShift: number },
  expNeg: IntTable,
  d: number,
  s: number,
  q: number,
): number {
  // As u32: imul has the right low 32 bits, >>> reads them unsigned.
  const u = Math.min(Math.imul(d, absTau + Math.abs(p1)) >>> s, 32767);
  const r = rsh(Math.imul(p1, lookUp(expNeg, u)), q);
  return sat16(rsh(Math.imul(bound, 2048 - r), boundShift));
}

/** GRU's new state; nx and nh are the two parts of the candidate. */
export function gru(
  p: { r: number; z: number; nx: number; nh: number },
  h: number,
  { sigmoid, tanh }: { sigmoid: IntTable; tanh: IntTable },
): number {
  const n = lookUp(tanh, sat16(p.nx + mul15(lookUp(sigmoid, p.r), p.nh)));
  return blend(n, h, lookUp(sigmoid, p.z));
}

/** LSTM's new cell state in Q(k).(15-k), and its new state in Q0.15. */
export function lstm(
  p: { g: number; i: number; f: number; o: number },
  c: number,
  k: number,
  { sigmoid, tanh }: { sigmoid: IntTable; tanh: IntTable },
): { c: number; h: number } {
  const written = Math.imul(lookUp(tanh, p.g), lookUp(sigmoid, p.i));
  const next = sat16(mul15(c, lookUp(sigmoid, p.f)) + rsh(written, 15 + k));
  return { c: next, h: mul15(lookUp(sigmoid, p.o), lookUp(tanh, sat16(rsh(next, 4 - k)))) };
}

/** LiquidGate's k = exp(-softplus(pa) T): how much of the old state stays. */
export function decay(pa: number, softplus: IntTable, expNeg: IntTable, d: number, s: number): number {
  const u = (Math.imul(lookUp(softplus, pa), d) + ((1 << s) >> 1)) >>> s;
  return lookUp(expNeg, Math.min(u, 32767));
}

/** The same for a constant elapsed time; after 1 it is exp(-softplus(pa)) = sigmoid(-pa). */
export function unitDecay(pa: number, sigmoid: IntTable): number {
  return lookUp(sigmoid, sat16(-pa));
}
