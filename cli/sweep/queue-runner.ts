// Submits the tasks of a sweep to a queue and collects their results.

import type { Queue } from "bullmq";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import type { ClosableRunner } from "../actions/sweep.ts";
import type { Io } from "../io.ts";
import { count } from "../text.ts";
import { type PackageIdentity, packageIdentity } from "./package-identity.ts";
import {
  claimQueue,
  JOB_NAME,
  jobIdOf,
  KEPT_SECONDS,
  PREFIX,
  resultKey,
  type SweepJob,
  unpacked,
} from "./queue.ts";
import { connectRedis, loadBullMq, type Server } from "./redis.ts";
import { describeNetwork, modelPath, readIfThere, type SweepTask, type TaskResult } from "./task.ts";

const POLL_EVERY_MS = 100;
/** How often jobs are looked for that failed, or that the server lost. */
const CHECK_EVERY_MS = 2000;
/** Jobs looked at in one poll: workers take them in order, so the next ones to end are among the first. */
const WINDOW = 500;
/** Jobs of one message. */
const BULK = 1000;
const LONELY_AFTER_MS = 5000;

interface Pending {
  id: string;
  job: SweepJob;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
}

/** @throws LiquidEdgeError for a server that cannot be reached, or a queue that is not ours */
export async function queueRunner(
  io: Io,
  { url, queue: name }: { url: string; queue: string },
): Promise<ClosableRunner> {
  const { bullmq, Redis } = await loadBullMq();
  const server: Server = await connectRedis(Redis, url, (reason) =>
    io.warn(reason === null ? `${server.name}: back` : `${server.name}: away (${reason}); waiting for it`),
  );
  const queue = new bullmq.Queue(name, { connection: server.redis, prefix: PREFIX });
  // The connection says what is wrong.
  queue.on("error", () => {});
  const identity = await packageIdentity();
  try {
    await claimQueue(server, queue, identity);
  } catch (error) {
    await queue.close();
    server.close();
    throw error;
  }
  return new QueueRunner(io, server, queue, identity);
}

class QueueRunner implements ClosableRunner {
  readonly threads = Number.POSITIVE_INFINITY;
  readonly #io: Io;
  readonly #server: Server;
  readonly #queue: Queue;
  readonly #identity: PackageIdentity;
  readonly #pending = new Map<string, Pending>();
  /** Not submitted yet. */
  #fresh: Pending[] = [];
  #closed = false;
  #loop: Promise<void> | null = null;
  #nextCheck = 0;
  readonly #started = performance.now();
  #workers: number | null = null;
  #saidLonely = false;

  constructor(io: Io, server: Server, queue: Queue, identity: PackageIdentity) {
    this.#io = io;
    this.#server = server;
    this.#queue = queue;
    this.#identity = identity;
  }

  async run(task: SweepTask, signal: AbortSignal): Promise<TaskResult> {
    const id = await jobIdOf(task, this.#identity);
    const job: SweepJob = { task, identity: this.#identity, weights: await this.#weightsOf(task) };
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      const pending = { id, job, resolve, reject };
      this.#pending.set(id, pending);
      this.#fresh.push(pending);
      this.#loop ??= this.#collect();
    });
  }

  news(): string {
    return this.#workers === null ? "" : `, ${count(this.#workers, "worker")}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // A command may be waiting for a server that is away: nobody waits for it.
    this.#server.close();
    await this.#loop;
  }

  /** Weights that are in the folder need not be trained again elsewhere. */
  async #weightsOf({ work, networks }: SweepTask): Promise<Record<string, string>> {
    if (work.kind === "cost") return {};
    const weights: Record<string, string> = {};
    for (const { key } of networks) {
      const bytes = await readIfThere(this.#io, modelPath(work.models, key));
      if (bytes !== null) weights[key] = Buffer.from(bytes).toString("base64");
    }
    return weights;
  }

