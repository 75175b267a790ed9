// A thread of a sweep. Built as a file of its own beside the command, which starts it.

import { type ErrorCode, LiquidEdgeError } from "../../bindings/errors.ts";
import { nodeFiles } from "../io.ts";
import { runTask, type SweepTask, type TaskResult } from "./task.ts";

/** An error that crosses to another thread keeps its message only: what ours says beside it goes as plain data. */
export type WorkerAnswer = { result: TaskResult } | { refusal: { code: ErrorCode; message: string } };

export default async function work(task: SweepTask): Promise<WorkerAnswer> {
  try {
    return { result: await runTask(nodeFiles, task) };
  } catch (error) {
    if (error instanceof LiquidEdgeError) return { refusal: { code: error.code, message: error.message } };
    throw error;
  }
}
