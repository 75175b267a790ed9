// Quantization on several threads: each calibrates, and then tries roundings.

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Dataset } from "../bindings/data/dataset.ts";
import { LiquidEdgeError } from "../bindings/errors.ts";
import type { Model } from "../bindings/network/model.ts";
import {
  type PlainQuantizeOptions,
  type Quantized,
  type QuantizeOptions,
  quantizeElsewhere,
} from "../bindings/quantize/quantize.ts";
import { meritSamples } from "../bindings/train/task-merit.ts";
import type { Judge, QuantizeSetup, TrialAnswer } from "./quantize-worker.ts";

/** From the chunk of the built command that this is in. */
const WORKER = new URL("../quantize-worker.js", import.meta.url);

/** What `quantize` gives with the labels of `dataset`, if there is one, bit for bit. */
export async function quantizeInThreads(
  model: Model,
  plainOptions: PlainQuantizeOptions,
  dataset: Dataset | null,
  onStep: QuantizeOptions["onStep"],
  threads = availableParallelism(),
): Promise<Quantized> {
  const judge = dataset === null ? null : judgeOf(dataset);
  const setup: QuantizeSetup = { model, options: plainOptions, judge };
  const pool = new Piscina({ filename: WORKER.href, minThreads: 1, maxThreads: threads, workerData: setup });
  const underWay = new Set<Promise<TrialAnswer>>();
  try {
    const options = { ...plainOptions, ...(onStep === undefined ? {} : { onStep }) };
    return await quantizeElsewhere(
      model,
      options,
      judge !== null,
      async (request) => {
        const run: Promise<TrialAnswer> = pool.run(request);
        underWay.add(run);
        const answer = await run.finally(() => underWay.delete(run));
        if ("refusal" in answer) throw new LiquidEdgeError(answer.refusal.code, answer.refusal.message);
        return answer.answer;
      },
      threads,
    );
  } finally {
    // A pool fails that hears of a task after its end, and what is still being tried then is one rounding a thread.
    await Promise.allSettled(underWay);
    await pool.destroy();
  }
}

function judgeOf(dataset: Dataset): Judge | null {
  const samples = meritSamples(dataset);
  const bare = { ...dataset, splits: { train: [], validation: [], test: [] } };
  return samples.length === 0 ? null : { dataset: bare, samples };
}
