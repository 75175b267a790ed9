// Runs a sweep: what is in the folder already is not done again, everything else goes to the workers, and results are on
// the disk within a second. Which worker does what, and in which order, changes no byte of a result.

import { dirname, join, resolve } from "node:path";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { INTEGER_PRECISIONS } from "../../bindings/quantize/precisions.ts";
import { parseRecords, recordKey, type SweepRecord } from "../../bindings/sweep/record.ts";
import { describeCell, type SweepSpace } from "../../bindings/sweep/space.ts";
import { networkKey } from "../../bindings/sweep/train-network.ts";
import type { Io } from "../io.ts";
import { decodeText, fileName } from "../read-text.ts";
import { IMPOSSIBLE, readIfThere, type SweepTask, sweepData, type TaskResult } from "./task.ts";

const SAVE_EVERY_MS = 1000;

/** Does tasks, several at a time. */
export interface TaskRunner {
  /** How many tasks it can do at once. */
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
  signal: AbortSignal;
  onProgress?: (progress: SweepProgress) => void;
}

/** @throws LiquidEdgeError `bad-file` for results that are no results, or a folder that cannot be written */
export async function runSweep(
  io: Io,
  space: SweepSpace,
  runner: TaskRunner,
  { out, spacePath, signal, onProgress = () => {} }: SweepOptions,
): Promise<SweepOutcome> {
  const models = join(out, "models");
  const data = dataOf(space, spacePath);
  const sweep = await sweepData(io, data);
  await io.makeFolder(models);
  const file = await ResultsFile.open(io, join(out, "results.jsonl"));
  const { known } = file;

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
  const { training, platforms, rateHz, split, aware } = space;
  for (const { network, precisions } of space.networks) {
    let key: string;
    try {
      key = await networkKey(sweep, network, training);
    } catch (error) {
      if (!(error instanceof LiquidEdgeError && IMPOSSIBLE.includes(error.code))) throw error;
      outcome.failures.push({ network: describeCell(network.cell), reason: error.message });
      continue;
    }
    const missing = precisions.filter((precision) => {
      const isAware = aware && INTEGER_PRECISIONS.some((one) => one === precision);
      const id = recordKey({ network: key, precision, split, ...(isAware ? { aware: true } : {}) });
      wanted.push(id);
      return !isComplete(known.get(id), space);
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
        aware,
        models,
      });
  }

  const begun = outcome.skipped;
  let done = begun;
  const networks = tasks.length + outcome.skipped;
  onProgress({ networks, done, begun });
  const waiting = tasks[Symbol.iterator]();
  const lane = async () => {
    for (const task of waiting) {
      if (signal.aborted) return;
      const { records, trained, failure } = await runner.run(task, signal);
      if (failure !== null) outcome.failures.push({ network: describeTask(task), reason: failure });
      else if (trained) outcome.trained++;
      else outcome.reused++;
      for (const record of records) known.set(recordKey(record), record);
      await file.saveNowAndThen();
      onProgress({ networks, done: ++done, begun });
    }
  };
  try {
    await Promise.all(Array.from({ length: runner.threads }, lane));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await file.save(wanted);
  }
  outcome.stopped = signal.aborted;
  outcome.records = wanted.flatMap((id) => known.get(id) ?? []);
  return outcome;
}

/** results.jsonl of a sweep, written whole and one write after the other: an older content never replaces a newer one. */
class ResultsFile {
  /** By `recordKey`. */
  readonly known: Map<string, SweepRecord>;
  readonly #io: Io;
  readonly #path: string;
  #written: string;
  #saved = performance.now();
  #writing: Promise<void> = Promise.resolve();

  private constructor(io: Io, path: string, text: string) {
    this.#io = io;
    this.#path = path;
    this.#written = text;
    this.known = new Map(parseRecords(text, fileName(path)).map((record) => [recordKey(record), record]));
  }

  static async open(io: Io, path: string): Promise<ResultsFile> {
    const bytes = await readIfThere(io, path);
    return new ResultsFile(io, path, bytes === null ? "" : decodeText(bytes, fileName(path), "bad-file"));
  }

  async saveNowAndThen(): Promise<void> {
    if (performance.now() - this.#saved < SAVE_EVERY_MS) return;
    this.#saved = performance.now();
    await this.save();
  }

  /** Writes what is known, if it is not there already; `order`: what of it goes last, in this order. */
  save(order: readonly string[] = []): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const places = new Map(order.map((id, i) => [id, i]));
      const sorted = [...this.known].sort(([a], [b]) => (places.get(a) ?? -1) - (places.get(b) ?? -1));
      const text = sorted.map(([, record]) => `${JSON.stringify(record)}\n`).join("");
      if (text === this.#written) return;
      await this.#io.writeFile(this.#path, text);
      this.#written = text;
    });
    return this.#writing;
  }
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

/** Whether all that the space asks of a network in a number format is known. */
function isComplete(record: SweepRecord | undefined, { platforms, rateHz }: SweepSpace): boolean {
  if (record === undefined || record.rateHz !== rateHz) return false;
  const there = new Set([...record.platforms, ...record.unavailable].map(({ platform }) => platform));
  return platforms.every((platform) => there.has(platform));
}

function describeTask({ network: { cell, sparsity, pattern, seed } }: SweepTask): string {
  const how = pattern === undefined ? "" : ` ${pattern}`;
  return `${describeCell(cell)}${sparsity === 0 ? "" : `, sparsity ${sparsity}${how}`}, seed ${seed}`;
}
