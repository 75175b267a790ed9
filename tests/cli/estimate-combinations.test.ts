import { describe, expect, it, vi } from "vitest";
import * as counting from "../../bindings/core/profile.ts";
import { loadCsv } from "../../bindings/data/csv-dataset.ts";
import { evaluate } from "../../bindings/evaluate/evaluate.ts";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { Network } from "../../bindings/network.ts";
import { writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { digits } from "../../cli/text.ts";
import { linear } from "../evaluate/made-networks.ts";
import { randomModel } from "../network/random-model.ts";
import { caseOf } from "../quantize/cases.ts";
import { cli, cliJson, golden, SINE } from "./run-cli.ts";
import { estimateJson, evaluationJson } from "./schemas.ts";

const BOARDS = ["nrf52840", "rp2040"];
const PRECISIONS = ["fp32", "fp16", "int8", "int4"];

async function entriesOf(args: readonly string[], world = {}) {
  const entries = estimateJson.parse(await cliJson(args, world));
  return entries.map((entry) => {
    if ("unavailable" in entry) throw new Error(entry.unavailable);
    return entry;
  });
}

describe("estimate of several number formats and sparsities", () => {
  it("answers an object for each platform, number format and sparsity, as each alone would be", async () => {
    const { weights, config } = await golden("cfc-no_gate-32");
    const base = ["estimate", weights, "-c", config, "-p", BOARDS.join()];
    const all = await entriesOf([...base, "--precision", "all", "--sparsity", "0,0.75"]);
    expect(all).toEqual(await entriesOf([...base, "--precision", PRECISIONS.join(), "--sparsity", "0,0.75"]));
    expect(all).toHaveLength(16);
    let i = 0;
    for (const platform of BOARDS) {
      for (const precision of PRECISIONS) {
        for (const sparsity of ["0", "0.75"]) {
          const [index] = [BOARDS.indexOf(platform)];
          const alone = await entriesOf([...base, "--precision", precision, "--sparsity", sparsity]);
          expect(all[i]).toMatchObject({ platform, precision });
          expect(all[i]).toEqual(alone[index]);
          i++;
        }
      }
    }
    const keys = all.map(({ platform, precision, sparsity }) => `${platform} ${precision} ${sparsity}`);
    expect(new Set(keys).size).toBe(16);
  });

  it("counts each network once, however many platforms there are", async () => {
    const spy = vi.spyOn(counting, "profileNetwork");
    try {
      await entriesOf(["estimate", SINE, "-p", "all", "--precision", "fp32,int8", "--sparsity", "0,0.5"]);
      expect(spy).toHaveBeenCalledTimes(4);
    } finally {
      spy.mockRestore();
    }
  });

  it("prints a row for each, by platform, with the ratio to the platform's first row", async () => {
    const args = [
      "estimate",
      SINE,
      "-p",
      "rp2040,nrf52840",
      "--precision",
      "fp32,int8",
      "--sparsity",
      "0,0.5",
    ];
    const entries = await entriesOf(args);
    const { out } = await cli(args);
    const lines = out.split("\n");
    const head = lines.findIndex((line) => line.startsWith("platform"));
    const rows = lines.slice(head + 1, head + 9);
    expect(rows.map((line) => line.slice(0, 20).trim().split(/ +/))).toEqual([
      ["rp2040", "fp32"],
      ["fp32"],
      ["int8"],
      ["int8"],
      ["nrf52840", "fp32"],
      ["fp32"],
      ["int8"],
      ["int8"],
    ]);
    for (const [i, row] of rows.entries()) {
      const ratio = Number(row.match(/([\d.]+) +yes$/)![1]);
      const first = entries[i < 4 ? 0 : 4]!;
      expect(ratio).toBeCloseTo(entries[i]!.energyUj.typ / first.energyUj.typ, 2);
      expect(ratio).toBeCloseTo(entries[i]!.latencyUs.typ / first.latencyUs.typ, 2);
    }
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
    const text = out.replace(/\s+/g, " ");
    for (const { assumed } of entries) for (const one of assumed) expect(text).toContain(`Assumed: ${one}.`);
  });

  it("says which matrices are compiled dense for a board, and prices them so", async () => {
    const { weights, config } = await golden("cfc-default-32");
    const args = ["estimate", weights, "-c", config, "-p", "nrf52840,esp32s3", "--precision", "int8"];
    const [nrf, esp] = await entriesOf([...args, "--sparsity", "0.2"]);
    const [dense] = await entriesOf([...args, "--sparsity", "0"]);
    const [core] = await entriesOf([...args, "--sparsity", "0.2", "--no-port-kernels"]);
    expect(nrf!.compiledDense).toContain("cfc.ff1");
    expect(esp!.compiledDense).toEqual([]);
    expect(core!.compiledDense).toEqual([]);
    expect(nrf!.energyUj.typ).toBeLessThanOrEqual(dense!.energyUj.typ);
    const { out } = await cli([...args, "--sparsity", "0.2"]);
    expect(out.replace(/\s+/g, " ")).toContain(
      `Compiled dense there, of the same bits, for less energy although of more operations: int8 ${nrf!.compiledDense.join(", ")} on nrf52840.`,
    );
    expect((await cli([...args, "--sparsity", "0.5", "--no-port-kernels"])).out).not.toContain(
      "Compiled dense",
    );
  });

  it("sorts platforms by the energy of their first row where all were asked for", async () => {
    const { out } = await cli(["estimate", SINE, "--precision", "fp32,int8"]);
    const one = await cli(["estimate", SINE]);
    const order = (text: string) => text.match(/^[a-z]+\w*\d\w*(?= )/gm);
    expect(order(out)).toEqual(order(one.out));
    expect(order(out)).toHaveLength(12);
  });

  it("lists what a network has no form of where all formats are asked for, and refuses it by name", async () => {
    const files = { "ct.safetensors": writeModel(randomModel(1, { kind: "CT-RNN" })) };
    const args = ["estimate", "ct.safetensors", "-p", "rp2040", "--precision"];
    const entries = estimateJson.parse(await cliJson([...args, "all"], { files }));
    expect(entries.map((entry) => [entry.precision, "unavailable" in entry])).toEqual([
      ["fp32", false],
      ["fp16", false],
      ["int8", true],
      ["int4", true],
    ]);
    const { out } = await cli([...args, "all"], { files });
    expect(out).toMatch(/\nint8: not available: layer \S+: ctrnn has no integer form/);
    const named = await cli([...args, "fp32,int8"], { files });
    expect(named).toMatchObject({ code: 2, out: "" });
    expect(named.err).toEqual([expect.stringMatching(/^liquid-edge: layer \S+: ctrnn has no integer form/)]);
  });

  it("says of a file of integers what it can be estimated as", async () => {
    const { model, calibration } = caseOf("ltc-fc-8");
    const { network } = quantize(model, { precision: "int8", calibration });
    const files = { "q.safetensors": writeIntegerModel({ config: model, precision: "int8", network }) };
    const args = ["estimate", "q.safetensors", "-p", "rp2040"];
    expect(await entriesOf(args, { files })).toEqual(
      await entriesOf([...args, "--precision", "int8", "--sparsity", "0"], { files }),
    );
    for (const [asked, named] of [
      [["--precision", "fp32,int8"], "--precision fp32"],
      [
        ["--precision", "all", "--sparsity", "0,0.5"],
        "--precision fp32, --precision fp16, --precision int4, --sparsity 0.5",
      ],
    ] as const) {
      const { code, out, err } = await cli([...args, ...asked], { files });
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toEqual([
        "liquid-edge: q.safetensors: expected a network of floats, found one quantized to int8 already " +
          `(start from the float checkpoint for ${named}; this file can be estimated as int8, unpruned)`,
      ]);
    }
  });
});

/** Takes of ten steps, half of them to train on. What they mean is all the same here. */
const ROWS = Array.from({ length: 400 }, (_, i) => {
  const take = Math.floor(i / 10);
  return [take, Math.sin(i / 3), Math.cos(i / 3), Math.sin(i / 5), take < 20 ? "train" : "test"] as const;
});
const DESCRIPTION = {
  name: "log",
  task: "regression",
  inputs: ["a", "b"],
  target: "y",
  sequence: "take",
  targetsPer: "step",
  split: { column: "part" },
};
const log = ["take,a,b,y,part", ...ROWS.map((row) => row.join())].join("\n");
const files = { "log.csv": log, "log.json": JSON.stringify(DESCRIPTION) };
const DATA = ["--data", "log.csv", "--description", "log.json"];

async function metricOf(weights: string | Uint8Array) {
  const [name, world] = typeof weights === "string" ? [weights, files] : ["w", { ...files, w: weights }];
  const evaluation = evaluationJson.parse(await cliJson(["evaluate", name, ...DATA], { files: world }));
  const { value, min, max } = evaluation.metric;
  return { dataset: "log", split: "test", n: 200, metric: { name: "mse", value, min, max } };
}

describe("estimate with a data set", () => {
  it("answers what evaluate does, of the network as it is", async () => {
    const args = ["estimate", SINE, "-p", "rp2040,nrf52840", ...DATA];
    const entries = await entriesOf(args, { files });
    expect(entries.map((entry) => entry.accuracy)).toMatchObject(Array(2).fill(await metricOf(SINE)));
    const { accuracy: _, ...rest } = entries[1]!;
    expect([rest]).toEqual(await entriesOf(["estimate", SINE, "-p", "nrf52840"]));
  });

  it("scores fp16 as fp16, and the pruned network as it is after one shot", async () => {
    const args = [
      "estimate",
      SINE,
      "-p",
      "rp2040",
      "--precision",
      "fp32,fp16",
      "--sparsity",
      "0,0.5",
      ...DATA,
    ];
    const [, pruned, halves] = await entriesOf(args, { files });
    const { writtenBytes } = await cli(["prune", SINE, "--sparsity", "0.5", "--out", "p"]);
    expect(pruned!.accuracy).toMatchObject(await metricOf(writtenBytes.get("p")!));
    expect(pruned!.assumed).toEqual([
      expect.stringMatching(/: in one shot without training, and scored as that$/),
    ]);

    const network = (await Network.load(SINE)).withPrecision("fp16");
    const dataset = await loadCsv(new File([log], "log.csv"), DESCRIPTION);
    const { name, value, min, max } = (await evaluate(network, dataset)).metric;
    expect(halves!.accuracy!.metric).toEqual({ name, value, min, max });
    expect(halves!.accuracy!.metric.value).not.toBe((await metricOf(SINE)).metric.value);
  });

  it("calibrates integers on the train part and says so", async () => {
    const args = [
      "estimate",
      SINE,
      "-p",
      "rp2040",
      "--precision",
      "int8,int4",
      "--sparsity",
      "0,0.5",
      ...DATA,
    ];
    const entries = await entriesOf(args, { files });
    const csv = ["a,b", ...ROWS.filter((row) => row[4] === "train").map((row) => row.slice(1, 3).join())];
    // An empty line between the takes, ten steps each.
    const train = csv.map((line, i) => (i > 1 && i % 10 === 1 ? `\n${line}` : line)).join("\n");
    const made = { ...files, "train.csv": train };
    const pruned = (await cli(["prune", SINE, "--sparsity", "0.5", "--out", "p"])).writtenBytes.get("p")!;
    for (const [i, [precision, weights]] of [
      ["int8", SINE],
      ["int8", "p"],
      ["int4", SINE],
      ["int4", "p"],
    ].entries()) {
      const { writtenBytes } = await cli(
        ["quantize", weights!, "--precision", precision!, "--calibrate", "train.csv", "--out", "q"],
        { files: { ...made, p: pruned } },
      );
      const q = writtenBytes.get("q")!;
      expect(entries[i]!.accuracy).toMatchObject(await metricOf(q));
      const [own] = await entriesOf(["estimate", "q", "-p", "rp2040", ...DATA], { files: { ...files, q } });
      expect(own!.accuracy).toEqual(entries[i]!.accuracy);
      expect(own!.energyUj).toEqual(entries[i]!.energyUj);
      expect(entries[i]!.assumed.at(-1)).toBe(
        `quantized to ${precision}, calibrated on 200 time steps of log, train`,
      );
    }
  });

  it("calibrates on pieces of much data, from all over it", async () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${Math.sin(i / 5)}`);
    const world = {
      "long.csv": ["a,b,y", ...long].join("\n"),
      "long.json": JSON.stringify({
        name: "long",
        task: "regression",
        inputs: ["a", "b"],
        target: "y",
        windowSteps: 1000,
        split: { train: 0.9, test: 0.1 },
      }),
    };
    const args = ["estimate", SINE, "-p", "rp2040", "--precision", "int8", "--data", "long.csv"];
    const [entry] = await entriesOf([...args, "--description", "long.json"], { files: world });
    const [, used] = entry!.assumed[0]!.match(
      /^quantized to int8, calibrated on ([\d,]+) of 18,000 time steps of long, train$/,
    )!;
    expect(Number(used!.replace(",", ""))).toBeGreaterThan(3500);
    expect(Number(used!.replace(",", ""))).toBeLessThan(6000);
  });

  it("names inputs that never move in the train part", async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${Math.sin(i)},0,${Math.cos(i)}`);
    const world = {
      "still.csv": ["a,b,y", ...rows].join("\n"),
      "still.json": JSON.stringify({
        name: "still",
        task: "regression",
        inputs: ["a", "b"],
        target: "y",
        windowSteps: 10,
        split: { train: 0.9, test: 0.1 },
      }),
    };
    const args = ["estimate", SINE, "-p", "rp2040", "--precision", "int8", "--data", "still.csv"];
    const [entry] = await entriesOf([...args, "--description", "still.json"], { files: world });
    expect(entry!.assumed).toEqual([
      "quantized to int8, calibrated on 90 time steps of still, train, in which b never moves",
    ]);
  });

  it("calibrates on the extremes, wherever in much data they are", async () => {
    // One spike in 9,000 steps to train on, and another in the test part.
    const steps = Array.from({ length: 10_000 }, (_, i) => (i === 150 || i === 9500 ? 50 : Math.sin(i)));
    const net = writeModel(linear([[1]]).model);
    const world = {
      net,
      "spike.csv": ["x,y", ...steps.map((x) => `${x},${x}`)].join("\n"),
      "spike.json": JSON.stringify({
        name: "spike",
        task: "regression",
        inputs: ["x"],
        target: "y",
        windowSteps: 100,
        split: { train: 0.9, test: 0.1 },
      }),
    };
    const args = ["estimate", "net", "-p", "rp2040", "--precision", "int8", "--data", "spike.csv"];
    const [entry] = await entriesOf([...args, "--description", "spike.json"], { files: world });
    // Every second piece is enough but for the one with the spike: without it, an mse of (50 - 1.25)^2 / 1000.
    expect(entry!.accuracy!.metric.value).toBeLessThan(0.1);
  });

  it("prints the metric with its interval beside energy, latency and memory", async () => {
    const args = ["estimate", SINE, "-p", "rp2040", "--precision", "fp32,int8", ...DATA];
    const { out } = await cli(args, { files });
    expect(out).toMatch(/\nAccuracy: log, test, 200 steps of 20 sequences\.\n/);
    expect(out).toMatch(
      /\nplatform .*energy µJ .*latency ms .*RAM kB .*flash kB .*mean squared error +\[min–max\]\n/,
    );
    const { value, min, max } = (await metricOf(SINE)).metric;
    const [shown, low, high] = [value, min, max].map((x) => digits(x, 4));
    expect(out).toMatch(new RegExp(`\\nrp2040 +fp32 .* ${shown} +\\[${low}–${high}\\]\\n`));
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
  });

  it("refuses integers where there is nothing to calibrate on", async () => {
    const whole = { ...files, "log.json": JSON.stringify({ ...DESCRIPTION, split: { train: 0, test: 1 } }) };
    const args = ["estimate", SINE, "-p", "rp2040", "--precision", "fp32,int8", ...DATA];
    const { code, out, err } = await cli(args, { files: whole });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toEqual([
      'liquid-edge: --precision int8: expected a train part of log to calibrate on, found none; "liquid-edge quantize" calibrates on other data',
    ]);
    const every = ["estimate", SINE, "-p", "rp2040", "--precision", "all", ...DATA];
    const entries = estimateJson.parse(await cliJson(every, { files: whole }));
    expect(entries.map((entry) => "unavailable" in entry)).toEqual([false, false, true, true]);
  });

  it("refuses a network of another width before anything is calibrated", async () => {
    const other = JSON.stringify({ ...DESCRIPTION, inputs: ["a"] });
    const args = ["estimate", SINE, "-p", "rp2040", "--precision", "int8", ...DATA];
    const { code, err } = await cli(args, { files: { ...files, "log.json": other } });
    expect(code).toBe(2);
    expect(err).toEqual([expect.stringMatching(/"inputs" expected 1 for log, found 2$/)]);
  });

  it("fails when an output is not finite, as evaluate does", async () => {
    const huge = writeModel(linear([[3e38, 3e38]], [3e38]).model);
    const { code, out, err } = await cli(["estimate", "huge", "-p", "rp2040", ...DATA], {
      files: { ...files, huge },
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toEqual([expect.stringMatching(/^liquid-edge: huge: "output" expected finite values/)]);
  });
});
