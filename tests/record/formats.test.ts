// Formats of other tools, read by those tools or by parsers of their own: prometheus_client, junitparser, Google's compare.py
// (Debian: python3-prometheus-client, python3-junitparser, libbenchmark-tools). Bencher's fields are those of its published
// schema, https://bencher.dev/bmf.json.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { formatRecord, historyCsv } from "../../bindings/record/formats/formats.ts";
import { annotations, markdownText } from "../../bindings/record/formats/github.ts";
import { junit } from "../../bindings/record/formats/junit.ts";
import { gate } from "../../bindings/record/gate.ts";
import { historyLines } from "../../bindings/record/history.ts";
import { entry, reading, record } from "./made-records.ts";

const PYTHON = "/usr/bin/python3";
const COMPARE = "/usr/share/benchmark/compare.py";
const folder = mkdtempSync(join(tmpdir(), "liquid-edge-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const python = (code: string, input = "") => spawnSync(PYTHON, ["-c", code], { input, encoding: "utf8" });
const lacks = (module: string) => python(`import ${module}`).status !== 0;

const HOSTILE = 'a"b\\c\nd<e>&\u0007\u001b[31m,=1+1\ud800';
const scored = entry({
  task: "wand",
  accuracy: { metric: "balancedAccuracy", better: "higher", value: 0.9, min: 0.85, max: 0.93, n: 200 },
});
const made = record([
  entry({ kind: "measured", latencyMs: reading(1, { samples: [0.9, 1, 1.1] }) }),
  entry({ model: HOSTILE }),
  scored,
]);

describe("github-action-benchmark", () => {
  const benchmark = z.strictObject({
    name: z.string(),
    unit: z.string(),
    value: z.number(),
    range: z.string().regex(/^± [\d.e+-]+$/),
    extra: z.string(),
  });

  it("has one direction a file", () => {
    const smaller = z.array(benchmark).parse(JSON.parse(formatRecord(made, "github-action-smaller")));
    const bigger = z.array(benchmark).parse(JSON.parse(formatRecord(made, "github-action-bigger")));
    expect([smaller.length, bigger.length]).toEqual([15, 1]);
    expect(smaller[0]).toEqual({
      name: "net/nrf52840/fp32/0 energyUj",
      unit: "µJ",
      value: 100,
      range: "± 20",
      extra: "measured, 90 % interval",
    });
    expect(bigger[0]).toMatchObject({
      name: "net/nrf52840/fp32/0/wand balancedAccuracy",
      value: 0.9,
      range: "± 0.05",
    });
    expect(new Set(smaller.map(({ name }) => name)).size).toBe(15);
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
      .parse(JSON.parse(formatRecord(made, "bencher")));
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
  });
});

describe("Google Benchmark", () => {
  it.skipIf(spawnSync(PYTHON, [COMPARE, "--help"]).status !== 0)("is compared by its own compare.py", () => {
    const slower = record([entry({ latencyMs: reading(1.5, { samples: [1.4, 1.5, 1.6] }) })]);
    const [a, b, out] = ["a.json", "b.json", "out.json"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(a, formatRecord(record([made.entries[0]!]), "google-benchmark"));
    writeFileSync(b, formatRecord(slower, "google-benchmark"));
    const { status, stdout, stderr } = spawnSync(
      PYTHON,
      [COMPARE, "--no-color", "-d", out, "benchmarks", a, b],
      { encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^net\/nrf52840\/fp32\/0 .*\+0\.5556 /m);
    expect(stdout).toMatch(/^net\/nrf52840\/fp32\/0_pvalue /m);
  });
});

describe("OpenMetrics", () => {
  it.skipIf(lacks("prometheus_client"))(
    "is read by Prometheus' own parser, hostile names as they are",
    () => {
      const code = [
        "import json, sys",
        "from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse",
        "text = sys.stdin.buffer.read().decode('utf-8', 'replace')",
        "print(json.dumps([[s.name, s.labels, s.value, f.unit] for f in parse(text) for s in f.samples]))",
      ].join("\n");
      const { stdout, stderr } = python(code, formatRecord(made, "openmetrics"));
      expect(stderr).toBe("");
      const samples = JSON.parse(stdout) as [string, Record<string, string>, number, string][];
      expect(samples).toHaveLength(3 * 16);
      const [name, labels, value, unit] = samples[0]!;
      expect([name, value, unit]).toEqual(["liquid_edge_energy_joules", 1e-4, "joules"]);
      expect(labels).toMatchObject({ model: "net", platform: "nrf52840", bound: "typ" });
      expect(samples.some(([, { model }]) => model === HOSTILE.toString().replace("\ud800", "\ufffd"))).toBe(
        true,
      );
    },
  );
});

describe("JUnit", () => {
  const now = record([
    entry({ energyUj: reading(110) }),
    entry({ model: HOSTILE, energyUj: reading(110) }),
    scored,
  ]);
  const then = record([entry(), entry({ model: HOSTILE }), entry({ model: "gone" })]);

  it.skipIf(lacks("junitparser"))("is read by junitparser, hostile names included", () => {
    const path = join(folder, "junit.xml");
    writeFileSync(path, junit(gate(now, then), "v1<>&"));
    const code = [
      "import json, sys, junitparser",
      `xml = junitparser.JUnitXml.fromfile(${JSON.stringify(path)})`,
      "cases = [[s.name, c.name, [type(r).__name__ for r in c.result], [r.message for r in c.result]] for s in xml for c in s]",
      "print(json.dumps({'tests': xml.tests, 'failures': xml.failures, 'cases': cases}))",
    ].join("\n");
    const { stdout, stderr } = python(code);
    expect(stderr).toBe("");
    const { tests, failures, cases } = JSON.parse(stdout);
    expect([tests, failures, cases.length]).toEqual([21, 7, 21]);
    const regressed = cases.find(
      ([suite, name]: string[]) => suite === "net/nrf52840/fp32/0" && name === "energyUj",
    );
    expect(regressed[2]).toEqual(["Failure"]);
    expect(regressed[3][0]).toMatch(/^regressed against v1<>&: baseline 100, now 110, change 10\.00 %; /);
  });
});

describe("GitHub", () => {
  it("gets at most ten annotations of a kind, each in one line", () => {
    const entries = Array.from({ length: 30 }, (_, i) =>
      entry({ model: `m${i}\n::error::x%`, energyUj: reading(i < 20 ? 120 : 104) }),
    );
    const base = entries.map((one) => ({ ...one, energyUj: reading(100) }));
    const lines = annotations(gate(record(entries), record(base)));
    expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith("::warning"))).toHaveLength(10);
    expect(lines[9]).toBe("::error::and 11 more: see the table of the gate");
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(line.match(/^::(error|warning)( title=[^:,]*)?::/)).not.toBeNull();
    }
    expect(lines[0]).toContain("100 → 120 (+20.0 %25)");
  });

  it("gets text that stays text", () => {
    expect(markdownText("a|b <img src=x> [l](http://x) @me `c` *d*")).toBe(
      "a\\|b &lt;img src=x&gt; \\[l\\]\\(http&#58;//x\\) &#64;me \\`c\\` \\*d\\*",
    );
  });
});

describe("CSV for Apache Otava", () => {
  it("is a row a run, and no formula", () => {
    const lines = [1, 2].flatMap((day) =>
      historyLines({
        ...record([scored, entry({ model: HOSTILE })]),
        createdAt: `2026-01-0${day}T00:00:00.000Z`,
        version: "=cmd()",
      }),
    );
    const csv = historyCsv(lines, scored.id);
    expect(csv.split("\n").slice(0, 2)).toEqual([
      "time,commit,version,energyUj,averagePowerMw,latencyMs,memoryKb,flashKb,balancedAccuracy",
      `2026-01-01T00:00:00.000Z,${"a".repeat(40)},'=cmd(),100,10,1,16,32,0.9`,
    ]);
    const code =
      "import csv, sys, datetime; rows = list(csv.DictReader(sys.stdin)); print(len(rows), sum(float(r['energyUj']) for r in rows), datetime.datetime.strptime(rows[0]['time'], '%Y-%m-%dT%H:%M:%S.%f%z').year)";
    if (spawnSync(PYTHON, ["--version"]).status === 0)
      expect(python(code, csv).stdout.trim()).toBe("2 200.0 2026");
  });
});
