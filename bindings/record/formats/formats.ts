// Records as other tools read them. docs/baselines.md says which tool takes which.

import { type BenchmarkRecord, type Entry, QUANTITIES, type Quantity, type Reading } from "../record.ts";
import type { HistoryLine } from "../schema.ts";

/** Formats of a record; `github-action` has one file a direction, because its readers know one direction a file. */
export const FORMATS = [
  "github-action-smaller",
  "github-action-bigger",
  "bencher",
  "google-benchmark",
  "openmetrics",
] as const;
export type Format = (typeof FORMATS)[number];

const UNITS: Record<Quantity, string> = {
  energyUj: "µJ",
  averagePowerMw: "mW",
  latencyMs: "ms",
  memoryKb: "KiB",
  flashKb: "KiB",
  instructions: "instructions",
  cycles: "cycles",
};

/** The record as a text of the format. */
export function formatRecord(record: BenchmarkRecord, format: Format): string {
  switch (format) {
    case "github-action-smaller":
      return json(customBenchmarks(record, "lower"));
    case "github-action-bigger":
      return json(customBenchmarks(record, "higher"));
    case "bencher":
      return json(bencher(record));
    case "google-benchmark":
      return json(googleBenchmark(record));
    case "openmetrics":
      return openMetrics(record);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readingsOf(entry: Entry): [Quantity, Reading][] {
  return QUANTITIES.flatMap((name): [Quantity, Reading][] => {
    const reading = entry[name];
    return reading === undefined ? [] : [[name, reading]];
  });
}

/** github-action-benchmark and Nyrkiö: customSmallerIsBetter or customBiggerIsBetter. */
function customBenchmarks({ entries }: BenchmarkRecord, better: "lower" | "higher") {
  return entries.flatMap((entry) => {
    const { id, kind, accuracy } = entry;
    const extra = `${kind}, 90 % interval`;
    const costs = better === "higher" ? [] : readingsOf(entry);
    const all = costs.map(([quantity, { value, min, max }]) => ({
      name: `${id} ${quantity}`,
      unit: UNITS[quantity],
      value,
      range: spread(value, min, max),
      extra,
    }));
    if (accuracy?.better !== better) return all;
    const { metric, value, min, max } = accuracy;
    return [...all, { name: `${id} ${metric}`, unit: metric, value, range: spread(value, min, max), extra }];
  });
}

/** Readers take one number behind the sign: the larger of both sides. */
function spread(value: number, min: number, max: number): string {
  return `± ${Number(Math.max(max - value, value - min).toPrecision(4))}`;
}

/** Bencher Metric Format. It knows no units, so the name of a measure holds it. */
function bencher({ entries }: BenchmarkRecord) {
  const measure = ({ value, min, max }: { value: number; min: number; max: number }) => ({
    value,
    lower_value: min,
    upper_value: max,
  });
  return Object.fromEntries(
    entries.map((entry) => [
      entry.id,
      Object.fromEntries([
        ...readingsOf(entry).map(([quantity, reading]) => [kebab(quantity), measure(reading)] as const),
        ...(entry.accuracy === undefined
          ? []
          : [[kebab(entry.accuracy.metric), measure(entry.accuracy)] as const]),
      ]),
    ]),
  );
}

function kebab(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Google Benchmark's JSON: latencies, every reading as a repetition, so that compare.py can test them. */
function googleBenchmark({ createdAt, tool, environment, entries }: BenchmarkRecord) {
  return {
    context: {
      date: createdAt,
      host_name: environment.os,
      executable: `${tool.name} ${tool.version}`,
      num_cpus: 1,
      mhz_per_cpu: 0,
      cpu_scaling_enabled: false,
      caches: [],
      load_avg: [],
      library_build_type: "release",
    },
    benchmarks: entries.flatMap((entry, family) => {
      const latency = entry.latencyMs;
      if (latency === undefined) return [];
      const times = latency.samples ?? [latency.value];
      return times.map((time, repetition) => ({
        name: entry.id,
        family_index: family,
        per_family_instance_index: 0,
        run_name: entry.id,
        run_type: "iteration",
        repetitions: times.length,
        repetition_index: repetition,
        threads: 1,
        iterations: 1,
        real_time: time,
        cpu_time: time,
        time_unit: "ms",
        ...Object.fromEntries(
          readingsOf(entry).flatMap(([quantity, { value }]) =>
            quantity === "latencyMs" ? [] : [[quantity, value]],
          ),
        ),
      }));
    }),
  };
}

/** OpenMetrics: Prometheus and GitLab's metrics report. Base units, as that standard asks. */
const METRICS: Record<Quantity, { name: string; unit: string; factor: number; help: string }> = {
  energyUj: { name: "energy", unit: "joules", factor: 1e-6, help: "Energy of one inference" },
  averagePowerMw: { name: "average_power", unit: "watts", factor: 1e-3, help: "Average power over a period" },
  latencyMs: { name: "latency", unit: "seconds", factor: 1e-3, help: "Latency of one inference" },
  memoryKb: { name: "memory", unit: "bytes", factor: 1024, help: "RAM of the network" },
  flashKb: { name: "flash", unit: "bytes", factor: 1024, help: "Flash of the network" },
  instructions: { name: "executed", unit: "instructions", factor: 1, help: "Instructions of one inference" },
  cycles: { name: "executed", unit: "cycles", factor: 1, help: "Cycles of one inference" },
};

function openMetrics({ entries }: BenchmarkRecord): string {
  const lines: string[] = [];
  for (const quantity of QUANTITIES) {
    const having = entries.filter((entry) => entry[quantity] !== undefined);
    if (having.length === 0) continue;
    const { name, unit, factor, help } = METRICS[quantity];
    const full = `liquid_edge_${name}_${unit}`;
    lines.push(`# TYPE ${full} gauge`, `# UNIT ${full} ${unit}`, `# HELP ${full} ${help}.`);
    for (const entry of having) {
      const { value, min, max } = entry[quantity]!;
      for (const [bound, figure] of Object.entries({ typ: value, min, max })) {
        lines.push(`${full}{${labels({ ...labelsOf(entry), bound })}} ${scaled(figure * factor)}`);
      }
    }
  }
  const scored = entries.filter(({ accuracy }) => accuracy !== undefined);
  if (scored.length > 0)
    lines.push("# TYPE liquid_edge_quality gauge", "# HELP liquid_edge_quality Metric of a task.");
  for (const entry of scored) {
    const { metric, value, min, max } = entry.accuracy!;
    for (const [bound, figure] of Object.entries({ typ: value, min, max })) {
      lines.push(`liquid_edge_quality{${labels({ ...labelsOf(entry), metric, bound })}} ${scaled(figure)}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

function labelsOf({ model, platform, precision, sparsity, task, kind }: Entry): Record<string, string> {
  return { model, platform, precision, sparsity: String(sparsity), ...(task === null ? {} : { task }), kind };
}

function labels(values: Record<string, string>): string {
  const escaped = (text: string) => text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"');
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

/** GitLab compares these as texts: always the same digits. */
function scaled(value: number): string {
  return value.toExponential(9);
}

/**
 * The history of one entry as CSV, which Apache Otava and spreadsheets read: a row a run, a column a figure. Times as
 * Otava parses them.
 */
export function historyCsv(lines: readonly HistoryLine[], id: string): string {
  const own = lines.filter((line) => line.id === id);
  const columns = QUANTITIES.filter((name) => own.some((line) => line[name] !== undefined));
  const metrics = [
    ...new Set(own.flatMap(({ accuracy }) => (accuracy === undefined ? [] : [accuracy.metric]))),
  ];
  const rows = own.map((line) => [
    line.at,
    line.commit ?? "",
    line.version ?? "",
    ...columns.map((name) => String(line[name]?.value ?? "")),
    ...metrics.map((metric) => (line.accuracy?.metric === metric ? String(line.accuracy.value) : "")),
  ]);
  const head = ["time", "commit", "version", ...columns, ...metrics];
  return [head, ...rows].map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

/** Quoted where RFC 4180 asks for it; a text that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
