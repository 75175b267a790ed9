// The gate: a record against a baseline, figure by figure. docs/baselines.md has the rules.

import { printable } from "../network/printable.ts";
import { accuracyVerdict } from "./gate-accuracy.ts";
import { causeOf } from "./gate-cause.ts";
import { measuredVerdict } from "./gate-measured.ts";
import { type BenchmarkRecord, type Entry, QUANTITIES, type Quantity } from "./record.ts";

/** Figures that no measurement makes: they are known to the byte. */
const EXACT: ReadonlySet<string> = new Set<Quantity>(["memoryKb", "flashKb"]);

/** In the order in which people want to read of them. */
export const STATES = [
  "regressed",
  "missing",
  "incomparable",
  "undecided",
  "drifted",
  "improved",
  "new",
  "same",
] as const;
/** What became of a figure. */
export type State = (typeof STATES)[number];

/** How much worse a figure may be. */
export interface GateOptions {
  /** Share by which a figure may be worse. Default 0.05. */
  threshold?: number;
  /** Points of 0.01 that accuracy, or another metric that is better when higher, may lose. Default 1. */
  accuracyPoints?: number;
  /** Absolute limits. */
  limits?: readonly Limit[];
}

/** No entry that `entries` matches may exceed it. */
export interface Limit {
  /** Id with `*` for any text. */
  entries: string;
  quantity: Quantity;
  max: number;
}

/** One figure of one entry. */
export interface Comparison {
  /** Of the entry. */
  id: string;
  quantity: Quantity | "accuracy";
  state: State;
  /** Value in the baseline; null where it has none. */
  baseline: number | null;
  /** Value now; null where there is none. */
  current: number | null;
  /** Relative change, of accuracy the difference; positive is more. Null where there is none. */
  change: number | null;
  /** 90 % interval of the change; of a model's figure there is none. */
  changeMin: number | null;
  changeMax: number | null;
  /** What did it, or why nothing can be said. */
  why: string;
}

/** Every figure held against its baseline. */
export interface GateResult {
  /** Every figure of either side, the worst first. */
  comparisons: Comparison[];
  /** Figures by state. */
  counts: Record<State, number>;
  /** Figures of the baseline, and how many of them could be compared. */
  compared: number;
  expected: number;
  /**
   * `not-compared`: a figure is missing or cannot be compared; `undecided`: an interval leaves both possible.
   */
  verdict: "pass" | "regressed" | "not-compared" | "undecided";
}

/** Compares every figure of both records. */
export function gate(
  current: BenchmarkRecord,
  baseline: BenchmarkRecord,
  options: GateOptions = {},
): GateResult {
  const { limits = [] } = options;
  const comparisons: Comparison[] = [];
  const now = new Map(current.entries.map((entry) => [entry.id, entry]));
  const before = new Map(baseline.entries.map((entry) => [entry.id, entry]));
  for (const base of baseline.entries) {
    const entry = now.get(base.id);
    if (entry === undefined) comparisons.push(...missingEntry(base, current));
    else comparisons.push(...compareEntries(entry, base, current, baseline, options));
  }
  for (const entry of current.entries) {
    if (before.has(entry.id)) continue;
    for (const quantity of figuresOf(entry)) {
      comparisons.push({ ...empty(entry.id, quantity), state: "new", current: figureOf(entry, quantity) });
    }
  }
  applyLimits(comparisons, current.entries, limits);
  return summarised(comparisons);
}

/** Verdict from the states: a regression outweighs what is missing, that outweighs what is undecided. */
function summarised(comparisons: Comparison[]): GateResult {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  for (const { state } of comparisons) counts[state]++;
  const expected = comparisons.length - counts.new;
  const compared = expected - counts.missing - counts.incomparable;
  const rank = new Map(STATES.map((state, i) => [state, i]));
  comparisons.sort((a, b) => rank.get(a.state)! - rank.get(b.state)! || worseness(b) - worseness(a));
  let verdict: GateResult["verdict"] = "pass";
  if (counts.undecided > 0) verdict = "undecided";
  if (compared <= 0 || counts.missing > 0 || counts.incomparable > 0) verdict = "not-compared";
  if (counts.regressed > 0) verdict = "regressed";
  return { comparisons, counts, compared, expected, verdict };
}

function worseness({ change, quantity }: Comparison): number {
  return quantity === "accuracy" ? -(change ?? 0) : (change ?? 0);
}

function compareEntries(
  entry: Entry,
  base: Entry,
  current: BenchmarkRecord,
  baseline: BenchmarkRecord,
  options: GateOptions,
): Comparison[] {
  const obstacle = obstacleOf(entry, base, current, baseline);
  const figures = new Set([...figuresOf(base), ...figuresOf(entry)]);
  return [...figures].map((quantity): Comparison => {
    const values = { baseline: figureOf(base, quantity), current: figureOf(entry, quantity) };
    const one = { ...empty(entry.id, quantity), ...values };
    if (values.baseline === null) return { ...one, state: "new" };
    if (values.current === null) return { ...one, state: "missing", why: "not in the new record" };
    if (obstacle !== null) return { ...one, state: "incomparable", why: obstacle };
    const { threshold = 0.05, accuracyPoints = 1 } = options;
    if (quantity === "accuracy") {
      return { ...one, ...accuracyVerdict(entry, base, { points: accuracyPoints, share: threshold }) };
    }
    if (entry.kind === "measured" && !EXACT.has(quantity)) {
      return { ...one, ...measuredVerdict(entry[quantity]!, base[quantity]!, threshold) };
    }
    const change = relativeChange(values.current, values.baseline);
    const state = exactState(change, threshold);
    const why = state === "same" ? "" : causeOf(quantity, entry, base, current, baseline);
    return { ...one, state, change, why };
  });
}

