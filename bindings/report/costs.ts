// What each entry of a record costs, beside the limits of its platform: one row an entry, the numbers of the hardware
// comparison, the real-time budget, the battery life and the memory map.

import type { Board } from "../board/board.ts";
import { outcomeOf } from "../estimate/simulate.ts";
import type { BenchmarkRecord, Entry, Reading } from "../record/record.ts";
import { type Coefficients, coefficientsFor } from "./coefficients.ts";

/** A value with its 90 % interval; the unit stands in the name of what holds it. */
export type Span = Pick<Reading, "value" | "min" | "max">;

export interface CostRow {
  id: string;
  /** Model, number format, sparsity and task: what the same row of another platform shares. */
  network: string;
  model: string;
  platform: string;
  kind: Entry["kind"];
  operatingPoint: string;
  rateHz: number;
  energyUj: Span | null;
  averagePowerMw: Span | null;
  latencyMs: Span | null;
  memoryKb: number | null;
  flashKb: number | null;
  /** The platform's, of 1,024 bytes; null for a platform that is none of ours. */
  ramLimitKb: number | null;
  flashLimitKb: number | null;
  fits: boolean | null;
  task: string | null;
  accuracy: NonNullable<Entry["accuracy"]> | null;
  period: PeriodBudget | null;
  /** Typical share of a period's energy that waiting takes, 0 to 1. */
  idleEnergyShare: number | null;
  batteryHours: Span | null;
}

/** One control period: wake-up, inference, and what is left. */
export interface PeriodBudget {
  periodMs: number;
  wakeMs: Span;
  latencyMs: Span;
  /** (wake-up + latency) / period. */
  utilisation: Span;
  /** 1 / (wake-up + latency); `min` is the rate that even the upper ends keep. */
  maxRateHz: Span;
  inTime: "yes" | "likely" | "no";
}

export interface Battery {
  capacityMah: number;
  voltageV: number;
}

export interface RatePoint {
  rateHz: number;
  days: number;
}

/** A row for each entry, in the record's order. */
export function costRows(
  record: BenchmarkRecord,
  boards: ReadonlyMap<string, Board>,
  battery: Battery,
): CostRow[] {
  return record.entries.map((entry) => {
    const board = boards.get(entry.platform);
    const memoryKb = entry.memoryKb?.value ?? null;
    const flashKb = entry.flashKb?.value ?? null;
    const ramLimitKb = board === undefined ? null : board.memory.ramBytes / 1024;
    const flashLimitKb = board === undefined ? null : board.memory.flashBytes / 1024;
    const known = memoryKb !== null && flashKb !== null && ramLimitKb !== null && flashLimitKb !== null;
    return {
      id: entry.id,
      network: networkLabel(entry),
      model: entry.model,
      platform: entry.platform,
      kind: entry.kind,
      operatingPoint: entry.conditions.operatingPoint,
      rateHz: entry.conditions.rateHz,
      energyUj: spanOf(entry.energyUj),
      averagePowerMw: spanOf(entry.averagePowerMw),
      latencyMs: spanOf(entry.latencyMs),
      memoryKb,
      flashKb,
      ramLimitKb,
      flashLimitKb,
      fits: known ? memoryKb <= ramLimitKb && flashKb <= flashLimitKb : null,
      task: entry.task,
      accuracy: entry.accuracy ?? null,
      period: periodOf(entry, coefficientsFor(record, entry.platform)),
      idleEnergyShare:
        outcomeAt(entry, coefficientsFor(record, entry.platform), entry.conditions.rateHz)?.idleEnergyShare ??
        null,
      batteryHours: batteryHours(entry, battery),
    };
  });
}

/** "sine int8, 75 % pruned, on sine" */
export function networkLabel({
  model,
  precision,
  sparsity,
  task,
}: Pick<Entry, "model" | "precision" | "sparsity" | "task">): string {
  const pruned = sparsity === 0 ? "" : `, ${Number((100 * sparsity).toPrecision(4))} % pruned`;
  return `${model} ${precision}${pruned}${task === null || task === model ? "" : `, on ${task}`}`;
}

function periodOf({ latencyMs, conditions }: Entry, coefficients: Coefficients | null): PeriodBudget | null {
  if (latencyMs === undefined) return null;
  const [value, min, max] = coefficients?.get("wakeUs") ?? [0, 0, 0];
  const wakeMs = { value: value / 1e3, min: min / 1e3, max: max / 1e3 };
  const periodMs = 1e3 / conditions.rateHz;
  const busy = (end: keyof Span) => wakeMs[end] + latencyMs[end];
  const utilisation = {
    value: busy("value") / periodMs,
    min: busy("min") / periodMs,
    max: busy("max") / periodMs,
  };
  return {
    periodMs,
    wakeMs,
    latencyMs: spanOf(latencyMs)!,
    utilisation,
    maxRateHz: { value: 1e3 / busy("value"), min: 1e3 / busy("max"), max: 1e3 / busy("min") },
    inTime: utilisation.max <= 1 ? "yes" : utilisation.value <= 1 ? "likely" : "no",
  };
}

function batteryHours({ averagePowerMw }: Entry, { capacityMah, voltageV }: Battery): Span | null {
  if (averagePowerMw === undefined || averagePowerMw.min <= 0) return null;
  const hours = (powerMw: number) => (capacityMah * voltageV) / powerMw;
  const { value, min, max } = averagePowerMw;
  return { value: hours(value), min: hours(max), max: hours(min) };
}

/**
 * Days on a battery at each of `ratesHz` that the platform can keep, from typical coefficients; empty where the record has
 * none. At the entry's own rate this is its battery life.
 */
export function lifeCurve(
  entry: Entry,
  coefficients: Coefficients | null,
  { capacityMah, voltageV }: Battery,
  ratesHz: readonly number[],
): RatePoint[] {
  return ratesHz.flatMap((rateHz) => {
    const outcome = outcomeAt(entry, coefficients, rateHz);
    return outcome === null || outcome.utilisation > 1 || outcome.averagePowerUw <= 0
      ? []
      : [{ rateHz, days: (capacityMah * voltageV * 1000) / outcome.averagePowerUw / 24 }];
  });
}

/** Power of a period at another rate, from typical coefficients; null where the record lacks them. */
function outcomeAt(entry: Entry, coefficients: Coefficients | null, rateHz: number) {
  const latencyMs = entry.latencyMs?.value;
  if (coefficients === null || latencyMs === undefined) return null;
  const typical = (name: string) => coefficients.get(name)?.[0];
  const [activeMa, supplyV] = [typical("activeCurrentMa"), typical("supplyV")];
  if (activeMa === undefined || supplyV === undefined) return null;
  const wakeUs = typical("wakeUs") ?? 0;
  const latencyUs = latencyMs * 1e3;
  // A clock of 1 MHz makes cycles of microseconds. Busy waiting draws the active current.
  const conditions = { periodUs: 1e6 / rateHz, supplyV, clockMhz: 1 };
  const outcome = outcomeOf(conditions, latencyUs, activeMa, typical("idleCurrentMa") ?? activeMa, wakeUs);
  return { ...outcome, utilisation: (wakeUs + latencyUs) / conditions.periodUs };
}

export function spanOf(reading: Span | undefined): Span | null {
  return reading === undefined ? null : { value: reading.value, min: reading.min, max: reading.max };
}
