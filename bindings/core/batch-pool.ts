// Sequences on several cores. Threads in Node, Web Workers in a browser; where there are neither, one thread does it all.
// Sequences do not depend on each other, so results have the same bits at any number of threads.

import { LiquidEdgeError } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { BatchRunner } from "./batch-runner.ts";
import type { Thread } from "./batch-threads.ts";
import type { Engine } from "./core.ts";
import { LANES } from "./row.ts";
import type { Sequence, SequenceResult } from "./sequence.ts";

/** How a pool works; nothing of it changes a bit of a result. */
export interface BatchPoolOptions {
  /** Default: one a core. 1: everything runs in the caller's thread. */
  threads?: number;
  /** Default: `simd` where the host has it, else `scalar`. */
  engine?: Engine;
  /** The file batch-worker.js of this package, for bundlers that put it elsewhere. */
  workerUrl?: string | URL;
}

/** Pieces of work by thread: more balance the load, fewer save messages. */
const PIECES_A_THREAD = 4;

/**
 * Threads that run sequences. They start with the first work, hold one network each, and end with `close`. One call is under way at a time:
 * others wait for it.
 */
export class BatchPool {
  /** Sequences at a time; 1 where the host has no threads. */
  readonly threads: number;
  readonly #engine: Engine | null;
  readonly #workerUrl: string | URL | null;
  readonly #workers: Thread[] = [];
  readonly #networks = new WeakMap<CompiledNetwork, number>();
  #nNetworks = 0;
  #runner: { network: number; runner: BatchRunner } | null = null;
  #closed = false;
  /** Ends when the calls so far have. */
  #underWay: Promise<unknown> = Promise.resolve();

