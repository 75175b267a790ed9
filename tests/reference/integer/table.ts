// Functions as tables. 257 entries T over [lo, lo + 256 2^k) in units of the input, linear between them:
//
//   u = clamp(x - lo, 0, 256 2^k - 1)    i = u >> k    f = u mod 2^k    y = T[i] + rsh((T[i+1] - T[i]) f, k)
//
// and the sigmoid of an LTC's synapses: 1024 entries without interpolation, over an argument that has 2^14 added.

import type { IntTable } from "../../../bindings/image/lowered-integer.ts";
import { rsh } from "./arithmetic.ts";

/** The table's function at x, an i16 (or, for exp(-u), 0..32767). */
export function lookUp(table: IntTable, x: number): number {
  const { lo, k, entries } = table;
  const u = Math.min(Math.max(x - lo, 0), 256 * 2 ** k - 1);
  const i = u >> k;
  const f = u & (2 ** k - 1);
  return entries[i]! + rsh(Math.imul(entries[i + 1]! - entries[i]!, f), k);
}

/** Entry of the step that x lies in; x = argument (Q4.11) + 2^14, an i32. */
export function lookUpNearest(entries: Int16Array, x: number): number {
  return entries[Math.min(Math.max(x, 0), 32767) >> 5]!;
}
