// `board verify`: every connection of a bench, one after the other: the board's port and firmware, the instrument and its supply,
// the wire of the marker, what is measured while nothing happens.

import { dirname, join } from "node:path";
import { DeviceSession } from "../../../bindings/device/device-session.ts";
import { LiquidEdgeError } from "../../../bindings/errors.ts";
import type { Instrument } from "../../../bindings/measure/instrument.ts";
import { readTrace } from "../../../bindings/measure/read-trace.ts";
import { type LiveRecording, Recorder } from "../../../bindings/measure/recorder.ts";
import { type Trace, valuesOf } from "../../../bindings/measure/trace.ts";
import { zeroCurrent } from "../../../bindings/measure/zero-current.ts";
import { type HardwareBoard, type HardwareInstrument, nameOf } from "../../../bindings/record/hardware.ts";
import type { BoardVerifyOptions } from "../../commands/board.ts";
import { RunFailure } from "../../exit.ts";
import { openLink } from "../../firmware/open-link.ts";
import { markerOf, openInstrument, settingsOf } from "../../instruments/open-instrument.ts";
import type { Io } from "../../io.ts";
import { count, digits, styled } from "../../text.ts";
import { greet } from "./connect.ts";
import { portOf } from "./link-to.ts";
import { highSpans } from "./marker-spans.ts";
import { readBench } from "./read-bench.ts";

export interface Check {
  check: "instrument" | "board" | "samples" | "supply" | "marker" | "idle" | "zero";
  ok: boolean;
  /** What was found, or what went wrong. */
  found: string;
  /** How to mend it; null where it is well or nobody knows. */
  mend: string | null;
}

const PULSES = 3;
const PULSE_MS = 200;
const IDLE_MS = 1000;
/** Of the supply that the file states. */
const SUPPLY_TOLERANCE = 0.05;
/** A pulse passes through a serial port at either end, and through this machine. */
const PULSE_TOLERANCE_MS = 150;

/** Checks the bench and prints what is wrong. Throws RunFailure when something is. */
export async function boardVerify(io: Io, { config, only, json }: BoardVerifyOptions): Promise<void> {
  const boards: { id: string; board: string; ok: boolean; checks: Check[] }[] = [];
  for (const entry of await readBench(io, config, only)) {
    const checks = await verify(io, entry, dirname(config));
    boards.push({ id: nameOf(entry), board: entry.board, ok: checks.every(({ ok }) => ok), checks });
  }
  io.progress(null);
  io.print(json ? JSON.stringify({ config, boards }) : describe(boards, io.colour));
  const bad = boards.filter(({ ok }) => !ok);
  if (bad.length > 0)
    throw new RunFailure(
      `${config}: ${bad.length} of ${count(boards.length, "board")} not as they should be`,
    );
}

async function verify(io: Io, entry: HardwareBoard, folder: string): Promise<Check[]> {
  const { instrument: settings } = entry;
  const id = nameOf(entry);
  const checks: Check[] = [];
  io.progress(`${id}: opening the instrument`);
  // First of all: it may be what feeds the board.
  const instrument =
    settings === undefined ? null : await attempt(checks, "instrument", () => open(io, settings));
  try {
    io.progress(`${id}: greeting the board`);
    const session = await attempt(checks, "board", () => greetBoard(io, entry));
    try {
      if (settings === undefined || instrument === null) return checks;
      io.progress(`${id}: recording`);
      const recording = await attempt(checks, "samples", () => record(instrument, session));
      if (recording === null) return checks;
      checks.push(...judge(recording, settings, session !== null));
      if (recording.trace.accuracy?.zeroCapture) await checkZero(io, checks, settings, folder);
      return checks;
    } finally {
      await session?.close();
    }
  } finally {
    await instrument?.close().catch(() => {});
  }
}

