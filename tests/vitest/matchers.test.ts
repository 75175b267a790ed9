// What the matchers accept, refuse and say. Their figures are those of estimates and records, which have tests of their own.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import type { Comparison } from "../../bindings/evaluate/compare.ts";
import { latencyOf, measureLatency } from "../../bindings/measure/latency.ts";
import { Network } from "../../bindings/network.ts";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { readHistory, saveBaseline } from "../../vitest/baseline.ts";
import {
  toBeParetoOptimal,
  toDegradeLessThan,
  toMeetRealTime,
  toRegressFrom,
  toStayWithin,
  toUseLessEnergyThan,
} from "../../vitest/matchers.ts";
import { SINE } from "../cli/run-cli.ts";
import { entry, reading, record } from "../record/made-records.ts";

const network = await Network.load(SINE);
const profile = await network.profileOperations();

function estimateOn(platform: string, options = {}): Estimate {
  const simulator = new EnergySimulator({ platform, ...options });
  return simulator.estimate(profile, network.memory, { precision: "fp32" });
}

const nrf = estimateOn("nrf52840");

describe("toStayWithin", () => {
  it("holds the upper end of the interval, or the typical value where that is asked for", () => {
    const between = (nrf.energyUj.typ + nrf.energyUj.max) / 2;
    expect(toStayWithin(nrf, { energyUj: nrf.energyUj.max }).pass).toBe(true);
    expect(toStayWithin(nrf, { energyUj: between }).pass).toBe(false);
    expect(toStayWithin(nrf, { energyUj: between }, { by: "typ" }).pass).toBe(true);
  });

  it("says which layer, operation class and coefficient cost most, and what to do", () => {
    const { pass, message } = toStayWithin(nrf, { energyUj: 1, latencyMs: 1e-3 });
    expect(pass).toBe(false);
    const text = message();
    expect(text).toMatch(/^nrf52840, fp32 exceeds its limits by the upper end of the 90 % interval:/);
    expect(text).toMatch(/energy an inference: at most 1 µJ expected, estimated 3\.\d+ \[.*\] µJ/);
    expect(text).toMatch(
      /Where it goes: layer ltc 98 % of the cycles, operation class f32Add .*, coefficient cycles\.f32Add .*grade/,
    );
    expect(text.match(/^Next: prune layer ltc/gm)).toHaveLength(1);
    expect(toStayWithin(estimateOn("rp2040"), { energyUj: 1 }).message()).toMatch(
      /Next: int8 .*library calls there/,
    );
  });

  it("names the idle mode where waiting takes the power, and the section where bytes do", () => {
    const waiting = estimateOn("esp32s3", { rateHz: 1 });
    expect(toStayWithin(waiting, { averagePowerMw: 1 }).message()).toMatch(
      /waiting in wfi \d+ % of the energy, coefficient idleCurrentMa[\s\S]*Next: a deeper idle mode/,
    );
    const flash = toStayWithin(nrf, { flashKb: 1 }).message();
    expect(flash).toMatch(/weights of the image, 1,016 B/);
    expect(toStayWithin(nrf, { ramKb: 1 }).message()).toContain('imageIn: "flash"');
  });

  it("takes latencies and entries of records, too", () => {
    const latency = latencyOf([1000, 3000]);
    expect(toStayWithin(latency, { latencyMs: 2, worstMs: 3, jitterMs: 1.5 }).pass).toBe(true);
    expect(toStayWithin(latency, { jitterMs: 1.4 }).message()).toMatch(
      /jitter: at most 1\.4 ms expected, measured 1\.41 ms/,
    );
    expect(toStayWithin(entry(), { energyUj: 119 }).pass).toBe(false);
    expect(toStayWithin(entry(), { energyUj: 120, ramKb: 16 }).pass).toBe(true);
  });

  it("refuses limits that mean nothing instead of passing", () => {
    expect(() => toStayWithin(nrf, {})).toThrow(/"limits" expected at least one of energyUj/);
    expect(() => toStayWithin(nrf, { energyMj: 1 } as object)).toThrow(/"energyMj" expected one of/);
    expect(() => toStayWithin(nrf, { jitterMs: 1 })).toThrow(/"jitterMs" expected one of what is estimated/);
    expect(() => toStayWithin(nrf, { energyUj: Number.NaN })).toThrow(RangeError);
    expect(() => toStayWithin([], { energyUj: 1 })).toThrow(/found an array/);
    expect(() => toStayWithin(undefined, { energyUj: 1 })).toThrow(/found undefined/);
  });
});