/** Of a figure that has no noise: any difference is real. */
function exactState(change: number, threshold: number): State {
  if (change === 0) return "same";
  if (change < 0) return "improved";
  return exceeds(change, threshold) ? "regressed" : "drifted";
}

/** Whether a change is above the threshold by more than the rounding of a recorded figure: 105 is 5 % more than 100. */
export function exceeds(change: number, threshold: number): boolean {
  return change > threshold + 1e-9;
}

/** From nothing to something has no ratio; it is worse than any threshold. */
export function relativeChange(current: number, baseline: number): number {
  if (current === baseline) return 0;
  return baseline === 0 ? Number.MAX_VALUE : current / baseline - 1;
}

/** Why two entries of one id say nothing about each other; null when they do. */
function obstacleOf(
  entry: Entry,
  base: Entry,
  { environment }: BenchmarkRecord,
  baseline: BenchmarkRecord,
): string | null {
  if (entry.kind !== base.kind) return `${entry.kind} now, ${base.kind} in the baseline`;
  for (const field of ["operatingPoint", "rateHz", "steps"] as const) {
    const [now, then] = [entry.conditions[field], base.conditions[field]];
    if (now !== then)
      return `${field} ${printable(String(now))} now, ${printable(String(then))} in the baseline`;
  }
  if (entry.kind === "model") return null;
  const benchOf = ({ measured, boards }: BenchmarkRecord["environment"]) => ({
    ...measured,
    ...boards?.[entry.platform],
  });
  const [now, then] = [benchOf(environment), benchOf(baseline.environment)];
  for (const key of new Set([...Object.keys(now), ...Object.keys(then)])) {
    if (now[key] === then[key]) continue;
    const [a, b] = [now[key] ?? "nothing", then[key] ?? "nothing"].map(printable);
    return `${printable(key)} ${a} now, ${b} in the baseline`;
  }
  return null;
}

function missingEntry(base: Entry, current: BenchmarkRecord): Comparison[] {
  const skipped = current.skipped.find(({ id }) => id === base.id);
  const why = skipped === undefined ? "not in the new record" : printable(skipped.reason);
  return figuresOf(base).map((quantity) => ({
    ...empty(base.id, quantity),
    state: "missing",
    baseline: figureOf(base, quantity),
    why,
  }));
}

/** Limits hold for all entries, new ones included. One that matches no figure guards nothing, which is no pass. */
function applyLimits(comparisons: Comparison[], entries: readonly Entry[], limits: readonly Limit[]): void {
  for (const { entries: pattern, quantity, max } of limits) {
    const matcher = matcherOf(pattern);
    let matched = 0;
    for (const entry of entries) {
      const value = entry[quantity]?.value;
      if (value === undefined || !matcher(entry.id)) continue;
      matched++;
      if (value <= max) continue;
      const one = comparisons.find(({ id, quantity: other }) => id === entry.id && other === quantity)!;
      one.why = [`above the limit of ${max}`, ...(one.why === "" ? [] : [one.why])].join("; ");
      one.state = "regressed";
    }
    if (matched === 0) {
      comparisons.push({
        ...empty(pattern, quantity),
        state: "missing",
        why: `the limit of ${max} meets no entry`,
      });
    }
  }
}

/** Whether an id fits a pattern in which `*` is any text. Linear in both, whatever the pattern. */
function matcherOf(pattern: string): (id: string) => boolean {
  const parts = pattern.split("*");
  return (id) => {
    const [first, last] = [parts[0]!, parts.at(-1)!];
    if (parts.length === 1) return id === pattern;
    if (id.length < first.length + last.length || !id.startsWith(first) || !id.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = id.indexOf(part, at);
      if (found < 0 || found + part.length > id.length - last.length) return false;
      at = found + part.length;
    }
    return true;
  };
}

function figuresOf(entry: Entry): (Quantity | "accuracy")[] {
  const quantities = QUANTITIES.filter((name) => entry[name] !== undefined);
  return entry.accuracy === undefined ? quantities : [...quantities, "accuracy"];
}

function figureOf(entry: Entry, quantity: Quantity | "accuracy"): number | null {
  return entry[quantity]?.value ?? null;
}

function empty(id: string, quantity: Comparison["quantity"]): Comparison {
  return {
    id,
    quantity,
    state: "same",
    baseline: null,
    current: null,
    change: null,
    changeMin: null,
    changeMax: null,
    why: "",
  };
}
