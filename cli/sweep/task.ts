// What one worker of a sweep does with one network: takes its weights from the folder or trains them, then scores and
// costs it in every number format.

import { basename, dirname, join } from "node:path";
import { type ErrorCode, LiquidEdgeError } from "../../bindings/errors.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { INTEGER_PRECISIONS } from "../../bindings/quantize/precisions.ts";
import type { SweepRecord } from "../../bindings/sweep/record.ts";
import type { SweepNetwork, SweepPrecision, SweepTraining } from "../../bindings/sweep/space.ts";
import {
  type SweepData,
  scoreNetwork,
  trainAware,
  trainNetwork,
} from "../../bindings/sweep/train-network.ts";
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
  aware: boolean;
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

/** The network of a file; where there is none it is made first. */
async function kept(files: Files, path: string, make: () => Promise<Uint8Array>) {
  const there = await readIfThere(files, path);
  const bytes = there ?? (await make());
  if (there === null) await files.writeFile(path, bytes);
  return { model: readModel(bytes, undefined, { weights: path }), trained: there === null };
}

/** @throws LiquidEdgeError for a file that is broken or cannot be read or written */
export async function runTask(files: Files, task: SweepTask): Promise<TaskResult> {
  const data = await sweepData(files, task.data);
  const path = join(task.models, `${task.network.key}.safetensors`);
  try {
    const { network, training } = task;
    const { model, trained } = await kept(files, path, () => trainNetwork(data, network, training));
    const integers = task.aware ? INTEGER_PRECISIONS.filter((one) => task.precisions.includes(one)) : [];
    const precisions = task.precisions.filter((one) => !integers.some((other) => other === one));
    const records =
      precisions.length === 0
        ? []
        : await scoreNetwork(data, network, model, { ...task, precisions, aware: false });
    for (const precision of integers) {
      const own = join(task.models, `${network.key}.${precision}.safetensors`);
      const tuned = await kept(files, own, () => trainAware(data, network, training, model, precision));
      records.push(...(await scoreNetwork(data, network, tuned.model, { ...task, precisions: [precision] })));
    }
    return { records, trained, failure: null };
  } catch (error) {
    // A combination that cannot be is a result; a full disk or a broken file ends the sweep.
    if (error instanceof LiquidEdgeError && IMPOSSIBLE.includes(error.code)) {
      return { records: [], trained: false, failure: error.message };
    }
    throw error;
  }
}
