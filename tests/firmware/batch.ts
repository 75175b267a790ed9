// Runs networks on an emulated board without its UART: images and inputs go into the emulator's memory at start.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmulatedBoard, findEmulatedBoard } from "../../bindings/board/emulated.ts";
import {
  type DeviceRow,
  differingWords,
  expectedRows,
  type RowResult,
  stateWindow,
} from "../../bindings/device/records.ts";
import type { CompiledNetwork } from "../../bindings/image/compile.ts";
import { buildFirmware, type FirmwareOptions } from "../../cli/firmware/build-firmware.ts";
import { readSegments } from "../../cli/firmware/elf.ts";
import { ticksToCount } from "../../cli/firmware/emulator.ts";
import { QEMU, type QemuBoard, qemuMachine } from "../../cli/firmware/qemu.ts";
import { Rp2040jsLink } from "../../cli/firmware/rp2040js.ts";

export interface BatchJob {
  name: string;
  compiled: CompiledNetwork;
  row: DeviceRow;
}

export interface BatchResult extends RowResult {
  name: string;
  /** What `check` said; 0: accepted. */
  code: number;
  status: number;
  /** Mean, least and greatest count of a step: instructions, or cycles on rp2040js. */
  count: number;
  leastCount: number;
  mostCount: number;
  stackUsedBytes: number;
  floatHash: number;
}

/** How a main of tests is compiled. */
type TestMain = Partial<Pick<NonNullable<FirmwareOptions["main"]>, "defines" | "flags" | "extraSources">>;

const JOB_WORDS = 16;
const TIMEOUT_MS = 300_000;
/** Of the emulated clock. */
const EMULATED_TIMEOUT_MS = 600_000;
export const TICK_HZ: Readonly<Record<string, number>> = {
  "qemu-m4f": 25e6,
  "qemu-m7": 25e6,
  "qemu-m33": 20e6,
  rp2040js: 133e6,
};

export class BatchRunner {
  readonly #board: EmulatedBoard;
  readonly #elf: string;
  readonly #folder: string;

  private constructor(board: EmulatedBoard, elf: string, folder: string) {
    this.#board = board;
    this.#elf = elf;
    this.#folder = folder;
  }

  static async build(id: string, options: FirmwareOptions = {}, main: TestMain = {}): Promise<BatchRunner> {
    const board = findEmulatedBoard(id);
    const folder = await mkdtemp(join(tmpdir(), `batch-${id}-`));
    const elf = await buildTestFirmware(board, folder, "batch.c", options, main);
    return new BatchRunner(board, elf, folder);
  }

