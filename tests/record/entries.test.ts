// Entries and records from estimates, and from what boards counted and instruments measured.

import { describe, expect, it } from "vitest";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import type { Evaluation, MetricResult } from "../../bindings/evaluate/evaluate.ts";
import { accuracyEntry, coefficientsOf, entryOf } from "../../bindings/record/make-entry.ts";
import { type Costed, makeRecord } from "../../bindings/record/make-record.ts";
import { measuredEntry } from "../../bindings/record/measured-entry.ts";
import { parseRecord } from "../../bindings/record/schema.ts";
import { sha256 } from "../../bindings/sha256.ts";
import manifest from "../../package.json" with { type: "json" };
import { exactBoard, figure } from "../estimate/boards.ts";
import { HASH } from "./made-records.ts";

// 1000 additions of 1 cycle, 500 multiplications of 2 and 100 MACs of 5 at 100 MHz: 25 µs, 10 mA, 2 V.
const PROFILE = { classes: { f32Add: 1000, f32Mul: 500 }, macs: [{ kernel: "int8-scalar", count: 100 }] };
const MEMORY = {
  imageBytes: 3072,
  arenaBytes: 512,
  sections: { weights: 2048, tables: 0, header: 64, state: 16, io: 12, scratch: 40 },
};
const FACTS = {
  model: "net",
  precision: "fp32",
  sparsity: 0,
  task: null,
  modelHash: HASH,
  imageHash: HASH,
} as const;

const board = (id = "hand") => {
  const memory = {
    flashBytes: 2 ** 20,
    ramBytes: 2 ** 16,
    flash: "internal",
    source: "HAND",
    grade: "C",
  } as const;
  const one = exactBoard({ id, memory });
  if (id === "other") one.cycles.classes.f32Mul = figure(3);
  return one;
};
const costed = (id = "hand", options = {}) =>
  new EnergySimulator({ platform: board(id), firmware: false, ...options });

function evaluation(name: MetricResult["name"], value = 0.75): Evaluation {
  const metric: MetricResult = { name, value, min: 0.5, max: 0.8, constant: 0.5, method: "wilson" };
  return {
    dataset: "wand",
    split: "test",
    task: "classification",
    n: 4,
    sequences: 4,
    units: 4,
    level: 0.9,
    metric,
    metrics: [metric],
    warnings: [],
    nonFinite: null,
  };
}

const exactly = (value: number) => ({ value, min: value, max: value });

describe("the entry of an estimate", () => {
  it("has its figures in the units of a record", async () => {
    const one = await entryOf(FACTS, costed().estimate(PROFILE, MEMORY), null, null);
    expect(one).toEqual({
      id: "net/hand/fp32/0",
      ...FACTS,
      platform: "hand",
      kind: "model",
      conditions: { operatingPoint: "100mhz", rateHz: 100, steps: 1 },
      energyUj: exactly(0.5),
      // 20 mW for 25 µs of 10 ms and 2 mW in between.
      averagePowerMw: exactly((20 * 25 + 2 * 9975) / 10_000),
      latencyMs: exactly(0.025),
      memoryKb: exactly(3.5),
      flashKb: exactly(3),
      breakdown: {
        classes: { f32Add: 1000, f32Mul: 500 },
        kernels: { "int8-scalar": 100 },
        sections: {
          "image.header": 64,
          "image.weights": 2048,
          "image.tables": 0,
          "image.other": 960,
          "arena.io": 12,
          "arena.state": 16,
          "arena.scratch": 40,
          "arena.other": 444,
        },
      },
    });
  });

  it("has no memory where there was no image, and says what was taken for granted", async () => {
    const estimate = costed().estimate(PROFILE, undefined, { assumed: ["an input of one"] });
    const one = await entryOf({ ...FACTS, task: "wand" }, estimate, null, null);
    expect(one).toMatchObject({ id: "net/hand/fp32/0/wand", assumed: ["an input of one"] });
    expect(one).not.toHaveProperty("memoryKb");
    expect(one).not.toHaveProperty("accuracy");
    expect(one.breakdown!.sections).toStrictEqual({});
  });

  it("keeps ten digits, bounds in their places", async () => {
    const uncertain = board();
    uncertain.cycles.classes.f32Add = figure(1 / 3, 1 / 7, 1.7);
    const estimate = new EnergySimulator({ platform: uncertain, firmware: false }).estimate({
      classes: { f32Add: 1000 },
      macs: [],
    });
    const { latencyMs } = await entryOf(FACTS, estimate, null, null);
    expect(latencyMs).toEqual({ value: 0.003333333333, min: 0.001428571429, max: 0.017 });
  });
});

