// Time steps from all over a part of a data set, for those who do not need all of them.

import type { Sequence } from "../core/sequence.ts";
import type { Sample } from "./dataset.ts";

/** The samples in pieces of up to `steps` time steps, each of which starts from a state of zeros. Nothing is copied. */
export function piecesOf(samples: readonly Sample[], features: number, mostSteps: number): Sequence[] {
  return samples.flatMap(({ nSteps, input, timespans }) => {
    const steps = Math.min(nSteps, mostSteps);
    return Array.from({ length: Math.ceil(nSteps / steps) }, (_, i): Sequence => {
      const [from, to] = [i * steps, Math.min((i + 1) * steps, nSteps)];
      return {
        batch: 1,
        steps: to - from,
        features,
        input: input.subarray(from * features, to * features),
        timespans: timespans?.subarray(from, to) ?? null,
        initialH: null,
        initialC: null,
      };
    });
  });
}

/** Whether the piece of that number is one of a share of all pieces that lie evenly apart. */
export function isPicked(piece: number, share: number): boolean {
  return Math.ceil((piece + 1) * share) > Math.ceil(piece * share);
}
