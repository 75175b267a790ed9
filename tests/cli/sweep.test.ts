// `sweep` and `pareto`: what is trained, what is kept, what is chosen, what is refused.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { describeModel } from "../../bindings/network/describe.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import type { SweepRecord } from "../../bindings/sweep/record.ts";
import { cli, ROOT } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const SPACE = `data: waves.csv
description: waves.json
networks:
  - cell: [liquid-gate, gru]
    units: 4
  - cell: ltc # needs two neurons for its outputs
    units: 1
training: { epochs: 2, batchSize: 6 }
precisions: [fp32, int8]
seeds: 2
platforms: [stm32h743, nrf52840]
`;

let folder: string;
const path = (name: string) => join(folder, name);
const space = (text: string, out = "out") =>
  cli(["sweep", path("space.yaml"), "--out", path(out)], {
    files: { [path("space.yaml")]: text },
    disk: true,
  });
const results = (out = "out") => readFile(path(`${out}/results.jsonl`), "utf8");

const weightsEqual = (a: Uint8Array, b: Uint8Array) => {
  const [own, theirs] = [a, b].map((bytes) => [...readModel(bytes, undefined, { weights: "file" }).tensors]);
  return isDeepStrictEqual(own, theirs);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "liquid-edge-sweep-"));
  await writeFile(path("waves.csv"), waves());
  await writeFile(path("waves.json"), JSON.stringify(WAVES_DESCRIPTION));
  await writeFile(path("on-disk.yaml"), SPACE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("sweep", () => {
  it("trains every network from every seed, scores and costs it, and says what cannot be", async () => {
    const { code, out, err } = await space(SPACE);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toContain("4 networks trained, 2 impossible; 8 results");
    expect(out).toMatch(/Not possible: ltc 1: ltc: "units" expected at least 2/);
    const records = (await results())
      .trimEnd()
      .split("\n")
      .map((line): SweepRecord => JSON.parse(line));
    expect(records.map(({ cell, seed, precision }) => `${cell.cell} ${seed} ${precision}`)).toEqual(
      ["liquid-gate", "gru"].flatMap((cell) =>
        [0, 1].flatMap((seed) => ["fp32", "int8"].map((precision) => `${cell} ${seed} ${precision}`)),
      ),
    );
    for (const { platforms, metric } of records) {
      expect(platforms.map(({ platform }) => platform)).toEqual(["stm32h743", "nrf52840"]);
      expect(metric).toMatchObject({ name: "accuracy", n: 4 });
    }
  });

  it("does nothing again that is there, and only what is missing", async () => {
    const before = await results();
    expect((await space(SPACE)).out).toContain("0 networks trained, 4 done before, 2 impossible");
    expect(await results()).toBe(before);
    // As a kill leaves it: without one result, the last one cut short.
    const lines = before.trimEnd().split("\n");
    await writeFile(path("out/results.jsonl"), `${lines.slice(1, 7).join("\n")}\n${lines[7]!.slice(0, 80)}`);
    expect((await space(SPACE)).out).toContain("0 networks trained, 2 scored anew, 2 done before");
    expect(await results()).toBe(before);
    expect((await space(SPACE.replace("seeds: 2", "seeds: 3"))).out).toContain(
      "2 networks trained, 4 done before",
    );
  });

  it("gives the same bytes at any number of threads", async () => {
    const run = (out: string, threads: string) => {
      const args = ["sweep", path("on-disk.yaml"), "--out", path(out), "--threads", threads, "--json"];
      return promisify(execFile)(process.execPath, [join(ROOT, "dist/cli.js"), ...args]);
    };
    const [one] = await Promise.all([run("one", "1"), run("three", "3")]);
    expect(JSON.parse(one.stdout)).toMatchObject({ trained: 4, stopped: false });
    expect(await results("three")).toBe(await results("one"));
  }, 60_000);

  it("costs a network anew for another rate", async () => {
    expect((await space(`${SPACE}rateHz: 50000\n`)).out).toContain("0 networks trained, 4 scored anew");
    expect((await space(SPACE)).out).toContain("0 networks trained, 4 scored anew");
  });

  it("trains for integers what is to be aware of them, keeps both results apart, and does it once", async () => {
    const before = (await results()).trimEnd().split("\n");
    const { code, out } = await space(`${SPACE}aware: true\n`);
    expect(code).toBe(0);
    expect(out).toContain("0 networks trained, 4 scored anew");
    const parse = (lines: readonly string[]) => lines.map((line): SweepRecord => JSON.parse(line));
    const records = parse((await results()).trimEnd().split("\n"));
    const aware = records.filter((record) => record.aware === true);
    expect(aware).toHaveLength(4);
    for (const { precision, network } of aware) {
      expect(precision).toBe("int8");
      const weights = await readFile(path(`out/models/${network}.int8.safetensors`));
      const floats = await readFile(path(`out/models/${network}.safetensors`));
      const model = readModel(weights, undefined, { weights: "aware" });
      const [own, theirs] = [model, readModel(floats, undefined, { weights: "floats" })].map(
        ({ tensors }) => [...tensors.keys()],
      );
      expect(own).toEqual(theirs);
      // Two epochs of floats, one for integers at a third of the rate; or the floats' own weights, if those were better.
      const notes = JSON.parse(parseSafetensors(weights, "aware").metadata.training!);
      expect(notes.settings).toMatchObject({ precision: "int8", epochs: 1, pruning: null });
      expect([0, 1]).toContain(notes.epoch);
      expect(notes.epoch === 0).toBe(weightsEqual(weights, floats));
    }
    expect(parse(before).every((record) => records.some((other) => isDeepStrictEqual(record, other)))).toBe(
      true,
    );
    expect((await space(`${SPACE}aware: true\n`)).out).toContain("0 networks trained, 4 done before");
  });

  it("takes weights out in every pattern that is asked for", async () => {
    const text = `${SPACE.replace("seeds: 2", "seeds: 1")}sparsities: [0, 0.5]\npatterns: [4x1, unstructured, "n:m", neurons]\n`;
    const { code, out } = await space(text, "patterns");
    expect(code).toBe(0);
    expect(out).toContain("10 networks trained");
    const records = (await results("patterns"))
      .trimEnd()
      .split("\n")
      .map((line): SweepRecord => JSON.parse(line));
    const found = new Set(records.map(({ sparsity, pattern }) => `${sparsity} ${pattern ?? "4x1"}`));
    expect(found).toEqual(new Set(["0 4x1", "0.5 4x1", "0.5 unstructured", "0.5 n:m", "0.5 neurons"]));
    for (const { cell, sparsity, parameters } of records) {
      const dense = records.find((other) => other.sparsity === 0 && other.cell.cell === cell.cell)!;
      if (sparsity > 0) expect(parameters).toBeLessThan(dense.parameters);
    }
    // Two of every four of each row of the recurrent weights.
    const { network } = records.find(({ pattern, cell }) => pattern === "n:m" && cell.cell === "gru")!;
    const weights = await readFile(path(`patterns/models/${network}.safetensors`));
    const { tensors } = readModel(weights, undefined, { weights: "n:m" });
    const { data } = [...tensors].find(
      ([name]) => name.endsWith("weight_hh_l0") && !name.includes("mask"),
    )![1];
    for (let row = 0; row < data.length; row += 4)
      expect(data.subarray(row, row + 4).filter((value) => value !== 0)).toHaveLength(2);
    // Half of the neurons: a smaller network, which is what was trained and scored.
    const whole = records.find(({ pattern, cell }) => pattern === "neurons" && cell.cell === "gru")!;
    const smaller = readModel(
      await readFile(path(`patterns/models/${whole.network}.safetensors`)),
      undefined,
      {
        weights: "neurons",
      },
    );
    expect(smaller.config).toMatchObject({ units: whole.cell.units / 2 });
    expect(whole.parameters).toBe(describeModel(smaller).parameters.trainable);
  });

  it("never writes over results that it cannot read", async () => {
    await mkdir(path("odd/results.jsonl"), { recursive: true });
    expect(await space(SPACE, "odd")).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/found a folder/)],
    });
    expect((await stat(path("odd/results.jsonl"))).isDirectory()).toBe(true);
  });

  it.each([
    [
      "a field with a typing error",
      SPACE.replace("precisions", "precision"),
      /"precision" .*did you mean "precisions"/,
    ],
    ["one of a network", SPACE.replace("units: 4", "unit: 4"), /"networks\[0\]\.unit.*/],
    ["a board that does not exist", SPACE.replace("stm32h743", "stm32h742"), /did you mean "stm32h743"/],
    [
      "a network twice",
      SPACE.replace("[liquid-gate, gru]", "[gru, gru]"),
      /each network once, found gru 4 again/,
    ],
    ["aware with a typing error", `${SPACE}awre: true\n`, /"awre" .*did you mean "aware"/],
    ["a pattern that is none", `${SPACE}patterns: [4x2]\n`, /"patterns\[0\]"/],
    [
      "a share that n:m cannot have",
      `${SPACE}sparsities: [0.7]\npatterns: ["n:m"]\n`,
      /"sparsities" expected 0, 0\.25, 0\.5 or 0\.75 .*found 0\.7/,
    ],
    ["a sparsity of 1", `${SPACE}sparsities: [1]\n`, /"sparsities\[0\]"/],
    [
      "data that are not there",
      SPACE.replace("waves.csv", "none.csv"),
      /none\.csv: expected a readable file/,
    ],
  ])("refuses %s in one line, and writes nothing", async (_, text, message) => {
    const { code, err, out, written } = await space(text, "refused");
    expect(code).toBe(2);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(message);
    expect(out).toBe("");
    expect(written.size).toBe(0);
  });
});

