// Campaigns in shards, each in a process of its own: a shard is the same wherever and beside whatever it runs, and one that
// crashes or never returns is a finding.

import { fork } from "node:child_process";
import { TestRandom } from "../../tests/network/random-model.ts";
import type { Finding, FuzzResult } from "./engine.ts";
import { shapeOf } from "./judge.ts";
import type { Done } from "./progress.ts";

export interface Shard {
  target: string;
  executions: number;
  seed: number;
}

/** What a worker says now and then, and, with the result, at its end. */
export type Message = { executions: number; cpuMilliseconds: number; result?: FuzzResult };

/** What shards are told of one another: nothing. Each starts from the target's seeds again. */
const SHARD_EXECUTIONS = 250_000;
const MAX_FINDINGS = 10;
const SILENCE_MS = 300_000;
const MAX_SEED = 1 << 24;

/** The first shard has the seed itself, so that a short campaign and the beginning of a long one are the same. */
export function shardsOf(
  target: string,
  executions: number,
  seed: number,
  shardExecutions = SHARD_EXECUTIONS,
): Shard[] {
  const shards: Shard[] = [];
  const random = new TestRandom(seed);
  for (let start = 0; start < executions; start += shardExecutions) {
    shards.push({
      target,
      executions: Math.min(shardExecutions, executions - start),
      seed: start === 0 ? seed : random.integer(0, MAX_SEED),
    });
  }
  return shards;
}

/** Results in the order of the shards. `onProgress` gets what each has done so far. */
export async function runShards(
  shards: readonly Shard[],
  workers: number,
  onProgress: (done: readonly Done[]) => void = () => {},
): Promise<FuzzResult[]> {
  const results: FuzzResult[] = [];
  const done: Done[] = shards.map(() => ({ executions: 0, milliseconds: 0, cpuMilliseconds: 0 }));
  let next = 0;
  const work = async () => {
    while (next < shards.length) {
      const i = next++;
      const started = performance.now();
      results[i] = await runShard(shards[i]!, ({ executions, cpuMilliseconds }) => {
        done[i] = { executions, cpuMilliseconds, milliseconds: performance.now() - started };
        onProgress(done);
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, shards.length) }, work));
  return results;
}

function runShard(shard: Shard, onMessage: (message: Message) => void): Promise<FuzzResult> {
  const child = fork(new URL("worker.ts", import.meta.url), [JSON.stringify(shard)], {
    execArgv: ["--import", "tsx"],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  return new Promise((resolve) => {
    let result: FuzzResult | null = null;
    let executions = 0;
    let silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
    child.on("message", (message: Message) => {
      clearTimeout(silence);
      silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
      result = message.result ?? null;
      executions = message.executions;
      onMessage(message);
    });
    child.on("close", (code, signal) => {
      clearTimeout(silence);
      resolve(result ?? endedBy(shard, executions, `${signal ?? `exit code ${code}`}: ${complaints.trim()}`));
    });
  });
}

/** A shard whose process ended before it was done. */
function endedBy({ target, seed }: Shard, executions: number, how: string): FuzzResult {
  const what = `ended after ${executions} executions of seed ${seed}, ${how}`;
  return { ...emptyResult(), executions, findings: [{ target, what, input: new Uint8Array(0) }] };
}

export function emptyResult(): FuzzResult {
  return { executions: 0, accepted: 0, outcomes: new Map(), corpus: 0, reach: new Map(), findings: [] };
}

/** One result out of those of a target's shards. What no shard reached was missed. */
export function merged(results: readonly FuzzResult[]): FuzzResult {
  const whole = emptyResult();
  const kinds = new Set<string>();
  for (const { executions, accepted, outcomes, corpus, reach, findings } of results) {
    whole.executions += executions;
    whole.accepted += accepted;
    whole.corpus += corpus;
    for (const [outcome, n] of outcomes) whole.outcomes.set(outcome, (whole.outcomes.get(outcome) ?? 0) + n);
    for (const [file, { all, missed }] of reach) {
      const others = whole.reach.get(file);
      const missedBefore = others && new Set(others.missed);
      const both = missedBefore ? missed.filter((piece) => missedBefore.has(piece)) : missed;
      whole.reach.set(file, { all, missed: both });
    }
    for (const finding of findings) {
      const kind = shapeOf(finding.what);
      if (kinds.has(kind) || whole.findings.length === MAX_FINDINGS) continue;
      kinds.add(kind);
      whole.findings.push(finding satisfies Finding);
    }
  }
  return whole;
}
