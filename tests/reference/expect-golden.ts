// Expects the results of a run, by whatever implementation, to be those of a golden case.

import { expect } from "vitest";
import { type GoldenResults, maxDifference } from "./golden-case.ts";
import type { Values } from "./run-model.ts";

/** Results of any implementation. What a golden case does not have is not compared. */
export interface RunResults {
  shape: number[];
  output: ArrayLike<number>;
  finalH: ArrayLike<number>;
  finalC: ArrayLike<number> | null;
  row0Trace?: ArrayLike<number>;
  row0CTrace?: ArrayLike<number> | null;
}

/** `limit`: largest absolute difference of any output or state. */
export function expectGolden(
  run: RunResults,
  golden: GoldenResults | Pick<GoldenResults, "output">,
  limit: number,
): void {
  expect(run.shape).toEqual(golden.output.shape);
  expectNear(run.output, golden.output, limit);
  if (!("final_h" in golden)) return;
  expectNear(run.finalH, golden.final_h, limit);
  expectNear(run.finalC, golden.final_c, limit);
  if (run.row0Trace && golden.row0_h_trace) expectNear(run.row0Trace, golden.row0_h_trace, limit);
  if (run.row0CTrace && golden.row0_c_trace) expectNear(run.row0CTrace, golden.row0_c_trace, limit);
}

/** A state that does not exist is null, or of length 0. */
function expectNear(actual: ArrayLike<number> | null, expected: Values | null, limit: number): void {
  expect(maxDifference(actual ?? [], expected?.data ?? [])).toBeLessThan(limit);
}
