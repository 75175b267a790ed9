// A thread of `quantize`. Built as a file of its own beside the command, which starts it.

import { workerData } from "node:worker_threads";
import type { Dataset, Sample } from "../bindings/data/dataset.ts";
import { type ErrorCode, LiquidEdgeError } from "../bindings/errors.ts";
import type { Model } from "../bindings/network/model.ts";
import { type PlainQuantizeOptions, quantizationTrials } from "../bindings/quantize/quantize.ts";
import type { Answer, Request } from "../bindings/quantize/search.ts";
import { taskMerit } from "../bindings/train/task-merit.ts";

/** Samples that a merit is taken on, and the data set that they are of, without its own: they may be computed when asked for. */
export interface Judge {
  dataset: Dataset;
  samples: Sample[];
}

/** What every thread of a quantization is given. */
export interface QuantizeSetup {
  model: Model;
  options: PlainQuantizeOptions;
  /** Whose labels say how well integers do; null: nobody asks. */
  judge: Judge | null;
}

/** An error that crosses to another thread keeps its message only: what ours says beside it goes as plain data. */
export type TrialAnswer = { answer: Answer } | { refusal: { code: ErrorCode; message: string } };

let calibrated: Promise<(request: Request) => Answer> | undefined;

async function calibrate({ model, options, judge }: QuantizeSetup) {
  const merit = judge === null ? undefined : await taskMerit(judge.dataset, undefined, judge.samples);
  return quantizationTrials(model, { ...options, ...(merit === undefined ? {} : { merit }) });
}

export default async function work(request: Request): Promise<TrialAnswer> {
  try {
    calibrated ??= calibrate(workerData as QuantizeSetup);
    return { answer: (await calibrated)(request) };
  } catch (error) {
    if (error instanceof LiquidEdgeError) return { refusal: { code: error.code, message: error.message } };
    throw error;
  }
}
