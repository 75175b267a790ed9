// What ran, as V8 counts it: which blocks of our code were reached for the first time, and how many ran in all.

import { Session } from "node:inspector";

interface Taken {
  result: {
    url: string;
    functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[];
  }[];
}

const OURS = /\/(bindings|cli|tests)\/|\/yaml\/|\/zod\//;

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  start(): this {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return this;
  }

  /** Since the last call: blocks of ours that had never run before, and how often blocks ran. */
  take(): { fresh: number; steps: number } {
    let fresh = 0;
    let steps = 0;
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      for (const { url, functions } of (taken as unknown as Taken).result) {
        if (!OURS.test(url)) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count === 0) continue;
            steps += count;
            const block = `${url}:${startOffset}-${endOffset}`;
            if (this.#seen.has(block)) continue;
            this.#seen.add(block);
            fresh++;
          }
        }
      }
    });
    return { fresh, steps };
  }

  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
  }

  get blocks(): number {
    return this.#seen.size;
  }

  dispose(): void {
    this.#session.disconnect();
  }
}
