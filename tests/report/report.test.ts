// The report's numbers against what `estimate --json` says of the same network, and against arithmetic on its coefficients.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { coefficientsFor, coefficientUses } from "../../bindings/report/coefficients.ts";
import { costRows, lifeCurve } from "../../bindings/report/costs.ts";
import { groupsOf } from "../../bindings/report/energy-tree.ts";
import { frontsOf } from "../../bindings/report/fronts.ts";
import type { ReportData } from "../../bindings/report/report.ts";
import { cli, cliJson, golden, ROOT, SINE } from "../cli/run-cli.ts";
import { entry, reading, record } from "../record/made-records.ts";

/** The view model as the HTML carries it. */
async function reportOf(...args: string[]): Promise<ReportData> {
  const { code, err, written } = await cli(["report", ...args]);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  const html = written.get("report.html")!;
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);
}

interface EstimateJson {
  platform: string;
  energyUj: { typ: number; min: number; max: number };
  latencyUs: { typ: number; min: number; max: number };
  averagePowerUw: { typ: number; min: number; max: number };
  batteryLifeHours: { typ: number; min: number; max: number };
  realTime: { utilisation: { typ: number; min: number; max: number }; ok: boolean; okTypical: boolean };
  idle: { energyShare: number };
  ramBytes: number;
  flashBytes: number;
  memory: { boardRamBytes: number; boardFlashBytes: number };
  fits: boolean;
  corner: { energyUj: { min: number; max: number }; latencyUs: { min: number; max: number } };
  breakdown: {
    layers: { name: string; share: number }[];
    classes: { name: string; share: number }[];
  };
  coefficients: { name: string; typ: number; grade: string; source: string }[];
}

/** A record keeps ten digits. */
const near = (value: number, expected: number) => expect(value / expected).toBeCloseTo(1, 8);

