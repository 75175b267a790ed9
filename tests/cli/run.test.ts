import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import { cli, cliJson, GOLDEN, golden, SINE, SINE_INPUT } from "./run-cli.ts";
import { runJson } from "./schemas.ts";

const CASES = readdirSync(GOLDEN)
  .filter((file) => /^(ltc|cfc)-.*\.json$/.test(file))
  .map((file) => basename(file, ".json"));

/** Largest difference to the float64 results of ncps. */
const TOLERANCE = 1e-5;

function difference(actual: number[], expected: number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...actual.map((x, i) => Math.abs(x - expected[i]!)));
}

describe("run", () => {
  it.each(CASES)("gives ncps' outputs and final states of %s", async (name) => {
    const { weights, config, json } = await golden(name);
    const result = runJson.parse(await cliJson(["run", weights, "--config", config, "--input", config]));
    const reference = json.float64 ?? json.float32;
    expect(result.output.shape).toEqual(reference.output.shape);
    expect(difference(result.output.data, reference.output.data)).toBeLessThan(TOLERANCE);
    if (reference.final_h === undefined) return;
    expect(difference(result.final_h.data, reference.final_h.data)).toBeLessThan(TOLERANCE);
    expect(result.final_c === null).toBe(reference.final_c === null);
    if (result.final_c !== null) {
      expect(difference(result.final_c.data, reference.final_c.data)).toBeLessThan(TOLERANCE);
    }
  });

  it("prints the same on every engine", async () => {
    const outputs = await Promise.all(
      ["simd", "scalar", "counted"].map((engine) =>
        cliJson(["run", SINE, "-i", SINE_INPUT, "--engine", engine]),
      ),
    );
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it("runs the network with its weights in fp16, with the same bits on every engine", async () => {
    const run = async (...more: string[]) =>
      runJson.parse(await cliJson(["run", SINE, "-i", SINE_INPUT, ...more]));
    const halves = await run("--precision", "fp16");
    expect(await run("--precision", "fp16", "--engine", "counted")).toEqual(halves);
    const floats = await run("--precision", "fp32");
    expect(await run()).toEqual(floats);
    const distance = difference(halves.output.data, floats.output.data);
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(0.01);
    const { out } = await cli(["run", SINE, "-i", SINE_INPUT, "--precision", "fp16"]);
    expect(out).toContain("sine.safetensors in fp16: 48 steps");
  });

  it("shows people the first and last steps", async () => {
    const { out, err } = await cli(["run", SINE, "-i", SINE_INPUT]);
    expect(out).toMatch(/48 steps, 1 output a step\n +step +y0\n +0 +-?\d/);
    expect(out).toMatch(/… 32 more …\n +40 /);
    expect(out).toMatch(/\n +47 +-?\d/);
    expect(err).toEqual([]);
  });

  it("shows how far it is once a second has passed", async () => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 300));
    try {
      const { progress, err } = await cli(["run", SINE, "-i", SINE_INPUT]);
      expect(progress[0]).toMatch(/^step [345] of 48, \d+ s left$/);
      expect(progress.at(-1)).toMatch(/^step 48 of 48, 0 s left$/);
      expect(err).toEqual([]);
    } finally {
      clock.mockRestore();
    }
    expect((await cli(["run", SINE, "-i", SINE_INPUT])).progress).toEqual([]);
  });

  it("reads the input from standard input", async () => {
    const input = JSON.stringify({ input: { shape: [1, 2], data: [0.5, 0.25] } });
    const result = runJson.parse(await cliJson(["run", SINE, "-i", "-"], { files: { "-": input } }));
    expect(result.output.shape).toEqual([1, 1, 1]);
  });

  it("exits 1 and says where an output is not finite", async () => {
    const model = parseConfig(
      { class: "liquid-edge.MLP", config: { input_size: 1, layer_sizes: [2] } },
      "test",
    );
    const tensors = new Map([
      ["layers.0.weight", { shape: [2, 1], data: Float32Array.of(1, 1e30) }],
      ["layers.0.bias", { shape: [2], data: Float32Array.of(0, 0) }],
    ]);
    const files = {
      "net.safetensors": writeModel({ ...model, tensors }),
      "in.json": JSON.stringify({ input: { shape: [2, 1], data: [1, 1e30] } }),
    };
    const { code, err, out } = await cli(["run", "net.safetensors", "-i", "in.json", "--json"], { files });
    expect(code).toBe(1);
    expect(err).toEqual([
      'liquid-edge: net.safetensors: "output" expected finite values, found Infinity at [0, 1, 1] (JSON has null there)',
    ]);
    expect(JSON.parse(out).output.data).toEqual([1, Math.fround(1e30), Math.fround(1e30), null]);
  });
});
