// What one worker of a sweep does with some of its networks: takes the weights from the folder or trains them, then
// scores and costs them in every number format; or, without data, costs them.

import { basename, dirname, join } from "node:path";
import { complain, type ErrorCode, LiquidEdgeError } from "../../bindings/errors.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { costNetwork } from "../../bindings/sweep/cost-network.ts";
import type { AnyRecord } from "../../bindings/sweep/record.ts";
import {
  describeCell,
  type SweepNetwork,
  type SweepPrecision,
  type SweepTraining,
  type Widths,
} from "../../bindings/sweep/space.ts";
import {
  type SweepData,
  scoreNetwork,
  trainAware,
  trainNetwork,
} from "../../bindings/sweep/train-network.ts";
import { hashOf } from "../../bindings/train/training-data.ts";
import type { Io } from "../io.ts";
import { type DataOptions, readDataset } from "../read-dataset.ts";

/** A network of a task: what it is, and in which number formats it is wanted. */
export type TaskNetwork = SweepNetwork & { key: string; precisions: SweepPrecision[] };

/** What is done with the networks of a task. */
export type TaskWork =
  | {
      kind: "train";
      data: DataOptions;
      /** Of the content that the keys were made for. */
      dataSha256: string;
      training: SweepTraining;
      split: "validation" | "test";
      aware: boolean;
      /** Folder of the trained networks. */
      models: string;
    }
  | { kind: "cost"; widths: Widths };

/** Plain data, for it crosses to another thread or machine. */
export interface SweepTask {
  work: TaskWork;
  networks: TaskNetwork[];
  platforms: string[];
  rateHz: number;
}

/** A network that cannot be: its cell cannot do it, or the loss diverged. */
export interface Failure {
  network: string;
  reason: string;
}

export interface TaskResult {
  records: AnyRecord[];
  trained: number;
  /** Networks that were only to be costed. */
  costed: number;
  /** Networks whose weights were there. */
  reused: number;
  failures: Failure[];
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

/** Where the weights of a network lie; those that were trained for integers have a file of their own. */
export function modelPath(models: string, key: string, precision?: IntegerPrecision): string {
  return join(models, `${key}${precision === undefined ? "" : `.${precision}`}.safetensors`);
}

export function describeNetwork({ cell, sparsity, pattern, seed }: SweepNetwork): string {
  const how = pattern === undefined ? "" : ` ${pattern}`;
  return `${describeCell(cell)}${sparsity === 0 ? "" : `, sparsity ${sparsity}${how}`}, seed ${seed}`;
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
  const result: TaskResult = { records: [], trained: 0, costed: 0, reused: 0, failures: [] };
  const { work } = task;
  const data = work.kind === "train" ? await checkedData(files, work) : null;
  for (const network of task.networks) {
    try {
      if (work.kind === "cost") {
        const options = { ...task, precisions: network.precisions };
        result.records.push(...(await costNetwork(work.widths, network, options)));
        result.costed++;
        continue;
      }
      const { records, trained } = await trainAndScore(files, data!, network, work, task);
      result.records.push(...records);
      if (trained) result.trained++;
      else result.reused++;
    } catch (error) {
      // A combination that cannot be is a result; a full disk or a broken file ends the sweep.
      if (!(error instanceof LiquidEdgeError && IMPOSSIBLE.includes(error.code))) throw error;
      result.failures.push({ network: describeNetwork(network), reason: error.message });
    }
  }
  return result;
}

async function trainAndScore(
  files: Files,
  data: SweepData,
  network: TaskNetwork,
  { training, split, aware, models }: TaskWork & { kind: "train" },
  task: SweepTask,
) {
  const make = () => trainNetwork(data, network, training);
  const { model, trained } = await kept(files, modelPath(models, network.key), make);
  const integers = aware ? INTEGER_PRECISIONS.filter((one) => network.precisions.includes(one)) : [];
  const precisions = network.precisions.filter((one) => !integers.some((other) => other === one));
  const options = { ...task, split };
  const records =
    precisions.length === 0
      ? []
      : await scoreNetwork(data, network, model, { ...options, precisions, aware: false });
  for (const precision of integers) {
    const tune = () => trainAware(data, network, training, model, precision);
    const tuned = await kept(files, modelPath(models, network.key, precision), tune);
    const own = { ...options, precisions: [precision], aware };
    records.push(...(await scoreNetwork(data, network, tuned.model, own)));
  }
  return { records, trained };
}

async function checkedData(files: Files, { data, dataSha256 }: TaskWork & { kind: "train" }) {
  const there = await sweepData(files, data);
  if (there.sha256 === dataSha256) return there;
  throw complain("bad-input", basename(data.data), {
    expected: `the data of the sweep, SHA-256 ${dataSha256.slice(0, 12)}…`,
    found: `others, ${there.sha256.slice(0, 12)}…`,
  });
}