describe("how well a network does", () => {
  const outcomes = { outcomes: "1101", targets: Uint8Array.of(1, 2, 3) };

  it("is paired answer by answer where answers are right or wrong", async () => {
    expect(await accuracyEntry(evaluation("accuracy"), outcomes)).toEqual({
      metric: "accuracy",
      better: "higher",
      value: 0.75,
      min: 0.5,
      max: 0.8,
      n: 4,
      outcomes: "1101",
      targetsHash: await sha256(outcomes.targets),
    });
    expect(await accuracyEntry(evaluation("accuracy"), null)).not.toHaveProperty("outcomes");
  });

  it("is not paired by other metrics, of which errors are better when lower", async () => {
    for (const [name, better] of [
      ["mse", "lower"],
      ["mae", "lower"],
      ["f1", "higher"],
      ["auc", "higher"],
    ] as const) {
      const one = await accuracyEntry(evaluation(name), outcomes);
      expect(one).toEqual({ metric: name, better, value: 0.75, min: 0.5, max: 0.8, n: 4 });
    }
  });

  it("stands in the entry of an estimate", async () => {
    const one = await entryOf(FACTS, costed().estimate(PROFILE), evaluation("accuracy", 1 / 1.5), outcomes);
    expect(one.accuracy).toMatchObject({ value: 0.6666666667, outcomes: "1101" });
  });
});

describe("the coefficients of a platform", () => {
  it("are those that any of its estimates used, and its clock and supply", async () => {
    const coefficients = {
      "cycles.f32Add": [1, 1, 1],
      "cycles.f32Mul": [2, 2, 2],
      activeCurrentMa: [10, 10, 10],
      peakCurrentMa: [20, 20, 20],
      idleCurrentMa: [1, 1, 1],
      wakeUs: [0, 0, 0],
      clockHz: [100e6, 100e6, 100e6],
      supplyV: [2, 2, 2],
    };
    const estimates = [{ f32Add: 1 }, { f32Mul: 1 }].map((classes) =>
      costed().estimate({ classes, macs: [] }),
    );
    const { hash, coefficients: found } = await coefficientsOf(estimates);
    expect(found).toEqual(coefficients);
    // By hand: keys in order, no spaces, a line feed.
    const sorted = Object.entries(coefficients).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(hash).toBe(await sha256(`${JSON.stringify(Object.fromEntries(sorted))}\n`));
  });

  it("have their bounds in order", async () => {
    const uncertain = board();
    uncertain.cycles.classes.f32Add = figure(2, 1, 4);
    const estimate = new EnergySimulator({ platform: uncertain }).estimate({
      classes: { f32Add: 1 },
      macs: [],
    });
    expect((await coefficientsOf([estimate])).coefficients["cycles.f32Add"]).toEqual([2, 1, 4]);
  });
});

