// Kernels of a port and hand-written ones against the core's, call by call on an emulated board.

import type { QemuBoard } from "../../cli/firmware/qemu.ts";
import { instructionsOf } from "../../cli/firmware/qemu.ts";
import type { TestRandom } from "../network/random-model.ts";
import { runInMemory, TICK_HZ } from "./batch.ts";

export interface KernelCall {
  /** Index in kernels.c. */
  kernel: 0 | 1 | 2 | 3 | 4 | 5;
  /** Words, or bytes that are put somewhere; null: the result. */
  arguments: (number | Uint8Array | null)[];
  /** How far an argument is from being aligned to 8 bytes, by index. */
  offsets?: Readonly<Record<number, number>>;
  resultBytes: number;
}

export interface KernelResult {
  differingBytes: number;
  coreInstructions: number;
  otherInstructions: number;
}

const CALL_WORDS = 16;
const HEAD = 8;

export async function callKernels(
  board: QemuBoard,
  elf: string,
  calls: readonly KernelCall[],
): Promise<KernelResult[]> {
  const base = Number(board.emulator.testMemory);
  const headBytes = HEAD + 4 * CALL_WORDS * calls.length;
  let end = headBytes;
  const parts: [number, Uint8Array][] = [];
  const place = (bytes: number, offset = 0): number => {
    const at = ((end + 7) & ~7) + offset;
    end = at + bytes;
    return at;
  };
  const words = calls.map(({ kernel, arguments: given, offsets = {}, resultBytes }) => {
    const results = given.flatMap((argument, i) => (argument === null ? [i] : []));
    const result = place(resultBytes, offsets[results[0]!]);
    const other = place(resultBytes, offsets[results[0]!]);
    let used = 0;
    const placed = given.map((argument, i) => {
      if (argument === null) return base + result + (resultBytes / results.length) * used++;
      if (typeof argument === "number") return argument;
      const at = place(argument.length, offsets[i]);
      parts.push([at, argument]);
      return base + at;
    });
    const padded = [...placed, ...new Array<number>(8 - placed.length).fill(0)];
    return [kernel, results[0]!, results[1] ?? 0, resultBytes, ...padded, base + other, 0, 0, 0];
  });
  const memory = new Uint8Array(end);
  const view = new DataView(memory.buffer);
  view.setUint32(0, calls.length, true);
  view.setUint32(4, headBytes, true);
  for (const [i, call] of words.entries()) {
    for (const [k, word] of call.entries()) view.setUint32(HEAD + 4 * (CALL_WORDS * i + k), word, true);
  }
  for (const [at, bytes] of parts) memory.set(bytes, at);
  const back = await runInMemory(board, elf, memory, headBytes);
  const count = (ticks: number) => instructionsOf(ticks, TICK_HZ[board.id]!, board.emulator.icountShift);
  return calls.map((_, i) => {
    const word = (k: number) => back.readUInt32LE(HEAD + 4 * (CALL_WORDS * i + k));
    return {
      differingBytes: word(13),
      coreInstructions: count(word(14)),
      otherInstructions: count(word(15)),
    };
  });
}

type Whole = (low: number, high: number) => number;

function wholeOf(random: TestRandom): Whole {
  return (low, high) => low + Math.floor(random.next() * (high - low + 1));
}

function rowsOf(random: TestRandom, nOut: number, mostBias: number): Uint8Array {
  const whole = wholeOf(random);
  const rows = new DataView(new ArrayBuffer(8 * nOut));
  for (let r = 0; r < nOut; r++) {
    rows.setInt32(8 * r, whole(-mostBias, mostBias), true);
    rows.setUint16(8 * r + 4, whole(0x4000, 0x7fff), true);
    // Mostly shifts that occur in networks, now and then any.
    rows.setUint16(8 * r + 6, random.next() < 0.2 ? whole(0, 45) : whole(15, 24), true);
  }
  return new Uint8Array(rows.buffer);
}

/** matvecS8 on any operands that `check` admits; every ninth result or so saturates. */
export function matvecS8Call(random: TestRandom, nOut: number, nIn: number): KernelCall {
  const rows = rowsOf(random, nOut, 2 ** 20);
  const anyByte = () => wholeOf(random)(-127, 127);
  const bytes = (n: number) => new Uint8Array(Int8Array.from({ length: n }, anyByte).buffer);
  return {
    kernel: 0,
    arguments: [rows, bytes(4 * ((nOut + 3) >> 2) * nIn), bytes(nIn), null, nOut, nIn],
    offsets: { 2: wholeOf(random)(0, 3), 3: anyHalf(random) },
    resultBytes: 2 * nOut,
  };
}

/** Where values of 16 bits may lie: vectors follow each other without padding. */
function anyHalf(random: TestRandom): number {
  return 2 * wholeOf(random)(0, 3);
}

