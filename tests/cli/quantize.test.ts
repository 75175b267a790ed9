// `quantize`, and what the other commands make of its files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { caseOf } from "../quantize/cases.ts";
import { cli, cliJson, GOLDEN, SINE, SINE_INPUT, type World } from "./run-cli.ts";

const QUANTIZED = "sine.int8.safetensors";
const input = JSON.parse(readFileSync(SINE_INPUT, "utf8"));
const base = ["quantize", SINE, "--calibrate", SINE_INPUT, "--out", QUANTIZED];

/** A world in which the bundled network has been quantized. */
async function quantized(precision = "int8"): Promise<World> {
  const { code, writtenBytes } = await cli([...base, "--precision", precision]);
  expect(code).toBe(0);
  return { files: { [QUANTIZED]: writtenBytes.get(QUANTIZED)! } };
}

describe("quantize", () => {
  it("writes the network and reports what it cost", async () => {
    const { code, out, writtenBytes } = await cli(base);
    expect(code).toBe(0);
    expect(out).toMatch(/^sine\.int8\.safetensors: LTC, .*; int8, /);
    expect(out).toMatch(
      /^ {2}error {2}0\.\d % of the output's rms, .* on \d+ time steps of calibration data$/m,
    );
    expect(writtenBytes.get(QUANTIZED)!.length).toBeGreaterThan(0);
  });

  it("says the same in JSON", async () => {
    const json = (await cliJson([...base, "--json"])) as Record<string, never>;
    expect(json).toMatchObject({ out: QUANTIZED, precision: "int8", steps: input.input.data.length / 2 });
    expect(json.relativeRmsError).toBeLessThan(0.02);
    expect(json.layers).toHaveLength(3);
    expect(json.image).toMatchObject({ beforeBytes: expect.any(Number), afterBytes: expect.any(Number) });
  });

  it("takes CSV with names and elapsed times", async () => {
    const { data } = input.input as { data: number[] };
    const rows = Array.from({ length: data.length / 2 }, (_, t) => `${data[2 * t]},1,${data[2 * t + 1]}`);
    const csv = ["a,elapsed,b", ...rows, "", rows[0]].join("\r\n");
    const args = ["quantize", SINE, "--calibrate", "log.csv", "--out", QUANTIZED, "--json"];
    const json = await cliJson(args, { files: { "log.csv": csv } });
    expect(json).toMatchObject({ steps: rows.length + 1 });
  });

  it("lets matrices read activations of 16 bits", async () => {
    const golden = join(GOLDEN, "cfc-gelu-8");
    const args = ["quantize", `${golden}.safetensors`, "--config", `${golden}.json`, "--json"];
    const error = async (bits: string) => {
      const more = ["--calibrate", `${golden}.json`, "--activations", bits, "--out", QUANTIZED];
      return (await cliJson([...args, ...more])) as { relativeRmsError: number };
    };
    const advice = /^ {2}careful: above 2 %; --activations 16 /m;
    const int4 = ["--precision", "int4", "--calibrate", `${golden}.json`, "--out", QUANTIZED];
    const words = args.filter((arg) => arg !== "--json");
    expect((await cli([...words, ...int4])).out).toMatch(advice);
    expect((await cli([...words, ...int4, "--activations", "16"])).out).not.toMatch(advice);
    expect((await cli([...words, ...int4.slice(2)])).out).not.toMatch(advice);
    expect((await error("16")).relativeRmsError).toBeLessThan((await error("8")).relativeRmsError / 2);
    const { code, err } = await cli([...base, "--activations", "12"]);
    expect(code).toBe(2);
    expect(err[0]).toMatch(/expected one of 8, 16/);
  });

  it("widens activations where 8 bits leave too much, and says why", async () => {
    const golden = join(GOLDEN, "cfc-no_gate-32");
    const { input: inputs } = JSON.parse(readFileSync(`${golden}.json`, "utf8")) as {
      input: { shape: number[]; data: number[] };
    };
    const elapsed = inputs.data.filter((_, i) => i % 8 === 0).map((_, t) => 0.5 + (t % 7) / 3);
    const files = {
      "in.json": JSON.stringify({ input: inputs, timespans: { shape: [3, 40], data: elapsed } }),
    };
    const args = [
      "quantize",
      `${golden}.safetensors`,
      "--config",
      `${golden}.json`,
      "--calibrate",
      "in.json",
    ];
    const { out } = await cli([...args, "--out", QUANTIZED], { files });
    expect(out).toMatch(/^ {2}activations of 16 bits: with 8 the error is [2-4]\.\d %, above 2\.0 %; /m);
    expect(out).not.toContain("careful: above 2 %");
    const narrow = await cli([...args, "--out", QUANTIZED, "--activations", "8"], { files });
    expect(narrow.out).not.toContain("activations of 16 bits");
    expect(narrow.out).toContain("careful: above 2 %; --activations 16");
  });

  describe("takes data sets", () => {
    const { data } = input.input as { data: number[] };
    const rows = Array.from({ length: data.length / 2 }, (_, t) => {
      const counts = [0, 1].map((c) => Math.round(1000 * data[2 * t + c]! + 5000));
      return `${Math.floor(t / 8)},${counts.join(",")},0`;
    });
    const description = {
      ...{ name: "pump", task: "regression", inputs: ["a", "b"], target: "y", targetsPer: "step" },
      sequence: "take",
      normalise: { a: { offset: 5000, scale: 1000 }, b: { offset: 5000, scale: 1000 } },
      split: { train: 1 },
    };
    const files = {
      "pump.csv": ["take,a,b,y", ...rows].join("\n"),
      "pump.json": JSON.stringify(description),
      "plain.json": JSON.stringify({ ...description, normalise: "none" }),
      "counts.json": JSON.stringify({ offset: 5000, scale: [1000, 1000] }),
    };
    const args = [
      "quantize",
      SINE,
      "--calibrate",
      "pump.csv",
      "--description",
      "pump.json",
      "--out",
      QUANTIZED,
    ];

    it("by their training part", async () => {
      expect(await cliJson([...args, "--json"], { files })).toMatchObject({ steps: rows.length });
      const { err, code } = await cli([...args, "--split", "test"], { files });
      expect({ code, err }).toEqual({
        code: 2,
        err: [
          'liquid-edge: pump: "split" expected a part with samples to calibrate on (train), found test, which is empty',
        ],
      });
    });

    it("with an input that never moves, which the report names", async () => {
      const silent = rows.map((row) => row.replace(/^(\d+,[^,]*),[^,]*/, "$1,5000"));
      const still = { ...files, "pump.csv": ["take,a,b,y", ...silent].join("\n") };
      const { code, out } = await cli(args, { files: still });
      expect(code).toBe(0);
      expect(out).toContain(
        "  careful: input 1 (b) is 0 in every step of the calibration data, taken to reach ±1\n",
      );
      const json = await cliJson([...args, "--json"], { files: still });
      expect(json).toMatchObject({ constantInputs: [{ input: 1, name: "b", value: 0 }] });
      const plain = silent.map((row) => `${row.split(",")[1]},0`).join("\n");
      const refused = await cli(["quantize", SINE, "--calibrate", "log.csv", "--out", QUANTIZED], {
        files: { "log.csv": plain },
      });
      expect(refused.code).toBe(2);
      expect(refused.err[0]).toContain("expected values other than 0 in channel 1, found 0 in every step");
    });

    it("and the image their raw counts", async () => {
      const { writtenBytes } = await cli([...args, "--counts"], { files });
      const same = await cli([...args, "--counts", "counts.json"], { files });
      expect(writtenBytes.get(QUANTIZED)).toEqual(same.writtenBytes.get(QUANTIZED));
      const other = await cli(args, { files });
      expect(writtenBytes.get(QUANTIZED)).not.toEqual(other.writtenBytes.get(QUANTIZED));
    });

    it.each([
      [["--calibrate", SINE_INPUT, "--counts"], "--counts: expected a file, or a data set in --calibrate"],
      [
        ["--calibrate", "pump.csv", "--description", "plain.json", "--counts"],
        "--counts: the inputs of pump are no plain scaling of counts; expected a file",
      ],
      [
        ["--calibrate", SINE_INPUT, "--counts", "bad.json"],
        'bad.json: "scal" expected only "offset" and "scale", found "scal"',
      ],
      [
        ["--calibrate", SINE_INPUT, "--counts", "worse.json"],
        'worse.json: "scale" expected a number, or a list of numbers, found "big"',
      ],
      [
        ["--calibrate", SINE_INPUT, "--layers", "ltc"],
        '--layers: expected name=int8 or name=int4, each name once, found "ltc"',
      ],
      [
        ["--calibrate", SINE_INPUT, "--layers", "ltd=int4"],
        'layers: "ltd" expected one of ltc, found no such layer with weights (did you mean "ltc"?)',
      ],
    ])("refuses %j", async (extra, message) => {
      const more = { "bad.json": '{"offset": 0, "scal": 1}', "worse.json": '{"offset": 0, "scale": "big"}' };
      const refused = await cli(["quantize", SINE, "--out", QUANTIZED, ...extra], {
        files: { ...files, ...more },
      });
      expect(refused.code).toBe(2);
      expect(refused.err[0]).toContain(message);
      expect(refused.writtenBytes.size).toBe(0);
    });
  });

  it.each([
    ["1,2\n3\n", 'log.csv: "line 2" expected 2 columns (2 inputs), found 1'],
    ["1,2\n3,x\n", 'log.csv: "line 2, column 2" expected a finite number, found "x"'],
    ["a,b\n", 'log.csv: "input" expected at least one time step of calibration data, found none'],
    ["1,2\n1,2\n", 'log.csv: "input" expected values that vary, found 1 in every step'],
    ["", 'log.csv: "input" expected at least one time step of calibration data, found none'],
  ])("refuses the CSV %j", async (csv, message) => {
    const args = ["quantize", SINE, "--calibrate", "log.csv", "--out", QUANTIZED];
    const { code, err, out } = await cli(args, { files: { "log.csv": csv } });
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toHaveLength(1);
    expect(err[0]).toContain(message);
  });

  it("refuses to do it twice, and another precision", async () => {
    const again = await cli(
      ["quantize", QUANTIZED, "--calibrate", SINE_INPUT, "--out", "x"],
      await quantized(),
    );
    expect(again.code).toBe(2);
    expect(again.err).toEqual([
      "liquid-edge: sine.int8.safetensors: expected a network of floats, found one quantized to int8 already (start from the float checkpoint)",
    ]);
    const unknown = await cli([...base, "--precision", "int2"]);
    expect(unknown.code).toBe(2);
    expect(unknown.err[0]).toMatch(/expected one of int8, int4/);
  });
});

