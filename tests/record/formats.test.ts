// Formats of other tools, field by field as those tools document them; formats-in-tools.test.ts has the tools read them. Bencher's
// fields are those of its published schema, https://bencher.dev/bmf.json.

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { formatRecord, historyCsv } from "../../bindings/record/formats/formats.ts";
import { historyLines } from "../../bindings/record/history.ts";
import type { HistoryLine } from "../../bindings/record/schema.ts";
import { entry, madeOfAllKinds, reading, record, scored, twoDays } from "./made-records.ts";

const exactly = (value: number) => ({ value, min: value, max: value });

/** An entry with every quantity there is. */
const complete = () => entry({ instructions: exactly(5000), cycles: exactly(6000) });

describe("github-action-benchmark", () => {
  const benchmark = z.strictObject({
    name: z.string(),
    unit: z.string(),
    value: z.number(),
    range: z.string().regex(/^± [\d.e+-]+$/),
    extra: z.string(),
  });
  const read = (made: ReturnType<typeof record>, direction: "smaller" | "bigger") =>
    z.array(benchmark).parse(JSON.parse(formatRecord(made, `github-action-${direction}`)));

  it("has one direction a file", () => {
    const [smaller, bigger] = [read(madeOfAllKinds(), "smaller"), read(madeOfAllKinds(), "bigger")];
    expect([smaller.length, bigger.length]).toEqual([15, 1]);
    expect(smaller[0]).toEqual({
      name: "net/nrf52840/fp32/0 energyUj",
      unit: "µJ",
      value: 100,
      range: "± 20",
      extra: "measured, 90 % interval",
    });
    expect(bigger[0]).toEqual({
      name: "net/nrf52840/fp32/0/wand balancedAccuracy",
      unit: "balancedAccuracy",
      value: 0.9,
      range: "± 0.05",
      extra: "model, 90 % interval",
    });
    expect(new Set(smaller.map(({ name }) => name)).size).toBe(15);
  });

  it("names the unit of every quantity", () => {
    expect(read(record([complete()]), "smaller").map(({ name, unit }) => [name.split(" ")[1], unit])).toEqual(
      [
        ["energyUj", "µJ"],
        ["averagePowerMw", "mW"],
        ["latencyMs", "ms"],
        ["memoryKb", "KiB"],
        ["flashKb", "KiB"],
        ["instructions", "instructions"],
        ["cycles", "cycles"],
      ],
    );
  });

  it("has errors among what is better when smaller", () => {
    const made = record([
      entry({ accuracy: { metric: "mse", better: "lower", value: 3, min: 2, max: 5, n: 9 } }),
    ]);
    expect(read(made, "smaller").at(-1)).toMatchObject({ unit: "mse", value: 3, range: "± 2" });
    expect(read(made, "bigger")).toEqual([]);
  });

  it("has the larger side of an interval, in four digits", () => {
    const rangeOf = (min: number, max: number) =>
      read(record([entry({ energyUj: { value: 10, min, max } })]), "smaller")[0]!.range;
    expect([rangeOf(9, 14), rangeOf(5, 11), rangeOf(10, 10 + 1 / 3)]).toEqual(["± 4", "± 5", "± 0.3333"]);
  });

  it("is a text of lines that ends with one", () => {
    expect(formatRecord(record(), "github-action-bigger")).toBe("[]\n");
    expect(formatRecord(record(), "github-action-smaller")).toMatch(/^\[\n {2}\{\n {4}"name": /);
  });
});

describe("Bencher", () => {
  it("has its fields, with units in the measures", () => {
    const metric = z.strictObject({ value: z.number(), lower_value: z.number(), upper_value: z.number() });
    const slug = z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      .max(64);
    const bmf = z
      .record(z.string().min(1).max(1024), z.record(slug, metric))
      .parse(JSON.parse(formatRecord(madeOfAllKinds(), "bencher")));
    expect(Object.keys(bmf["net/nrf52840/fp32/0/wand"]!)).toEqual([
      "energy-uj",
      "average-power-mw",
      "latency-ms",
      "memory-kb",
      "flash-kb",
      "balanced-accuracy",
    ]);
    expect(bmf["net/nrf52840/fp32/0"]!["energy-uj"]).toEqual({
      value: 100,
      lower_value: 80,
      upper_value: 120,
    });
    expect(bmf["net/nrf52840/fp32/0/wand"]!["balanced-accuracy"]).toEqual({
      value: 0.9,
      lower_value: 0.85,
      upper_value: 0.93,
    });
  });

  it("takes for a hyphen what no slug may hold", () => {
    const accuracy = { metric: "top  3 hits", better: "higher" as const, ...exactly(1), n: 1 };
    const bmf = JSON.parse(formatRecord(record([entry({ accuracy })]), "bencher"));
    expect(Object.keys(bmf["net/nrf52840/fp32/0"]).at(-1)).toBe("top-3-hits");
  });
});

describe("Google Benchmark", () => {
  const read = (made: ReturnType<typeof record>) => JSON.parse(formatRecord(made, "google-benchmark"));

  it("has what made the record as its context", () => {
    expect(read(record()).context).toEqual({
      date: "2026-01-31T12:00:00.000Z",
      host_name: "linux x64",
      executable: "liquid-edge 0.1.0",
      num_cpus: 1,
      mhz_per_cpu: 0,
      cpu_scaling_enabled: false,
      caches: [],
      load_avg: [],
      library_build_type: "release",
    });
  });

  it("has every reading of a latency as a repetition, other figures as counters", () => {
    const { latencyMs: _, ...none } = entry({ model: "a" });
    const measured = entry({ model: "b", kind: "measured", latencyMs: reading(2, { samples: [1, 3] }) });
    const common = {
      name: "b/nrf52840/fp32/0",
      family_index: 1,
      per_family_instance_index: 0,
      run_name: "b/nrf52840/fp32/0",
      run_type: "iteration",
      repetitions: 2,
      threads: 1,
      iterations: 1,
      time_unit: "ms",
      energyUj: 100,
      averagePowerMw: 10,
      memoryKb: 16,
      flashKb: 32,
    };
    expect(read(record([none, measured])).benchmarks).toEqual([
      { ...common, repetition_index: 0, real_time: 1, cpu_time: 1 },
      { ...common, repetition_index: 1, real_time: 3, cpu_time: 3 },
    ]);
    expect(read(record()).benchmarks).toMatchObject([{ repetitions: 1, real_time: 1 }]);
  });
});

describe("OpenMetrics", () => {
  it("is text in base units, a family a quantity", () => {
    const labels = 'model="net",platform="nrf52840",precision="fp32",sparsity="0",kind="model"';
    const family = (name: string, unit: string, help: string, [typ, min, max]: [string, string, string]) => [
      `# TYPE ${name}_${unit} gauge`,
      `# UNIT ${name}_${unit} ${unit}`,
      `# HELP ${name}_${unit} ${help}`,
      `${name}_${unit}{${labels},bound="typ"} ${typ}`,
      `${name}_${unit}{${labels},bound="min"} ${min}`,
      `${name}_${unit}{${labels},bound="max"} ${max}`,
    ];
    const thrice = (text: string): [string, string, string] => [text, text, text];
    expect(formatRecord(record([complete()]), "openmetrics").split("\n")).toEqual([
      ...family("liquid_edge_energy", "joules", "Energy of one inference.", [
        "1.000000000e-4",
        "8.000000000e-5",
        "1.200000000e-4",
      ]),
      ...family("liquid_edge_average_power", "watts", "Average power over a period.", [
        "1.000000000e-2",
        "8.000000000e-3",
        "1.200000000e-2",
      ]),
      ...family("liquid_edge_latency", "seconds", "Latency of one inference.", [
        "1.000000000e-3",
        "8.000000000e-4",
        "1.200000000e-3",
      ]),
      ...family("liquid_edge_memory", "bytes", "RAM of the network.", thrice("1.638400000e+4")),
      ...family("liquid_edge_flash", "bytes", "Flash of the network.", thrice("3.276800000e+4")),
      ...family(
        "liquid_edge_executed",
        "instructions",
        "Instructions of one inference.",
        thrice("5.000000000e+3"),
      ),
      ...family("liquid_edge_executed", "cycles", "Cycles of one inference.", thrice("6.000000000e+3")),
      "# EOF",
      "",
    ]);
  });

  it("has what tasks were scored by, and the task among the labels", () => {
    const lines = formatRecord(record([entry(), scored()]), "openmetrics").split("\n");
    const labels = 'model="net",platform="nrf52840",precision="fp32",sparsity="0",task="wand",kind="model"';
    expect(lines.slice(-7)).toEqual([
      "# TYPE liquid_edge_quality gauge",
      "# HELP liquid_edge_quality Metric of a task.",
      `liquid_edge_quality{${labels},metric="balancedAccuracy",bound="typ"} 9.000000000e-1`,
      `liquid_edge_quality{${labels},metric="balancedAccuracy",bound="min"} 8.500000000e-1`,
      `liquid_edge_quality{${labels},metric="balancedAccuracy",bound="max"} 9.300000000e-1`,
      "# EOF",
      "",
    ]);
    expect(lines.filter((line) => line.startsWith("# TYPE"))).toHaveLength(6);
  });

  it("escapes what would end a label: backslash, quote and line feed", () => {
    const text = formatRecord(record([entry({ model: '\\ " \n"\\' })]), "openmetrics");
    expect(text).toContain('model="\\\\ \\" \\n\\"\\\\",');
  });
});

describe("CSV for Apache Otava", () => {
  it("is a row a run, and no formula", () => {
    expect(historyCsv(twoDays(), scored().id)).toBe(
      [
        "time,commit,version,energyUj,averagePowerMw,latencyMs,memoryKb,flashKb,balancedAccuracy",
        `2026-01-01T00:00:00.000Z,${"a".repeat(40)},'=cmd(),100,10,1,16,32,0.9`,
        `2026-01-02T00:00:00.000Z,${"a".repeat(40)},'=cmd(),100,10,1,16,32,0.9`,
        "",
      ].join("\n"),
    );
  });

  it("has a column for each figure that any run has, and an empty cell where one lacks it", () => {
    const line = (rest: Partial<HistoryLine>): HistoryLine => ({
      format: "liquid-edge/history@1",
      at: "2026-01-01T00:00:00Z",
      commit: null,
      version: null,
      id: "net",
      kind: "model",
      ...rest,
    });
    const score = (metric: string) => ({ metric, better: "higher" as const, ...exactly(0.5), n: 2 });
    const csv = historyCsv(
      [
        line({ latencyMs: exactly(2), accuracy: score("f1") }),
        line({ cycles: exactly(7), accuracy: score("accuracy") }),
        line({}),
      ],
      "net",
    );
    expect(csv.split("\n")).toEqual([
      "time,commit,version,latencyMs,cycles,f1,accuracy",
      "2026-01-01T00:00:00Z,,,2,,0.5,",
      "2026-01-01T00:00:00Z,,,,7,,0.5",
      "2026-01-01T00:00:00Z,,,,,,",
      "",
    ]);
    expect(historyCsv([line({})], "other")).toBe("time,commit,version\n");
  });

  it.each([
    ["a,b", '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ["two\nlines", '"two\nlines"'],
    ["a\rb", '"a\rb"'],
    ["+1", "'+1"],
    ["@me", "'@me"],
    ["\tx", "'\tx"],
    ["\rx", '"\'\rx"'],
    ["-x", "'-x"],
    ["-1", "-1"],
    ["a=b", "a=b"],
    ["1-x", "1-x"],
  ])("quotes by RFC 4180 and disarms formulas: %j", (version, cell) => {
    const lines = historyLines({ ...record(), version });
    expect(historyCsv(lines, entry().id)).toContain(`,${"a".repeat(40)},${cell},100,`);
  });
});
