// What one worker of a sweep does with one network: takes its weights from the folder or trains them, then scores and
// costs it in every number format.

import { basename, dirname, join } from "node:path";
import { type ErrorCode, LiquidEdgeError } from "../../bindings/errors.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import type { SweepRecord } from "../../bindings/sweep/record.ts";
import type { SweepNetwork, SweepPrecision, SweepTraining } from "../../bindings/sweep/space.ts";
import { type SweepData, scoreNetwork, trainNetwork } from "../../bindings/sweep/train-network.ts";
import { hashOf } from "../../bindings/train/training-data.ts";
import type { Io } from "../io.ts";
import { type DataOptions, readDataset } from "../read-dataset.ts";

/** Plain data, for it crosses to another thread. */
export interface SweepTask {
  data: DataOptions;
  training: SweepTraining;
  network: SweepNetwork & { key: string };
  precisions: SweepPrecision[];
  platforms: string[];
  rateHz: number;
  split: "validation" | "test";
  /** Folder of the trained networks. */
  models: string;
}

export interface TaskResult {
  records: SweepRecord[];
  /** Whether it was trained now; else its weights were there. */
  trained: boolean;
  /** Why there are no records: the cell cannot do it, or the loss diverged. */
  failure: string | null;
}

type Files = Pick<Io, "readFile" | "writeFile" | "listFolder">;

/** Of a network that its cell cannot be, or whose loss diverged. */
export const IMPOSSIBLE: readonly ErrorCode[] = ["bad-config", "unavailable"];

const loaded = new Map<string, Promise<SweepData>>();

/** The data set of a sweep; read once a thread. */
export function sweepData(files: Files, data: DataOptions): Promise<SweepData> {
  const key = JSON.stringify(data);
  let promise = loaded.get(key);
  if (promise === undefined) {
    promise = readDataset(files as Io, data).then(async (dataset) => ({
      dataset,
      sha256: await hashOf(dataset),
    }));
    loaded.set(key, promise);
  }
  return promise;
}

/** A file's bytes, null when it is not there; one that cannot be read is an error, or it would be written over. */
export async function readIfThere(files: Files, path: string): Promise<Uint8Array | null> {
  const names = await files.listFolder(dirname(path));
  return names.includes(basename(path)) ? files.readFile(path) : null;
}

/** @throws LiquidEdgeError for a file that is broken or cannot be read or written */
export async function runTask(files: Files, task: SweepTask): Promise<TaskResult> {
  const data = await sweepData(files, task.data);
  const path = join(task.models, `${task.network.key}.safetensors`);
  try {
    const there = await readIfThere(files, path);
    const bytes = there ?? (await trainNetwork(data, task.network, task.training));
    if (there === null) await files.writeFile(path, bytes);
    const model = readModel(bytes, undefined, { weights: path });
    return {
      records: await scoreNetwork(data, task.network, model, task),
      trained: there === null,
      failure: null,
    };
  } catch (error) {
    // A combination that cannot be is a result; a full disk or a broken file ends the sweep.
    if (error instanceof LiquidEdgeError && IMPOSSIBLE.includes(error.code)) {
      return { records: [], trained: false, failure: error.message };
    }
    throw error;
  }
}
