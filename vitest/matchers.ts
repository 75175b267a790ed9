// The matchers themselves: functions that say whether something passes and why not, in the form that `expect.extend` takes.
// A bound holds when the upper end of the 90 % interval keeps it, unless the caller settles for the typical value.

import { LiquidEdgeError } from "../bindings/errors.ts";
import type { Estimate } from "../bindings/estimate/estimate.ts";
import type { Interval } from "../bindings/estimate/interval.ts";
import type { Comparison, PairedEvaluation } from "../bindings/evaluate/compare.ts";
import type { QuantizationReport } from "../bindings/quantize/report.ts";
import { gate } from "../bindings/record/gate.ts";
import type { BenchmarkRecord } from "../bindings/record/record.ts";
import { paretoFront } from "../bindings/sweep/pareto.ts";
import { count, digits, exact, percent, range } from "../format/numbers.ts";
import { type Aspect, advise } from "./advice.ts";
import { type FolderOptions, loadBaseline } from "./baseline.ts";
import { type Costs, FIGURES, type FigureName, type Figures, figuresOf } from "./figures.ts";

export interface Result {
  pass: boolean;
  message: () => string;
}

/** Most that each figure may be. */
export type Limits = Partial<Record<FigureName, number>>;

/** Which end of an interval a limit is for. */
export interface BoundOptions {
  /** What has to keep the bound: the upper end of the 90 % interval (`max`, default) or the typical value. */
  by?: "max" | "typ";
}

export function toStayWithin(received: unknown, limits: Limits, { by = "max" }: BoundOptions = {}): Result {
  const { subject, figures, estimate, kind } = figuresOf(received);
  const lines: string[] = [];
  const aspects = new Set<Aspect>();
  const checked = Object.entries(limits) as [FigureName, number][];
  if (checked.length === 0) throw new TypeError(`"limits" expected at least one of ${names(FIGURES)}`);
  for (const [name, limit] of checked) {
    if (!Object.hasOwn(FIGURES, name)) throw new TypeError(`"${name}" expected one of ${names(FIGURES)}`);
    if (!(limit >= 0)) throw new RangeError(`"${name}" expected a number >= 0, got ${limit}`);
    const figure = figures[name];
    if (figure === undefined) {
      throw new TypeError(`"${name}" expected one of what is ${kind} of ${subject}: ${names(figures)}`);
    }
    if (figure[by] <= limit) continue;
    const { what, unit, aspect } = FIGURES[name];
    aspects.add(aspect);
    lines.push(
      `  ${what}: at most ${exact(limit)} ${unit} expected, ${kind} ${intervalText(figure)} ${unit}`,
    );
  }
  // Energy and power may have one cause.
  const advice = estimate === null ? [] : new Set([...aspects].flatMap((aspect) => advise(estimate, aspect)));
  return result(
    lines.length === 0,
    [
      `${subject} exceeds its limits${by === "max" ? " by the upper end of the 90 % interval" : ""}:`,
      ...lines,
      ...advice,
    ],
    `${subject} expected above at least one of its limits, and keeps them all`,
  );
}

/** The loop that inferences have to keep to. */
export interface RealTimeOptions extends BoundOptions {
  /** Rounds a second of the control loop. */
  rateHz: number;
}

/** Wake-up and latency of an estimate, or the worst of measured rounds, within the period. */
export function toMeetRealTime(received: unknown, { rateHz, by = "max" }: RealTimeOptions): Result {
  if (!(rateHz > 0)) throw new RangeError(`"rateHz" expected a number > 0, got ${rateHz}`);
  const { subject, estimate, figures, kind } = figuresOf(received);
  const periodMs = 1000 / rateHz;
  const wakeUs = estimate?.idle.wakeUs[by] ?? 0;
  const busyMs = (figures.worstMs ?? figures.latencyMs)?.[by];
  if (busyMs === undefined) throw new TypeError(`"latencyMs" expected of ${subject}, found none`);
  const usedMs = busyMs + wakeUs / 1000;
  const what = figures.worstMs === undefined ? "wake-up and latency take" : "the worst round takes";
  return result(
    usedMs <= periodMs,
    [
      `${subject} misses its period of ${digits(periodMs)} ms at ${digits(rateHz)} Hz: ${what} ${digits(usedMs)} ms (${kind}), ` +
        `which is enough for ${digits(1000 / usedMs)} Hz`,
      ...(estimate === null ? [] : advise(estimate, "cycles")),
    ],
    `${subject} expected to miss its period of ${digits(periodMs)} ms, and takes ${digits(usedMs)} ms`,
  );
}

