// What may be held against limits: estimates, measured windows of an instrument, latencies, entries of a record.

import type { Estimate } from "../bindings/estimate/estimate.ts";
import type { Interval } from "../bindings/estimate/interval.ts";
import type { MeasuredWindow } from "../bindings/measure/energy-profiler.ts";
import type { Latency } from "../bindings/measure/latency.ts";
import type { Entry, Reading } from "../bindings/record/record.ts";
import type { Aspect } from "./advice.ts";

/** Anything with figures. */
export type Costs = Estimate | MeasuredWindow | Latency | Entry;

/** Figures with their units; `jitterMs` is the standard deviation of latencies, `worstMs` the longest one. */
export const FIGURES = {
  energyUj: { what: "energy an inference", unit: "µJ", aspect: "cycles" },
  averagePowerMw: { what: "mean power", unit: "mW", aspect: "power" },
  peakPowerMw: { what: "peak power", unit: "mW", aspect: "power" },
  latencyMs: { what: "latency", unit: "ms", aspect: "cycles" },
  worstMs: { what: "worst latency", unit: "ms", aspect: "cycles" },
  jitterMs: { what: "jitter", unit: "ms", aspect: "cycles" },
  ramKb: { what: "RAM", unit: "KB", aspect: "ram" },
  flashKb: { what: "flash", unit: "KB", aspect: "flash" },
} as const satisfies Record<string, { what: string; unit: string; aspect: Aspect }>;
/** `energyUj`, `averagePowerMw`, `peakPowerMw`, `latencyMs`, `worstMs`, `jitterMs`, `ramKb` or `flashKb`. */
export type FigureName = keyof typeof FIGURES;

export interface Figures {
  /** Platform, label or id: how messages call it. */
  subject: string;
  figures: Partial<Record<FigureName, Interval>>;
  estimate: Estimate | null;
  /** What a message calls where the figures come from. */
  kind: string;
}

/** The figures of what a matcher was given. Throws a TypeError for anything else. */
export function figuresOf(costs: unknown): Figures {
  if (typeof costs !== "object" || costs === null) throw wrong(costs);
  if ("breakdown" in costs && "operatingPoint" in costs) return ofEstimate(costs as Estimate);
  if ("energyPerInferenceUj" in costs) return ofWindow(costs as unknown as MeasuredWindow);
  if ("rounds" in costs && "latencyUs" in costs) return ofLatency(costs as Latency);
  if ("modelHash" in costs && "kind" in costs) return ofEntry(costs as Entry);
  throw wrong(costs);
}

function wrong(found: unknown): TypeError {
  const what = Array.isArray(found) ? "an array" : found === null ? "null" : typeof found;
  return new TypeError(
    `expected an estimate, a measured window, a latency (measureLatency, latencyOf) or an entry of a record, found ${what}`,
  );
}

function ofEstimate(estimate: Estimate): Figures {
  const { platform, precision, energyUj, averagePowerUw, peakPowerUw, latencyUs, ramBytes, flashBytes } =
    estimate;
  return {
    subject: `${platform}${precision === null ? "" : `, ${precision}`}`,
    kind: "estimated",
    estimate,
    figures: {
      energyUj,
      averagePowerMw: scaled(averagePowerUw, 1e-3),
      peakPowerMw: scaled(peakPowerUw, 1e-3),
      latencyMs: scaled(latencyUs, 1e-3),
      ...(ramBytes === null ? {} : { ramKb: exactly(ramBytes / 1024) }),
      ...(flashBytes === null ? {} : { flashKb: exactly(flashBytes / 1024) }),
    },
  };
}

function ofWindow(window: MeasuredWindow): Figures {
  const { report, energyPerInferenceUj } = window;
  const seconds = report.windows.reduce((sum, one) => sum + one.durationSeconds / one.inferences, 0);
  return {
    subject: window.label,
    kind: "measured",
    estimate: null,
    figures: {
      energyUj: report.medianRangeUj ?? exactly(energyPerInferenceUj),
      averagePowerMw: exactly(window.averagePowerMw),
      peakPowerMw: exactly(window.peakPowerMw),
      latencyMs: exactly((1000 * seconds) / report.windows.length),
    },
  };
}

function ofLatency({ rounds, latencyUs }: Latency): Figures {
  return {
    subject: `${rounds} rounds`,
    kind: "measured",
    estimate: null,
    figures: {
      latencyMs: exactly(latencyUs.mean / 1000),
      worstMs: exactly(latencyUs.max / 1000),
      jitterMs: exactly(latencyUs.jitter / 1000),
    },
  };
}

function ofEntry(entry: Entry): Figures {
  const { id, kind, energyUj, averagePowerMw, latencyMs, memoryKb, flashKb } = entry;
  const given = { energyUj, averagePowerMw, latencyMs, ramKb: memoryKb, flashKb };
  const figures = Object.entries(given).flatMap(([name, reading]) =>
    reading === undefined ? [] : [[name, intervalOf(reading)]],
  );
  return { subject: id, kind, estimate: null, figures: Object.fromEntries(figures) };
}

function intervalOf({ value, min, max }: Reading): Interval {
  return { typ: value, min, max };
}

function exactly(value: number): Interval {
  return { typ: value, min: value, max: value };
}

function scaled({ typ, min, max }: Interval, factor: number): Interval {
  return { typ: typ * factor, min: min * factor, max: max * factor };
}
