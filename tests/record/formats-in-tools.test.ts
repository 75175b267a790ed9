// Formats of other tools, read by those tools: prometheus_client, junitparser, Google's compare.py, Python's csv (Debian:
// python3-prometheus-client, python3-junitparser, libbenchmark-tools).

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatRecord, historyCsv } from "../../bindings/record/formats/formats.ts";
import { junit } from "../../bindings/record/formats/junit.ts";
import { gate } from "../../bindings/record/gate.ts";
import { entry, HOSTILE, madeOfAllKinds, reading, record, scored, twoDays } from "./made-records.ts";

const PYTHON = "/usr/bin/python3";
const COMPARE = "/usr/share/benchmark/compare.py";
const folder = mkdtempSync(join(tmpdir(), "liquid-edge-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const python = (code: string, input = "") => spawnSync(PYTHON, ["-c", code], { input, encoding: "utf8" });
const lacks = (module: string) => python(`import ${module}`).status !== 0;
const made = madeOfAllKinds();

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
      expect(samples.some(([, { model }]) => model === HOSTILE.replace("\ud800", "\ufffd"))).toBe(true);
    },
  );
});

describe("JUnit", () => {
  const now = record([
    entry({ energyUj: reading(110) }),
    entry({ model: HOSTILE, energyUj: reading(110) }),
    scored(),
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

describe("CSV for Apache Otava", () => {
  it.skipIf(lacks("csv"))("has times as Otava parses them", () => {
    const code =
      "import csv, sys, datetime; rows = list(csv.DictReader(sys.stdin)); print(len(rows), sum(float(r['energyUj']) for r in rows), datetime.datetime.strptime(rows[0]['time'], '%Y-%m-%dT%H:%M:%S.%f%z').year)";
    expect(python(code, historyCsv(twoDays(), scored().id)).stdout.trim()).toBe("2 200.0 2026");
  });
});