describe("expect", () => {
  it("has the matchers once the entry is imported, and their types", async () => {
    await import("../../vitest/index.ts");
    expect(nrf).toStayWithin({ energyUj: 100, ramKb: 16 });
    expect(nrf).not.toStayWithin({ energyUj: 1 });
    expect(() => expect(nrf).toStayWithin({ energyUj: 1 })).toThrow(/exceeds its limits/);
    // @ts-expect-error: a figure of another name is a mistake before any test runs.
    expect(() => expect(nrf).toStayWithin({ energyMj: 1 })).toThrow(TypeError);
    // @ts-expect-error: a rate is needed.
    expect(() => expect(nrf).toMeetRealTime({})).toThrow(RangeError);
  });
});

describe("toMeetRealTime", () => {
  it("agrees with the estimate's own verdict at every rate", () => {
    for (const rateHz of [10, 1000, 1800, 1900, 2500, 10_000]) {
      const estimate = estimateOn("nrf52840", { rateHz });
      expect(toMeetRealTime(estimate, { rateHz }).pass, `${rateHz} Hz`).toBe(estimate.realTime.ok);
      expect(toMeetRealTime(estimate, { rateHz, by: "typ" }).pass).toBe(estimate.realTime.okTypical);
    }
  });

  it("holds the worst of measured rounds", () => {
    const latency = latencyOf([100, 100, 900]);
    expect(toMeetRealTime(latency, { rateHz: 1000 }).pass).toBe(true);
    expect(toMeetRealTime(latency, { rateHz: 1200 }).message()).toMatch(
      /the worst round takes 0\.900 ms .* 1,110 Hz/,
    );
    expect(() => toMeetRealTime(latency, { rateHz: 0 })).toThrow(RangeError);
  });
});

describe("toDegradeLessThan", () => {
  const loss = (value: number, max: number) =>
    ({
      reference: "fp32",
      drop: { name: "accuracy", value, min: 0, max, relative: null },
      agreement: { value: 0.97, min: 0.9, max: 1, method: "wilson" },
    }) as unknown as Comparison;

  it("holds the upper end of the loss in points, and says when only the interval is too wide", () => {
    expect(toDegradeLessThan(loss(0.005, 0.009), 1).pass).toBe(true);
    const wide = toDegradeLessThan(loss(0.005, 0.02), 1);
    expect(wide.pass).toBe(false);
    expect(wide.message()).toMatch(
      /loses 0\.500 points of accuracy against fp32, up to 2\.00 .*\n.*97 %.*\nNext: more test samples/,
    );
    expect(toDegradeLessThan(loss(0.005, 0.02), 1, { by: "typ" }).pass).toBe(true);
    expect(toDegradeLessThan(loss(0.03, 0.04), 1).message()).toMatch(/Next: activations: 16/);
    expect(() => toDegradeLessThan({}, 1)).toThrow(/expected what compareNetworks returns/);
  });
});

describe("toUseLessEnergyThan", () => {
  it("compares typical values on one platform, the nearer ends between two", () => {
    const twice = { ...nrf, energyUj: { typ: 2 * nrf.energyUj.typ, min: 0, max: 1e9 } };
    expect(toUseLessEnergyThan(nrf, twice, { factor: 1.99 }).pass).toBe(true);
    expect(toUseLessEnergyThan(nrf, twice, { factor: 2.01 }).pass).toBe(false);
    expect(toUseLessEnergyThan(nrf, nrf).pass).toBe(false);
    const other = estimateOn("stm32u585");
    expect(toUseLessEnergyThan(other, nrf).message()).toMatch(/by the nearer ends of both 90 % intervals/);
  });
});