  /** The core's own kernels where every access has to be aligned, as on a Cortex-M0+: another one is a fault, and the board silent. */
  static buildAligned(id: string): Promise<BatchRunner> {
    const main = { defines: "-DTRAP_UNALIGNED", flags: "-mno-unaligned-access" };
    return BatchRunner.build(id, { portKernels: [] }, main);
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs the jobs, in as many rounds as the board's memory takes. */
  async run(jobs: readonly BatchJob[]): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    let round: BatchJob[] = [];
    for (const job of jobs) {
      if (round.length > 0 && !fits([...round, job], this.#board)) {
        results.push(...(await this.#runRound(round)));
        round = [];
      }
      round.push(job);
    }
    return [...results, ...(await this.#runRound(round))];
  }

  async #runRound(jobs: readonly BatchJob[]): Promise<BatchResult[]> {
    const { memory, places } = layOut(jobs, this.#board.emulator);
    const back = await runInMemory(this.#board, this.#elf, memory, memory.length);
    const view = new DataView(back.buffer, back.byteOffset, back.length);
    const toCount = (ticks: number) => ticksToCount(this.#board, ticks, TICK_HZ[this.#board.id]!);
    return jobs.map(({ name, row }, i) => {
      const word = (k: number) => view.getUint32(8 + 4 * (i * JOB_WORDS + k), true);
      const { records, state } = places[i]!;
      return {
        name,
        code: word(8),
        status: word(9),
        count: toCount((word(11) * 2 ** 32 + word(10)) / row.steps),
        leastCount: toCount(word(12)),
        mostCount: toCount(word(13)),
        stackUsedBytes: word(14),
        floatHash: word(15),
        records: back.subarray(records.at, records.at + records.bytes),
        state: back.subarray(state.at, state.at + state.bytes),
      };
    });
  }
}

/** Firmware with a main of its own from this folder. */
export async function buildTestFirmware(
  board: EmulatedBoard,
  out: string,
  main: string,
  options: FirmwareOptions = {},
  { defines = "", ...extra }: TestMain = {},
): Promise<string> {
  const firmware = await buildFirmware(board.id, {
    ...options,
    out,
    main: {
      file: join(import.meta.dirname, main),
      defines: `-DTEST_MEMORY=${board.emulator.testMemory}u -Wno-cast-function-type ${defines}`,
      ...extra,
      // On QEMU the test memory is a RAM of its own.
      ...(board.emulator.kind === "rp2040js" ? { poolLimit: board.emulator.testMemory } : {}),
    },
  });
  return firmware.elf!;
}

/** Starts firmware with `memory` in its test memory, and returns the first `bytes` bytes that it sends. */
export async function runInMemory(
  board: EmulatedBoard,
  elf: string,
  memory: Uint8Array,
  bytes: number,
): Promise<Buffer> {
  if (board.emulator.kind === "rp2040js") return runRp2040js(board, elf, memory, bytes);
  const file = `${elf}.memory.bin`;
  await writeFile(file, memory);
  const loader = `loader,file=${file},addr=${board.emulator.testMemory},force-raw=on`;
  const rest = ["-monitor", "none", "-serial", "stdio", "-device", loader, "-kernel", elf];
  return runQemu([...qemuMachine(board as QemuBoard), ...rest], bytes);
}

async function runRp2040js(
  { emulator }: EmulatedBoard,
  elf: string,
  memory: Uint8Array,
  bytes: number,
): Promise<Buffer> {
  const segments = [...(await readSegments(elf)), { address: Number(emulator.testMemory), bytes: memory }];
  const link = new Rp2040jsLink("rp2040js", segments);
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < bytes; length += chunks.at(-1)!.length) {
    const chunk = await link.receive(EMULATED_TIMEOUT_MS);
    if (chunk.length === 0) throw new Error(`rp2040js sent ${length} of ${bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

/** The test memory of QEMU's boards has 16 MB; that of rp2040js ends with the SRAM. */
function fits(jobs: readonly BatchJob[], { emulator }: EmulatedBoard): boolean {
  const room = emulator.kind === "qemu" ? 16 * 2 ** 20 : 0x20042000 - Number(emulator.testMemory);
  return layOut(jobs, emulator).memory.length <= room;
}

interface Place {
  at: number;
  bytes: number;
}

function layOut(
  jobs: readonly BatchJob[],
  { testMemory }: EmulatedBoard["emulator"],
): { memory: Uint8Array; places: { records: Place; state: Place }[] } {
  const base = Number(testMemory);
  let end = 8 + 4 * JOB_WORDS * jobs.length;
  const place = (bytes: number): Place => {
    const at = (end + 63) & ~63;
    end = at + bytes;
    return { at, bytes };
  };
  const places = jobs.map(({ compiled, row }) => ({
    image: place(compiled.image.length),
    records: place(row.records.length),
    state: place(stateWindow(compiled).bytes),
  }));
  const memory = new Uint8Array(end);
  const view = new DataView(memory.buffer);
  view.setUint32(0, jobs.length, true);
  view.setUint32(4, end, true);
  for (const [i, { compiled, row }] of jobs.entries()) {
    const { image, records, state } = places[i]!;
    memory.set(compiled.image, image.at);
    memory.set(row.records, records.at);
    if (row.state !== null) memory.set(row.state, state.at);
    const words = [
      base + image.at,
      image.bytes,
      base + records.at,
      row.steps,
      base + state.at,
      stateWindow(compiled).at,
      state.bytes,
      row.state === null ? 0 : 1,
    ];
    for (const [k, word] of words.entries()) view.setUint32(8 + 4 * (i * JOB_WORDS + k), word, true);
  }
  return { memory, places };
}

/** The first `bytes` bytes that the firmware sends. */
function runQemu(args: readonly string[], bytes: number): Promise<Buffer> {
  return new Promise((settle, reject) => {
    const child = spawn(QEMU, args, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let length = 0;
    let complaint = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`QEMU sent ${length} of ${bytes} bytes within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
    child.stderr.on("data", (chunk) => {
      complaint += String(chunk);
    });
    child.on("error", reject);
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < bytes) return;
      child.kill("SIGKILL");
    });
    child.on("close", () => {
      clearTimeout(timer);
      if (length < bytes) reject(new Error(`QEMU ended: ${complaint}`));
      else settle(Buffer.concat(chunks).subarray(0, bytes));
    });
  });
}

/** Words of outputs and final states that differ from the scalar core of this machine, by job; 0: the very bits. */
export async function differences(
  jobs: readonly BatchJob[],
  results: readonly BatchResult[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const [i, { name, compiled, row }] of jobs.entries()) {
    const [expected] = await expectedRows(compiled, [row]);
    const result = results[i]!;
    const differing =
      result.code !== 0 || result.status !== 0
        ? Number.POSITIVE_INFINITY
        : differingWords(result.records, expected!.records, compiled) +
          differingWords(result.state, expected!.state, compiled);
    found.set(name, differing);
  }
  return found;
}