/** Adds what `act` says of itself, or what it failed with; null then. */
async function attempt<T>(
  checks: Check[],
  check: Check["check"],
  act: () => Promise<{ value: T; found: string }>,
): Promise<T | null> {
  try {
    const { value, found } = await act();
    checks.push({ check, ok: true, found, mend: null });
    return value;
  } catch (error) {
    if (!(error instanceof LiquidEdgeError)) throw error;
    const [, text, hint] = /^(.*?)(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?$/s.exec(error.message)!;
    checks.push({ check, ok: false, found: text!, mend: hint ?? MENDS[check] ?? null });
    return null;
  }
}

const MENDS: Partial<Record<Check["check"], string>> = {
  instrument: "is it the instrument's port, and is it switched on? board list shows the ports",
  board: "has it power, are TX and RX crossed, is the firmware this version's? board setup flashes it",
};

async function open(io: Io, settings: HardwareInstrument): Promise<{ value: Instrument; found: string }> {
  const value = await openInstrument(io, settingsOf(settings));
  return { value, found: `${settings.type} on ${settings.port}` };
}

async function greetBoard(io: Io, { board, port, baudRate }: HardwareBoard) {
  const path = port ?? (await portOf(io, board));
  const session = new DeviceSession(await openLink(path, baudRate === undefined ? {} : { baudRate }));
  try {
    const { version, floatOk } = await greet(session, board);
    const floats = floatOk ? "" : "; its floats fail the self-test: integers only";
    return { value: session, found: `firmware ${version} of ${board} on ${path}${floats}` };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Idle for a while, then pulses of the marker, where there is a board. */
async function record(instrument: Instrument, session: DeviceSession | null) {
  const recorder = await Recorder.start(instrument);
  const endIdle = recorder.window();
  await sleep(IDLE_MS);
  endIdle();
  for (let pulse = 0; session !== null && pulse < PULSES; pulse++) {
    await session.mark(true);
    await sleep(PULSE_MS);
    await session.mark(false);
    await sleep(PULSE_MS);
  }
  const value = await recorder.finish();
  return {
    value,
    found: `${valuesOf(value.trace.quantity).length} in ${digits(recorder.seconds)} s from ${value.trace.instrument}`,
  };
}

function judge(recording: LiveRecording, settings: HardwareInstrument, hasBoard: boolean): Check[] {
  const { trace, problems } = recording;
  const saturated = new Set(trace.saturated);
  const missing = valuesOf(trace.quantity).filter(
    (value, i) => Number.isNaN(value) && !saturated.has(i),
  ).length;
  const checks: Check[] = [];
  const fail = (check: Check["check"], found: string, mend: string) =>
    checks.push({ check, ok: false, found, mend });
  for (const problem of problems)
    fail("samples", problem, "close other programs, or take a USB port without a hub");
  if (missing > 0)
    fail(
      "samples",
      `${count(missing, "sample")} lost`,
      "close other programs, or take a USB port without a hub",
    );
  if (trace.saturated.length > 0)
    fail(
      "samples",
      `${count(trace.saturated.length, "sample")} at the end of the range`,
      "a smaller shunt, or another instrument",
    );
  checks.push(...supplyCheck(trace, settings), idleCheck(recording));
  const marker = markerOf(settings);
  if (hasBoard && marker !== undefined) checks.push(markerCheck(trace, marker));
  return checks;
}

/** A meter sees the supply; a PPK2 and an LPM01A set what they are told. */
function supplyCheck({ quantity }: Trace, settings: HardwareInstrument): Check[] {
  const { volts: supplyV, format } = settingsOf(settings);
  if (supplyV === undefined || quantity.kind !== "current") return [];
  if (typeof quantity.volts === "number")
    return [
      { check: "supply", ok: true, found: `${digits(quantity.volts)} V, as ${format} was told`, mend: null },
    ];
  const volts = meanOf(quantity.volts);
  const ok = Math.abs(volts / supplyV - 1) <= SUPPLY_TOLERANCE;
  return [
    {
      check: "supply",
      ok,
      found: `${digits(volts, 4)} V${ok ? "" : `, expected ${supplyV} V`}`,
      mend: ok
        ? null
        : "is the bus input of the monitor at the board's supply pin, and the supply switched on?",
    },
  ];
}

/** Mean and noise of the current while nothing happens. */
function idleCheck({ trace, windows: [idle] }: LiveRecording): Check {
  const values = valuesOf(trace.quantity);
  const { samplesPerSecond } = trace.clock;
  const n = Math.min(values.length, Math.round((idle!.endSeconds - idle!.startSeconds) * samplesPerSecond));
  const part = Array.from(values.slice(0, n)).filter((value) => !Number.isNaN(value));
  const mean = meanOf(part);
  const noise = Math.sqrt(meanOf(part.map((value) => (value - mean) ** 2)));
  const unit = trace.quantity.kind === "current" ? "mA" : "mW";
  const found = `${digits(1000 * mean)} ${unit} idle, noise ${digits(1000 * noise)} ${unit} rms`;
  const ok = mean > 0;
  return {
    check: "idle",
    ok,
    found,
    mend: ok
      ? null
      : "no current flows, or it flows backwards: is the shunt in the supply line, the right way round?",
  };
}

/** The pulses that the board was told to give, and no others, on the input that the file names. */
function markerCheck(trace: Trace, channel: string): Check {
  const spans = highSpans(trace, channel);
  if (spans === null)
    return {
      check: "marker",
      ok: false,
      found: `the instrument has no input "${channel}"`,
      mend: `its inputs: ${trace.markers?.names.join(", ") ?? "none"}`,
    };
  const right = spans.filter((seconds) => Math.abs(1000 * seconds - PULSE_MS) <= PULSE_TOLERANCE_MS);
  if (spans.length === PULSES && right.length === PULSES)
    return {
      check: "marker",
      ok: true,
      found: `${PULSES} pulses on ${channel}, as the board gave`,
      mend: null,
    };
  // A busy machine switches the pin late.
  if (spans.length === PULSES)
    return {
      check: "marker",
      ok: false,
      found: `${PULSES} pulses on ${channel} of ${spans.map((seconds) => digits(1000 * seconds)).join(", ")} ms, expected ${PULSE_MS} ms each`,
      mend: "was this machine busy? again; else an instrument whose clock is wrong, or noise on the wire",
    };
  const others = (trace.markers?.names ?? []).filter(
    (name) => name !== channel && highSpans(trace, name)!.length === PULSES,
  );
  return {
    check: "marker",
    ok: false,
    found: `${count(spans.length, "pulse")} on ${channel}, expected ${PULSES}`,
    mend:
      others.length > 0
        ? `the wire is on ${others.join(", ")}: move it, or write that into the file`
        : "is its wire on the board's marker pin (boards/README.md has them), is ground connected, do the inputs have their supply?",
  };
}

async function checkZero(
  io: Io,
  checks: Check[],
  settings: HardwareInstrument,
  folder: string,
): Promise<void> {
  const { zero } = settings;
  const { shuntOhm, volts, port, format } = settingsOf(settings);
  const mend =
    `disconnect the board and record: energy --port ${port} --format ${format} --whole --seconds 5 --save zero.csv; ` +
    "then name the file as zero";
  if (zero === undefined) {
    checks.push({ check: "zero", ok: false, found: "no recording at zero current", mend });
    return;
  }
  await attempt(checks, "zero", async () => {
    const file = join(folder, zero);
    const { trace } = await readTrace(await io.readFile(file), zero, {
      ...(shuntOhm === undefined ? {} : { shuntOhm }),
      ...(volts === undefined ? {} : { volts }),
    });
    const { offsetA, uncertaintyA } = zeroCurrent(trace);
    return { value: offsetA, found: `offset ${digits(1e6 * offsetA)} ± ${digits(1e6 * uncertaintyA, 2)} µA` };
  });
}

function meanOf(values: ArrayLike<number>): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i]!;
    n++;
  }
  return sum / n;
}

function describe(
  boards: readonly { id: string; board: string; checks: Check[] }[],
  colour: boolean,
): string {
  return boards
    .map(({ id, board, checks }) =>
      [
        styled(colour, "bold", `${id} (${board})`),
        ...checks.flatMap(({ check, ok, found, mend }) => [
          `  ${ok ? styled(colour, "green", "ok  ") : styled(colour, "red", "BAD ")} ${check.padEnd(10)} ${found}`,
          ...(mend === null ? [] : [`                  ${mend}`]),
        ]),
      ].join("\n"),
    )
    .join("\n");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
