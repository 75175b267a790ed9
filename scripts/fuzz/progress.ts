// How far a campaign is, how fast each target is, and how long the rest will take.

import type { Shard } from "./shards.ts";

const REPORT_MS = 10_000;

/** Of one shard. */
export interface Done {
  executions: number;
  /** Since its process was started. */
  milliseconds: number;
  cpuMilliseconds: number;
}

export class Progress {
  readonly #shards: readonly Shard[];
  readonly #workers: number;
  readonly #started = performance.now();
  #reported = performance.now();
  #done: readonly Done[] = [];

  constructor(shards: readonly Shard[], workers: number) {
    this.#shards = shards;
    this.#workers = workers;
  }

  /** Takes what each shard has done; every ten seconds one line about it goes to stderr. */
  report(done: readonly Done[]): void {
    this.#done = done;
    const now = performance.now();
    if (now < this.#reported + REPORT_MS) return;
    this.#reported = now;
    process.stderr.write(`${this.#line(now)}\n`);
  }

  /** Executions a second of one worker; 0 before the first. */
  rateOf(target: string): number {
    let [executions, milliseconds] = [0, 0];
    for (const [i, done] of this.#done.entries()) {
      if (this.#shards[i]!.target !== target) continue;
      executions += done.executions;
      milliseconds += done.milliseconds;
    }
    return milliseconds > 0 ? (1000 * executions) / milliseconds : 0;
  }

  cpuSecondsOf(target: string): number {
    const own = this.#done.filter((_, i) => this.#shards[i]!.target === target);
    return own.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0) / 1000;
  }

  #line(now: number): string {
    const total = this.#shards.reduce((sum, { executions }) => sum + executions, 0);
    const done = this.#done.reduce((sum, { executions }) => sum + executions, 0);
    const running = this.#shards
      .map(({ target, executions }, i) => ({ target, share: this.#done[i]!.executions / executions }))
      .filter(({ share }) => share > 0 && share < 1)
      .map(({ target, share }) => `${target} ${(100 * share).toFixed(0)} %`);
    const minutes = (seconds: number) => `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
    return (
      `${done} of ${total} executions, ${minutes((now - this.#started) / 1000)} gone, ` +
      `about ${minutes(this.#secondsLeft())} left; now ${running.join(", ")}`
    );
  }

  /** Targets that have not run yet count as the mean of the others. */
  #secondsLeft(): number {
    const known = new Map<string, number>();
    for (const { target } of this.#shards) {
      const rate = this.rateOf(target);
      if (rate > 0) known.set(target, 1 / rate);
    }
    const mean = [...known.values()].reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, known.size);
    const work = this.#shards.reduce(
      (sum, { target, executions }, i) =>
        sum + (executions - this.#done[i]!.executions) * (known.get(target) ?? mean),
      0,
    );
    return work / this.#workers;
  }
}
