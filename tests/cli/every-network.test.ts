// A reference network of each kind, in every number format, through the commands. All networks in all formats go through
// the library in tests/network/every-network.test.ts.

import { describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { cli, cliJson } from "./run-cli.ts";
import { estimateJson, evaluationJson, profileJson, pruneJson, runJson } from "./schemas.ts";

const KINDS = [
  "ltc-ncp-19",
  "ltc-mixed-memory-16",
  "cfc-irregular-16",
  "cfc-no_gate-32",
  "gru-readout-12",
  "mlp-relu",
];
const cases = [...ncpsCases(), ...ownCases("gated")].filter(({ name }) => KINDS.includes(name));
const rows = cases.flatMap((golden) =>
  ["fp32", "fp16", "int8", "int4"].map((precision) => ({ name: golden.name, precision, golden })),
);
const LIMITS: Record<string, number> = { fp32: 1e-5, fp16: 5e-3, int8: 0.04, int4: 0.4 };

/** Weights, input, and a data set whose targets are what the network itself answers in f32 from a state of zeros. */
async function filesOf({ name, model, input, timespans }: GoldenCase) {
  const parsed = {
    ...parseConfig({ class: model.class, config: model.config }, name),
    tensors: model.tensors,
  };
  // Inputs start from zeros, as evaluations do.
  const json = { input, timespans };
  const files: Record<string, Uint8Array | string> = {
    "net.safetensors": writeModel(parsed as Model),
    "in.json": JSON.stringify(json),
  };
  const { output } = runJson.parse(
    await cliJson(["run", "net.safetensors", "--input", "in.json"], { files }),
  );
  const [batch, steps, width] = input.shape as [number, number, number];
  const [nOut] = output.shape.slice(-1) as [number];
  const names = (letter: string, n: number) => Array.from({ length: n }, (_, i) => `${letter}${i}`);
  let now = 0;
  const lines = Array.from({ length: batch * steps }, (_, at) => {
    now += timespans?.data[at] ?? 1;
    const x = Array.from({ length: width }, (_, i) => input.data[at * width + i]!);
    const y = Array.from({ length: nOut }, (_, i) => output.data[at * nOut + i]!);
    return [Math.floor(at / steps), now, ...x, ...y].join();
  });
  files["d.csv"] = [["s", "t", ...names("x", width), ...names("y", nOut)].join(), ...lines].join("\n");
  files["d.json"] = JSON.stringify({
    name: "itself",
    task: "regression",
    inputs: names("x", width),
    target: names("y", nOut),
    targetsPer: "step",
    sequence: "s",
    ...(timespans === null ? {} : { time: "t" }),
  });
  const squares = output.data.reduce((sum, y) => sum + y * y, 0) / output.data.length;
  return { files, output: output.data, meanSquare: squares };
}

describe("every command", () => {
  it.each(rows)("takes $name in $precision", async ({ precision, golden }) => {
    const { files, output, meanSquare } = await filesOf(golden);
    const isInteger = precision.startsWith("int");
    if (isInteger) {
      const args = [
        "quantize",
        "net.safetensors",
        "--precision",
        precision,
        "--calibrate",
        "in.json",
        "-o",
        "q",
      ];
      const { code, writtenBytes } = await cli(args, { files });
      expect(code).toBe(0);
      files.q = writtenBytes.get("q")!;
    }
    const world = { files };
    const net = isInteger ? ["q"] : ["net.safetensors", "--precision", precision];
    const file = net[0]!;

    const ran = runJson.parse(await cliJson(["run", ...net, "--input", "in.json"], world));
    const errors = ran.output.data.reduce((sum, y, i) => sum + (y - output[i]!) ** 2, 0) / output.length;
    expect(Math.sqrt(errors / meanSquare)).toBeLessThan(LIMITS[precision]!);

    const profile = profileJson.parse(await cliJson(["profile", ...net], world));
    const [entry] = estimateJson.parse(await cliJson(["estimate", ...net, "-p", "rp2040"], world));
    if (entry === undefined || "unavailable" in entry) throw new Error("unavailable");
    expect(entry.precision).toBe(precision);
    const counted = entry.breakdown.classes.reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(profile.operations);

    const data = ["--data", "d.csv", "--description", "d.json", "--against", "net.safetensors"];
    const { metric, against } = evaluationJson.parse(await cliJson(["evaluate", ...net, ...data], world));
    // A gap counts from the row before, so the first steps of irregular sequences differ from the run's.
    if (golden.timespans === null) expect(metric.value).toBeCloseTo(errors, 6);
    expect(against!.fidelity!.output.relative).toBeLessThan(LIMITS[precision]!);
    expect(against!.fidelity!.saturation === null).toBe(!isInteger);

    const { kind } = (await cliJson(["inspect", file], world)) as { kind: string };
    expect(kind).toBe(isInteger ? "quantized network" : "network");
  });

  it.each(cases)("takes $name pruned", async (golden) => {
    const { files } = await filesOf(golden);
    const args = ["prune", "net.safetensors", "--sparsity", "0.5", "-o", "p"];
    const { after, before } = pruneJson.parse(await cliJson(args, { files }));
    files.p = (await cli(args, { files })).writtenBytes.get("p")!;
    expect(after.operations).toBeLessThan(before.operations);
    runJson.parse(await cliJson(["run", "p", "--input", "in.json"], { files }));
    const profile = profileJson.parse(await cliJson(["profile", "p"], { files }));
    expect(profile.operations).toBe(after.operations);
    const data = ["--data", "d.csv", "--description", "d.json", "--against", "net.safetensors"];
    evaluationJson.parse(await cliJson(["evaluate", "p", ...data], { files }));
    estimateJson.parse(
      await cliJson(["estimate", "p", "-p", "rp2040", "--precision", "fp32,fp16"], { files }),
    );
    expect(await cliJson(["inspect", "p"], { files })).toMatchObject({ kind: "network" });
  });

  it("refuses to prune or quantize integers, and says where to start", async () => {
    const { files } = await filesOf(cases[0]!);
    files.q = (
      await cli(["quantize", "net.safetensors", "--calibrate", "in.json", "-o", "q"], { files })
    ).writtenBytes.get("q")!;
    for (const args of [
      ["prune", "q", "--sparsity", "0.5", "-o", "x"],
      ["quantize", "q", "--calibrate", "in.json", "-o", "x"],
    ]) {
      const { code, err, writtenBytes } = await cli(args, { files });
      expect({ code, files: writtenBytes.size }).toEqual({ code: 2, files: 0 });
      expect(err).toEqual([
        "liquid-edge: q: expected a network of floats, found one quantized to int8 already (start from the float checkpoint)",
      ]);
    }
  });
});
