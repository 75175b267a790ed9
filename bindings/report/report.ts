// The report's view model: all its numbers, from a record, what its networks are made of, a gate's result, a history and
// measurements. HTML and PDF are written from this alone. Plain data: it is embedded in both as JSON.

import type { Board } from "../board/board.ts";
import type { Calibration } from "../board/emulated.ts";
import type { GateResult } from "../record/gate.ts";
import type { BenchmarkRecord, Entry } from "../record/record.ts";
import type { Trend } from "../record/trend.ts";
import type { Agreement } from "../statistics/agreement.ts";
import { type CoefficientUse, coefficientsFor, coefficientUses } from "./coefficients.ts";
import { type Battery, type CostRow, costRows, lifeCurve, type RatePoint } from "./costs.ts";
import { type EnergyChange, energyChanges } from "./energy-change.ts";
import { type EnergyTree, groupsOf, type LayerEnergy, type UnfoldCost } from "./energy-tree.ts";
import { type Front, frontsOf } from "./fronts.ts";

const REPORT_FORMAT = "liquid-edge/report@1";

/** What is known of a network beyond its record, by id of entry. */
export interface EntryDetail {
  layers: LayerEnergy[];
  unfolds: UnfoldCost | null;
  /** Every coefficient at its least, every one at its most: wider than any 90 % interval. */
  outer: { energyUj: Bounds; latencyMs: Bounds };
}

export interface Bounds {
  min: number;
  max: number;
}

/** How closely a network follows the one in its file, step by step on the same inputs. */
export interface FidelityRow {
  network: string;
  reference: string;
  steps: number;
  /** Root mean square of the difference, of outputs and of states; as a share of the reference's rms, null where that is 0. */
  outputRms: number;
  outputRelative: number | null;
  outputMax: number;
  stateRelative: number | null;
  /** Values that did not fit, and those that were written; null for floats. */
  saturated: { values: number; of: number } | null;
}

/** An estimate beside what somebody measured. */
export interface AgreementPair {
  name: string;
  measured: number;
  estimate: { typ: number; min: number; max: number };
}

export interface AgreementSet {
  title: string;
  kind: "measured" | "emulated";
  /** `latency ms`, `energy µJ`, `instructions` … */
  quantity: string;
  source: string;
  pairs: AgreementPair[];
  agreement: Agreement;
}

/** How well an emulated board's counts are estimated, from its calibration. */
export interface EmulatedAgreement {
  board: string;
  core: string;
  counts: Calibration["counts"];
  networks: number;
  meanError: number;
  worstError: number;
  uncalibratedMeanError: number;
}

export interface GateView {
  baseline: string;
  source: string;
  threshold: number;
  exitCode: number;
  summary: string;
  result: GateResult;
}

/** A part of the report that could not be made, and why. */
export interface Missing {
  missing: string;
}

export interface ReportInput {
  title: string;
  kind: "model" | "suite" | "record";
  /** The file that the report is about. */
  source: string;
  at: string;
  record: BenchmarkRecord;
  boards: ReadonlyMap<string, Board>;
  battery: Battery;
  /** Networks in a few words, by model. */
  summaries: Record<string, string>;
  details: Record<string, EntryDetail>;
  fidelity: FidelityRow[] | Missing;
  /** What to distrust about the scores on a task, e.g. a test set that is too small. */
  warnings: string[];
  gate: GateView | Missing;
  /** What the gate held the record against; null without. */
  baselineRecord: BenchmarkRecord | null;
  trends: Trend[] | Missing;
  agreement: AgreementSet[];
  emulated: EmulatedAgreement[];
  commands: string[];
  /** Ids of the entries to show in detail, `focusOf`. */
  focus: string[];
}

export interface ReportData extends Omit<ReportInput, "boards" | "details" | "baselineRecord"> {
  format: typeof REPORT_FORMAT;
  rows: CostRow[];
  /** By id. */
  outer: Record<string, EntryDetail["outer"]>;
  fronts: Front[];
  energy: EnergyTree[];
  energyChanges: EnergyChange[];
  life: { id: string; points: RatePoint[] }[];
  coefficients: { id: string; uses: CoefficientUse[] }[];
}

