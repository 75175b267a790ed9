// Records for tests, small and made by hand.

import { type Comparison, type GateResult, STATES } from "../../bindings/record/gate.ts";
import { historyLines } from "../../bindings/record/history.ts";
import { type BenchmarkRecord, type Entry, entryId, type Reading } from "../../bindings/record/record.ts";
import type { HistoryLine } from "../../bindings/record/schema.ts";

export const HASH = "0".repeat(64);

export function reading(value: number, rest: Partial<Reading> = {}): Reading {
  return { value, min: value * 0.8, max: value * 1.2, ...rest };
}

export function entry(overrides: Partial<Entry> = {}): Entry {
  const one: Entry = {
    id: "",
    model: "net",
    platform: "nrf52840",
    precision: "fp32",
    sparsity: 0,
    task: null,
    kind: "model",
    modelHash: HASH,
    imageHash: HASH,
    conditions: { operatingPoint: "64mhz-dcdc", rateHz: 100, steps: 1 },
    energyUj: reading(100),
    averagePowerMw: reading(10),
    latencyMs: reading(1),
    memoryKb: { value: 16, min: 16, max: 16 },
    flashKb: { value: 32, min: 32, max: 32 },
    ...overrides,
  };
  return { ...one, id: entryId(one) };
}

export function record(
  entries: readonly Entry[] = [entry()],
  overrides: Partial<BenchmarkRecord> = {},
): BenchmarkRecord {
  return {
    format: "liquid-edge/record@1",
    suite: "made",
    version: null,
    createdAt: "2026-01-31T12:00:00.000Z",
    tool: { name: "liquid-edge", version: "0.1.0" },
    git: { commit: "a".repeat(40), dirty: false },
    coreHash: HASH,
    environment: { node: "v20.0.0", os: "linux x64" },
    platforms: {},
    entries: [...entries],
    skipped: [],
    ...overrides,
  };
}

/** A name with what breaks quotes, lines, markup, terminals, spreadsheets and encodings. */
export const HOSTILE = 'a"b\\c\nd<e>&\u0007\u001b[31m,=1+1\ud800';

/** An entry with a task and how well it did. */
export function scored(): Entry {
  return entry({
    task: "wand",
    accuracy: { metric: "balancedAccuracy", better: "higher", value: 0.9, min: 0.85, max: 0.93, n: 200 },
  });
}

/** A measured entry, one with a hostile name, and a scored one. */
export function madeOfAllKinds(): BenchmarkRecord {
  return record([
    entry({ kind: "measured", latencyMs: reading(1, { samples: [0.9, 1, 1.1] }) }),
    entry({ model: HOSTILE }),
    scored(),
  ]);
}

/** The history of two days, of the scored entry and the hostile one. */
export function twoDays(): HistoryLine[] {
  return [1, 2].flatMap((day) =>
    historyLines({
      ...record([scored(), entry({ model: HOSTILE })]),
      createdAt: `2026-01-0${day}T00:00:00.000Z`,
      version: "=cmd()",
    }),
  );
}

/** A comparison of which nothing is said but what `rest` says. */
export function comparison(rest: Partial<Comparison>): Comparison {
  const nothing = { baseline: null, current: null, change: null, changeMin: null, changeMax: null, why: "" };
  return { id: "net/nrf52840/fp32/0", quantity: "energyUj", state: "same", ...nothing, ...rest };
}

/** What a gate that found these comparisons would answer. */
export function gateResult(comparisons: Comparison[]): GateResult {
  const counts = Object.fromEntries(
    STATES.map((state) => [state, comparisons.filter((one) => one.state === state).length]),
  ) as GateResult["counts"];
  return { comparisons, counts, compared: comparisons.length, expected: comparisons.length, verdict: "pass" };
}
