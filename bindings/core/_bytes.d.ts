import type { CountTable } from "../count/counted-core.ts";

/** Bytes of one build of the core, decoded from the generated module (scripts/build-core.ts). */
export function bytes(): Uint8Array<ArrayBuffer>;
/** What the counters mean; only in the counted build's module. */
export const table: CountTable;