describe("toBeParetoOptimal", () => {
  const point = (name: string, a: number, b: number) => ({ name, costs: { a, b } });
  const [one, two, bad] = [point("one", 1, 2), point("two", 2, 1), point("bad", 2, 2)];

  it("names what dominates a point, and by how much", () => {
    expect(toBeParetoOptimal([one, two]).pass).toBe(true);
    expect(toBeParetoOptimal(one, { among: [one, two, bad] }).pass).toBe(true);
    const dominated = toBeParetoOptimal(bad, { among: [one, two, bad] });
    expect(dominated.pass).toBe(false);
    expect(dominated.message()).toMatch(
      /bad is dominated by one: a 2\.00 against 1\.00, b 2\.00 against 2\.00\nNext: take one instead/,
    );
  });

  it("refuses points that cannot be compared", () => {
    expect(() => toBeParetoOptimal(one)).toThrow(/at least two points/);
    expect(() => toBeParetoOptimal([one, { name: "x", costs: { a: 1 } }])).toThrow(
      /"b" expected a number in the costs of x/,
    );
  });
});

describe("toRegressFrom", () => {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-matchers-"));
  writeFileSync(
    join(folder, "v1.json"),
    canonicalJson({ ...record([entry(), entry({ model: "other" })]), version: "v1" }),
  );
  const against = (energyUj: number, options = {}) =>
    toRegressFrom(record([entry({ energyUj: reading(energyUj) })]), "v1", { folder, ...options });

  it("passes what is worse by more than the threshold, entries of the record alone", () => {
    expect(against(105).pass).toBe(false);
    const worse = against(106);
    expect(worse.pass).toBe(true);
    expect(worse.message()).toMatch(
      /^1 figure of 5 regressed from v1 by more than 5\.0 %:\n {2}regressed: net\/nrf52840\/fp32\/0 energyUj 100 → 106, \+6\.0 %; .*\nNext:/,
    );
    expect(against(106, { threshold: 0.1 }).pass).toBe(false);
  });

  it("is neither where nothing can be compared", () => {
    expect(() => toRegressFrom(record([entry({ model: "new" })]), "v1", { folder })).toThrow(
      /found none of new/,
    );
    const slow = { operatingPoint: "64mhz-dcdc", rateHz: 10, steps: 1 };
    expect(() => toRegressFrom(record([entry({ conditions: slow })]), "v1", { folder })).toThrow(
      /rateHz 10 now/,
    );
    expect(() => against(100, { folder: join(folder, "none") })).toThrow(/expected a baseline/);
    expect(() => toRegressFrom(record(), "../v1", { folder })).toThrow(/version: expected letters/);
    rmSync(folder, { recursive: true });
  });
});

describe("baselines of a program", () => {
  it("are kept once under a version, with their history", async () => {
    const folder = mkdtempSync(join(tmpdir(), "liquid-edge-keep-"));
    await saveBaseline(record(), "v1", { folder });
    await expect(saveBaseline(record(), "v1", { folder })).rejects.toThrow(/expected a new version/);
    await saveBaseline(record(), "v1", { folder, force: true });
    expect(await readHistory({ folder })).toHaveLength(1);
    expect(toRegressFrom(record(), "v1", { folder }).pass).toBe(false);
    rmSync(folder, { recursive: true });
    expect(await readHistory({ folder })).toEqual([]);
  });
});

describe("measureLatency", () => {
  it("times the rounds behind the warm-up on the clock that is given", async () => {
    let now = 0;
    const advance = (i: number) => {
      now += i < 2 ? 100 : i;
    };
    const latency = await measureLatency(advance, {
      rounds: 3,
      warmup: 2,
      nowMs: () => now,
    });
    expect(latency).toMatchObject({
      rounds: 3,
      latencyUs: { mean: 3000, median: 3000, min: 2000, max: 4000, jitter: 1000 },
    });
    expect(() => latencyOf([])).toThrow(RangeError);
  });
});
