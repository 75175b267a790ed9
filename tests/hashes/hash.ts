// FNV-1a, 32 bits (Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv/), over the results of runs: one number that
// every engine and every implementation must agree on.

export const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Outputs of every step, then h, then c: i16 of an integer network, else f32. */
export interface Results {
  output: Int16Array | Float32Array;
  hidden: Int16Array | Float32Array;
  cell: Int16Array | Float32Array;
}

/** Continues `hash` with the bytes of the numbers, little-endian, every NaN as the same one; an unsigned number. */
export function hashOf(values: Int16Array | Float32Array, hash = FNV_OFFSET): number {
  const canonical = values.map((value: number) => (Number.isNaN(value) ? Number.NaN : value));
  let state = hash;
  for (const byte of new Uint8Array(canonical.buffer)) state = Math.imul(state ^ byte, FNV_PRIME);
  return state >>> 0;
}

/** Continues `hash` with all results. */
export function hashResults({ output, hidden, cell }: Results, hash = FNV_OFFSET): number {
  return hashOf(cell, hashOf(hidden, hashOf(output, hash)));
}

/** As the files of hashes have it. */
export function hex(hash: number): string {
  return hash.toString(16).padStart(8, "0");
}
