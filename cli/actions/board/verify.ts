// `board verify`: every connection of a bench, one after the other: the board's port and firmware, the instrument and its supply,
// the wire of the marker, what is measured while nothing happens.

import { dirname, join } from "node:path";
import { DeviceSession } from "../../../bindings/device/device-session.ts";
import { LiquidEdgeError } from "../../../bindings/errors.ts";
import type { Instrument } from "../../../bindings/measure/instrument.ts";
import { readTrace } from "../../../bindings/measure/read-trace.ts";
import { Recorder } from "../../../bindings/measure/recorder.ts";
import { valuesOf } from "../../../bindings/measure/trace.ts";
import { zeroCurrent } from "../../../bindings/measure/zero-current.ts";
import { type HardwareBoard, type HardwareInstrument, nameOf } from "../../../bindings/record/hardware.ts";
import type { BoardVerifyOptions } from "../../commands/board.ts";
import { RunFailure } from "../../exit.ts";
import { openLink } from "../../firmware/open-link.ts";
import { openInstrument, settingsOf } from "../../instruments/open-instrument.ts";
import type { Io } from "../../io.ts";
import { count, digits, styled } from "../../text.ts";
import { greet } from "./connect.ts";
import { type Check, judge, PULSES, type Pulse } from "./judge-bench.ts";
import { portOf } from "./link-to.ts";
import { readBench } from "./read-bench.ts";

const PULSE_MS = 200;
const IDLE_MS = 1000;

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
      const recorded = await attempt(checks, "samples", () => record(instrument, session));
      if (recorded === null) return checks;
      const { recording, pulses } = recorded;
      checks.push(...judge(recording, settings, pulses));
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
  const pulses: Pulse[] = [];
  // A busy machine makes a pulse longer than it was meant to be.
  for (let pulse = 0; session !== null && pulse < PULSES; pulse++) {
    const told = performance.now();
    await session.mark(true);
    const high = performance.now();
    await sleep(PULSE_MS);
    const leastMs = performance.now() - high;
    await session.mark(false);
    pulses.push({ leastMs, mostMs: performance.now() - told });
    await sleep(PULSE_MS);
  }
  const value = await recorder.finish();
  return {
    value: { recording: value, pulses },
    found: `${valuesOf(value.trace.quantity).length} in ${digits(recorder.seconds)} s from ${value.trace.instrument}`,
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
