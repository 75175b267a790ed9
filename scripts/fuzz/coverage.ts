// What ran, as V8 counts it: characters of our code that were reached, and how many blocks ran in all.

import { Session } from "node:inspector";
import { findSourceMap } from "node:module";

interface Taken {
  result: {
    scriptId: string;
    url: string;
    functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[];
  }[];
}

/** What guides: readers, and the parsers that they rest on. */
const GUIDES = /\/(bindings|cli|tests)\/|\/yaml\/|\/zod\//;
/** What a report is about: ours, but neither tests nor generated files. */
const REPORTED = /\/((?:bindings|cli)\/.*\.ts)$/;

interface Script {
  scriptId: string;
  url: string;
  /** 1 for each character that was reached. */
  reached: Uint8Array;
}

/** Pieces of source, each by line:column of where it begins, of one file. */
export interface FileReach {
  all: string[];
  missed: string[];
}

export class Coverage {
  readonly #session = new Session();
  readonly #scripts = new Map<string, Script>();
  /** Characters of each script that were reached when `mark` was called. */
  readonly #marked = new Map<string, number>();

  start(): this {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return this;
  }

  /** Since the last call: characters of ours that had never run before, and how often blocks ran. */
  take(): { fresh: number; steps: number } {
    let fresh = 0;
    let steps = 0;
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      for (const { scriptId, url, functions } of (taken as unknown as Taken).result) {
        if (!GUIDES.test(url)) continue;
        const ranges = functions.flatMap((one) => one.ranges);
        const length = ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0);
        // Inner functions and blocks come after those around them.
        const ran = new Uint8Array(length);
        for (const { startOffset, endOffset, count } of ranges) {
          ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
          steps += count;
        }
        fresh += this.#add(scriptId, url, ran);
      }
    });
    return { fresh, steps };
  }

  /** How many of these characters are new. */
  #add(scriptId: string, url: string, ran: Uint8Array): number {
    let script = this.#scripts.get(url);
    if (script === undefined || script.reached.length < ran.length) {
      const reached = new Uint8Array(ran.length);
      reached.set(script?.reached ?? []);
      script = { scriptId, url, reached };
      this.#scripts.set(url, script);
    }
    const { reached } = script;
    let fresh = 0;
    for (let i = 0; i < ran.length; i++) {
      if (ran[i] === 0 || reached[i] === 1) continue;
      reached[i] = 1;
      fresh++;
    }
    return fresh;
  }

  /** What ran until now was loading: `reach` leaves out files that do nothing more. */
  mark(): void {
    this.take();
    for (const { url, reached } of this.#scripts.values()) this.#marked.set(url, count(reached));
  }

  /** What `take` has seen, to go back to. */
  save(): () => void {
    const before = [...this.#scripts.values()].map((script) => ({
      ...script,
      reached: script.reached.slice(),
    }));
    return () => {
      this.#scripts.clear();
      for (const script of before) this.#scripts.set(script.url, script);
    };
  }

  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
  }

  /** Of each file of ours that ran since `mark`: its pieces of source, and those that nothing reached. */
  reach(): Map<string, FileReach> {
    const files = new Map<string, FileReach>();
    this.#session.post("Debugger.enable");
    for (const { scriptId, url, reached } of this.#scripts.values()) {
      const [, file] = REPORTED.exec(url) ?? [];
      const map = findSourceMap(url);
      if (file === undefined || map === undefined || count(reached) === this.#marked.get(url)) continue;
      const pieces = new Map<string, boolean>();
      let [line, column] = [0, 0];
      const source = this.#sourceOf(scriptId);
      for (let i = 0; i < source.length; i++) {
        const entry = map.findEntry(line, column) as { originalLine?: number; originalColumn?: number };
        if (entry.originalLine !== undefined) {
          const piece = `${entry.originalLine + 1}:${entry.originalColumn! + 1}`;
          pieces.set(piece, (pieces.get(piece) ?? false) || reached[i] === 1);
        }
        column++;
        if (source[i] === "\n") [line, column] = [line + 1, 0];
      }
      files.set(file, {
        all: [...pieces.keys()],
        missed: [...pieces].filter(([, isReached]) => !isReached).map(([piece]) => piece),
      });
    }
    return files;
  }

  #sourceOf(scriptId: string): string {
    let source = "";
    this.#session.post("Debugger.getScriptSource", { scriptId }, (error, answer) => {
      if (error !== null) throw error;
      source = (answer as { scriptSource: string }).scriptSource;
    });
    return source;
  }

  dispose(): void {
    this.#session.disconnect();
  }
}

function count(reached: Uint8Array): number {
  return reached.reduce((sum, one) => sum + one, 0);
}
