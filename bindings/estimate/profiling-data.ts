// Which time steps of a data set the profile of a network is counted on.

import type { Sequence } from "../core/sequence.ts";
import { countSteps, type Dataset, type Split } from "../data/dataset.ts";
import { isPicked, piecesOf } from "../data/pieces.ts";

/** Time steps that are counted; means of more differ little. */
export const PROFILING_STEPS = 8192;
/** Of a piece, whose first step finds nothing let through yet. */
const PIECE_STEPS = 2048;

/** Sequences to count operations on, for `profileOnData`. */
export interface ProfilingData {
  sequences: Sequence[];
  /** What they are called: data set and part. */
  source: string;
  /** Time steps of the whole part. */
  ofSteps: number;
}

/** About `maxSteps` time steps of a part, in pieces evenly apart, each of which starts from a state of zeros. */
export function profilingData(
  { name, splits, nInputs }: Dataset,
  split: Split = "test",
  maxSteps = PROFILING_STEPS,
): ProfilingData {
  const ofSteps = countSteps(splits[split]);
  const share = Math.min(1, maxSteps / ofSteps);
  const pieces = piecesOf(splits[split], nInputs, share === 1 ? Number.POSITIVE_INFINITY : PIECE_STEPS);
  return { sequences: pieces.filter((_, i) => isPicked(i, share)), source: `${name}, ${split}`, ofSteps };
}