/** How a loss of accuracy is judged. */
export interface DegradeOptions extends BoundOptions {
  /** Of `quantize`: names the layer that was clamped most. */
  report?: QuantizationReport;
}

/** Loss against the reference: points of a metric that is better when higher, per cent of an error. */
export function toDegradeLessThan(
  received: unknown,
  points: number,
  { by = "max", report }: DegradeOptions = {},
): Result {
  const { drop, reference, agreement } = comparisonOf(received);
  const isError = ["mse", "mae"].includes(drop.name);
  const { value, max } = isError ? (drop.relative ?? drop) : drop;
  const [lost, most] = [100 * value, 100 * max];
  const unit = isError ? `% of the error (${drop.name})` : `points of ${drop.name}`;
  return result(
    (by === "max" ? most : lost) < points,
    [
      `loses ${digits(lost)} ${unit} against ${reference}, up to ${digits(most)} by the 90 % interval; expected less than ${digits(points)}`,
      ...(agreement === null ? [] : [`Both answer alike in ${percent(agreement.value)}.`]),
      ...degradeAdvice(report, lost < points),
    ],
    `expected to lose ${digits(points)} ${unit} or more against ${reference}, and loses ${digits(lost)}`,
  );
}

function degradeAdvice(report: QuantizationReport | undefined, isOnlyWide: boolean): string[] {
  if (isOnlyWide) return ["Next: more test samples; the loss itself is small enough, its interval is not."];
  const clamped = [...(report?.layers ?? [])]
    .filter(({ values, saturated }) => values > 0 && saturated > 0)
    .sort((a, b) => b.saturated / b.values - a.saturated / a.values)[0];
  const layer =
    clamped === undefined
      ? "Next: "
      : `Layer ${clamped.name} clamps ${percent(clamped.saturated / clamped.values)} of its values. Next: calibration data that reaches as far as the test data, or `;
  return [
    `${layer}activations: 16 for quantize, int8 instead of int4 by layer, or training on (train --precision).`,
  ];
}

function comparisonOf(received: unknown): Comparison {
  const given = received as Partial<PairedEvaluation & Comparison> | null;
  if (given?.comparison !== undefined) return given.comparison;
  if (given?.drop !== undefined) return given as Comparison;
  throw new TypeError("expected what compareNetworks returns");
}

/** How much less it has to be. */
export interface FactorOptions {
  /** How many times less; default 1. */
  factor?: number;
}

/** Typical values of two estimates on one platform, which share their coefficients; else the ends of both intervals. */
export function toUseLessEnergyThan(
  received: unknown,
  other: Costs,
  { factor = 1 }: FactorOptions = {},
): Result {
  if (!(factor > 0)) throw new RangeError(`"factor" expected a number > 0, got ${factor}`);
  const [ours, theirs] = [figuresOf(received), figuresOf(other)];
  const [mine, rival] = [energyOf(ours), energyOf(theirs)];
  const shared = samePoint(ours.estimate, theirs.estimate);
  const ratio = shared ? rival.typ / mine.typ : rival.min / mine.max;
  const how = shared ? "" : " by the nearer ends of both 90 % intervals";
  return result(
    ratio > factor || (factor !== 1 && ratio === factor),
    [
      `${ours.subject} takes ${intervalText(mine)} µJ and ${theirs.subject} ${intervalText(rival)} µJ: ${digits(ratio)} times less` +
        `${how}, ${digits(factor)} times expected`,
      ...(ours.estimate === null ? [] : advise(ours.estimate, "cycles")),
    ],
    `${ours.subject} expected not to take ${digits(factor)} times less energy than ${theirs.subject}, and takes ${digits(ratio)} times less`,
  );
}

function energyOf({ figures, subject }: Figures): Interval {
  if (figures.energyUj === undefined) throw new TypeError(`"energyUj" expected of ${subject}, found none`);
  return figures.energyUj;
}

function samePoint(a: Estimate | null, b: Estimate | null): boolean {
  return a !== null && b !== null && a.platform === b.platform && a.operatingPoint.id === b.operatingPoint.id;
}

/** A network as a point of a trade-off: numbers that are to be low. */
export interface ParetoPoint {
  name: string;
  /** Costs by name, with units: `{ energyUj, flashKb, errorPercent }`; all points have the same. */
  costs: Readonly<Record<string, number>>;
}

/** What a point is held against. */
export interface ParetoOptions {
  /** What else there is; without it every point of a list has to be on the list's front. */
  among?: readonly ParetoPoint[];
}

