// Runs a sweep: what is in the folder already is not done again, everything else goes to the workers, and results are on
// the disk within a second. Which worker does what, and in which order, changes no byte of a result.

import { dirname, join, resolve } from "node:path";
import { parseRecords, recordKey, type SweepRecord } from "../../bindings/sweep/record.ts";
import { describeCell, type SweepSpace } from "../../bindings/sweep/space.ts";
import { networkKey } from "../../bindings/sweep/train-network.ts";
import type { Io } from "../io.ts";
import { decodeText, fileName } from "../read-text.ts";
import { type SweepTask, sweepData, type TaskResult } from "./task.ts";

const SAVE_EVERY_MS = 1000;

/** Does tasks, several at a time. */
export interface TaskRunner {
  /** How many tasks it can do at once. */
  readonly threads: number;
  run(task: SweepTask): Promise<TaskResult>;
}

export interface SweepProgress {
  networks: number;
  done: number;
  /** Of these, what was done before this run. */
  begun: number;
}

export interface SweepOutcome {
  records: SweepRecord[];
  trained: number;
  /** Weights that were in the folder already. */
  reused: number;
  /** Networks whose results were complete before. */
  skipped: number;
  failures: { network: string; reason: string }[];
  /** Ended before the last network. */
  stopped: boolean;
}

export interface SweepOptions {
  /** Folder of results.jsonl and models/. */
  out: string;
  /** File of the space, which its paths are relative to. */
  spacePath: string;
  signal?: AbortSignal;
  onProgress?: (progress: SweepProgress) => void;
}

/** @throws LiquidEdgeError `bad-file` for results that are no results, or a folder that cannot be written */
export async function runSweep(
  io: Io,
  space: SweepSpace,
  runner: TaskRunner,
  { out, spacePath, signal, onProgress = () => {} }: SweepOptions,
): Promise<SweepOutcome> {
  const results = join(out, "results.jsonl");
  const models = join(out, "models");
  const data = dataOf(space, spacePath);
  const sweep = await sweepData(io, data);
  await io.makeFolder(models);
  const known = new Map((await readRecords(io, results)).map((record) => [recordKey(record), record]));

  const tasks: SweepTask[] = [];
  const wanted: string[] = [];
  const outcome: SweepOutcome = {
    records: [],
    trained: 0,
    reused: 0,
    skipped: 0,
    failures: [],
    stopped: false,
  };
  const { training, platforms, rateHz, split } = space;
  for (const { network, precisions } of space.networks) {
    let key: string;
    try {
      key = await networkKey(sweep, network, training);
    } catch (error) {
      outcome.failures.push({ network: describeCell(network.cell), reason: (error as Error).message });
      continue;
    }
    const missing = precisions.filter((precision) => {
      const id = `${key} ${precision} ${split}`;
      wanted.push(id);
      return !isComplete(known.get(id), platforms);
    });
    if (missing.length === 0) outcome.skipped++;
    else
      tasks.push({
        data,
        training,
        network: { ...network, key },
        precisions: missing,
        platforms,
        rateHz,
        split,
        models,
      });
  }

  let dirty = false;
  let saved = performance.now();
  const save = async () => {
    if (!dirty) return;
    dirty = false;
    saved = performance.now();
    await io.writeFile(results, [...known.values()].map((record) => `${JSON.stringify(record)}\n`).join(""));
  };
  const begun = outcome.skipped;
  let done = begun;
  const networks = tasks.length + outcome.skipped;
  onProgress({ networks, done, begun });
  const waiting = tasks[Symbol.iterator]();
  const lane = async () => {
    for (const task of waiting) {
      if (signal?.aborted === true) {
        outcome.stopped = true;
        return;
      }
      const { records, trained, failure } = await runner.run(task);
      if (failure !== null) outcome.failures.push({ network: describeTask(task), reason: failure });
      else if (trained) outcome.trained++;
      else outcome.reused++;
      for (const record of records) known.set(recordKey(record), record);
      dirty ||= records.length > 0;
      if (performance.now() - saved >= SAVE_EVERY_MS) await save();
      onProgress({ networks, done: ++done, begun });
    }
  };
  try {
    await Promise.all(Array.from({ length: runner.threads }, lane));
  } finally {
    // In the order of the space, whatever finished first.
    const order = new Map(wanted.map((id, i) => [id, i]));
    const sorted = [...known].sort(([a], [b]) => (order.get(a) ?? -1) - (order.get(b) ?? -1));
    known.clear();
    for (const [id, record] of sorted) known.set(id, record);
    await save();
  }
  outcome.records = wanted.flatMap((id) => known.get(id) ?? []);
  return outcome;
}

export async function readRecords(io: Io, path: string): Promise<SweepRecord[]> {
  const bytes = await io.readFile(path).catch(() => null);
  if (bytes === null) return [];
  return parseRecords(decodeText(bytes, fileName(path), "bad-file"), fileName(path));
}

function dataOf({ data, dataset, description }: SweepSpace, spacePath: string) {
  const beside = (path: string) => resolve(dirname(spacePath), path);
  return {
    data: beside(data),
    flag: "data",
    ...(dataset === undefined ? {} : { dataset }),
    ...(description === undefined ? {} : { description: beside(description) }),
  };
}

function isComplete(record: SweepRecord | undefined, platforms: readonly string[]): boolean {
  if (record === undefined) return false;
  const there = new Set([...record.platforms, ...record.unavailable].map(({ platform }) => platform));
  return platforms.every((platform) => there.has(platform));
}

function describeTask({ network: { cell, sparsity, seed } }: SweepTask): string {
  return `${describeCell(cell)}${sparsity === 0 ? "" : `, sparsity ${sparsity}`}, seed ${seed}`;
}
