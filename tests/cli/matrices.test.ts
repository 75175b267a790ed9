// The compiler chooses how each matrix is stored; every command that shows a network says what it chose.

import { describe, expect, it } from "vitest";
import { cli, cliJson, golden, SINE, SINE_INPUT } from "./run-cli.ts";
import { inspectNetworkJson, profileJson, verboseEstimateJson } from "./schemas.ts";

async function everywhere(args: readonly string[], world = {}) {
  const profile = profileJson.parse(await cliJson(["profile", ...args], world));
  const inspected = (await cliJson(["inspect", ...args], world)) as { kind: string; matrices: unknown };
  if (inspected.kind === "network") inspectNetworkJson.parse(inspected);
  const estimates = verboseEstimateJson.parse(
    await cliJson(["estimate", ...args, "-p", "rp2040", "--verbose"], world),
  );
  expect(inspected.matrices).toEqual(profile.matrices);
  expect(estimates[0]!.matrices).toEqual(profile.matrices);
  return profile.matrices;
}

describe("formats of matrices", () => {
  it("are those of the wiring for an LTC, the same in every command", async () => {
    // 11 synapses from two inputs and 39 between 16 neurons, as `wiring` counts them.
    const matrices = [
      { layer: "ltc", name: "sensory", format: "sparse", connections: 11, possible: 2 * 16 },
      { layer: "ltc", name: "recurrent", format: "sparse", connections: 39, possible: 16 * 16 },
    ];
    expect(await everywhere([SINE])).toEqual(matrices);
    const { writtenBytes } = await cli(["quantize", SINE, "--calibrate", SINE_INPUT, "--out", "q"]);
    expect(await everywhere(["q"], { files: { q: writtenBytes.get("q")! } })).toEqual(matrices);
  });

  it("are dense until pruning makes blocks of a matrix", async () => {
    const { weights, config } = await golden("cfc-default-32");
    const dense = await everywhere([weights, "-c", config]);
    expect(new Set(dense.map(({ format }) => format))).toEqual(new Set(["dense"]));
    expect(dense.every(({ connections, possible }) => connections === possible)).toBe(true);
    const args = ["prune", weights, "-c", config, "--sparsity", "0.75", "--out", "p"];
    const { writtenBytes } = await cli(args);
    const pruned = await everywhere(["p"], { files: { p: writtenBytes.get("p")! } });
    expect(new Set(pruned.map(({ format }) => format))).toEqual(new Set(["block"]));
    for (const [i, { connections, possible }] of pruned.entries()) {
      expect(possible).toBe(dense[i]!.possible);
      expect(Math.abs(connections / possible - 0.25)).toBeLessThan(0.01);
    }
  });

  it.each([
    ["profile", []],
    ["inspect", []],
    ["estimate", ["-p", "rp2040", "--verbose"]],
    ["estimate", ["-p", "rp2040", "--verbose", "--precision", "fp32,int8"]],
  ])("stand in the text of %s %j", async (command, options) => {
    const { out } = await cli([command, SINE, ...options]);
    expect(out).toMatch(
      /\nlayer +in the image +format +executed\nltc +sensory +sparse +11 of 32\nltc +recurrent +sparse +39 of 256(\n|$)/,
    );
  });

  it("are unknown of a profile from elsewhere", async () => {
    const profile = JSON.stringify(await cliJson(["profile", SINE]));
    const [entry] = (await cliJson(["estimate", "--ops", "p", "-p", "rp2040", "--verbose"], {
      files: { p: profile },
    })) as object[];
    expect(entry).not.toHaveProperty("matrices");
  });
});
