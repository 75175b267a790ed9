import type { Dataset } from "../data/dataset.ts";
import type { Answers } from "./predict.ts";
import { decisions, labels } from "./score.ts";

/** Right and wrong answers, for pairing them with those of another network or another day. */
export interface Outcomes {
  /** One character an answer: "1" right, "0" wrong. */
  outcomes: string;
  /** The true classes; outcomes may be paired only where these are equal. */
  targets: Uint8Array;
}

/** Null for regression and for targets per step, whose answers are not independent. */
export function outcomesOf(dataset: Dataset, answers: Answers, threshold = 0): Outcomes | null {
  if (dataset.task === "regression" || dataset.targetsPer === "step") return null;
  const truth = labels(answers);
  const chosen = decisions(answers, threshold);
  const outcomes = Array.from(truth, (label, i) => (chosen[i] === label ? "1" : "0")).join("");
  return { outcomes, targets: new Uint8Array(truth.buffer) };
}
