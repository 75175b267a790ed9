// Threads for a sweep. Piscina starts them and hands tasks out.

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import type { TaskRunner } from "./run-sweep.ts";
import type { WorkerAnswer } from "./worker.ts";

export interface ThreadPool extends TaskRunner {
  close(): Promise<void>;
}

/** @param worker the built worker file */
export function threadPool(worker: URL, threads = availableParallelism()): ThreadPool {
  const pool = new Piscina({ filename: worker.href, minThreads: 1, maxThreads: threads, idleTimeout: 1000 });
  return {
    threads,
    async run(task, signal) {
      const answer: WorkerAnswer = await pool.run(task, { signal });
      if ("refusal" in answer) throw new LiquidEdgeError(answer.refusal.code, answer.refusal.message);
      return answer.result;
    },
    close: () => pool.destroy(),
  };
}
