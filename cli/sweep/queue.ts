// What sweeps and workers agree on about a queue: whose it is, what a job holds, where its result lies.
//
// A job is a task; its id is the hash of all that decides the result, so that nothing is queued twice however often a sweep
// is submitted. The result lies in a key of its own, compressed: BullMQ would keep it twice, in the job and in its event.

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Queue } from "bullmq";
import { complain } from "../../bindings/errors.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { differenceOf, type PackageIdentity } from "./package-identity.ts";
import type { Server } from "./redis.ts";
import type { SweepTask } from "./task.ts";
import type { WorkerAnswer } from "./worker.ts";

export const JOB_NAME = "liquid-edge-sweep";
/** Of BullMQ's keys, its default: its tools look there. */
export const PREFIX = "bull";
/** A result that nobody fetches goes after a day. */
export const KEPT_SECONDS = 24 * 3600;

export interface SweepJob {
  task: SweepTask;
  identity: PackageIdentity;
  /** Trained before, by the network's key; base64. */
  weights: Record<string, string>;
}

export interface JobAnswer {
  answer: WorkerAnswer;
  /** Of the networks that were trained, by their key; base64. */
  weights: Record<string, string>;
}

/** What marks a queue as one of sweeps, and which installation its jobs are for. */
interface Marker {
  program: typeof JOB_NAME;
  identity: PackageIdentity;
}

const markerKey = (queue: string) => `${PREFIX}:${queue}:${JOB_NAME}`;

export function resultKey(queue: string, jobId: string): string {
  return `${PREFIX}:${queue}:${JOB_NAME}:${jobId}`;
}

/** Equal ids, equal results. Paths do not count. */
export function jobIdOf({ work, ...rest }: SweepTask, identity: PackageIdentity): Promise<string> {
  const what =
    work.kind === "cost"
      ? work
      : { kind: work.kind, data: work.dataSha256, training: work.training, split: work.split };
  return sha256(JSON.stringify({ work: what, ...rest, identity }));
}

export async function packed(answer: JobAnswer): Promise<Buffer> {
  return promisify(gzip)(JSON.stringify(answer));
}

export async function unpacked(bytes: Buffer): Promise<JobAnswer> {
  return JSON.parse((await promisify(gunzip)(bytes)).toString());
}

const UNFINISHED = ["waiting", "active", "delayed", "prioritized"] as const;

export async function unfinishedJobs(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts(...UNFINISHED);
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** Marks a queue as ours. Throws `unavailable` for another program's, and for one with work for another installation. */
export async function claimQueue(server: Server, queue: Queue, identity: PackageIdentity): Promise<void> {
  const there = await markerOf(server, queue);
  if (
    there !== null &&
    differenceOf(there.identity, identity) !== null &&
    (await unfinishedJobs(queue)) > 0
  ) {
    refuseOther(queue.name, there.identity, identity);
  }
  const marker: Marker = { program: JOB_NAME, identity };
  await server.redis.set(markerKey(queue.name), JSON.stringify(marker));
}

/** Throws `unavailable` as `claimQueue` does; nothing, when there is no queue yet. */
export async function checkQueue(server: Server, queue: Queue, identity: PackageIdentity): Promise<void> {
  const there = await markerOf(server, queue);
  if (there !== null) refuseOther(queue.name, there.identity, identity);
}

async function markerOf(server: Server, queue: Queue): Promise<Marker | null> {
  const text = await server.redis.get(markerKey(queue.name));
  if (text !== null) return JSON.parse(text);
  const counts = await queue.getJobCounts(...UNFINISHED, "completed", "failed");
  if (Object.values(counts).every((n) => n === 0)) return null;
  throw foreignQueue(queue.name);
}

export function foreignQueue(name: string): Error {
  return complain("unavailable", `queue ${name}`, {
    expected: "a queue of sweeps",
    found: "jobs of another program",
    hint: "choose another name with --queue",
  });
}

/** Throws `unavailable` when `own` gives other results than the sweep's installation. */
export function refuseOther(name: string, sweep: PackageIdentity, own: PackageIdentity): void {
  const difference = differenceOf(sweep, own);
  if (difference === null) return;
  throw complain("unavailable", `queue ${name}`, {
    ...difference,
    hint: "all machines of a sweep need the same version of liquid-edge",
  });
}
