// Many sequences on one core of the machine: four rows side by side where there are as many of about equal length, the others one
// after another. What a `Session` gives, bit for bit.

import type { CompiledNetwork } from "../image/compile.ts";
import type { FourRows } from "./four-rows.ts";
import { LANES, type Row } from "./row.ts";
import type { Sequence, SequenceResult } from "./sequence.ts";
import { Session, type SessionOptions } from "./session.ts";

/** Share of the steps side by side that must belong to a row that goes on: not every network gains enough to waste more. */
const LEAST_USE = 15 / 16;

/** Runs sequences of one network. Four at a time on the `simd` engine, for a network of floats. */
export class BatchRunner {
  readonly #compiled: CompiledNetwork;
  readonly #session: Session;
  #four: FourRows | null = null;

  private constructor(compiled: CompiledNetwork, session: Session) {
    this.#compiled = compiled;
    this.#session = session;
  }

  static async create(compiled: CompiledNetwork, options: SessionOptions = {}): Promise<BatchRunner> {
    return new BatchRunner(compiled, await Session.create(compiled, options));
  }

  /** A batch of sequences. Throws as `Session.run`. */
  async run(sequence: Sequence, onStep?: (done: number, total: number) => void): Promise<SequenceResult> {
    return (await this.runAll([sequence], onStep))[0]!;
  }

  /** Sequences of any lengths; results in their order. Throws as `Session.run`. */
  async runAll(
    sequences: readonly Sequence[],
    onStep?: (done: number, total: number) => void,
  ): Promise<SequenceResult[]> {
    const total = sequences.reduce((sum, { batch, steps }) => sum + batch * steps, 0);
    const progress = onStep === undefined ? undefined : counter(total, onStep);
    const results = sequences.map((sequence) => emptyResult(this.#compiled, sequence));
    const rows = sequences.flatMap((sequence, i) =>
      Array.from({ length: sequence.batch }, (_, row): Row => ({ sequence, row, result: results[i]! })),
    );
    const { fours, singles } = this.#canRunFour(sequences) ? groups(rows) : { fours: [], singles: rows };
    const sideBySide = fours.length > 0 ? await this.#fourRows() : null;
    for (const four of fours) {
      // One after another to say what is wrong with the first that is, whichever four was the first to fail.
      if (!sideBySide!.run(four, progress)) return sequences.map((sequence) => this.#session.run(sequence));
    }
    for (const row of singles) this.#runSingle(row, progress);
    return results;
  }

  async #fourRows(): Promise<FourRows> {
    this.#four ??= await (await import("./four-rows.ts")).FourRows.create(this.#compiled);
    return this.#four;
  }

  /** Sequences of wrong widths are left to the session, which says so. */
  #canRunFour(sequences: readonly Sequence[]): boolean {
    const { integer, input, hidden, cell } = this.#compiled;
    const fits = (values: Float32Array | null, length: number) => values === null || values.length === length;
    return (
      this.#session.engine === "simd" &&
      integer === undefined &&
      sequences.every(
        (sequence) =>
          sequence.features === input.length &&
          fits(sequence.input, sequence.batch * sequence.steps * input.length) &&
          fits(sequence.timespans, sequence.batch * sequence.steps) &&
          fits(sequence.initialH, sequence.batch * hidden.length) &&
          fits(sequence.initialC, sequence.batch * cell.length),
      )
    );
  }

  #runSingle({ sequence, row, result }: Row, progress?: (steps: number) => void): void {
    const { output, finalH, finalC, sawNonFinite } = this.#session.run(
      rowOf(sequence, this.#compiled, row),
      progress && (() => progress(1)),
    );
    result.output.data.set(output.data, row * output.data.length);
    result.finalH.data.set(finalH.data, row * finalH.data.length);
    result.finalC?.data.set(finalC!.data, row * finalC!.data.length);
    result.sawNonFinite ||= sawNonFinite;
  }
}

function counter(total: number, onStep: (done: number, total: number) => void): (steps: number) => void {
  let done = 0;
  return (steps) => {
    done += steps;
    onStep(done, total);
  };
}

/** Rows by fours of about equal lengths, longest first, and those that are left over. */
export function groups<T extends Pick<Row, "sequence">>(rows: readonly T[]): { fours: T[][]; singles: T[] } {
  const sorted = [...rows].sort((a, b) => b.sequence.steps - a.sequence.steps);
  const fours: T[][] = [];
  const singles: T[] = [];
  for (let i = 0; i < sorted.length; ) {
    const four = sorted.slice(i, i + LANES);
    const used = four.reduce((sum, { sequence }) => sum + sequence.steps, 0);
    if (used > 0 && used >= LEAST_USE * LANES * four[0]!.sequence.steps) {
      fours.push(four);
      i += LANES;
    } else {
      singles.push(sorted[i]!);
      i++;
    }
  }
  return { fours, singles };
}

function emptyResult({ output, hidden, cell }: CompiledNetwork, { batch, steps }: Sequence): SequenceResult {
  const tensor = (...shape: number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((product, n) => product * n, 1)),
  });
  return {
    output: tensor(batch, steps, output.length),
    finalH: tensor(batch, hidden.length),
    finalC: cell.length === 0 ? null : tensor(batch, cell.length),
    sawNonFinite: false,
  };
}

/** One row of a batch, as views. */
function rowOf(sequence: Sequence, { hidden, cell }: CompiledNetwork, row: number): Sequence {
  const { steps, features, input, timespans, initialH, initialC } = sequence;
  const part = (all: Float32Array | null, width: number) =>
    all?.subarray(row * width, (row + 1) * width) ?? null;
  return {
    batch: 1,
    steps,
    features,
    input: input.subarray(row * steps * features, (row + 1) * steps * features),
    timespans: part(timespans, steps),
    initialH: part(initialH, hidden.length),
    initialC: part(initialC, cell.length),
  };
}