describe("a report of a checkpoint", () => {
  const conditions = ["--rate-hz", "200", "--battery-mah", "500", "--battery-v", "3.7"];

  it.each([
    ["sine", []],
    ["cfc-default-32", ["--precision", "int8", "--sparsity", "0.75"]],
    ["ltc-ncp-19", ["--precision", "fp16"]],
  ])("has the figures of the estimate: %s", async (name, variant) => {
    const { weights, config } = await golden(name === "sine" ? "cfc-default-32" : name);
    const input = name === "sine" ? [SINE] : [weights, "--config", config];
    const data = await reportOf(...input, ...variant, ...conditions);
    const estimates = (await cliJson([
      "estimate",
      ...input,
      ...variant,
      ...conditions,
      "--verbose",
    ])) as EstimateJson[];
    expect(data.rows.map(({ platform }) => platform).sort()).toEqual(
      estimates.map(({ platform }) => platform).sort(),
    );
    for (const estimate of estimates) {
      const row = data.rows.find(({ platform }) => platform === estimate.platform)!;
      for (const [span, interval, factor] of [
        [row.energyUj, estimate.energyUj, 1],
        [row.latencyMs, estimate.latencyUs, 1e-3],
        [row.averagePowerMw, estimate.averagePowerUw, 1e-3],
        [row.batteryHours, estimate.batteryLifeHours, 1],
        [row.period!.utilisation, estimate.realTime.utilisation, 1],
      ] as const) {
        near(span!.value, factor * interval.typ);
        near(span!.min, factor * interval.min);
        near(span!.max, factor * interval.max);
      }
      const { ok, okTypical } = estimate.realTime;
      expect(row.period!.inTime).toBe(ok ? "yes" : okTypical ? "likely" : "no");
      near(1 + row.idleEnergyShare!, 1 + estimate.idle.energyShare);
      expect(row.memoryKb! * 1024).toBeCloseTo(estimate.ramBytes, 6);
      expect(row.flashKb! * 1024).toBeCloseTo(estimate.flashBytes, 6);
      expect(row.ramLimitKb! * 1024).toBe(estimate.memory.boardRamBytes);
      expect(row.flashLimitKb! * 1024).toBe(estimate.memory.boardFlashBytes);
      expect(row.fits).toBe(estimate.fits);
      expect(data.outer[row.id]!.energyUj).toEqual(estimate.corner.energyUj);
    }
  });

  it("takes energy apart as the estimate does, and its parts add up", async () => {
    const data = await reportOf(SINE, "--platform", "nrf52840");
    const [estimate] = (await cliJson([
      "estimate",
      SINE,
      "--platform",
      "nrf52840",
      "--verbose",
    ])) as EstimateJson[];
    const [tree] = data.energy;
    for (const { name, share } of estimate!.breakdown.layers) {
      near(tree!.layers!.find((layer) => layer.name === name)!.share, share);
    }
    const sum = (shares: readonly { share: number }[]) =>
      shares.reduce((total, { share }) => total + share, 0);
    expect(sum(tree!.groups)).toBeCloseTo(1, 10);
    expect(sum(tree!.layers!)).toBeCloseTo(1, 10);
    for (const { share, kernels } of tree!.layers!) {
      expect(sum(kernels)).toBeCloseTo(share, 10);
      for (const kernel of kernels) expect(sum(kernel.groups)).toBeCloseTo(kernel.share, 10);
    }
    const loads = estimate!.breakdown.classes.filter(({ name }) => /Load/.test(name));
    near(tree!.groups.find(({ group }) => group === "load")!.share, sum(loads));
  });

  it("knows what an unfold takes: networks of other numbers of unfolds differ by that much", async () => {
    const { weights, config, json } = await golden("ltc-ncp-19");
    const cyclesWith = async (unfolds: number) => {
      const file = JSON.stringify({ ...json, config: { ...json.config, ode_unfolds: unfolds } });
      const [estimate] = (await cliJson(
        ["estimate", weights, "--config", "other.json", "--platform", "stm32h743"],
        { files: { "other.json": file } },
      )) as { cycles: { typ: number } }[];
      return estimate!.cycles.typ;
    };
    const [two, six, nine] = [await cyclesWith(2), await cyclesWith(6), await cyclesWith(9)];
    const data = await reportOf(weights, "--config", config, "--platform", "stm32h743");
    const { count, share } = data.energy[0]!.unfolds!;
    expect(count).toBe(6);
    near(share * six, (nine - two) / 7);
  });

  it("names coefficients with the source and grade that the estimate names", async () => {
    const data = await reportOf(SINE, "--platform", "rp2040");
    const [estimate] = (await cliJson([
      "estimate",
      SINE,
      "--platform",
      "rp2040",
      "--verbose",
    ])) as EstimateJson[];
    const { uses } = data.coefficients[0]!;
    expect(uses.length).toBeGreaterThan(10);
    for (const use of uses) {
      const same = estimate!.coefficients.find(({ name }) => name === use.name)!;
      expect(use).toMatchObject({ typ: same.typ, grade: same.grade, source: same.source });
      const own = estimate!.breakdown.classes.find(({ name }) => `cycles.${name}` === use.name);
      if (own !== undefined) near(use.energyShare!, own.share);
    }
    expect(uses.reduce((sum, { varianceShare }) => sum + varianceShare, 0)).toBeCloseTo(1, 10);
  });

  it("measures how far fp16 and int8 are from the network, as `evaluate --against` does", async () => {
    const data = [
      "--data",
      join(ROOT, "examples/sine.csv"),
      "--description",
      join(ROOT, "examples/sine.csv.json"),
    ];
    const report = await reportOf(SINE, "--platform", "nrf52840", "--precision", "fp32,fp16", ...data);
    const evaluation = (await cliJson([
      "evaluate",
      SINE,
      "--precision",
      "fp16",
      "--against",
      SINE,
      ...data,
    ])) as {
      warnings: string[];
      against: { fidelity: { output: { rms: number; relative: number }; state: { relative: number } } };
    };
    expect(report.fidelity).toHaveLength(1);
    const [row] = report.fidelity as Extract<ReportData["fidelity"], unknown[]>;
    expect(evaluation.warnings.length).toBeGreaterThan(0);
    for (const warning of evaluation.warnings) expect(report.warnings).toContain(`sine: ${warning}`);
    near(row!.outputRms, evaluation.against.fidelity.output.rms);
    near(row!.stateRelative!, evaluation.against.fidelity.state.relative);
  });
});