/** Activations of 16 bits, ends included now and then, so that sums come near 2^31. */
function halves(random: TestRandom, n: number): Uint8Array {
  const whole = wholeOf(random);
  const end = () => (random.next() < 0.5 ? -32767 : 32767);
  return new Uint8Array(
    Int16Array.from({ length: n }, () => (random.next() < 0.2 ? end() : whole(-32767, 32767))).buffer,
  );
}

/** matvecS8x16: weights of 8 bits, activations of 16. */
export function matvecS8x16Call(random: TestRandom, nOut: number, nIn: number): KernelCall {
  const weights = Int8Array.from({ length: 4 * ((nOut + 3) >> 2) * nIn }, () => wholeOf(random)(-127, 127));
  return {
    kernel: 2,
    arguments: [
      rowsOf(random, nOut, 2 ** 28),
      new Uint8Array(weights.buffer),
      halves(random, nIn),
      null,
      nOut,
      nIn,
    ],
    offsets: { 2: anyHalf(random), 3: anyHalf(random) },
    resultBytes: 2 * nOut,
  };
}

/** matvecS4x16: two sources a word, eight nibbles of any value. */
export function matvecS4x16Call(random: TestRandom, nOut: number, nIn: number): KernelCall {
  const words = ((nOut + 3) >> 2) * ((nIn + 1) >> 1);
  const weights = Uint8Array.from({ length: 4 * words }, () => wholeOf(random)(0, 255));
  return {
    kernel: 3,
    arguments: [rowsOf(random, nOut, 2 ** 24), weights, halves(random, nIn), null, nOut, nIn],
    offsets: { 2: anyHalf(random), 3: anyHalf(random) },
    resultBytes: 2 * nOut,
  };
}

/** How many runs of sixteen, of four and of single blocks a group has. */
type Runs = readonly [sixteens: number, fours: number, singles: number];

/** matvecBlockS8: groups of four destinations with blocks of any sources; the last, incomplete group has single blocks only. */
export function matvecBlockS8Call(random: TestRandom, nOut: number, nIn: number, given?: Runs): KernelCall {
  const x = Uint8Array.from({ length: nIn }, () => wholeOf(random)(-127, 127));
  return blockCall(4, random, nOut, nIn, x, given);
}

/** matvecBlockS8x16: activations of 16 bits. */
export function matvecBlockS8x16Call(
  random: TestRandom,
  nOut: number,
  nIn: number,
  given?: Runs,
): KernelCall {
  return blockCall(5, random, nOut, nIn, halves(random, nIn), given);
}

function blockCall(
  kernel: 4 | 5,
  random: TestRandom,
  nOut: number,
  nIn: number,
  x: Uint8Array,
  given?: Runs,
): KernelCall {
  const whole = wholeOf(random);
  const bytes: number[] = [];
  const half = (value: number) => bytes.push(value & 255, value >> 8);
  const blocks = (length: number, padding: number) => {
    const sources = Array.from({ length }, () => whole(0, nIn - 1));
    for (const source of sources) half((source * x.length) / nIn);
    for (let i = 0; i < 4 * length; i++) bytes.push(whole(-127, 127) & 255);
    for (let i = 0; i < padding; i++) bytes.push(0);
  };
  for (let j = 0; j < nOut; j += 4) {
    const isFull = j + 4 <= nOut;
    const [sixteens, fours, singles] = !isFull
      ? [0, 0, whole(0, nIn)]
      : (given ?? [whole(0, 2), whole(0, 3), whole(0, 3)]);
    bytes.push(...rowsOf(random, 4, kernel === 4 ? 2 ** 20 : 2 ** 28));
    for (const count of [sixteens, fours, singles, 0]) half(count);
    for (let i = 0; i < sixteens; i++) blocks(16, 0);
    for (let i = 0; i < fours; i++) blocks(4, 0);
    for (let i = 0; i < singles; i++) blocks(1, 2);
  }
  return {
    kernel,
    arguments: [Uint8Array.from(bytes), x, null, nOut],
    offsets: { 1: kernel === 4 ? whole(0, 3) : anyHalf(random), 2: anyHalf(random) },
    resultBytes: 2 * nOut,
  };
}

/** synapsesF32 with arguments of the sigmoid that reach its flat ends. */
export function synapsesF32Call(random: TestRandom, nOut: number, nIn: number): KernelCall {
  const floats = (n: number, size: number) =>
    new Uint8Array(Float32Array.from({ length: n }, () => (random.next() * 2 - 1) * size).buffer);
  const records = new Float32Array(16 * ((nOut + 3) >> 2) * nIn);
  for (let i = 0; i < records.length; i++) {
    const isSlope = i % 16 < 4;
    records[i] = (random.next() * 2 - 1) * (isSlope ? 12 : 1);
  }
  return {
    kernel: 1,
    arguments: [
      new Uint8Array(records.buffer),
      floats(nIn, 2),
      floats(nOut, 1),
      floats(nOut, 1),
      null,
      null,
      nOut,
      nIn,
    ],
    resultBytes: 8 * nOut,
  };
}
