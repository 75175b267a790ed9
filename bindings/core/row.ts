import type { Sequence, SequenceResult } from "./sequence.ts";

/** Rows that run side by side: the lanes of a vector. */
export const LANES = 4;

/** One row of a sequence, and where its outputs go. */
export interface Row {
  sequence: Sequence;
  row: number;
  result: SequenceResult;
}
