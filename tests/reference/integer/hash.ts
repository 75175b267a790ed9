// FNV-1a, 32 bits (Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv/), over the results of runs: one number that
// every engine and every implementation must agree on.

export const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Continues `hash` with the bytes of the i16, little-endian, and returns an unsigned number. */
export function hashOf(values: Int16Array, hash = FNV_OFFSET): number {
  let state = hash;
  for (const value of values) {
    for (const byte of [value & 0xff, (value >> 8) & 0xff]) state = Math.imul(state ^ byte, FNV_PRIME);
  }
  return state >>> 0;
}

/** Continues `hash` with outputs, then h, then c. */
export function hashRun(
  run: { output: Int16Array; hidden: Int16Array; cell: Int16Array },
  hash = FNV_OFFSET,
): number {
  return hashOf(run.cell, hashOf(run.hidden, hashOf(run.output, hash)));
}
