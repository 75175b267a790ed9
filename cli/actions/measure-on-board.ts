// One network on one board: outputs compared bit for bit with the core on this machine, inferences counted by an emulated board, timed by a real
// one, their energy taken from an instrument.

import type { DeviceSession } from "../../bindings/device/device-session.ts";
import type { Hello } from "../../bindings/device/hello.ts";
import { differingWords, encodeRow, expectedRows } from "../../bindings/device/records.ts";
import { runRow } from "../../bindings/device/run-on-device.ts";
import { complain } from "../../bindings/errors.ts";
import type { EnergyProfiler } from "../../bindings/measure/energy-profiler.ts";
import type { Network } from "../../bindings/network.ts";
import type { HardwareBoard } from "../../bindings/record/hardware.ts";
import type { BoardFigures } from "../../bindings/record/measured-entry.ts";
import type { Suite } from "../../bindings/record/suite.ts";
import { RunFailure } from "../exit.ts";
import { ticksToCount } from "../firmware/emulator.ts";
import { noiseSequence } from "../noise.ts";
import type { Target } from "./board/targets.ts";

const INFERENCES = 1000;
/** An emulator counts the same every time. */
const INFERENCES_EMULATED = 100;
/** Steps whose outputs are compared. */
const STEPS = 4;
/** Of an energy window without a marker: less than a request may take before it is sent again. */
const WINDOW_MS = 800;

/** A board that has been greeted, and the instrument at it. */
export interface BoardPlace {
  target: Target;
  board: HardwareBoard;
  session: DeviceSession;
  hello: Hello;
  profiler: EnergyProfiler | null;
}

/**
 * What the network takes there. Throws RunFailure when a bit differs from the core on this machine, `device-refused` when the board cannot
 * run it.
 */
export async function measureOnBoard(
  place: BoardPlace,
  network: Network,
  id: string,
  suite: Suite,
): Promise<BoardFigures> {
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
  { board: { instrument, readings }, session }: BoardPlace,
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