  async #collect(): Promise<void> {
    try {
      while (!this.#closed) {
        await this.#submit();
        const window = [...this.#pending.values()].slice(0, WINDOW);
        await this.#fetch(window);
        if (performance.now() >= this.#nextCheck) {
          this.#nextCheck = performance.now() + CHECK_EVERY_MS;
          await this.#check([...this.#pending.values()].slice(0, WINDOW));
          await this.#countWorkers();
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
      }
    } catch (error) {
      if (this.#closed) return;
      for (const { reject } of this.#pending.values()) reject(error as Error);
    }
  }

  async #submit(): Promise<void> {
    while (this.#fresh.length > 0) {
      const jobs = this.#fresh.splice(0, BULK);
      // A job that failed before is in the way of its own repetition.
      const states = await Promise.all(jobs.map(({ id }) => this.#queue.getJobState(id)));
      await Promise.all(jobs.map(({ id }, i) => (states[i] === "failed" ? this.#queue.remove(id) : null)));
      await this.#queue.addBulk(
        jobs.map(({ id, job }) => ({
          name: JOB_NAME,
          data: job,
          opts: { jobId: id, removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS } },
        })),
      );
    }
  }

  /** Takes the results that are there. */
  async #fetch(jobs: readonly Pending[]): Promise<void> {
    const { redis } = this.#server;
    const keys = jobs.map(({ id }) => resultKey(this.#queue.name, id));
    const there = await Promise.all(keys.map((key) => redis.exists(key)));
    for (const [i, pending] of jobs.entries()) {
      if (there[i] === 0) continue;
      const bytes = await redis.getBuffer(keys[i]!);
      if (bytes === null) continue;
      this.#pending.delete(pending.id);
      const { answer, weights } = await unpacked(bytes);
      if ("refusal" in answer) {
        // Kept results of a refusal would answer the next submission as well.
        await Promise.all([redis.del(keys[i]!), this.#queue.remove(pending.id)]);
        pending.reject(new LiquidEdgeError(answer.refusal.code, answer.refusal.message));
        continue;
      }
      try {
        await this.#keepWeights(pending.job, weights);
        pending.resolve(answer.result);
      } catch (error) {
        pending.reject(error as Error);
      }
    }
  }

  async #keepWeights({ task: { work } }: SweepJob, weights: Record<string, string>): Promise<void> {
    if (work.kind === "cost") return;
    for (const [key, base64] of Object.entries(weights)) {
      await this.#io.writeFile(modelPath(work.models, key), Buffer.from(base64, "base64"));
    }
  }

  /** Jobs that failed end the sweep; those that a server without a memory forgot are submitted again. */
  async #check(jobs: readonly Pending[]): Promise<void> {
    const states = await Promise.all(jobs.map(({ id }) => this.#queue.getJobState(id)));
    for (const [i, pending] of jobs.entries()) {
      const state = states[i];
      if (state === "failed") {
        const failed = await this.#queue.getJob(pending.id);
        this.#pending.delete(pending.id);
        pending.reject(failureOf(pending, failed?.failedReason ?? "no reason given"));
      } else if (state === "unknown" || state === "completed") {
        if ((await this.#server.redis.exists(resultKey(this.#queue.name, pending.id))) === 1) continue;
        if (state === "completed") await this.#queue.remove(pending.id);
        this.#fresh.push(pending);
      }
    }
    if (this.#fresh.length > 0) await claimQueue(this.#server, this.#queue, this.#identity);
  }

  async #countWorkers(): Promise<void> {
    this.#workers = await this.#queue.getWorkersCount();
    const isLonely = this.#workers === 0 && performance.now() - this.#started > LONELY_AFTER_MS;
    if (!isLonely || this.#saidLonely) return;
    this.#saidLonely = true;
    this.#io.warn(
      `queue ${this.#queue.name}: no worker is there; start some with: liquid-edge sweep worker --redis ${this.#server.name}`,
    );
  }
}

function failureOf({ job }: Pending, reason: string): Error {
  const [first, ...others] = job.task.networks;
  const what = `${describeNetwork(first!)}${others.length === 0 ? "" : ` and ${others.length} more`}`;
  const why = /stalled more than/.test(reason) ? "it ended every worker that tried it" : reason;
  return new LiquidEdgeError("unavailable", `${what}: expected a result from a worker, found none: ${why}`);
}