describe("pareto", () => {
  /** A record of one board; energy and accuracy as given. */
  function record(cell: string, seed: number, energy: number, accuracy: number, sha256 = "a"): SweepRecord {
    const interval = (typ: number) => ({ typ, min: typ / 2, max: typ * 2 });
    return {
      format: 1,
      network: `${cell} ${seed} ${sha256}`,
      cell: { cell, units: 8 },
      sparsity: 0,
      seed,
      precision: "fp32",
      data: { name: "waves", sha256 },
      split: "test",
      rateHz: 100,
      metric: {
        name: "accuracy",
        better: "higher",
        value: accuracy,
        min: accuracy - 0.1,
        max: accuracy,
        n: 100,
      },
      parameters: 100,
      imageSparsity: 0,
      platforms: [
        {
          platform: "stm32h743",
          energyUj: interval(energy),
          latencyUs: interval(10 * energy),
          flashBytes: 2048,
          ramBytes: 1024,
          fits: true,
          realTime: true,
        },
      ],
      unavailable: [],
    };
  }
  const file = (...records: SweepRecord[]) => records.map((each) => `${JSON.stringify(each)}\n`).join("");
  const pareto = (text: string, ...args: string[]) =>
    cli(["pareto", "r.jsonl", ...args], { files: { "r.jsonl": text } });
  const sample = file(
    record("gru", 0, 4, 0.9),
    record("gru", 1, 4, 0.94),
    record("gru", 2, 4, 0.92),
    record("cfc", 0, 2, 0.85),
    record("lstm", 0, 5, 0.8),
  );

  it("takes seeds together, with the interval of their mean", async () => {
    const { out } = await pareto(sample, "--json");
    const [{ front, dominated }] = JSON.parse(out);
    expect(front.map(({ cell }: SweepRecord) => cell.cell)).toEqual(["cfc", "gru"]);
    expect(dominated).toMatchObject([{ point: { cell: { cell: "lstm" } }, by: { cell: { cell: "cfc" } } }]);
    // Student's t for 2 degrees of freedom is 4.303 at 95 %; the standard error 0.02 / sqrt(3).
    expect(front[1].metric.mean).toBeCloseTo(0.92, 12);
    expect(front[1].metric.max).toBeCloseTo(0.92 + (4.302653 * 0.02) / Math.sqrt(3), 6);
  });

  it("finds the most accurate within a budget, and the cheapest that is accurate enough", async () => {
    expect((await pareto(sample, "--max-energy-uj", "3")).out).toMatch(/cfc 8 .*the best within the limits/);
    expect((await pareto(sample, "--max-energy-uj", "9")).out).toMatch(/gru 8 .*the best within the limits/);
    expect((await pareto(sample, "--min-accuracy", "0.8")).out).toMatch(/cfc 8 .*the best within the limits/);
    const { code, err } = await pareto(sample, "--min-accuracy", "0.99");
    expect({ code, err }).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/no network meets the limits/)],
    });
  });

  it("lists what is beaten, and by what, when asked", async () => {
    expect((await pareto(sample)).out).not.toContain("lstm");
    expect((await pareto(sample, "--all")).out).toMatch(/lstm 8 .*beaten by cfc 8 fp32/);
  });

  it.each([
    [
      "results on different data",
      file(record("gru", 0, 4, 0.9), record("cfc", 0, 2, 0.8, "b")),
      [],
      /with other content/,
    ],
    ["a file without results", "\n", [], /r\.jsonl: expected results of a sweep/],
    ["a broken line", `${sample}{"format":2}\n`, [], /r\.jsonl line 6: "format"/],
    ["another board", sample, ["--platform", "rp2040"], /expected one of stm32h743/],
    ["a bound that the metric lacks", sample, ["--max-error", "1"], /use --min-accuracy/],
  ])("refuses %s in one line", async (_, text, args, message) => {
    const { code, err } = await pareto(text, ...args);
    expect(code).toBe(2);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(message);
  });

  it("draws the fronts", async () => {
    const { code, written } = await cli(["pareto", "r.jsonl", "--plot", "front.svg"], {
      files: { "r.jsonl": sample },
    });
    expect(code).toBe(0);
    expect(written.get("front.svg")).toMatch(/^<svg [^>]*>[\s\S]*stm32h743[\s\S]*<\/svg>\s*$/);
  });
});

