// Runs a sweep: what is in the folder already is not done again, everything else goes to the workers, and results are on
// the disk within a second. Which worker does what, and in which order, changes no byte of a result.

import { dirname, join, resolve } from "node:path";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { INTEGER_PRECISIONS } from "../../bindings/quantize/precisions.ts";
import { costKey } from "../../bindings/sweep/cost-network.ts";
import { type AnyRecord, recordKey } from "../../bindings/sweep/record.ts";
import { describeCell, type SweepNetwork, type SweepSpace } from "../../bindings/sweep/space.ts";
import { networkKey } from "../../bindings/sweep/train-network.ts";
import type { Io } from "../io.ts";
import { ResultsFile } from "./results-file.ts";
import {
  type Failure,
  IMPOSSIBLE,
  type SweepTask,
  sweepData,
  type TaskNetwork,
  type TaskResult,
  type TaskWork,
} from "./task.ts";

/** Does tasks, several at a time. */
export interface TaskRunner {
  /** How many tasks it can do at once; infinite for one that has a queue of its own. */
  readonly threads: number;
  /** Rejects with any error once `signal` is aborted. */
  run(task: SweepTask, signal: AbortSignal): Promise<TaskResult>;
}

export interface SweepProgress {
  networks: number;
  done: number;
  /** Of these, what was done before this run. */
  begun: number;
}

export interface SweepOutcome {
  records: AnyRecord[];
  trained: number;
  /** Networks that were only to be costed. */
  costed: number;
  /** Weights that were in the folder already. */
  reused: number;
  /** Networks whose results were complete before. */
  skipped: number;
  failures: Failure[];
  /** Ended before the last network. */
  stopped: boolean;
}

/** Every `of`-th network of a space, from the `index`-th on, which counts from 1. */
export interface Shard {
  index: number;
  of: number;
}

export interface SweepOptions {
  /** Folder of results.jsonl and models/. */
  out: string;
  /** File of the space, which its paths are relative to. */
  spacePath: string;
  signal: AbortSignal;
  /** Default: the whole space. */
  shard?: Shard | undefined;
  onProgress?: (progress: SweepProgress) => void;
}

/**
 * Networks of a task. Training one takes longer than any message; costs are quick: each on its own would take four times as
 * long as without threads, and a queue wants larger jobs still.
 */
const NETWORKS_A_TASK = { train: 1, cost: 64, queuedCost: 250 };
/** Threads are to finish together. */
const LEAST_TASKS_A_THREAD = 8;

/** What of a space is there, and what is to be done. */
interface Plan {
  /** Keys of all records that the space asks for, in its order. */
  wanted: string[];
  /** With their places in the space. */
  missing: { network: TaskNetwork; place: number }[];
  skipped: number;
  failures: Failure[];
}

/** @throws LiquidEdgeError `bad-file` for results that are no results, or a folder that cannot be written */
export async function runSweep(
  io: Io,
  space: SweepSpace,
  runner: TaskRunner,
  { out, spacePath, signal, shard, onProgress = () => {} }: SweepOptions,
): Promise<SweepOutcome> {
  const { work, keyOf } = await workOf(io, space, spacePath, join(out, "models"));
  await io.makeFolder(work.kind === "train" ? work.models : out);
  const file = await ResultsFile.open(io, join(out, "results.jsonl"));
  const { known } = file;
  const { wanted, missing, skipped, failures } = await planOf(space, known, keyOf, shard);
  const outcome: SweepOutcome = {
    records: [],
    trained: 0,
    costed: 0,
    reused: 0,
    skipped,
    failures,
    stopped: false,
  };
  const networks = missing.length + skipped;
  let settled = skipped;
  onProgress({ networks, done: settled, begun: skipped });
  const tasks = tasksOf(missing, work, space, runner.threads);
  const waiting = tasks[Symbol.iterator]();
  const lane = async () => {
    for (const task of waiting) {
      if (signal.aborted) return;
      const result = await runner.run(task, signal);
      outcome.failures.push(...result.failures);
      outcome.trained += result.trained;
      outcome.costed += result.costed;
      outcome.reused += result.reused;
      for (const record of result.records) known.set(recordKey(record), record);
      await file.saveNowAndThen();
      settled += task.networks.length;
      onProgress({ networks, done: settled, begun: skipped });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(runner.threads, tasks.length) }, lane));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await file.save(wanted);
  }
  outcome.stopped = signal.aborted;
  outcome.records = wanted.flatMap((id) => known.get(id) ?? []);
  return outcome;
}

