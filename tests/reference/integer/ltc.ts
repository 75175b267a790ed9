// The integer LTC: `unfolds` semi-implicit steps of v_j = N_j / D_j, where D and N share one scale a destination, which
// cancels. docs/integers.md, section LTC, has the formulae; the division is at `divide`.

import type { IntLayer, IntSynapses } from "../../../bindings/image/lowered-integer.ts";
import { rsh64 } from "./arithmetic.ts";
import { lookUpNearest } from "./table.ts";

export type IntLtc = Extract<IntLayer, { kind: "int-ltc" }>;

/** Denominator and numerator, i32. */
interface Drive {
  d: number;
  n: number;
}

/** Sigmoid argument of one synapse, Q4.11 with 2^14 added. */
export function argument(v: number, mu: number, k: number, s: number): number {
  const c = ((1 << s) >> 1) + (16384 << s);
  return (Math.imul(v - mu, k) + c) >> s;
}

/** What all sources do to destination j. */
function driveOf(synapses: IntSynapses, sigmoid: Int16Array, source: Int16Array, j: number): Drive {
  const { nIn, nOut, mask, k, mu, w, wErev, shift } = synapses;
  let d = 0;
  let n = 0;
  for (let i = 0; i < nIn; i++) {
    const at = i * nOut + j;
    if (mask[at] === 0) continue;
    const a = lookUpNearest(sigmoid, argument(source[i]!, mu[at]!, k[at]!, shift));
    d = (d + Math.imul(w[at]!, a)) | 0;
    n = (n + Math.imul(wErev[at]!, a)) | 0;
  }
  return { d, n };
}

/** cm U / T at the destination's scale; d in 1..65535. */
export function capacity(cm: number, c: number, d: number): number {
  const reciprocal = Math.floor(0x7fffffff / d);
  return Number(BigInt.asIntN(32, rsh64(BigInt(cm) * BigInt(reciprocal), c)));
}

/** cap v at the numerator's scale; f: fraction bits of v. */
export function carried(cap: number, v: number, f: number): number {
  return Number(BigInt.asIntN(32, rsh64(BigInt(cap) * BigInt(v), f)));
}

/**
 * N / D with f fraction bits, by a 16-bit divisor q: D = q 2^(15-z) up to 2^-15 relative.
 * D >= 1 and 2^(15-f) D < 2^31, else the shifts mean nothing.
 */
export function divide(n: number, d: number, f: number): number {
  const z = Math.clz32(d) - 1;
  const q = (d << z) >>> 15;
  const m = ((Math.abs(n) << (z - (15 - f))) + (q >> 1)) >>> 0;
  const magnitude = Math.min(Math.floor(m / q), 32767);
  return n < 0 ? -magnitude : magnitude;
}

/** The state after elapsed time d; u: inputs, v: old state. Every sum of an unfold reads the state before it. */
export function ltcStep(layer: IntLtc, u: Int16Array, v: Int16Array, d: number): Int16Array {
  const { cm, leak, leakCurrent, capacityShift, fractionBits: f, sigmoid } = layer;
  const cap = Array.from(cm, (value) => capacity(value, capacityShift, d));
  const constant = cap.map((value, j) => {
    const input = driveOf(layer.sensory, sigmoid, u, j);
    return { d: (value + leak[j]! + input.d) | 0, n: (leakCurrent[j]! + input.n) | 0 };
  });
  let state = v;
  for (let unfold = 0; unfold < layer.unfolds; unfold++) {
    const old = state;
    state = old.map((value, j) => {
      const drive = driveOf(layer.recurrent, sigmoid, old, j);
      const denominator = (constant[j]!.d + drive.d) | 0;
      const numerator = (carried(cap[j]!, value, f) + constant[j]!.n + drive.n) | 0;
      return divide(numerator, denominator, f);
    });
  }
  return state;
}
