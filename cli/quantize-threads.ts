// Quantization on several threads: each calibrates, and then tries roundings.

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { LiquidEdgeError } from "../bindings/errors.ts";
import { type Quantized, type QuantizeOptions, quantizeElsewhere } from "../bindings/quantize/quantize.ts";
import type { QuantizeSetup, TrialAnswer } from "./quantize-worker.ts";

/** From the chunk of the built command that this is in. */
const WORKER = new URL("../quantize-worker.js", import.meta.url);

/** What `quantize` gives, bit for bit. */
export async function quantizeInThreads(
  setup: QuantizeSetup,
  hasMerit: boolean,
  onStep: QuantizeOptions["onStep"],
  threads = availableParallelism(),
): Promise<Quantized> {
  const pool = new Piscina({ filename: WORKER.href, minThreads: 1, maxThreads: threads, workerData: setup });
  const underWay = new Set<Promise<TrialAnswer>>();
  try {
    const options = { ...setup.options, ...(onStep === undefined ? {} : { onStep }) };
    return await quantizeElsewhere(
      setup.model,
      options,
      hasMerit,
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