it("a pruned network stays pruned, and neurons that nothing reaches are named", async () => {
  const prune = [
    "prune",
    SINE,
    "--method",
    "unstructured",
    "--sparsity",
    "0.9",
    "--out",
    "pruned.safetensors",
  ];
  const { writtenBytes } = await cli(prune);
  const world = { files: Object.fromEntries(writtenBytes) };
  const args = ["quantize", "pruned.safetensors", "--calibrate", SINE_INPUT, "--out", QUANTIZED];
  interface Json {
    image: { afterBytes: number };
    neuronsWithoutInputs: { cell: string; neurons: number[] }[];
  }
  const json = (await cliJson([...args, "--json"], world)) as Json;
  const dense = (await cliJson([...base, "--json"])) as Json;
  expect(json.image.afterBytes).toBeLessThan(dense.image.afterBytes);
  const { cell, neurons } = json.neuronsWithoutInputs[0]!;
  expect(cell).toBe("ltc");
  const { out } = await cli(args, world);
  expect(out).toContain(`  without inputs in ltc: neurons ${neurons.join(", ")}`);
});

describe("a quantized network", () => {
  it("runs near the float one, with the same bits on every engine", async () => {
    const world = await quantized();
    const outputs = async (file: string, engine: string) => {
      const args = ["run", file, "--input", SINE_INPUT, "--engine", engine, "--json"];
      return ((await cliJson(args, world)) as { output: { data: number[] } }).output.data;
    };
    const floats = await outputs(SINE, "scalar");
    const integers = await outputs(QUANTIZED, "scalar");
    for (const [i, y] of integers.entries()) expect(Math.abs(y - floats[i]!)).toBeLessThan(0.02);
    expect(await outputs(QUANTIZED, "simd")).toEqual(integers);
    expect(await outputs(QUANTIZED, "counted")).toEqual(integers);
  });

  it("is estimated as it is, or a float one for costing only", async () => {
    const of = async (...args: string[]) =>
      (await cliJson(["estimate", ...args, "--platform", "rp2040", "--json"], await quantized())) as {
        precision: string;
        cycles: { typ: number };
        assumed: string[];
      }[];
    const [own] = await of(QUANTIZED);
    const [placeholder] = await of(SINE, "--precision", "int8");
    const [float] = await of(SINE);
    expect([own!.precision, placeholder!.precision, float!.precision]).toEqual(["int8", "int8", "fp32"]);
    expect(own!.cycles).toEqual(placeholder!.cycles);
    expect(own!.cycles.typ).toBeLessThan(float!.cycles.typ);
    expect(placeholder!.assumed.join()).toMatch(/for costing only/);
    expect(own!.assumed.join()).not.toMatch(/for costing only/);
    const wrong = await cli(["estimate", QUANTIZED, "--precision", "int4"], await quantized());
    expect(wrong.err[0]).toContain("expected a network of floats, found one quantized to int8 already");
  });

  it("is inspected", async () => {
    const json = await cliJson(["inspect", QUANTIZED, "--json"], await quantized());
    expect(json).toMatchObject({ kind: "quantized network", precision: "int8", class: "ncps.torch.LTC" });
    const { out } = await cli(["inspect", QUANTIZED], await quantized());
    expect(out).toMatch(/^sine\.int8\.safetensors: ncps\.torch\.LTC, quantized to int8, /);
  });

  it("is profiled", async () => {
    const json = await cliJson(["profile", QUANTIZED, "--json"], await quantized());
    expect(json).toMatchObject({ operations: expect.any(Number) });
  });
});

