// Networks to choose from: the records of a sweep, taken together over the seeds of one network, as one board sees them.

import { studentQuantile } from "../statistics/distributions.ts";
import { summarise } from "../statistics/samples.ts";
import { type Objective, paretoFront } from "./pareto.ts";
import type { SweepRecord } from "./record.ts";

/** A network in one number format on one board: mean over seeds. */
export interface Candidate {
  /** `describeCell`, e.g. `cfc 32`. */
  cell: SweepRecord["cell"];
  sparsity: number;
  /** Absent: 4x1 blocks, or dense. */
  pattern?: NonNullable<SweepRecord["pattern"]>;
  precision: SweepRecord["precision"];
  /** Trained for its integers where that was better. */
  aware: boolean;
  platform: string;
  seeds: number[];
  metric: {
    name: string;
    better: "higher" | "lower";
    mean: number;
    /** Standard deviation over seeds; 0 for a single one. */
    deviation: number;
    /** 95 % interval of the mean over seeds (Student); of a single seed that of its test set. */
    min: number;
    max: number;
    /** By seed, in the order of `seeds`. */
    values: number[];
  };
  /** One time step; typical value and 90 % interval of the estimate, means over seeds. */
  energyUj: { typ: number; min: number; max: number };
  latencyUs: { typ: number; min: number; max: number };
  /** Trainable numbers that are left after pruning. */
  parameters: number;
  ramBytes: number;
  flashBytes: number;
  fits: boolean;
  realTime: boolean;
}

/** Its number format in a table: `int4 aware`. */
export const formatOf = ({ precision, aware }: Candidate): string =>
  aware ? `${precision} aware` : precision;

/** Candidates by board, in the order of the records. */
export function candidatesOf(records: readonly SweepRecord[]): Map<string, Candidate[]> {
  const groups = new Map<string, SweepRecord[]>();
  for (const record of records) {
    const { cell, sparsity, pattern, precision, aware, data, split } = record;
    const key = JSON.stringify([cell, sparsity, pattern, precision, aware, data.sha256, split]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const boards = new Map<string, Candidate[]>();
  for (const group of groups.values()) {
    for (const { platform } of group[0]!.platforms) {
      const candidate = candidateOf(group, platform);
      if (candidate === null) continue;
      const list = boards.get(platform);
      if (list === undefined) boards.set(platform, [candidate]);
      else list.push(candidate);
    }
  }
  return boards;
}

/** Metrics from 0 to 1. */
const SHARES = new Set(["accuracy", "balancedAccuracy", "f1", "auc", "averagePrecision"]);

/** Null when a seed could not be costed there. */
function candidateOf(group: readonly SweepRecord[], platform: string): Candidate | null {
  const costs = group.map(({ platforms }) => platforms.find((each) => each.platform === platform));
  if (costs.some((cost) => cost === undefined)) return null;
  const there = costs.map((cost) => cost!);
  const { cell, sparsity, pattern, precision, aware = false, metric } = group[0]!;
  const values = group.map((record) => record.metric.value);
  const { n, mean, variance } = summarise(values);
  // No share lies beyond 0 and 1, though the interval of few seeds may.
  const within = (bound: number) => (SHARES.has(metric.name) ? Math.min(1, Math.max(0, bound)) : bound);
  const half = n < 2 ? 0 : studentQuantile(0.05, n - 1) * Math.sqrt(variance / n);
  const average = (pick: (cost: (typeof there)[number]) => number) => summarise(there.map(pick)).mean;
  const interval = (name: "energyUj" | "latencyUs") => ({
    typ: average((cost) => cost[name].typ),
    min: average((cost) => cost[name].min),
    max: average((cost) => cost[name].max),
  });
  return {
    cell,
    sparsity,
    ...(pattern === undefined ? {} : { pattern }),
    precision,
    aware,
    platform,
    seeds: group.map(({ seed }) => seed),
    metric: {
      name: metric.name,
      better: metric.better,
      mean,
      deviation: Math.sqrt(variance),
      min: n < 2 ? metric.min : within(mean - half),
      max: n < 2 ? metric.max : within(mean + half),
      values,
    },
    energyUj: interval("energyUj"),
    latencyUs: interval("latencyUs"),
    parameters: summarise(group.map(({ parameters }) => parameters)).mean,
    ramBytes: average((cost) => cost.ramBytes ?? 0),
    flashBytes: average((cost) => cost.flashBytes ?? 0),
    fits: there.every(({ fits }) => fits !== false),
    realTime: there.every(({ realTime }) => realTime),
  };
}

export type Cost = "energy" | "latency" | "ram" | "flash";

export const COSTS: Readonly<Record<Cost, (candidate: Candidate) => number>> = {
  energy: ({ energyUj }) => energyUj.typ,
  latency: ({ latencyUs }) => latencyUs.typ,
  ram: ({ ramBytes }) => ramBytes,
  flash: ({ flashBytes }) => flashBytes,
};

/** A cost and the metric, the two that a front weighs. */
export function objectivesOf(
  cost: Cost,
  better: "higher" | "lower",
): [Objective<Candidate>, Objective<Candidate>] {
  return [
    { value: COSTS[cost], better: "lower" },
    { value: ({ metric }) => metric.mean, better },
  ];
}

/** The front of one board's candidates that fit it. */
export function frontOf(candidates: readonly Candidate[], cost: Cost) {
  const fitting = candidates.filter(({ fits }) => fits);
  const better = fitting[0]?.metric.better ?? "higher";
  return {
    ...paretoFront(fitting, objectivesOf(cost, better)),
    unfit: candidates.filter(({ fits }) => !fits),
  };
}
