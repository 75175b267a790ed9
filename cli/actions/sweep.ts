import { findBoard } from "../../bindings/board/load.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { isScored } from "../../bindings/sweep/record.ts";
import { parseSpace, type SweepSpace } from "../../bindings/sweep/space.ts";
import type { SweepOptions } from "../commands/sweep.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { barOf } from "../progress.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { runSweep, type TaskRunner } from "../sweep/run-sweep.ts";
import { runTask } from "../sweep/task.ts";
import { count } from "../text.ts";
import { writeFronts } from "./pareto.ts";
import { describeOutcome } from "./sweep-report.ts";

/** From the chunk of the built command that this is in. From its sources everything runs in this thread. */
const WORKER = new URL("../sweep-worker.js", import.meta.url);

export async function sweep(io: Io, path: string, options: SweepOptions): Promise<void> {
  const space = await readSpace(io, path);
  refuseStray(options);
  const outcome = await io.interruptible(async (signal) => {
    const runner = await runnerOf(io, options);
    let bar: ReturnType<typeof barOf> | null = null;
    try {
      return await runSweep(io, space, runner, {
        out: options.out,
        spacePath: path,
        signal,
        shard: options.shard,
        onProgress: ({ networks, done, begun }) => {
          bar ??= barOf(io, begun);
          bar(done, networks, `${done} of ${count(networks, "network")}${runner.news?.() ?? ""}`);
        },
      });
    } finally {
      await runner.close();
      io.progress(null);
    }
  });
  const { records, failures } = outcome;
  const scored = records.filter(isScored);
  if (options.plot !== undefined && scored.length > 0) await writeFronts(io, options.plot, scored, "energy");
  if (options.json) io.print(JSON.stringify({ out: options.out, ...outcome }));
  else io.print(describeOutcome(outcome, options.out, io.colour));
  if (outcome.stopped) {
    throw new RunFailure(`stopped; the same command goes on from what is in ${fileName(options.out)}`);
  }
  // A shard may have nothing but what is impossible.
  if (records.length === 0 && failures.length > 0 && options.shard === undefined) {
    throw new LiquidEdgeError(
      "unavailable",
      `${fileName(path)}: no network could be ${space.source === null ? "costed" : "trained"}: ${failures[0]!.reason}`,
    );
  }
}

/** The space of a file, whose boards exist. */
export async function readSpace(io: Io, path: string): Promise<SweepSpace> {
  const space = parseSpace(await readYaml(io, path, "bad-config"), fileName(path));
  for (const platform of space.platforms) findBoard(platform);
  return space;
}

function refuseStray({ engine, redis, queue, threads }: SweepOptions): void {
  if (engine === "bullmq") {
    if (redis === undefined) throw usageError("--redis is missing: the URL of the server, redis://host:6379");
    if (threads !== undefined) throw usageError("--threads: say it to `sweep worker`, which does the work");
    return;
  }
  const stray = redis !== undefined ? "--redis" : queue !== undefined ? "--queue" : null;
  if (stray !== null) throw usageError(`${stray}: only with --engine bullmq`);
}

export interface ClosableRunner extends TaskRunner {
  close(): Promise<void>;
  /** What else there is to say beside the progress. */
  news?(): string;
}

async function runnerOf(io: Io, { engine, redis, queue, threads }: SweepOptions): Promise<ClosableRunner> {
  if (engine === "bullmq") {
    const { queueRunner } = await import("../sweep/queue-runner.ts");
    return queueRunner(io, { url: redis!, queue: queue ?? DEFAULT_QUEUE });
  }
  return localRunner(io, threads);
}

export const DEFAULT_QUEUE = "sweep";

/** Threads of this process. */
export async function localRunner(io: Io, threads: number | undefined): Promise<ClosableRunner> {
  if (import.meta.url.endsWith(".ts")) {
    return { threads: 1, run: (task) => runTask(io, task), close: async () => {} };
  }
  const { threadPool } = await import("../sweep/pool.ts");
  return threadPool(WORKER, threads);
}