it("a LiquidGate goes the same way, irregular times and all", async () => {
  const { model, calibration } = caseOf("gate-irregular-11");
  const { batch, steps, features } = calibration;
  const sequence = {
    input: { shape: [batch, steps, features], data: [...calibration.input] },
    timespans: { shape: [batch, steps], data: [...calibration.timespans!] },
  };
  const float = { "gate.safetensors": writeModel(model), "in.json": JSON.stringify(sequence) };
  const args = ["quantize", "gate.safetensors", "--calibrate", "in.json", "--out", "gate.int8.safetensors"];
  const { code, writtenBytes } = await cli(args, { files: float });
  expect(code).toBe(0);
  const world = { files: { ...float, ...Object.fromEntries(writtenBytes) } };
  const outputs = async (file: string) => {
    const json = await cliJson(["run", file, "--input", "in.json", "--json"], world);
    return (json as { output: { data: number[] } }).output.data;
  };
  const [floats, integers] = [await outputs("gate.safetensors"), await outputs("gate.int8.safetensors")];
  const squares = (values: number[]) => values.reduce((sum, y) => sum + y * y, 0);
  const error = Math.sqrt(squares(integers.map((y, i) => y - floats[i]!)) / squares(floats));
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(0.02);
  const [profiled, inspected] = [
    await cliJson(["profile", "gate.int8.safetensors", "--json"], world),
    await cliJson(["inspect", "gate.int8.safetensors", "--json"], world),
  ];
  expect(profiled).toMatchObject({ operations: expect.any(Number) });
  expect(inspected).toMatchObject({ precision: "int8", class: "liquid-edge.LiquidGate" });
  const estimate = ["estimate", "gate.safetensors", "--platform", "rp2040", "--json"];
  const [int8, fp32] = [
    await cliJson([...estimate, "--precision", "int8"], world),
    await cliJson(estimate, world),
  ] as { cycles: { typ: number } }[][];
  expect(int8![0]!.cycles.typ).toBeLessThan(fp32![0]!.cycles.typ);
});
