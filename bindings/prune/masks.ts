// Which weights of a part go. Weights go in groups, the group of the smallest score first, until the share that is absent
// comes nearest to the one asked for:
//
//   unstructured   a group is one weight
//   4x1            a group is the weights of four neurons, side by side in the core, that share a source; its score is
//                  their mean |w| or mean square
//   n:m            of every m neighbouring sources of a destination only the n of the largest |w| stay; of a shorter
//                  last group the same share, rounded up
//
// A higher sparsity removes what a lower one does and more. What is absent already stays absent and counts.
import type { Part } from "./parts.ts";

/** What a block is ranked by: the mean of |w|, or of its square. */
export type BlockNorm = "l1" | "l2";

/** Scores of a tensor's weights, and which of them the wiring has and which exist; all by position in the tensor. */
export interface Weights {
  scores: Float64Array;
  wired: Uint8Array;
  present: Uint8Array;
}

/** Groups of one weight each. */
export function singleWeights(part: Part, wired: Uint8Array): number[][] {
  return groupsOf(
    part,
    Array.from({ length: part.nOut }, (_, j) => [j]),
    wired,
  );
}

/** Groups of the weights of four destinations from one source, as the core computes them side by side. */
export function blocksOfFour(part: Part, wired: Uint8Array): number[][] {
  return groupsOf(part, part.lanes, wired);
}

/** Positions in the tensor by group of destinations and source; the wiring's absent ones are in no group. */
function groupsOf({ nIn, index }: Part, destinations: number[][], wired: Uint8Array): number[][] {
  return destinations.flatMap((rows) =>
    Array.from({ length: nIn }, (_, source) =>
      rows.map((row) => index(row, source)).filter((i) => wired[i] !== 0),
    ).filter((group) => group.length > 0),
  );
}

/** Positions of the weights to remove so that the absent share of all grouped weights comes nearest to `sparsity`. */
export function removeSmallest(
  groups: readonly number[][],
  { scores, present }: Weights,
  sparsity: number,
  norm: BlockNorm = "l1",
): number[] {
  const magnitude = (score: number) => (norm === "l1" ? score : score * score);
  const ranked = groups
    .map((group) => ({
      alive: group.filter((i) => present[i] !== 0),
      // Means, so that a block at the edge, of fewer neurons, is not the first to go.
      score: group.reduce((sum, i) => sum + magnitude(scores[i]!), 0) / group.length,
    }))
    .filter(({ alive }) => alive.length > 0)
    .sort((a, b) => a.score - b.score || a.alive[0]! - b.alive[0]!);
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const target = sparsity * total;
  let absent = total - ranked.reduce((sum, { alive }) => sum + alive.length, 0);
  const removed: number[] = [];
  for (const { alive } of ranked) {
    const next = absent + alive.length;
    if (Math.abs(next - target) >= Math.abs(absent - target)) break;
    removed.push(...alive);
    absent = next;
  }
  return removed;
}

/** Positions of the weights to remove so that at most `n` of every `m` neighbouring sources of a destination stay. */
export function removeAllButNOfM(
  { nOut, nIn, index }: Part,
  { scores, present }: Weights,
  n: number,
  m: number,
): number[] {
  const removed: number[] = [];
  for (let j = 0; j < nOut; j++) {
    for (let start = 0; start < nIn; start += m) {
      const size = Math.min(m, nIn - start);
      const group = Array.from({ length: size }, (_, k) => index(j, start + k));
      const ranked = group.filter((i) => present[i] !== 0).sort((a, b) => scores[b]! - scores[a]!);
      removed.push(...ranked.slice(Math.ceil((size * n) / m)));
    }
  }
  return removed;
}