  /** @throws RangeError for a number of threads that is none */
  constructor({ threads, engine, workerUrl }: BatchPoolOptions = {}) {
    if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1))
      throw new RangeError(`"threads" expected a whole number >= 1, got ${threads}`);
    this.threads = canThread() ? (threads ?? coresOfHost()) : 1;
    this.#engine = engine ?? null;
    this.#workerUrl = workerUrl ?? null;
  }

  /**
   * Runs a batch of sequences, each from its own initial state: what `Session.run` gives, bit for bit.
   * @throws RangeError as `Session.step`
   */
  async run(compiled: CompiledNetwork, sequence: Sequence): Promise<SequenceResult> {
    const nPieces = this.threads === 1 ? 1 : this.threads * PIECES_A_THREAD;
    const unit = this.#unitOf(sequence.batch);
    const rows = unit * Math.ceil(sequence.batch / (unit * nPieces));
    const pieces: Sequence[] = [];
    for (let from = 0; from < sequence.batch; from += rows) {
      pieces.push(rowsOf(sequence, compiled, from, Math.min(from + rows, sequence.batch)));
    }
    if (pieces.length === 0) return (await this.#runnerOf(compiled)).run(sequence);
    return joined(
      await this.#runPieces(
        compiled,
        pieces.map((piece) => [piece]),
      ),
      compiled,
      sequence.steps,
    );
  }

  /**
   * Runs sequences of any lengths; results in their order.
   * @param onStep hears how many of all time steps are done, from time to time
   * @throws RangeError as `Session.step`
   */
  async runAll(
    compiled: CompiledNetwork,
    sequences: readonly Sequence[],
    onStep?: (done: number, total: number) => void,
  ): Promise<SequenceResult[]> {
    // By length, so that sequences of about equal lengths are in one piece and run side by side.
    const order = sequences.map((_, i) => i).sort((a, b) => sequences[b]!.steps - sequences[a]!.steps);
    const sorted = order.map((i) => sequences[i]!);
    const pieces = evenPieces(sorted, this.threads * PIECES_A_THREAD, this.#unitOf(sequences.length));
    const done = await this.#runPieces(compiled, pieces, onStep);
    const results = new Array<SequenceResult>(sequences.length);
    for (const [k, i] of order.entries()) results[i] = done[k]!;
    return results;
  }

  /** Ends the threads; work under way is given up. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#workers.splice(0)) worker.end();
  }

  #runPieces(
    compiled: CompiledNetwork,
    pieces: readonly (readonly Sequence[])[],
    onStep?: (done: number, total: number) => void,
  ): Promise<SequenceResult[]> {
    // A thread has one reader for what it answers: a second call would take the answers of the first one for its own.
    const results = this.#underWay.then(() => this.#runAlone(compiled, pieces, onStep));
    this.#underWay = results.catch(() => {});
    return results;
  }

  async #runAlone(
    compiled: CompiledNetwork,
    pieces: readonly (readonly Sequence[])[],
    onStep?: (done: number, total: number) => void,
  ): Promise<SequenceResult[]> {
    const threads = this.threads === 1 ? null : await import("./batch-threads.ts");
    // Behind all waiting: nobody would end the threads of a pool that was closed meanwhile.
    if (this.#closed) throw new LiquidEdgeError("unavailable", "the pool of threads was closed");
    if (threads === null) return (await this.#runnerOf(compiled)).runAll(pieces.flat(), onStep);
    while (this.#workers.length < Math.min(this.threads, pieces.length))
      this.#workers.push(threads.startThread(this.#workerUrl));
    const results = new Array<SequenceResult[]>(pieces.length);
    const waiting = [...pieces.entries()].reverse();
    const total = stepsOf(pieces.flat());
    const failures: unknown[] = [];
    let steps = 0;
    const work = async (worker: Thread) => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [i, sequences] = next;
        this.#send(worker, compiled);
        results[i] = await worker.results({ network: worker.network, sequences: [...sequences] });
        steps += stepsOf(sequences);
        onStep?.(steps, total);
      }
    };
    // All have answered before this call ends, also when it fails: nobody would read what they still say.
    await Promise.all(
      this.#workers.map((worker) =>
        work(worker).catch((error: unknown) => {
          failures.push(error);
          waiting.length = 0;
        }),
      ),
    );
    if (failures.length > 0) throw failures[0];
    return results.flat();
  }

  /** Rows that stay in one piece, since they run side by side, unless that left a thread without work. */
  #unitOf(rows: number): number {
    return rows >= LANES * this.threads ? LANES : 1;
  }

  #numberOf(compiled: CompiledNetwork): number {
    const number = this.#networks.get(compiled) ?? ++this.#nNetworks;
    this.#networks.set(compiled, number);
    return number;
  }

  #send(worker: Thread, compiled: CompiledNetwork): void {
    const network = this.#numberOf(compiled);
    if (worker.network === network) return;
    worker.network = network;
    worker.post({ network, compiled, engine: this.#engine });
  }

  async #runnerOf(compiled: CompiledNetwork): Promise<BatchRunner> {
    const network = this.#numberOf(compiled);
    if (this.#runner?.network === network) return this.#runner.runner;
    const runner = await BatchRunner.create(compiled, this.#engine === null ? {} : { engine: this.#engine });
    this.#runner = { network, runner };
    return runner;
  }
}

/** Rows of a batch, copied: what crosses to another thread takes its whole buffer along. */
function rowsOf(sequence: Sequence, compiled: CompiledNetwork, from: number, to: number): Sequence {
  const { steps, features, input, timespans, initialH, initialC } = sequence;
  const part = (all: Float32Array | null, width: number) => all?.slice(from * width, to * width) ?? null;
  return {
    batch: to - from,
    steps,
    features,
    input: input.slice(from * steps * features, to * steps * features),
    timespans: part(timespans, steps),
    initialH: part(initialH, compiled.hidden.length),
    initialC: part(initialC, compiled.cell.length),
  };
}

/** The results of consecutive rows as those of one batch. */
function joined(parts: readonly SequenceResult[], compiled: CompiledNetwork, steps: number): SequenceResult {
  const batch = parts.reduce((sum, { output }) => sum + output.shape[0]!, 0);
  const join = (pick: (part: SequenceResult) => Float32Array, length: number) => {
    const all = new Float32Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(pick(part), at);
      at += pick(part).length;
    }
    return all;
  };
  const { output, hidden, cell } = compiled;
  const width = steps * output.length;
  return {
    output: { shape: [batch, steps, output.length], data: join((part) => part.output.data, batch * width) },
    finalH: { shape: [batch, hidden.length], data: join((part) => part.finalH.data, batch * hidden.length) },
    finalC:
      cell.length === 0
        ? null
        : { shape: [batch, cell.length], data: join((part) => part.finalC!.data, batch * cell.length) },
    sawNonFinite: parts.some((part) => part.sawNonFinite),
  };
}

/** Consecutive sequences in about `n` pieces of about equal numbers of steps, of whole `unit`s of sequences but for the last. */
function evenPieces(sequences: readonly Sequence[], n: number, unit: number): Sequence[][] {
  const total = stepsOf(sequences);
  const pieces: Sequence[][] = [];
  let done = 0;
  for (const [i, sequence] of sequences.entries()) {
    if (i === 0 || (i % unit === 0 && done >= (pieces.length * total) / n)) pieces.push([]);
    const input = sequence.input.slice();
    pieces.at(-1)!.push({ ...sequence, input, timespans: sequence.timespans?.slice() ?? null });
    done += sequence.batch * sequence.steps;
  }
  return pieces;
}

function stepsOf(sequences: readonly Sequence[]): number {
  return sequences.reduce((sum, { batch, steps }) => sum + batch * steps, 0);
}

function canThread(): boolean {
  return (
    globalThis.process?.getBuiltinModule?.("node:worker_threads") !== undefined ||
    typeof Worker !== "undefined"
  );
}

function coresOfHost(): number {
  return (
    globalThis.process?.getBuiltinModule?.("node:os").availableParallelism() ??
    globalThis.navigator?.hardwareConcurrency ??
    1
  );
}
