// Networks that skip unchanged inputs, from `quantize` to what the other commands say of them.

import { describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { type CellName, networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, cliJson, type World } from "./run-cli.ts";
import { boardRunJson, estimateJson, evaluationJson } from "./schemas.ts";

/** Takes of twenty steps: one input moves in every step, one in every fifth, two never after the first. */
const ROWS = Array.from({ length: 400 }, (_, i) => {
  const [take, t] = [Math.floor(i / 20), i % 20];
  const inputs = [Math.sin(i / 3), Math.floor(t / 5) / 4, take % 2, 1 - (take % 3) / 2];
  return [take, ...inputs, Math.sin(i / 5), take < 10 ? "train" : "test"];
});
const DESCRIPTION = {
  name: "log",
  task: "regression",
  inputs: ["a", "b", "c", "d"],
  target: "y",
  sequence: "take",
  targetsPer: "step",
  split: { column: "part" },
};
const DATA = ["log.csv", "--description", "log.json"];

const modelOf = (cell: CellName) =>
  initialModel(networkFor({ cell, units: 8 }, { nInputs: 4, nOutputs: 1 }), 1);

const world: World = {
  files: {
    "log.csv": ["take,a,b,c,d,y,part", ...ROWS.map((row) => row.join())].join("\n"),
    "log.json": JSON.stringify(DESCRIPTION),
    net: writeModel(modelOf("liquid-gate")),
    ltc: writeModel(modelOf("ltc")),
  },
};

async function quantized(...options: string[]): Promise<World> {
  const args = ["quantize", "net", "--calibrate", ...DATA, "--activations", "8", "--out", "q", ...options];
  const { code, err, writtenBytes } = await cli(args, world);
  expect({ code, err }).toEqual({ code: 0, err: [] });
  return { files: { ...world.files, q: writtenBytes.get("q")! } };
}

const entriesOf = async (own: World, ...args: string[]) =>
  estimateJson
    .parse(await cliJson(["estimate", "q", "-p", "nrf52840,esp32s3", ...args], own))
    .map((entry) => {
      if ("unavailable" in entry) throw new Error(entry.unavailable);
      return entry;
    });

describe("quantize --skip-unchanged", () => {
  it("writes it into the file, and all commands take it from there", async () => {
    const skipping = await quantized("--skip-unchanged", "--skip-threshold", "3");
    const inspected = (await cliJson(["inspect", "q"], skipping)) as Record<string, unknown>;
    expect(inspected.skipUnchanged).toEqual({ of: "inputs", threshold: 3 });
    expect(inspected.matrices).toMatchObject([{ format: "held" }, { format: "held" }, {}]);
    const text = (await cli(["inspect", "q"], skipping)).out;
    expect(text).toContain("  skips    inputs that have not changed by more than 3 of 127\n");
    const profile = (await cliJson(["profile", "q"], skipping)) as { kernels: { name: string }[] };
    expect(profile.kernels.map(({ name }) => name)).toContain("matvecHeldS8");
    expect((await cli(["profile", "q"], skipping)).out).toMatch(
      /Skips inputs that have not changed by more than 3 of 127\. The counts are\s+of the worst case/,
    );
  });

  it("keeps the bits of the outputs at threshold 0, and not above", async () => {
    const evaluate = async (own: World) =>
      evaluationJson.parse(await cliJson(["evaluate", "q", "--data", ...DATA], own));
    const dense = await evaluate(await quantized());
    expect(await evaluate(await quantized("--skip-unchanged", "all"))).toEqual(dense);
    expect(await evaluate(await quantized("--skip-unchanged", "all", "--skip-threshold", "40"))).not.toEqual(
      dense,
    );
  });

  it("takes activations of 8 bits where nobody says", async () => {
    const args = ["quantize", "net", "--calibrate", ...DATA, "--out", "q", "--skip-unchanged", "--json"];
    expect(await cliJson(args, world)).toMatchObject({
      activations: 8,
      skipUnchanged: { of: "inputs", threshold: 0 },
    });
  });

  it.each([
    [["--skip-threshold", "1"], "--skip-threshold: expected with --skip-unchanged, found without"],
    [
      ["--skip-unchanged", "--activations", "16"],
      "--skip-unchanged: expected with --activations 8, found with 16",
    ],
    [
      ["--skip-unchanged", "--precision", "int4"],
      "--skip-unchanged: expected with --precision int8, found with int4 (--layers name=int8 for single layers)",
    ],
    [["--skip-unchanged", "--skip-threshold", "128"], /expected a whole number from 0 to 127/],
    [["--skip-unchanged", "states"], /Allowed choices are inputs, all/],
  ])("%j is refused in a line, and nothing written", async (options, message) => {
    const args = ["quantize", "net", "--calibrate", ...DATA, "--out", "q", ...options];
    const { code, out, err, writtenBytes } = await cli(args, world);
    expect({ code, out, files: writtenBytes.size }).toEqual({ code: 2, out: "", files: 0 });
    expect(err).toHaveLength(1);
    if (typeof message === "string") expect(err[0]).toBe(`liquid-edge: ${message}`);
    else expect(err[0]).toMatch(message);
  });

  it("refuses an LTC, whose synapses are no matrix", async () => {
    const args = ["quantize", "ltc", "--calibrate", ...DATA, "--out", "q", "--skip-unchanged"];
    const { code, err, writtenBytes } = await cli(args, world);
    expect({ code, files: writtenBytes.size }).toEqual({ code: 2, files: 0 });
    expect(err).toEqual([
      'liquid-edge: q: "skipUnchanged" expected a dense int8 matrix that reads the inputs as int8, found none ' +
        "(int8 weights and activations, unpruned, no LTC)",
    ]);
  });
});

describe("estimate of a network that skips", () => {
  it("is of the worst case without data, and says so", async () => {
    const skipping = await quantized("--skip-unchanged");
    const [dense, own] = [await entriesOf(await quantized()), await entriesOf(skipping)];
    for (const [i, entry] of own.entries()) {
      expect(entry.skipping).toMatchObject({ of: "inputs", threshold: 0, basis: "worst case", data: null });
      expect(entry.assumed).toEqual(["unchanged inputs are skipped: the worst case, in which all change"]);
      const { energyUj, latencyUs } = dense[i]!;
      expect(entry.skipping!.without).toEqual({ energyUj, latencyUs });
      expect(entry.latencyUs.typ).toBeGreaterThan(latencyUs.typ);
    }
    const { out } = await cli(["estimate", "q", "-p", "nrf52840"], skipping);
    expect(out).toMatch(/Assumed: unchanged inputs are skipped: the worst case, in which all change\./);
    expect(out).toMatch(/the\s+energy of a mean step needs --data/);
  });

  it("has the energy of the mean step of data, and the latency of the worst case", async () => {
    const skipping = await quantized("--skip-unchanged", "all");
    const worst = await entriesOf(skipping);
    const onData = await entriesOf(skipping, "--data", ...DATA);
    for (const [i, entry] of onData.entries()) {
      const { latencyUs, cycles, realTime, energyUj, perStep, ramBytes } = worst[i]!;
      expect(entry).toMatchObject({ latencyUs, cycles, realTime, ramBytes, assumed: [] });
      expect(entry.perStep.latencyUs).toEqual(perStep.latencyUs);
      expect(entry.energyUj.typ).toBeLessThan(energyUj.typ);
      expect(entry.skipping).toMatchObject({
        of: "all",
        basis: "data",
        data: { source: "log, test", steps: 200, ofSteps: 200 },
      });
    }
    const { out } = await cli(["estimate", "q", "-p", "nrf52840", "--data", ...DATA], skipping);
    expect(out.replace(/\s+/g, " ")).toMatch(
      /Skips inputs, states and hidden units that have not changed\. Energy and power are the mean of 200 time steps of log, test, in which \d+ % of the multiplications that could be skipped were; latency and in time are of the worst case/,
    );
    expect(out).toMatch(/Without skipping: nrf52840 [\d.]+ µJ \(so [\d.]+ % (saved|lost)\)/);
  });

  it("skips of the inputs what stands still in the data", async () => {
    const skipping = await quantized("--skip-unchanged");
    const [entry] = await entriesOf(skipping, "--data", ...DATA);
    // Of 20 steps: a moves in all, b in 4, c and d in the first of those takes in which they are not 0.
    const { skippedShare } = entry!.skipping!.data!;
    expect(skippedShare).toBeGreaterThan((0 + 16 / 20 + 19 / 20 + 19 / 20) / 4 - 0.001);
    expect(skippedShare).toBeLessThan(0.75);
  });
});

const TOOLS = ["wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"];

describe.skipIf(missing(...TOOLS))("board run of a network that skips", () => {
  it("finds the bits of this machine, and says that what it times finds nothing changed", async () => {
    const skipping = await quantized("--skip-unchanged", "all", "--skip-threshold", "2");
    const args = ["board", "run", "q", "--board", "qemu-m4f", "--inferences", "5"];
    const { outputs, network, perInference, estimate } = boardRunJson.parse(
      await cliJson([...args, "--json"], skipping),
    );
    expect(outputs).toMatchObject({ differing: 0, bitIdentical: true });
    expect(network.skipsUnchanged).toBe(true);
    expect(perInference.max).toBeLessThan(estimate!.count.max);
    expect((await cli(args, skipping)).out).toMatch(/careful: inferences that are timed repeat one input/);
  });
});