/** Entries in detail: more would be a book. */
const MOST_FOCUS = 3;
const CURVE_POINTS = 25;

export function buildReport(input: ReportInput): ReportData {
  const { record, boards, battery, details, focus, baselineRecord, ...rest } = input;
  const rows = costRows(record, boards, battery);
  const byId = new Map(record.entries.map((one) => [one.id, one]));
  const inFocus = focus.map((id) => byId.get(id)!);
  const first = inFocus[0];
  // One network on every platform.
  const siblings = first === undefined ? [] : record.entries.filter((one) => isSibling(one, first));
  return {
    format: REPORT_FORMAT,
    ...rest,
    battery,
    record,
    rows,
    outer: Object.fromEntries(Object.entries(details).map(([id, { outer }]) => [id, outer])),
    fronts: frontsOf(rows),
    focus,
    energy: inFocus.flatMap((one) => energyTree(one, record, details)),
    energyChanges: baselineRecord === null ? [] : energyChanges(record, baselineRecord),
    life: siblings.map((one) => ({
      id: one.id,
      points: lifeCurve(one, coefficientsFor(record, one.platform), battery, rates(one.conditions.rateHz)),
    })),
    coefficients: inFocus.flatMap((one) => {
      const uses = coefficientUses(one, coefficientsFor(record, one.platform), boards.get(one.platform));
      return uses.length === 0 ? [] : [{ id: one.id, uses }];
    }),
  };
}

/**
 * Ids of the entries to show in detail, in the order of models: one a model, its first by sparsity and number format, on the
 * platform that takes least energy and is up to it. `wanted`: a text that their ids contain.
 */
export function focusOf(
  record: BenchmarkRecord,
  boards: ReadonlyMap<string, Board>,
  wanted?: string,
): string[] {
  const { entries } = record;
  const rows = costRows(record, boards, { capacityMah: 1, voltageV: 1 });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const asked = wanted === undefined ? entries : entries.filter(({ id }) => id.includes(wanted));
  const models = [...new Set(asked.map(({ model }) => model))];
  const rank = (entry: Entry) => {
    const { fits, period, energyUj } = byId.get(entry.id)!;
    const unfit = Number(fits === false) + Number(period?.inTime === "no");
    return [entry.sparsity, PRECISION_ORDER.indexOf(entry.precision), unfit, energyUj?.value ?? Infinity];
  };
  return models.slice(0, MOST_FOCUS).map((model) => {
    const own = asked.filter((entry) => entry.model === model);
    return own.toSorted((a, b) => compareLists(rank(a), rank(b)))[0]!.id;
  });
}

const PRECISION_ORDER: readonly string[] = ["fp32", "fp16", "int8", "int4"];

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function isSibling(a: Entry, b: Entry): boolean {
  return a.model === b.model && a.precision === b.precision && a.sparsity === b.sparsity && a.task === b.task;
}

function energyTree(
  entry: Entry,
  record: BenchmarkRecord,
  details: Record<string, EntryDetail>,
): EnergyTree[] {
  const groups = groupsOf(entry, coefficientsFor(record, entry.platform));
  if (groups === null || entry.energyUj === undefined) return [];
  const detail = Object.hasOwn(details, entry.id) ? details[entry.id]! : null;
  return [
    {
      id: entry.id,
      energyUj: entry.energyUj.value,
      groups,
      layers: detail === null || detail.layers.length === 0 ? null : detail.layers,
      unfolds: detail?.unfolds ?? null,
    },
  ];
}

/** From a hundredth of the entry's rate to a hundred times it, and that rate itself. */
function rates(rateHz: number): number[] {
  return Array.from({ length: CURVE_POINTS }, (_, i) => rateHz * 10 ** ((4 * i) / (CURVE_POINTS - 1) - 2));
}
