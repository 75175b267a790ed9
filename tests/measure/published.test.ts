// Energies that were published for real boards, from the traces they were computed from.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EnergyReport, measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { SHARED_DATA } from "../data/shared-data.ts";

interface PublishedWindow {
  window: number;
  energy_uj: number;
  inferences: number;
}

async function measure(path: string, seconds: number[], inferences: number, throughput: number) {
  const { trace } = await readTrace(readFileSync(path), path);
  return measureEnergy(trace, {
    windows: { by: "marks", marks: { seconds, source: "timestamps" } },
    inferences,
    throughputPerSecond: throughput,
    mlperfRules: true,
  });
}

function expectPublished({ windows }: EnergyReport, published: readonly PublishedWindow[]): void {
  expect(windows.map(({ window }) => window)).toEqual(published.map(({ window }) => window));
  windows.forEach(({ energyUj }, i) => {
    expect(Math.abs(energyUj - published[i]!.energy_uj)).toBeLessThan(0.01);
  });
}

describe("excerpts of published traces", () => {
  const folder = join(import.meta.dirname, "../golden/energy");
  const sessions = JSON.parse(readFileSync(join(folder, "published.json"), "utf8"));
  const reportOf = (session: (typeof sessions)[number]) =>
    measure(
      join(folder, `${session.name}.energy.bin.gz`),
      JSON.parse(readFileSync(join(folder, `${session.name}.timestamps.json`), "utf8")),
      session.windows[0].inferences,
      session.throughput_per_s,
    );

  it("give the published energies", async () => {
    expect(sessions.length).toBe(2);
    for (const session of sessions) expectPublished(await reportOf(session), session.windows);
  });

  it("tell the valid session from the one whose windows are the gaps", async () => {
    const [valid, invalid] = await Promise.all(sessions.map(reportOf));
    expect(valid).toMatchObject({ valid: true, problems: [], corrected: null });
    expect(invalid.valid).toBe(false);
    expect(invalid.problems.join("\n")).toMatch(/4 marks: expected an odd number/);
    expect(invalid.problems.join("\n")).toMatch(/0\.943 times/);
    // 10 020 uJ is what the inference windows of the whole trace give.
    expect(Math.abs(invalid.corrected.medianEnergyPerInferenceUj - 10_020)).toBeLessThan(5);
  });
});

const REFERENCE = join(SHARED_DATA, "../reference/mlperf-traces");
const absent = SHARED_DATA === "" || !existsSync(join(REFERENCE, "index.json"));
if (absent) console.warn("SKIPPED: no published traces (folder shared/reference beside the repository)");

describe.skipIf(absent)("all published traces at hand", () => {
  const sessions = absent ? [] : JSON.parse(readFileSync(join(REFERENCE, "index.json"), "utf8"));

  it("give every published window within 0.01 uJ and every median", async () => {
    for (const { name, trace, timestamps_s, published } of sessions) {
      const { windows, performance_mode_throughput_per_s, median_energy_per_inference_uj } = published;
      const path = join(REFERENCE, trace);
      const { inferences } = windows[0];
      const report = await measure(path, timestamps_s, inferences, performance_mode_throughput_per_s);
      expectPublished(report, windows);
      // Printed with three decimals, and for an even number of windows a mean of printed numbers.
      expect(Math.abs(report.medianEnergyPerInferenceUj - median_energy_per_inference_uj), name).toBeLessThan(
        1e-3,
      );
      expect(report.valid, name).toBe(name !== "l4r5-st-v1.1-ic");
      if (report.valid) continue;
      expect(Math.round(report.corrected!.medianEnergyPerInferenceUj)).toBe(10_020);
      expect(report.problems.join("\n")).toContain("10020 µJ an inference instead of 7019.1 µJ");
    }
  });
});