describe("a report of a record", () => {
  const path = join(ROOT, "baselines/v0.1.0.json");
  const baseline = JSON.parse(readFileSync(path, "utf8")) as BenchmarkRecord;

  it("has every entry with the record's own figures, and a battery life that follows from them", async () => {
    const data = await reportOf(path);
    expect(data.rows.map(({ id }) => id)).toEqual(baseline.entries.map(({ id }) => id));
    for (const [i, one] of baseline.entries.entries()) {
      const row = data.rows[i]!;
      expect(row.energyUj).toEqual(one.energyUj);
      expect(row.latencyMs).toEqual(one.latencyMs);
      expect(row.memoryKb).toBe(one.memoryKb!.value);
      // 230 mAh at 3 V.
      near(row.batteryHours!.value, 690 / one.averagePowerMw!.value);
      near(row.batteryHours!.min, 690 / one.averagePowerMw!.max);
      const [wakeUs] = baseline.platforms[one.platform]!.coefficients.wakeUs ?? [0];
      near(row.period!.utilisation.value, (wakeUs! / 1e3 + one.latencyMs!.value) / 10);
    }
    expect(data.energy.every(({ layers }) => layers === null)).toBe(true);
  });

  it("meets the recorded power at the recorded rate with its curve of battery life", () => {
    const battery = { capacityMah: 230, voltageV: 3 };
    for (const one of baseline.entries) {
      const coefficients = coefficientsFor(baseline, one.platform);
      const [point] = lifeCurve(one, coefficients, battery, [one.conditions.rateHz]);
      const [row] = costRows({ ...baseline, entries: [one] }, new Map(), battery);
      if (row!.period!.utilisation.value > 1) expect(point).toBeUndefined();
      else near(point!.days * 24, row!.batteryHours!.value);
    }
  });

  it("shares energy out by operations times cycles", () => {
    for (const one of baseline.entries) {
      const { coefficients } = baseline.platforms[one.platform]!;
      let total = 0;
      let loads = 0;
      for (const [name, n] of Object.entries(one.breakdown!.classes)) {
        const cycles = n * coefficients[`cycles.${name}`]![0];
        total += cycles;
        if (/Load/.test(name)) loads += cycles;
      }
      for (const [name, n] of Object.entries(one.breakdown!.kernels))
        total += n * coefficients[`cyclesPerMac.${name}`]![0];
      for (const [name, n] of Object.entries(one.breakdown!.rows ?? {}))
        total += n * coefficients[`cyclesPerRow.${name}`]![0];
      const groups = groupsOf(one, coefficientsFor(baseline, one.platform))!;
      near(groups.find(({ group }) => group === "load")!.share, loads / total);
    }
  });

  it("says what a coefficient's range does to the energy of a period", () => {
    const one = baseline.entries.find(({ id }) => id === "sine/nrf52840/fp32/0/sine")!;
    const uses = coefficientUses(one, coefficientsFor(baseline, "nrf52840"), undefined);
    const { coefficients: c } = baseline.platforms.nrf52840!;
    const power = (activeMa: number) => {
      const busy = (c.wakeUs![0] + one.latencyMs!.value * 1e3) / 1e4;
      return activeMa * busy + c.idleCurrentMa![0] * (1 - busy);
    };
    const active = uses.find(({ name }) => name === "activeCurrentMa")!;
    const [typ, min, max] = c.activeCurrentMa!;
    near(1 + active.low, power(min) / power(typ));
    near(1 + active.high, power(max) / power(typ));
  });

  it("holds no figure that the record lacks", async () => {
    const { energyUj: _, averagePowerMw: __, latencyMs: ___, ...bare } = entry();
    const made = record([bare]);
    const { code, written } = await cli(["report", "r.json"], { files: { "r.json": JSON.stringify(made) } });
    expect(code).toBe(0);
    const html = written.get("report.html")!;
    expect(html).toContain("Not known: no latency in the record.");
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("fronts", () => {
  it("hold whatever nothing else beats in both energy and quality", () => {
    const score = fc.record({
      energy: fc.integer({ min: 1, max: 30 }),
      accuracy: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(score, { minLength: 2, maxLength: 12 }), (scores) => {
        const entries = scores.map(({ energy, accuracy }, i) =>
          entry({
            model: `m${i}`,
            task: "t",
            energyUj: reading(energy),
            accuracy: {
              metric: "accuracy",
              better: "higher",
              value: accuracy / 30,
              min: 0,
              max: 1,
              n: 10,
            },
          }),
        );
        const rows = costRows(record(entries), new Map(), { capacityMah: 1, voltageV: 1 });
        const [front] = frontsOf(rows);
        for (const [i, point] of front!.points.entries()) {
          const beaten = scores.some(
            ({ energy, accuracy }) =>
              energy <= scores[i]!.energy &&
              accuracy >= scores[i]!.accuracy &&
              (energy < scores[i]!.energy || accuracy > scores[i]!.accuracy),
          );
          expect(point.onFront).toBe(!beaten);
        }
      }),
    );
  });

  it("do not weigh networks of unknown quality, or of different tasks, against each other", () => {
    const rows = costRows(
      record([entry({ model: "a" }), entry({ model: "b" }), entry({ model: "b", precision: "int8" })]),
      new Map(),
      { capacityMah: 1, voltageV: 1 },
    );
    expect(frontsOf(rows).map(({ group, points }) => [group, points.length])).toEqual([["b", 2]]);
  });
});
