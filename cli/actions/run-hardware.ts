// Runs every network of a suite on the boards of a bench, and makes a record of what measure-on-board.ts finds there.

import { DeviceSession } from "../../bindings/device/device-session.ts";
import type { Hello } from "../../bindings/device/hello.ts";
import { complain, LiquidEdgeError } from "../../bindings/errors.ts";
import { EnergyProfiler } from "../../bindings/measure/energy-profiler.ts";
import { printable } from "../../bindings/network/printable.ts";
import {
  type Hardware,
  type HardwareBoard,
  type HardwareInstrument,
  parseHardware,
} from "../../bindings/record/hardware.ts";
import { measuredEntry } from "../../bindings/record/measured-entry.ts";
import { type BenchmarkRecord, type Entry, entryId } from "../../bindings/record/record.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import type { Suite } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { QEMU } from "../firmware/qemu.ts";
import { firmwareCompiler } from "../firmware/ready-firmware.ts";
import { instrumentText, markerOf, openInstrument, settingsOf } from "../instruments/open-instrument.ts";
import type { Io } from "../io.ts";
import { barOf } from "../progress.ts";
import { compiledFor } from "../read-network.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { greet } from "./board/connect.ts";
import { linkTo } from "./board/link-to.ts";
import { findTarget, type Target } from "./board/targets.ts";
import { type BoardPlace, measureOnBoard } from "./measure-on-board.ts";
import {
  besideSuite,
  countVariants,
  readSuite,
  type SuiteVariant,
  suiteRecord,
  suiteVariants,
} from "./suite-variants.ts";

/** Runs the suite on the bench in `hardwarePath`. Throws RunFailure when a bit differs from the core on this machine. */
export async function runHardware(io: Io, suitePath: string, hardwarePath: string): Promise<BenchmarkRecord> {
  const hardware = parseHardware(await readYaml(io, hardwarePath, "bad-record"), fileName(hardwarePath));
  refuseTwins(hardware, fileName(hardwarePath));
  const suite = await readSuite(io, suitePath);
  const targets = hardware.boards.map((board, i) => targetOf(board, i, fileName(hardwarePath)));
  const bar = barOf(io);
  const total = countVariants(suite) * targets.length;
  const bench = new Bench(io, suite, (done, what) => bar(done, total, `${done} of ${total}: ${what}`));
  const variants: SuiteVariant[] = [];
  // Before a board is opened: a suite that is wrong is no reason to wait for one.
  for await (const one of suiteVariants(io, suite, besideSuite(suitePath), (what) => bar(0, total, what)))
    variants.push(one);
  for (const [i, target] of targets.entries()) await bench.run(target, hardware.boards[i]!, variants);
  io.progress(null);
  const record = await suiteRecord(io, suite, bench, { environment: bench.environment(hardware) });
  return parseRecord(record, "record");
}

/** A record has one entry of a network for each kind of board. */
function refuseTwins({ boards }: Hardware, source: string): void {
  for (const [i, { board: id, emulated }] of boards.entries()) {
    const double = boards.findIndex((one) => one.board === id && one.emulated === emulated);
    if (double === i) continue;
    throw complain("bad-record", source, {
      field: `boards[${i}].board`,
      expected: "each board once",
      found: `"${printable(id)}" of boards[${double}] again`,
    });
  }
}

function targetOf({ board, emulated, instrument, port }: HardwareBoard, i: number, source: string): Target {
  let target: Target;
  try {
    target = findTarget(board, emulated);
  } catch (error) {
    if (!(error instanceof LiquidEdgeError)) throw error;
    throw new LiquidEdgeError(
      "bad-record",
      `${source}: "boards[${i}].board" ${error.message.replace(/^[^:]*: /, "")}`,
    );
  }
  if (target.emulated !== null && instrument !== undefined) {
    throw complain("bad-record", source, {
      field: `boards[${i}].instrument`,
      expected: "none with an emulated board, which takes no energy",
      found: instrument.type,
    });
  }
  if (target.board !== null && emulated && port !== undefined) {
    throw complain("bad-record", source, { field: `boards[${i}].port`, expected: "none", found: "one" });
  }
  return target;
}

