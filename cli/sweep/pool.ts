// Threads for a sweep. Piscina starts them, hands tasks out, and survives one that dies.

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { TaskRunner } from "./run-sweep.ts";
import type { SweepTask, TaskResult } from "./task.ts";
import type { StepMessage } from "./worker.ts";

export interface ThreadPool extends TaskRunner {
  close(): Promise<void>;
}

/** @param worker the built worker file */
export function threadPool(
  worker: URL,
  threads = availableParallelism(),
  onStep: (message: StepMessage) => void = () => {},
): ThreadPool {
  const pool = new Piscina({ filename: worker.href, minThreads: 1, maxThreads: threads, idleTimeout: 1000 });
  pool.on("message", onStep);
  return {
    threads,
    run: (task: SweepTask): Promise<TaskResult> => pool.run(task),
    close: () => pool.destroy(),
  };
}