export function toBeParetoOptimal(received: unknown, { among = [] }: ParetoOptions = {}): Result {
  const points = (Array.isArray(received) ? received : [received]) as ParetoPoint[];
  const all = [...points, ...among.filter((one) => !points.includes(one))];
  const axes = Object.keys(all[0]?.costs ?? {});
  if (all.length < 2 || axes.length === 0) {
    throw new TypeError("expected a list of at least two points { name, costs }, or one and { among }");
  }
  for (const { name, costs } of all) {
    const missing = axes.find((axis) => !Number.isFinite(costs?.[axis]));
    if (missing !== undefined) throw new TypeError(`"${missing}" expected a number in the costs of ${name}`);
  }
  const objectives = axes.map((axis) => ({
    value: (p: ParetoPoint) => p.costs[axis]!,
    better: "lower" as const,
  }));
  const { dominated } = paretoFront(all, objectives);
  const worse = dominated.filter(({ point }) => points.includes(point));
  return result(
    worse.length === 0,
    [
      ...worse.map(
        ({ point, by }) =>
          `${point.name} is dominated by ${by.name}: ${axes.map((axis) => against(point, by, axis)).join(", ")}`,
      ),
      `Next: take ${[...new Set(worse.map(({ by }) => by.name))].join(" or ")} instead.`,
    ],
    `${points.map(({ name }) => name).join(", ")} expected to be dominated, and ${points.length === 1 ? "is" : "are"} not`,
  );
}

function against(point: ParetoPoint, by: ParetoPoint, axis: string): string {
  return `${axis} ${digits(point.costs[axis]!)} against ${digits(by.costs[axis]!)}`;
}

/** By which rules a record is held against its baseline. */
export interface RegressOptions extends FolderOptions {
  /** Share by which a figure may be worse; default 0.05. */
  threshold?: number;
  /** Points that accuracy may lose; default 1. */
  accuracyPoints?: number;
  /** Whether a measured figure that is undecided counts as regressed. */
  strict?: boolean;
}

/**
 * Whether an entry of the record is worse than in the baseline, by the rules of `liquid-edge baseline check`. The baseline may
 * have more entries. Throws where something cannot be compared, which is neither.
 */
export function toRegressFrom(
  received: unknown,
  version: string,
  { threshold = 0.05, accuracyPoints = 1, strict = false, folder }: RegressOptions = {},
): Result {
  const record = received as BenchmarkRecord;
  if (!Array.isArray(record?.entries)) throw new TypeError("expected a record (makeRecord)");
  const baseline = loadBaseline(version, folder === undefined ? {} : { folder });
  const ids = new Set(record.entries.map(({ id }) => id));
  const base = { ...baseline, entries: baseline.entries.filter(({ id }) => ids.has(id)) };
  const { comparisons, compared } = gate(record, base, { threshold, accuracyPoints });
  const figure = ({ id, quantity }: { id: string; quantity: string }) => `${id} ${quantity}`;
  const obstacle = comparisons.find(({ state }) => state === "missing" || state === "incomparable");
  if (obstacle !== undefined || compared === 0) {
    const found =
      obstacle === undefined ? `none of ${[...ids].join(", ")}` : `${figure(obstacle)}: ${obstacle.why}`;
    throw new LiquidEdgeError(
      "bad-record",
      `baseline ${version}: expected figures to compare with, found ${found}`,
    );
  }
  const states = strict ? ["regressed", "undecided"] : ["regressed"];
  const worse = comparisons.filter(({ state }) => states.includes(state));
  const lines = worse.map((one) => {
    const change =
      one.change === null ? "" : `, ${one.change >= 0 ? "+" : "−"}${percent(Math.abs(one.change))}`;
    return `  ${one.state}: ${figure(one)} ${digits(one.baseline ?? 0)} → ${digits(one.current ?? 0)}${change}; ${one.why}`;
  });
  return result(
    worse.length > 0,
    [
      `expected a regression from ${version} of more than ${percent(threshold)}, found none in ${count(compared, "figure")}`,
    ],
    [
      `${count(worse.length, "figure")} of ${compared} regressed from ${version} by more than ${percent(threshold)}:`,
      ...lines,
      'Next: undo what the cause names, or keep the new figures on purpose: "liquid-edge baseline save", saveBaseline.',
    ].join("\n"),
  );
}

function intervalText({ typ, min, max }: Interval): string {
  return min === max ? digits(typ) : `${digits(typ)} [${range({ min, max })}]`;
}

function names(of: object): string {
  return Object.keys(of).join(", ");
}

/** The message of `expect(…)` where it fails, and of `expect(…).not`. */
function result(pass: boolean, lines: readonly string[], negated: string): Result {
  return { pass, message: () => (pass ? negated : lines.join("\n")) };
}
