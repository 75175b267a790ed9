// What `board verify` makes of a recording: samples, supply, current while nothing happens, pulses of the marker.

import type { LiveRecording } from "../../../bindings/measure/recorder.ts";
import { lostSamples, type Trace, valuesOf } from "../../../bindings/measure/trace.ts";
import type { HardwareInstrument } from "../../../bindings/record/hardware.ts";
import { markerOf, settingsOf } from "../../instruments/open-instrument.ts";
import { count, digits } from "../../text.ts";
import { highSpans } from "./marker-spans.ts";

export interface Check {
  check: "instrument" | "board" | "samples" | "supply" | "marker" | "idle" | "zero";
  ok: boolean;
  /** What was found, or what went wrong. */
  found: string;
  /** How to mend it; null where it is well or nobody knows. */
  mend: string | null;
}

/** Pulses that the board is told to give. */
export const PULSES = 3;
/** Of the supply that the file states. */
const SUPPLY_TOLERANCE = 0.05;
/** What the instrument's clock and sampling add to how long a pulse was. */
const PULSE_TOLERANCE_MS = 50;

/** How long the marker was high: surely, since the board had answered, and at most, since it was told. */
export interface Pulse {
  leastMs: number;
  mostMs: number;
}

/** Without pulses there is no board, and nothing to say of its marker. */
export function judge(
  recording: LiveRecording,
  settings: HardwareInstrument,
  pulses: readonly Pulse[],
): Check[] {
  const { trace, problems } = recording;
  const lost = lostSamples(trace);
  const checks: Check[] = [];
  const fail = (check: Check["check"], found: string, mend: string) =>
    checks.push({ check, ok: false, found, mend });
  // Where it is known how many are lost, that two clocks disagree says no more.
  for (const problem of lost > 0 ? [`${count(lost, "sample")} lost`] : problems)
    fail("samples", problem, "close other programs, or take a USB port without a hub");
  if (trace.saturated.length > 0)
    fail(
      "samples",
      `${count(trace.saturated.length, "sample")} at the end of the range`,
      "a smaller shunt, or another instrument",
    );
  checks.push(...supplyCheck(trace, settings), idleCheck(recording));
  const marker = markerOf(settings);
  if (pulses.length > 0 && marker !== undefined) checks.push(markerCheck(trace, marker, pulses));
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
function markerCheck(trace: Trace, channel: string, pulses: readonly Pulse[]): Check {
  const spans = highSpans(trace, channel);
  if (spans === null)
    return {
      check: "marker",
      ok: false,
      found: `the instrument has no input "${channel}"`,
      mend: `its inputs: ${trace.markers?.names.join(", ") ?? "none"}`,
    };
  const right =
    spans.length === PULSES &&
    pulses.every(
      ({ leastMs, mostMs }, i) =>
        1000 * spans[i]! >= leastMs - PULSE_TOLERANCE_MS && 1000 * spans[i]! <= mostMs + PULSE_TOLERANCE_MS,
    );
  if (right)
    return {
      check: "marker",
      ok: true,
      found: `${PULSES} pulses on ${channel}, as the board gave`,
      mend: null,
    };
  const others = (trace.markers?.names ?? []).filter(
    (name) => name !== channel && highSpans(trace, name)!.length === PULSES,
  );
  return {
    check: "marker",
    ok: false,
    found: `${count(spans.length, "pulse")} on ${channel}${lengths(spans.map((seconds) => 1000 * seconds))}, expected ${PULSES}${lengths(pulses.map(({ leastMs }) => leastMs))}`,
    mend:
      spans.length === PULSES
        ? "an instrument whose clock is wrong, or noise on the wire"
        : others.length > 0
          ? `the wire is on ${others.join(", ")}: move it, or write that into the file`
          : "is its wire on the board's marker pin (boards/README.md has them), is ground connected, do the inputs have their supply?",
  };
}

/** A few lengths in words. */
function lengths(ms: readonly number[]): string {
  return ms.length === 0 || ms.length > 2 * PULSES
    ? ""
    : ` of ${ms.map((one) => one.toFixed(0)).join(", ")} ms`;
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
