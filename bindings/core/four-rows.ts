// Four rows of sequences side by side: a network of floats on batch.wasm. A row gets the bits that a `Session` gives it.

import type { CompiledNetwork } from "../image/compile.ts";
import { Control } from "../image/format.ts";
import type { ArenaVector } from "../image/lowered.ts";
import { type BatchCore, loadBatchCore } from "./batch-core.ts";
import type { Address } from "./exports.ts";
import { LANES, type Row } from "./row.ts";
import type { Sequence, SequenceResult } from "./sequence.ts";

const IMAGE_AT: Address = 64;
/** Inputs, elapsed times and outputs that lie in the core's memory at a time. */
const PIECE_BYTES = 32_768;

const align = (address: Address) => (address + 63) & ~63;

/** Runs four rows at a time, of about equal lengths: a row that has ended costs as much as one that goes on. */
export class FourRows {
  readonly #core: BatchCore;
  readonly #compiled: CompiledNetwork;
  readonly #arena: Address;
  readonly #rows: Address;
  /** Of one piece. */
  readonly #maxSteps: number;
  // The memory never grows, so views stay valid.
  readonly #piece: Float32Array;
  readonly #hidden: Float32Array;
  readonly #cell: Float32Array;
  readonly #nonFinite: Uint32Array;

  private constructor(core: BatchCore, compiled: CompiledNetwork, layout: ReturnType<typeof layoutOf>) {
    const { arena, rows, maxSteps, memoryBytes } = layout;
    const { buffer } = core.memory;
    new Uint8Array(buffer).set(compiled.image, IMAGE_AT);
    const view = ({ at, length }: ArenaVector) =>
      new Float32Array(buffer, arena + LANES * at, LANES * length);
    this.#core = core;
    this.#compiled = compiled;
    this.#arena = arena;
    this.#rows = rows;
    this.#maxSteps = maxSteps;
    this.#piece = new Float32Array(buffer, rows, (memoryBytes - rows) / 4);
    this.#hidden = view(compiled.hidden);
    this.#cell = view(compiled.cell);
    this.#nonFinite = new Uint32Array(buffer, arena + LANES * Control.FLAGS, LANES);
  }

  /** @param compiled a network of floats that a `Session` has accepted */
  static async create(compiled: CompiledNetwork): Promise<FourRows> {
    const layout = layoutOf(compiled);
    return new FourRows(await loadBatchCore(layout.memoryBytes), compiled, layout);
  }

  /**
   * Runs four rows from their initial states, and writes what comes out into their results. `onSteps` hears how many time
   * steps of all rows were done since it was last called.
   * @returns false when an input or an elapsed time is not one that a network takes; results are then incomplete
   */
  run(rows: readonly Row[], onSteps?: (steps: number) => void): boolean {
    const { exports } = this.#core;
    const { hidden, cell } = this.#compiled;
    exports.reset(IMAGE_AT, this.#arena);
    for (const [lane, { sequence, row }] of rows.entries()) {
      scatter(sequence.initialH, row, this.#hidden, lane);
      scatter(sequence.initialC, row, this.#cell, lane);
    }
    const longest = Math.max(...rows.map(({ sequence }) => sequence.steps));
    for (let done = 0; done < longest; ) {
      // A piece ends where a row does, whose states are read then.
      const ends = rows.map(({ sequence }) => sequence.steps).filter((steps) => steps > done);
      const steps = Math.min(this.#maxSteps, Math.min(...ends) - done);
      for (const [lane, { sequence, row }] of rows.entries()) this.#write(sequence, row, lane, done, steps);
      if (exports.run(IMAGE_AT, this.#arena, this.#rows, steps) !== 0) return false;
      for (const [lane, { sequence, row, result }] of rows.entries()) {
        if (sequence.steps <= done) continue;
        this.#read(sequence, row, result, lane, done, steps);
        if (sequence.steps > done + steps) continue;
        gather(this.#hidden, lane, result.finalH.data, row * hidden.length);
        if (result.finalC !== null) gather(this.#cell, lane, result.finalC.data, row * cell.length);
        if (this.#nonFinite[lane] !== 0) result.sawNonFinite = true;
      }
      done += steps;
      onSteps?.(steps * ends.length);
    }
    return true;
  }

  /** Inputs and elapsed times of a piece; a row that has ended gets an input of zeros. */
  #write(
    { steps: ofSteps, features, input, timespans }: Sequence,
    row: number,
    lane: number,
    from: number,
    steps: number,
  ) {
    const x = this.#piece.subarray(lane * steps * features, (lane + 1) * steps * features);
    const times = LANES * steps * features;
    const time = this.#piece.subarray(times + lane * steps, times + (lane + 1) * steps);
    const at = row * ofSteps + from;
    const goesOn = from < ofSteps;
    if (goesOn) x.set(input.subarray(at * features, (at + steps) * features));
    else x.fill(0);
    if (goesOn && timespans !== null) time.set(timespans.subarray(at, at + steps));
    else time.fill(1);
  }

  #read(
    sequence: Sequence,
    row: number,
    { output }: SequenceResult,
    lane: number,
    from: number,
    steps: number,
  ) {
    const width = this.#compiled.output.length;
    const outputs = LANES * steps * (sequence.features + 1) + lane * steps * width;
    const at = (row * sequence.steps + from) * width;
    output.data.set(this.#piece.subarray(outputs, outputs + steps * width), at);
  }
}

/** Where arena and rows lie, and how many steps a piece has. */
function layoutOf({ image, arenaBytes, input, output }: CompiledNetwork) {
  const arena = align(IMAGE_AT + image.length);
  const rows = align(arena + LANES * arenaBytes);
  const stepBytes = 4 * LANES * (input.length + 1 + output.length);
  const maxSteps = Math.max(1, Math.floor(PIECE_BYTES / stepBytes));
  return { arena, rows, maxSteps, memoryBytes: rows + maxSteps * stepBytes };
}

/** A row of states, null for what is there already, into one lane. */
function scatter(states: Float32Array | null, row: number, lanes: Float32Array, lane: number): void {
  if (states === null) return;
  const n = lanes.length / LANES;
  for (let i = 0; i < n; i++) lanes[LANES * i + lane] = states[row * n + i]!;
}

function gather(lanes: Float32Array, lane: number, to: Float32Array, at: number): void {
  for (let i = 0; LANES * i < lanes.length; i++) to[at + i] = lanes[LANES * i + lane]!;
}
