import type { Sequence } from "../bindings/core/sequence.ts";

/** One row of noise within ±1: the same at every call. */
export function noiseSequence(features: number, steps: number): Sequence {
  let state = 1;
  const noise = () => {
    // A linear congruential generator modulo 2^32 (Numerical Recipes): its high bits will do for noise.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  return {
    batch: 1,
    steps,
    features,
    input: Float32Array.from({ length: steps * features }, noise),
    timespans: null,
    initialH: null,
    initialC: null,
  };
}