async function profilerOf(io: Io, instrument: HardwareInstrument): Promise<EnergyProfiler> {
  const marker = markerOf(instrument);
  return EnergyProfiler.open(
    await openInstrument(io, settingsOf(instrument)),
    marker === undefined ? {} : { marker },
  );
}

class Bench {
  readonly entries: Entry[] = [];
  readonly skipped: BenchmarkRecord["skipped"] = [];
  /** Nothing measured depends on coefficients. */
  readonly platforms = {};
  readonly #io: Io;
  readonly #suite: Suite;
  readonly #show: (done: number, what: string) => void;
  readonly #boards: Record<string, Record<string, string>> = {};

  constructor(io: Io, suite: Suite, show: (done: number, what: string) => void) {
    this.#io = io;
    this.#suite = suite;
    this.#show = show;
  }

  async run(target: Target, board: HardwareBoard, variants: readonly SuiteVariant[]): Promise<void> {
    const io = this.#io;
    const { port, baudRate, instrument } = board;
    // First of all: it may be what feeds the board.
    const profiler = instrument === undefined ? null : await profilerOf(io, instrument);
    try {
      const link = await linkTo(io, target, {
        ...(port === undefined ? {} : { port }),
        ...(baudRate === undefined ? {} : { baudRate }),
      });
      const session = new DeviceSession(link);
      try {
        const hello = await greet(session, target.id);
        this.#boards[target.id] = await boardEnvironment(io, target, hello, board);
        for (const one of variants) await this.#variant({ target, board, session, hello, profiler }, one);
      } finally {
        await session.close();
      }
    } finally {
      await profiler?.close();
    }
  }

  environment({ environment }: Hardware): Omit<BenchmarkRecord["environment"], "node" | "os"> {
    return { ...(environment === undefined ? {} : { measured: environment }), boards: this.#boards };
  }

  async #variant(place: BoardPlace, { facts, variant }: SuiteVariant): Promise<void> {
    const platform = place.target.id;
    const id = entryId({ ...facts, platform });
    this.#show(this.entries.length + this.skipped.length, id);
    if ("error" in variant) {
      this.skipped.push({ id, reason: variant.error.message });
      return;
    }
    try {
      const network = await compiledFor(variant.network!, place.target.board);
      const figures = await measureOnBoard(place, network, id, this.#suite);
      const imageHash = await sha256(network.compiled.image);
      const { evaluation, outcomes } = variant;
      const profile = await network.profileOperations();
      const entry = await measuredEntry(
        { ...facts, imageHash },
        network.compiled,
        profile,
        figures,
        evaluation,
        outcomes,
      );
      const { assumed = [] } = variant.facts;
      this.entries.push(assumed.length === 0 ? entry : { ...entry, assumed: [...assumed] });
    } catch (error) {
      // What this board has no room or no float unit for, another one may have.
      if (!(error instanceof LiquidEdgeError) || error.code !== "device-refused") throw error;
      this.skipped.push({ id, reason: error.message });
    }
  }
}

/** What figures of this board depend on, apart from the code that is gated. */
async function boardEnvironment(
  io: Io,
  { emulated }: Target,
  hello: Hello,
  { instrument, environment }: HardwareBoard,
): Promise<Record<string, string>> {
  if (emulated !== null) {
    const version = async (command: string, flag: string) =>
      (await io.runTool(command, [flag]))?.text.split("\n")[0] ?? "unknown";
    return {
      // Firmware behind a port was compiled elsewhere, and there need be no compiler here.
      compiler: await firmwareCompiler(emulated.id).catch(() => "unknown"),
      emulator: emulated.emulator.kind === "qemu" ? await version(QEMU, "--version") : emulated.name,
      ...environment,
    };
  }
  return {
    clock: `${hello.clockHz / 1e6} MHz`,
    ...(instrument === undefined ? {} : { instrument: instrumentText(instrument) }),
    ...environment,
  };
}
