// Which parts of a trace are measured: between the edges of a marker, between marks that another clock or the instrument
// took, or where the power is high.

import { complain } from "../errors.ts";
import { powerSeries, sampleCount, type Trace, timeAt, traceSpan } from "./trace.ts";

export interface Window {
  /** Its number, as MLPerf's runner counts where marks make windows, else from 1. */
  number: number;
  startSeconds: number;
  endSeconds: number;
  /** Either end lies within ± this. */
  edgeSeconds: number;
}

export interface Windows {
  windows: Window[];
  /** What makes a result doubtful. */
  problems: string[];
  notes: string[];
}

/** Times that a runner marked on the trace, in seconds. */
export interface Marks {
  seconds: readonly number[];
  /** The file that they come from, for messages. */
  source: string;
}

/** How windows are found in a trace. */
export type WindowRule =
  /** Marks of MLPerf's runner. */
  | { by: "marks"; marks: Marks }
  /** Start and end of each window, in turn. */
  | { by: "pairs"; marks: Marks }
  | { by: "marker"; channel?: string }
  | { by: "threshold"; watts: number }
  /** One window over the whole trace. */
  | { by: "whole" }
  | { by: "given"; windows: readonly Window[] };

/** The windows of a trace. Throws `bad-input` when there are none. */
export function findWindows(trace: Trace, rule: WindowRule): Windows {
  if (rule.by === "marks") return windowsByMarks(trace, rule.marks);
  if (rule.by === "pairs") return windowsByPairs(trace, rule.marks);
  if (rule.by === "marker") return windowsByMarker(trace, rule.channel);
  if (rule.by === "threshold") return windowsByThreshold(trace, rule.watts);
  if (rule.by === "given") return { windows: [...rule.windows], problems: [], notes: [] };
  const { from, to } = traceSpan(trace);
  return {
    windows: [{ number: 1, startSeconds: from, endSeconds: to, edgeSeconds: 0 }],
    problems: [],
    notes: [],
  };
}

/**
 * Windows from the marks of MLPerf's runner: mark 0 is its `timestamp` command, then come start and end of each window;
 * window w runs from mark w - 1 to mark w. An even number of marks means that one is missing.
 * @param first mark that starts a window: 1, or 2 to look at what lies between the windows
 */
export function windowsByMarks(trace: Trace, marks: Marks, first = 1): Windows {
  const { seconds, source } = marks;
  if (seconds.length < first + 2) {
    throw complain("bad-input", source, {
      expected: `at least ${first + 2} marks: the timestamp command, then start and end of each window`,
      found: String(seconds.length),
    });
  }
  expectAscending(seconds, source);
  const windows: Window[] = [];
  for (let end = first + 1; end < seconds.length; end += 2) {
    windows.push(windowOf(trace, end, seconds[end - 1]!, seconds[end]!));
  }
  const problems =
    seconds.length % 2 === 1
      ? []
      : [
          `${seconds.length} marks: expected an odd number (the timestamp command, then start and end of each window), ` +
            "so one is missing and windows may be the gaps between inferences",
        ];
  return { windows, problems, notes: [] };
}

/** Windows from pairs of start and end. */
function windowsByPairs(trace: Trace, marks: Marks): Windows {
  const { seconds, source } = marks;
  if (seconds.length < 2 || seconds.length % 2 === 1) {
    throw complain("bad-input", source, {
      expected: "start and end of each window, an even number of times",
      found: `${seconds.length} times`,
    });
  }
  expectAscending(seconds, source);
  const windows = Array.from({ length: seconds.length / 2 }, (_, i) =>
    windowOf(trace, i + 1, seconds[2 * i]!, seconds[2 * i + 1]!),
  );
  return { windows, problems: [], notes: [] };
}

function expectAscending(seconds: readonly number[], source: string): void {
  const wrong = seconds.findIndex((time, i) => !(time > (seconds[i - 1] ?? Number.NEGATIVE_INFINITY)));
  if (wrong < 0) return;
  throw complain("bad-input", source, {
    field: `mark ${wrong}`,
    expected: `a time after ${seconds[wrong - 1] ?? "the start"} s`,
    found: String(seconds[wrong]),
  });
}

function windowOf(trace: Trace, number: number, startSeconds: number, endSeconds: number): Window {
  return { number, startSeconds, endSeconds, edgeSeconds: 0.5 / trace.clock.samplesPerSecond };
}

/**
 * Windows while the marker is high. Edges that the instrument stamped count, else changes of the bit, each half way
 * between its two samples. A window that the trace cuts off is left out.
 * @param channel name of the marker input; the first that toggles when it is not given
 */
