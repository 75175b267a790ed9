// Checks of a session as a whole: MLPerf Tiny's run rules, and the length of the windows against the latency that was
// measured without the instrument.

import { LiquidEdgeError } from "../errors.ts";
import type { Trace } from "./trace.ts";
import { type Window, type WindowRule, windowsByMarker, windowsByMarks } from "./windows.ts";

/** Of 145 published sessions with both figures 140 agree within this share. */
const LATENCY_TOLERANCE = 0.02;
/** MLPerf Tiny: each window. */
const MIN_SECONDS = 10;
const MIN_INFERENCES = 10;

export interface SessionFacts {
  windows: WindowRule;
  inferences?: number;
  throughputPerSecond?: number;
  mlperfRules?: boolean;
}

export interface SessionCheck {
  problems: string[];
  /** Windows between the other marks, when these agree with the throughput and those asked for do not. */
  shifted: Window[] | null;
}

export function checkSession(
  trace: Trace,
  windows: readonly Window[],
  { windows: rule, inferences = 1, throughputPerSecond, mlperfRules = false }: SessionFacts,
): SessionCheck {
  const problems = [
    ...(mlperfRules ? ruleProblems(windows, inferences) : []),
    ...clockProblems(trace, windows, rule),
  ];
  if (throughputPerSecond === undefined) return { problems, shifted: null };
  const ratioOf = ({ startSeconds, endSeconds }: Window) =>
    ((endSeconds - startSeconds) * throughputPerSecond) / inferences;
  const ratios = windows.map(ratioOf);
  const wrong = ratios.filter((ratio) => !agrees(ratio));
  if (wrong.length === 0) return { problems, shifted: null };
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(3));
  problems.push(
    `${wrong.length} of ${windows.length} windows do not last ${inferences} inferences at ${throughputPerSecond} a second ` +
      `(${least === most ? least : `${least} to ${most}`} times that): either the windows are not those of the ` +
      "inferences, or the clocks of instrument and board differ",
  );
  if (rule.by !== "marks" || rule.marks.seconds.length < 4) return { problems, shifted: null };
  const others = windowsByMarks(trace, rule.marks, 2).windows;
  return { problems, shifted: others.every((window) => agrees(ratioOf(window))) ? others : null };
}

/** Crystals are ten times better; RC oscillators of microcontrollers are not. */
const MAX_DRIFT = 1e-3;

/** Marks of another clock against the marker that the instrument itself saw. */
function clockProblems(trace: Trace, windows: readonly Window[], { by }: WindowRule): string[] {
  if (by !== "marks" && by !== "pairs") return [];
  if (trace.markers === null && trace.edges === null) return [];
  const seen = markerWindows(trace);
  if (seen.length !== windows.length) return [];
  const spanOf = (list: readonly Window[]) => list.at(-1)!.endSeconds - list[0]!.startSeconds;
  const drift = spanOf(windows) / spanOf(seen) - 1;
  const slack = (2 * seen[0]!.edgeSeconds) / spanOf(seen);
  const apart = windows[0]!.startSeconds - seen[0]!.startSeconds;
  if (Math.abs(drift) > MAX_DRIFT + slack) {
    return [
      `the timestamps run ${(100 * drift).toFixed(2)} % ${drift > 0 ? "faster" : "slower"} than the instrument's clock, by the ` +
        "marker in the trace",
    ];
  }
  const shortest = Math.min(...windows.map(({ startSeconds, endSeconds }) => endSeconds - startSeconds));
  if (Math.abs(apart) <= LATENCY_TOLERANCE * shortest) return [];
  return [`the timestamps are ${apart.toFixed(3)} s away from the marker in the trace`];
}

function markerWindows(trace: Trace): Window[] {
  try {
    return windowsByMarker(trace).windows;
  } catch (error) {
    // A marker that nobody wired says nothing.
    if (error instanceof LiquidEdgeError) return [];
    throw error;
  }
}

function agrees(ratio: number): boolean {
  return Math.abs(ratio - 1) <= LATENCY_TOLERANCE;
}

function ruleProblems(windows: readonly Window[], inferences: number): string[] {
  const problems: string[] = [];
  for (const { number, startSeconds, endSeconds } of windows) {
    const seconds = endSeconds - startSeconds;
    if (seconds < MIN_SECONDS) {
      problems.push(`window ${number} lasts ${seconds.toFixed(2)} s: MLPerf Tiny asks for ${MIN_SECONDS} s`);
    }
  }
  if (inferences < MIN_INFERENCES) {
    problems.push(`${inferences} inferences a window: MLPerf Tiny asks for ${MIN_INFERENCES}`);
  }
  return problems;
}
