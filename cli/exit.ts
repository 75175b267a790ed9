import type { Evaluation } from "../bindings/evaluate/evaluate.ts";

/** What the exit code says. */
export const ExitCode = {
  DONE: 0,
  /** A run or a check failed, although it was asked for correctly. */
  FAILED: 1,
  /** Wrong usage or bad input. */
  USAGE: 2,
  /** A gate found no baseline, or one that is broken. */
  NO_BASELINE: 3,
  /** A gate had nothing to compare, or an entry of its baseline is missing. */
  NOT_COMPARED: 4,
  /** A gate could not decide, and was told to be strict. */
  UNDECIDED: 5,
  /** Our own fault. */
  FAULT: 70,
} as const;

/** A run or gate that was asked for correctly and failed; its output is printed already. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = ExitCode.FAILED) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Throws RunFailure when an output was not finite: the figures mean nothing then. */
export function expectFinite(name: string, { nonFinite, dataset }: Evaluation): void {
  if (nonFinite === null) return;
  throw new RunFailure(
    `${name}: "output" expected finite values, found one that is not in ${dataset}, ${nonFinite}`,
  );
}