export function windowsByMarker(trace: Trace, channel?: string): Windows {
  const { list: edges, withinSeconds } =
    channel === undefined && trace.edges !== null ? trace.edges : edgesOfBits(trace, channel);
  if (edges.length > 1 && edges.every(({ high }) => high === edges[0]!.high)) {
    // An instrument that reports one kind of edge gives marks.
    return windowsByMarks(trace, { seconds: edges.map(({ seconds }) => seconds), source: trace.source });
  }
  const notes: string[] = [];
  const windows: Window[] = [];
  let start: number | null = null;
  for (const { seconds, high } of edges) {
    if (high) start = seconds;
    else if (start !== null) {
      const number = windows.length + 1;
      windows.push({ number, startSeconds: start, endSeconds: seconds, edgeSeconds: withinSeconds });
      start = null;
    } else notes.push("the marker is high at the start: that window is cut off and left out");
  }
  if (start !== null) notes.push("the marker is high at the end: that window is cut off and left out");
  if (windows.length === 0) {
    throw complain("bad-input", trace.source, {
      field: channel ?? "marker",
      expected: "a marker that goes high and low again",
      found: edges.length === 0 ? "one that never toggles" : "a single edge",
      hint: "is its wire on the right pin, and is ground connected?",
    });
  }
  return { windows, problems: [], notes };
}

function edgesOfBits(trace: Trace, channel: string | undefined): NonNullable<Trace["edges"]> {
  if (trace.markers === null) {
    throw complain("bad-input", trace.source, {
      field: channel ?? "marker",
      expected: "a column or input with the marker",
      found: "none",
      hint: "windows can also come from timestamps or a power threshold",
    });
  }
  const { bits, names } = trace.markers;
  const index = channel === undefined ? -1 : names.indexOf(channel);
  if (channel !== undefined && index < 0) {
    throw complain("bad-input", trace.source, {
      field: "marker",
      expected: names.join(", "),
      found: `"${channel}"`,
    });
  }
  const changes = changesOf(bits);
  let mask = channel === undefined ? 0 : 1 << index;
  for (const i of changes) if (mask === 0) mask |= bits[i]! ^ bits[i - 1]!;
  // The lowest, where several inputs changed at once.
  mask &= -mask;
  const list = changes
    .filter((i) => ((bits[i]! ^ bits[i - 1]!) & mask) !== 0)
    .map((i) => ({ seconds: (timeAt(trace, i - 1) + timeAt(trace, i)) / 2, high: (bits[i]! & mask) !== 0 }));
  return { list, withinSeconds: 0.5 / trace.clock.samplesPerSecond };
}

/** Indices of the samples whose bits differ from those before. */
function changesOf(bits: Uint8Array): number[] {
  const changes: number[] = [];
  let before = bits[0];
  for (let i = 1; i < bits.length; i++) {
    const now = bits[i];
    if (now === before) continue;
    changes.push(i);
    before = now;
  }
  return changes;
}

/** Excursions of fewer samples over or under the threshold are noise. */
const HOLD_SAMPLES = 5;

/** Windows where the power is above a threshold, between the interpolated crossings. */
function windowsByThreshold(trace: Trace, watts: number): Windows {
  const { values, watts: scale } = powerSeries(trace);
  const limit = watts / scale;
  const n = sampleCount(trace);
  const windows: Window[] = [];
  const notes: string[] = [];
  let inside = values[0]! > limit;
  let cutOff = inside;
  let start = 0;
  for (let i = 1; i < n; i++) {
    const above = values[i]! > limit;
    if (above === inside || Number.isNaN(values[i]!)) continue;
    let held = 1;
    while (held < HOLD_SAMPLES && i + held < n && values[i + held]! > limit === above) held++;
    if (held < HOLD_SAMPLES) continue;
    const crossing = crossingTime(trace, values, limit, i);
    if (above) start = crossing;
    else if (cutOff) notes.push("the power is above the threshold at the start: that window is left out");
    else windows.push(windowOf(trace, windows.length + 1, start, crossing));
    cutOff = false;
    inside = above;
  }
  if (inside && !cutOff) notes.push("the power is above the threshold at the end: that window is left out");
  if (windows.length === 0) {
    throw complain("bad-input", trace.source, {
      field: "threshold",
      expected: "a power that rises above it and falls again",
      found: inside ? "one that stays above" : "one that stays below",
    });
  }
  return { windows, problems: [], notes };
}

function crossingTime(trace: Trace, values: ArrayLike<number>, limit: number, index: number): number {
  const [before, after] = [values[index - 1]!, values[index]!];
  const [from, to] = [timeAt(trace, index - 1), timeAt(trace, index)];
  const share = (limit - before) / (after - before);
  return Number.isFinite(share) ? from + share * (to - from) : to;
}
