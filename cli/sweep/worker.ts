// A thread of a sweep. Built as a file of its own beside the command, which starts it.

import { parentPort } from "node:worker_threads";
import { nodeFiles } from "../io.ts";
import { runTask, type SweepTask, type TaskResult } from "./task.ts";

const REPORT_EVERY_MS = 200;

/** How far a thread is with the training of one network. */
export interface StepMessage {
  key: string;
  share: number;
}

export default function work(task: SweepTask): Promise<TaskResult> {
  let next = 0;
  return runTask(nodeFiles, task, (share) => {
    const now = performance.now();
    if (now < next) return;
    next = now + REPORT_EVERY_MS;
    parentPort?.postMessage({ key: task.network.key, share } satisfies StepMessage);
  });
}
