// The entry of one estimate.

import type { Estimate } from "../estimate/estimate.ts";
import type { Interval } from "../estimate/interval.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Outcomes } from "../evaluate/outcomes.ts";
import { sha256 } from "../sha256.ts";
import { canonicalJson, recorded } from "./canonical.ts";
import { type Accuracy, type Entry, entryId, type PlatformCoefficients, type Reading } from "./record.ts";

/** What an entry says beside the figures of its estimate. */
export type EntryFacts = Pick<Entry, "model" | "precision" | "sparsity" | "task" | "modelHash" | "imageHash">;

/** Metrics of which less is better; of the others more is. */
const LOWER_IS_BETTER = new Set(["mse", "mae"]);

export async function entryOf(
  facts: EntryFacts,
  estimate: Estimate,
  evaluation: Evaluation | null,
  outcomes: Outcomes | null,
): Promise<Entry> {
  const { platform, operatingPoint, steps, realTime, memory, assumed } = estimate;
  const names = { ...facts, platform };
  return {
    id: entryId(names),
    ...names,
    kind: "model",
    conditions: { operatingPoint: operatingPoint.id, rateHz: realTime.rateHz, steps },
    energyUj: readingOf(estimate.energyUj),
    averagePowerMw: readingOf(estimate.averagePowerUw, 1e-3),
    latencyMs: readingOf(estimate.latencyUs, 1e-3),
    ...(memory === null
      ? {}
      : { memoryKb: exactly(memory.ramBytes / 1024), flashKb: exactly(memory.flashBytes / 1024) }),
    ...(evaluation === null ? {} : { accuracy: await accuracyEntry(evaluation, outcomes) }),
    breakdown: breakdownOf(estimate),
    ...(assumed.length === 0 ? {} : { assumed: [...assumed] }),
  };
}

/** The coefficients that estimates of one platform used. */
export async function coefficientsOf(estimates: readonly Estimate[]): Promise<PlatformCoefficients> {
  const coefficients: PlatformCoefficients["coefficients"] = {};
  for (const { coefficients: used, operatingPoint } of estimates) {
    for (const { name, typ, min, max } of used) coefficients[name] = [typ, min, max];
    const { clockHz, supplyV } = operatingPoint;
    coefficients.clockHz = [clockHz, clockHz, clockHz];
    coefficients.supplyV = [supplyV, supplyV, supplyV];
  }
  return { hash: await sha256(canonicalJson(coefficients, 0)), coefficients };
}

function readingOf({ typ, min, max }: Interval, factor = 1): Reading {
  return { value: recorded(typ * factor), min: recorded(min * factor), max: recorded(max * factor) };
}

/** What is known without doubt. */
export function exactly(value: number): Reading {
  return { value, min: value, max: value };
}

/** How well a network did, as an entry has it. */
export async function accuracyEntry({ metric, n }: Evaluation, outcomes: Outcomes | null): Promise<Accuracy> {
  // Right and wrong say how accuracy changes, and nothing exact about other metrics.
  const paired = metric.name === "accuracy" ? outcomes : null;
  return {
    metric: metric.name,
    better: LOWER_IS_BETTER.has(metric.name) ? "lower" : "higher",
    value: recorded(metric.value),
    min: recorded(metric.min),
    max: recorded(metric.max),
    n,
    ...(paired === null ? {} : { outcomes: paired.outcomes, targetsHash: await sha256(paired.targets) }),
  };
}

function breakdownOf({ breakdown, memory }: Estimate): NonNullable<Entry["breakdown"]> {
  const counts = (items: readonly { name: string; count: number }[]) =>
    Object.fromEntries(items.map(({ name, count }) => [name, count]));
  return {
    classes: counts(breakdown.classes),
    kernels: counts(breakdown.kernels),
    ...(breakdown.rows.length === 0 ? {} : { rows: counts(breakdown.rows) }),
    sections: Object.fromEntries(
      (memory?.sections ?? []).map(({ place, section, bytes }) => [`${place}.${section}`, bytes]),
    ),
  };
}