describe("compare", () => {
  function record(cell: string, seed: number, energy: number, error: number): SweepRecord {
    const interval = (typ: number) => ({ typ, min: 0.5 * typ, max: 3 * typ });
    return {
      format: 1,
      network: `${cell} ${seed} ${energy}`,
      cell: { cell, units: energy },
      sparsity: 0,
      seed,
      precision: "int8",
      data: { name: "steering", sha256: "a" },
      split: "test",
      rateHz: 100,
      metric: { name: "mse", better: "lower", value: error, min: error, max: error, n: 100 },
      parameters: 100 * energy,
      imageSparsity: 0,
      platforms: [
        {
          platform: "nrf52840",
          energyUj: interval(energy),
          latencyUs: interval(energy),
          flashBytes: 1024,
          ramBytes: 1024,
          fits: true,
          realTime: true,
        },
      ],
      unavailable: [],
    };
  }
  const seeds = (cell: string, energy: number, ...errors: number[]) =>
    errors.map((error, seed) => record(cell, seed, energy, error));
  const compare = (records: SweepRecord[], ...args: string[]) => {
    const text = records.map((each) => `${JSON.stringify(each)}\n`).join("");
    return cli(["compare", "r.jsonl", ...args], { files: { "r.jsonl": text } });
  };
  // The larger networks are more accurate than the other family can be; the small liquid one is not accurate enough.
  const liquid = [...seeds("cfc", 2, 0.5, 0.52), ...seeds("cfc", 4, 0.2, 0.22)];
  const dense = [...seeds("gru", 8, 0.2, 0.21), ...seeds("gru", 16, 0.1, 0.11)];

  it("weighs the cheapest of each family that are as accurate as both can be", async () => {
    const [{ equalAccuracy, target }] = JSON.parse((await compare([...liquid, ...dense], "--json")).out);
    expect(target).toBeCloseTo(0.21 + 0.05 * 0.105, 12);
    expect(equalAccuracy).toMatchObject({
      liquid: { energyUj: { typ: 4 } },
      dense: { energyUj: { typ: 8 } },
    });
    expect(equalAccuracy.ratio).toEqual({ typ: 2, min: 2, max: 2 });
    // Welch by hand: means 0.21 and 0.205, variances 2e-4 and 5e-5, both n = 2: t(1.4706) = 6.204 at 95 %.
    expect(equalAccuracy.metric.difference).toBeCloseTo(0.005, 12);
    expect(equalAccuracy.metric.df).toBeCloseTo(1.25e-4 ** 2 / (1e-4 ** 2 + 2.5e-5 ** 2), 9);
  });

  it("says so in words, also when dense wins", async () => {
    const { out } = await compare([...liquid, ...dense]);
    expect(out.replace(/\s+/g, " ")).toContain(
      "At equal accuracy: cfc 4 int8 needs 2.00 times [2.00–2.00] less energy than gru 8 int8, and a difference in accuracy is not shown",
    );
    const cheap = seeds("gru", 1, 0.2, 0.21);
    expect((await compare([...liquid, ...cheap])).out.replace(/\s+/g, " ")).toContain(
      "cfc 4 int8 needs 4.00 times [4.00–4.00] more energy than gru 1 int8",
    );
  });

  it("refuses a sweep of one family, or of one seed", async () => {
    for (const records of [liquid, [...seeds("cfc", 2, 0.5), ...seeds("gru", 2, 0.5)]]) {
      const { code, err } = await compare(records);
      expect({ code, err }).toMatchObject({
        code: 2,
        err: [expect.stringMatching(/found one family, or one seed, only/)],
      });
    }
  });
});
