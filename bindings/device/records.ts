// Steps of a sequence as the device takes them, and what they must come to: the scalar core on this machine is given the
// same bytes.

import { loadCore } from "../core/core.ts";
import { StepStatus } from "../core/exports.ts";
import { IntegerIo } from "../core/integer-io.ts";
import type { Sequence } from "../core/sequence.ts";
import { installNetwork, placeNetwork } from "../core/session.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { Control, Header } from "../image/format.ts";

/** A step in the device's memory: elapsed time u32, inputs, outputs; each padded to 4 bytes. */
export interface RecordLayout {
  /** Bytes of a record. */
  stride: number;
  inputAt: number;
  outputAt: number;
  /** Bytes of an element: 4 for floats, 2 for integers. */
  width: number;
}

/** One row of a sequence. */
export interface DeviceRow {
  steps: number;
  /** [steps] records; the outputs are zero before they ran. */
  records: Uint8Array;
  /** What the state window of the arena holds before the first step; null: zeros. */
  state: Uint8Array | null;
}

/** What a row came to. */
export interface RowResult {
  /** [steps] records with their outputs. */
  records: Uint8Array;
  /** The state window of the arena after the last step. */
  state: Uint8Array;
}

const padded = (bytes: number) => (bytes + 3) & ~3;

export function recordLayout({ input, output, integer }: CompiledNetwork): RecordLayout {
  const width = integer === undefined ? 4 : 2;
  const outputAt = 4 + padded(input.length * width);
  return { stride: outputAt + padded(output.length * width), inputAt: 4, outputAt, width };
}

/** Offset and bytes of the part of the arena that `reset` clears: all states. */
export function stateWindow({ image }: CompiledNetwork): { at: number; bytes: number } {
  const header = new DataView(image.buffer, image.byteOffset);
  return { at: header.getUint32(Header.STATE, true), bytes: 4 * header.getUint32(Header.STATES, true) };
}

export function encodeRow(compiled: CompiledNetwork, sequence: Sequence, row: number): DeviceRow {
  const { steps, features, input, timespans, initialH, initialC } = sequence;
  const { stride, inputAt, width } = recordLayout(compiled);
  const arena = new Uint8Array(compiled.arenaBytes);
  const io =
    compiled.integer === undefined ? null : new IntegerIo(compiled, compiled.integer, arena.buffer, 0);
  const records = new Uint8Array(steps * stride);
  const view = new DataView(records.buffer);
  for (let t = 0; t < steps; t++) {
    const at = row * steps + t;
    const values = input.subarray(at * features, (at + 1) * features);
    const elapsed = timespans === null ? 1 : timespans[at]!;
    if (io === null) {
      view.setFloat32(t * stride, elapsed, true);
      for (const [i, value] of values.entries()) view.setFloat32(t * stride + inputAt + 4 * i, value, true);
    } else {
      view.setUint32(t * stride, io.unitsOf(elapsed), true);
      io.writeInput(values);
      const from = compiled.input.at;
      records.set(arena.subarray(from, from + width * features), t * stride + inputAt);
    }
  }
  const part = (all: Float32Array | null, units: number) =>
    all?.subarray(row * units, (row + 1) * units) ?? null;
  const hidden = part(initialH, compiled.hidden.length);
  const cell = part(initialC, compiled.cell.length);
  if (hidden === null && cell === null) return { steps, records, state: null };
  if (io === null) {
    const floats = (at: number, values: Float32Array | null) => {
      if (values !== null) new Float32Array(arena.buffer, at, values.length).set(values);
    };
    floats(compiled.hidden.at, hidden);
    floats(compiled.cell.at, cell);
  } else {
    io.writeStates(hidden, cell);
  }
  const window = stateWindow(compiled);
  return { steps, records, state: arena.slice(window.at, window.at + window.bytes) };
}

/** What rows come to on the scalar core of this machine. */
export async function expectedRows(
  compiled: CompiledNetwork,
  rows: readonly DeviceRow[],
): Promise<RowResult[]> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  const core = await loadCore("scalar", memoryBytes);
  installNetwork(core, compiled, image, arena);
  const memory = new Uint8Array(core.memory.buffer);
  const { stride, inputAt, outputAt, width } = recordLayout(compiled);
  const window = stateWindow(compiled);
  const inputBytes = width * compiled.input.length;
  const outputBytes = width * compiled.output.length;
  return rows.map(({ steps, records, state }) => {
    core.exports.reset(image, arena);
    if (state !== null) memory.set(state, arena + window.at);
    const done = records.slice();
    for (let t = 0; t < steps; t++) {
      const at = t * stride;
      memory.set(done.subarray(at, at + 4), arena + Control.ELAPSED);
      memory.set(done.subarray(at + inputAt, at + inputAt + inputBytes), arena + compiled.input.at);
      const status = core.exports.step(image, arena);
      if (status !== StepStatus.OK) throw new RangeError(`"input" expected steps that the core accepts`);
      const from = arena + compiled.output.at;
      done.set(memory.subarray(from, from + outputBytes), at + outputAt);
    }
    return { records: done, state: memory.slice(arena + window.at, arena + window.at + window.bytes) };
  });
}

/** The outputs of a row as numbers, [steps, outputs]: floats, or the integers of an integer image. */
export function outputsOf(compiled: CompiledNetwork, { records }: RowResult): number[] {
  const { stride, outputAt, width } = recordLayout(compiled);
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const outputs: number[] = [];
  for (let at = outputAt; at < records.length; at += stride) {
    for (let i = 0; i < compiled.output.length; i++) {
      outputs.push(width === 4 ? view.getFloat32(at + 4 * i, true) : view.getInt16(at + 2 * i, true));
    }
  }
  return outputs;
}

/** How many 4-byte words differ; of a float network, all NaNs are alike. */
export function differingWords(
  a: Uint8Array,
  b: Uint8Array,
  { integer }: Pick<CompiledNetwork, "integer">,
): number {
  if (a.length !== b.length) throw new RangeError(`"b" expected length ${a.length}, got ${b.length}`);
  const x = new DataView(a.buffer, a.byteOffset, a.length);
  const y = new DataView(b.buffer, b.byteOffset, b.length);
  let differing = 0;
  for (let at = 0; at + 4 <= a.length; at += 4) {
    if (x.getUint32(at, true) === y.getUint32(at, true)) continue;
    const bothNaN = Number.isNaN(x.getFloat32(at, true)) && Number.isNaN(y.getFloat32(at, true));
    if (integer !== undefined || !bothNaN) differing++;
  }
  return differing;
}