async function workOf(io: Io, space: SweepSpace, spacePath: string, models: string) {
  const { source, widths, training, split, aware } = space;
  if (source === null || split === "none") {
    const work: TaskWork = { kind: "cost", widths: widths! };
    return { work, keyOf: (network: SweepNetwork) => costKey(widths!, network) };
  }
  const data = dataOf(source, spacePath);
  const sweep = await sweepData(io, data);
  const work: TaskWork = { kind: "train", data, dataSha256: sweep.sha256, training, split, aware, models };
  return { work, keyOf: (network: SweepNetwork) => networkKey(sweep, network, training) };
}

async function planOf(
  space: SweepSpace,
  known: ReadonlyMap<string, AnyRecord>,
  keyOf: (network: SweepNetwork) => Promise<string>,
  shard: Shard = { index: 1, of: 1 },
): Promise<Plan> {
  const plan: Plan = { wanted: [], missing: [], skipped: 0, failures: [] };
  const own = space.networks.filter((_, i) => i % shard.of === shard.index - 1);
  for (const [place, { network, precisions }] of own.entries()) {
    let key: string;
    try {
      key = await keyOf(network);
    } catch (error) {
      if (!(error instanceof LiquidEdgeError && IMPOSSIBLE.includes(error.code))) throw error;
      plan.failures.push({ network: describeCell(network.cell), reason: error.message });
      continue;
    }
    const missing = precisions.filter((precision) => {
      const isAware = space.aware && INTEGER_PRECISIONS.some((one) => one === precision);
      const id = recordKey({
        network: key,
        precision,
        split: space.split,
        ...(isAware ? { aware: true } : {}),
      });
      plan.wanted.push(id);
      return !isComplete(known.get(id), space);
    });
    if (missing.length === 0) plan.skipped++;
    else plan.missing.push({ network: { ...network, key, precisions: missing }, place });
  }
  return plan;
}

/** Tasks of neighbours in the space: a sweep that is submitted again makes those again that it made before. */
function tasksOf(
  missing: Plan["missing"],
  work: TaskWork,
  { platforms, rateHz }: SweepSpace,
  threads: number,
): SweepTask[] {
  const size = taskSize(work, missing.length, threads);
  const tasks = new Map<number, SweepTask>();
  for (const { network, place } of missing) {
    const block = Math.floor(place / size);
    const task = tasks.get(block) ?? { work, networks: [], platforms, rateHz };
    tasks.set(block, task);
    task.networks.push(network);
  }
  return [...tasks.values()];
}

function taskSize({ kind }: TaskWork, networks: number, threads: number): number {
  if (kind === "train") return NETWORKS_A_TASK.train;
  if (!Number.isFinite(threads)) return NETWORKS_A_TASK.queuedCost;
  const fair = Math.ceil(networks / (threads * LEAST_TASKS_A_THREAD));
  return Math.max(1, Math.min(NETWORKS_A_TASK.cost, fair));
}

function dataOf({ data, dataset, description }: NonNullable<SweepSpace["source"]>, spacePath: string) {
  const beside = (path: string) => resolve(dirname(spacePath), path);
  return {
    data: beside(data),
    flag: "data",
    ...(dataset === undefined ? {} : { dataset }),
    ...(description === undefined ? {} : { description: beside(description) }),
  };
}

/** Whether all that the space asks of a network in a number format is known. */
function isComplete(record: AnyRecord | undefined, { platforms, rateHz }: SweepSpace): boolean {
  if (record === undefined || record.rateHz !== rateHz) return false;
  const there = new Set([...record.platforms, ...record.unavailable].map(({ platform }) => platform));
  return platforms.every((platform) => there.has(platform));
}
