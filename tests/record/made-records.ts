// Records for tests, small and made by hand.

import type { BenchmarkRecord, Entry, Reading } from "../../bindings/record/record.ts";
import { entryId } from "../../bindings/record/record.ts";

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
