// Works at a queue of sweeps: takes a job, has a thread do it, so that this one keeps its lock alive, and leaves the
// result at the server.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "bullmq";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { type Io, nodeFiles } from "../io.ts";
import { packageIdentity } from "./package-identity.ts";
import {
  checkQueue,
  foreignQueue,
  JOB_NAME,
  type JobAnswer,
  KEPT_SECONDS,
  PREFIX,
  packed,
  refuseOther,
  resultKey,
  type SweepJob,
  unfinishedJobs,
} from "./queue.ts";
import { connectRedis, loadBullMq, type Server } from "./redis.ts";
import type { TaskRunner } from "./run-sweep.ts";
import { modelPath, readIfThere, type SweepTask } from "./task.ts";

/** How many workers may die at a job before it counts as deadly; BullMQ's own limit is 1, and `attempts` do not count. */
const MAX_DEATHS = 5;
const IDLE_CHECK_MS = 500;

export interface QueueWorkerOptions {
  url: string;
  queue: string;
  /** The data set on this machine, null: where the sweep says. */
  data: string | null;
  lockSeconds: number;
  untilEmpty: boolean;
  signal: AbortSignal;
  onProgress: (done: { jobs: number; networks: number }) => void;
}

/**
 * Works until `signal`, or until nothing is left.
 * @returns jobs and networks done
 * @throws LiquidEdgeError for a server or queue that is not what it should be, and for data that are not here; what was being
 * done goes back to the queue
 */
export async function workAtQueue(io: Io, runner: TaskRunner, options: QueueWorkerOptions) {
  const { url, queue: name, lockSeconds, untilEmpty, signal, onProgress } = options;
  const { bullmq, Redis } = await loadBullMq();
  const server: Server = await connectRedis(Redis, url, (reason) =>
    io.warn(reason === null ? `${server.name}: back` : `${server.name}: away (${reason}); waiting for it`),
  );
  const identity = await packageIdentity();
  const queue = new bullmq.Queue(name, { connection: server.redis, prefix: PREFIX });
  queue.on("error", () => {});
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-worker-"));
  const stop = new AbortController();
  let fatal: unknown = null;
  const done = { jobs: 0, networks: 0 };
  try {
    await checkQueue(server, queue, identity);
    const process = async (job: Job<SweepJob>, token?: string): Promise<null> => {
      try {
        if (job.name !== JOB_NAME) throw foreignQueue(name);
        refuseOther(name, job.data.identity, identity);
        const answer = await doJob(runner, job, { folder, data: options.data, signal: stop.signal });
        await server.redis.set(resultKey(name, job.id!), await packed(answer), "EX", KEPT_SECONDS);
        done.jobs++;
        done.networks += job.data.task.networks.length;
        onProgress(done);
        return null;
      } catch (error) {
        if (stop.signal.aborted || error instanceof LiquidEdgeError) {
          // Another worker may do it. First no new job for this one, or it would get the same again.
          if (!stop.signal.aborted) fatal ??= error;
          await worker.pause(true);
          stop.abort();
          await job.moveToWait(token);
          throw new bullmq.WaitingError();
        }
        throw error;
      }
    };
    const worker = new bullmq.Worker<SweepJob>(name, process, {
      connection: server.redis,
      prefix: PREFIX,
      concurrency: runner.threads,
      lockDuration: 1000 * lockSeconds,
      stalledInterval: 1000 * lockSeconds,
      maxStalledCount: MAX_DEATHS,
    });
    // A lost connection comes back by itself, and a job that another one took over is that one's.
    worker.on("error", () => {});
    signal.addEventListener("abort", () => stop.abort(), { once: true });
    if (signal.aborted) stop.abort();
    while (!stop.signal.aborted) {
      await pause(IDLE_CHECK_MS, stop.signal);
      if (untilEmpty && !stop.signal.aborted && (await unfinishedJobs(queue)) === 0) stop.abort();
    }
    // Jobs under way go back to the queue before the connection goes, unless the server is away.
    await Promise.race([worker.close(), pause(2000)]);
    if (fatal !== null) throw fatal;
    return done;
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function doJob(
  runner: TaskRunner,
  job: Job<SweepJob>,
  { folder, data, signal }: { folder: string; data: string | null; signal: AbortSignal },
): Promise<JobAnswer> {
  const { task, weights } = job.data;
  if (task.work.kind === "cost") return { answer: { result: await runner.run(task, signal) }, weights: {} };
  const models = join(folder, job.id!);
  const local: SweepTask = {
    ...task,
    work: { ...task.work, models, data: { ...task.work.data, ...(data === null ? {} : { data }) } },
  };
  try {
    await mkdir(models, { recursive: true });
    for (const [key, base64] of Object.entries(weights)) {
      await nodeFiles.writeFile(modelPath(models, key), Buffer.from(base64, "base64"));
    }
    const result = await runner.run(local, signal);
    const trained: Record<string, string> = {};
    for (const { key } of task.networks) {
      const bytes = Object.hasOwn(weights, key) ? null : await readIfThere(nodeFiles, modelPath(models, key));
      if (bytes !== null) trained[key] = Buffer.from(bytes).toString("base64");
    }
    return { answer: { result }, weights: trained };
  } finally {
    await rm(models, { recursive: true, force: true });
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
