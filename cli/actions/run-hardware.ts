// Runs every network of a suite on the boards of a bench: outputs compared bit for bit with the core on this machine, inferences
// counted by an emulated board, timed by a real one, their energy taken from an instrument.

import { DeviceSession } from "../../bindings/device/device-session.ts";
import type { Hello } from "../../bindings/device/hello.ts";
import { differingWords, encodeRow, expectedRows } from "../../bindings/device/records.ts";
import { runRow } from "../../bindings/device/run-on-device.ts";
import { complain, LiquidEdgeError } from "../../bindings/errors.ts";
import { EnergyProfiler } from "../../bindings/measure/energy-profiler.ts";
import { printable } from "../../bindings/network/printable.ts";
import type { Network } from "../../bindings/network.ts";
import {
  type Hardware,
  type HardwareBoard,
  type HardwareInstrument,
  parseHardware,
} from "../../bindings/record/hardware.ts";
import { type BoardFigures, measuredEntry } from "../../bindings/record/measured-entry.ts";
import { type BenchmarkRecord, type Entry, entryId } from "../../bindings/record/record.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import type { Suite } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { RunFailure } from "../exit.ts";
import { ticksToCount } from "../firmware/emulator.ts";
import { QEMU } from "../firmware/qemu.ts";
import { firmwareCompiler } from "../firmware/ready-firmware.ts";
import { instrumentText, markerOf, openInstrument, settingsOf } from "../instruments/open-instrument.ts";
import type { Io } from "../io.ts";
import { noiseSequence } from "../noise.ts";
import { barOf } from "../progress.ts";
import { compiledFor } from "../read-network.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { greet } from "./board/connect.ts";
import { linkTo } from "./board/link-to.ts";
import { findTarget, type Target } from "./board/targets.ts";
import {
  besideSuite,
  countVariants,
  readSuite,
  type SuiteVariant,
  suiteRecord,
  suiteVariants,
} from "./suite-variants.ts";

const INFERENCES = 1000;
/** An emulator counts the same every time. */
const INFERENCES_EMULATED = 100;
/** Steps whose outputs are compared. */
const STEPS = 4;
/** Of an energy window without a marker: less than a request may take before it is sent again. */
const WINDOW_MS = 800;

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

  async #variant(place: Place, { facts, variant }: SuiteVariant): Promise<void> {
    const platform = place.target.id;
    const id = entryId({ ...facts, platform });
    this.#show(this.entries.length + this.skipped.length, id);
    if ("error" in variant) {
      this.skipped.push({ id, reason: variant.error.message });
      return;
    }
    try {
      const network = await compiledFor(variant.network!, place.target.board);
      const figures = await measure(place, network, id, this.#suite);
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

interface Place {
  target: Target;
  board: HardwareBoard;
  session: DeviceSession;
  hello: Hello;
  profiler: EnergyProfiler | null;
}

async function measure(place: Place, network: Network, id: string, suite: Suite): Promise<BoardFigures> {
  const { target, board, session, hello, profiler } = place;
  const { compiled } = network;
  const { steps, rateHz } = suite;
  if (!hello.floatOk && compiled.integer === undefined) {
    throw complain("device-refused", target.id, {
      expected: "a float unit that passes the self-test",
      found: "one that does not",
    });
  }
  const dataBytes = await session.upload(compiled.image, compiled.arenaBytes);
  const row = encodeRow(compiled, noiseSequence(compiled.input.length, STEPS), 0);
  const [expected] = await expectedRows(compiled, [row]);
  const done = await runRow(session, compiled, row, dataBytes);
  const differing =
    differingWords(done.records, expected!.records, compiled) +
    differingWords(done.state, expected!.state, compiled);
  if (differing > 0) {
    throw new RunFailure(
      `${id}: expected the bits of the core on this machine, found ${differing} differing words of outputs and states`,
    );
  }
  const inferences = board.inferences ?? (target.emulated === null ? INFERENCES : INFERENCES_EMULATED);
  const ticks = Array.from(await session.time(inferences, board.warmup));
  const operatingPoint = hello.emulated ? "emulated" : `${hello.clockHz / 1e6}mhz`;
  const common = { platform: target.id, conditions: { operatingPoint, rateHz, steps } };
  if (target.emulated !== null) {
    const emulated = target.emulated;
    const perInference = ticks.map((t) => steps * ticksToCount(emulated, t, hello.tickHz));
    return { ...common, counted: { counts: emulated.counts, perInference }, latencyMs: null, energyUj: null };
  }
  const timesMs = ticks.map((t) => (1000 * steps * t) / hello.tickHz);
  const energyUj = profiler === null ? null : await energyOf(place, profiler, id, steps, timesMs[0]! / steps);
  return { ...common, counted: null, latencyMs: meansOf(timesMs, board.readings), energyUj };
}

/** Means of equal groups, in order: single times of one run lie closer together than runs do. */
function meansOf(values: readonly number[], groups: number): number[] {
  const n = Math.min(groups, values.length);
  return Array.from({ length: n }, (_, g) => {
    const group = values.slice(
      Math.floor((g * values.length) / n),
      Math.floor(((g + 1) * values.length) / n),
    );
    return group.reduce((sum, value) => sum + value, 0) / group.length;
  });
}

/**
 * Energies of windows. With a marker the windows are those of single inferences; without it a window holds as many as fit, in one
 * request, so that little else happens in it.
 */
async function energyOf(
  { board: { instrument, readings }, session }: Place,
  profiler: EnergyProfiler,
  id: string,
  steps: number,
  stepMs: number,
): Promise<BoardFigures["energyUj"]> {
  const byMarker = instrument !== undefined && "marker" in instrument && instrument.marker !== undefined;
  const n = Math.max(1, Math.floor(WINDOW_MS / stepMs));
  const samples: number[] = [];
  let spread = 0;
  for (let i = 0; i < readings; i++) {
    const window = profiler.measure(id, { inferences: byMarker ? 1 : n });
    if (byMarker) await session.time(Math.min(n, 100), 0);
    else await session.time(1, n - 1);
    await window.end();
    const { medianEnergyPerInferenceUj: typical, medianRangeUj: bounds } = window.report;
    if (!(typical > 0)) {
      throw new RunFailure(
        `${id}: expected an energy above 0, found ${typical} µJ: is the instrument wired to it?`,
      );
    }
    samples.push(steps * typical);
    if (bounds !== null) spread = Math.max(spread, (bounds.max - bounds.min) / 2 / typical);
  }
  return { samples, spread };
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