describe("a record that a program makes", () => {
  const network = (image: number[]) =>
    ({ compiled: { image: Uint8Array.from(image), precision: "fp32" } }) as unknown as Costed["network"];
  const one = (model: string, platform = "hand"): Costed => ({
    model,
    network: network([1, 2]),
    estimate: costed(platform).estimate(PROFILE, MEMORY),
  });

  it("has every network once, in the order of ids, and each platform's coefficients", async () => {
    const made = await makeRecord("mine", [
      one("b", "other"),
      one("a"),
      { ...one("b"), sparsity: 0.5, task: "t" },
    ]);
    expect(made.entries.map(({ id }) => id)).toEqual([
      "a/hand/fp32/0",
      "b/hand/fp32/0.5/t",
      "b/other/fp32/0",
    ]);
    expect(Object.keys(made.platforms).sort()).toEqual(["hand", "other"]);
    for (const id of ["hand", "other"]) {
      expect(made.platforms[id]).toEqual(await coefficientsOf([costed(id).estimate(PROFILE)]));
    }
    expect(made.entries[0]).toMatchObject({
      modelHash: await sha256(Uint8Array.of(1, 2)),
      imageHash: await sha256(Uint8Array.of(1, 2)),
    });
    expect(made.entries[0]).not.toHaveProperty("accuracy");
  });

  it("is one that the reader takes, of this version, this core and this machine", async () => {
    const scored = { ...one("a"), evaluation: evaluation("f1") };
    const made = await makeRecord("mine", [scored]);
    expect(parseRecord(JSON.parse(JSON.stringify(made)), "r.json")).toEqual(made);
    expect(made).toMatchObject({
      suite: "mine",
      version: null,
      git: null,
      tool: { name: "liquid-edge", version: manifest.version },
      coreHash: await sha256((await import("#core/scalar")).bytes()),
      environment: { node: process.version, os: `${process.platform} ${process.arch}` },
      skipped: [],
    });
    expect(made.entries[0]!.accuracy).toMatchObject({ metric: "f1", value: 0.75 });
    expect(Math.abs(Date.parse(made.createdAt) - Date.now())).toBeLessThan(600_000);
  });

  it("is refused without entries, or with one twice", async () => {
    await expect(makeRecord("mine", [])).rejects.toMatchObject({
      code: "bad-record",
      message: "record mine: expected entries, each id once, found none",
    });
    await expect(makeRecord("mine", [one("a"), one("b"), one("a")])).rejects.toMatchObject({
      code: "bad-record",
      message: 'record mine: expected entries, each id once, found "a/hand/fp32/0" twice',
    });
  });
});

describe("the entry of a board", () => {
  const compiled = { image: new Uint8Array(3072), arenaBytes: 512, memory: MEMORY };
  const conditions = { operatingPoint: "100mhz", rateHz: 100, steps: 2 };
  const figures = { platform: "hand", conditions, counted: null, latencyMs: null, energyUj: null };
  const make = (rest: object, evaluated: Evaluation | null = null) =>
    measuredEntry(FACTS, compiled, PROFILE, { ...figures, ...rest }, evaluated, null);

  it("that counted has the mean of the counts, and the bounds of single inferences", async () => {
    const counted = { counts: "instructions", perInference: [100, 103, 101, 104] } as const;
    expect(await make({ counted })).toEqual({
      id: "net/hand/fp32/0",
      ...FACTS,
      platform: "hand",
      kind: "emulated",
      conditions,
      instructions: { value: 102, min: 100, max: 104 },
      memoryKb: exactly(3.5),
      flashKb: exactly(3),
      breakdown: {
        // Two steps an inference.
        classes: { f32Add: 2000, f32Mul: 1000 },
        kernels: {},
        sections: {
          "image.header": 64,
          "image.weights": 2048,
          "image.tables": 0,
          "image.other": 960,
          "arena.io": 12,
          "arena.state": 16,
          "arena.scratch": 40,
          "arena.other": 444,
        },
      },
    });
    expect(await make({ counted: { ...counted, counts: "cycles" } })).toMatchObject({
      cycles: { value: 102 },
    });
  });

  it("that was measured has its readings, energies no surer than the instrument", async () => {
    const one = await make(
      { latencyMs: [1, 1], energyUj: { samples: [50, 50], spread: 0.1 } },
      evaluation("accuracy"),
    );
    expect(one).toMatchObject({
      kind: "measured",
      latencyMs: { value: 1, min: 1, max: 1, samples: [1, 1] },
      energyUj: { value: 50, min: 45, max: 55, samples: [50, 50] },
      accuracy: { metric: "accuracy" },
    });
    expect(one).not.toHaveProperty("instructions");
    expect(await make({})).not.toHaveProperty("accuracy");
    expect(await make({})).not.toHaveProperty("latencyMs");
    expect(await make({})).not.toHaveProperty("energyUj");
  });
});
