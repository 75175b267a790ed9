// Sweeps that only cost, and shards: the same bytes however the work is divided.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { Network } from "../../bindings/network.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { cli, cliJson } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const COSTS = `inputs: 3
outputs: 2
networks:
  - cell: [cfc, gru, liquid-gate]
    units: [4, 7]
  - cell: ltc # needs two neurons for its outputs
    units: [1, 6]
    wiring: random
sparsities: [0, 0.5]
precisions: [fp32, int8]
platforms: [nrf52840, rp2040]
`;
const TRAINING = `data: waves.csv
description: waves.json
networks: [{ cell: [liquid-gate, gru], units: 4 }]
training: { epochs: 1 }
seeds: 3
platforms: [nrf52840]
`;

let folder: string;
const path = (name: string) => join(folder, name);
const sweep = (...args: string[]) => cli(["sweep", ...args], { disk: true });
const results = (out: string) => readFile(path(`${out}/results.jsonl`), "utf8");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "liquid-edge-costs-"));
  await writeFile(path("waves.csv"), waves());
  await writeFile(path("waves.json"), JSON.stringify(WAVES_DESCRIPTION));
  await writeFile(path("costs.yaml"), COSTS);
  await writeFile(path("training.yaml"), TRAINING);
  for (const space of ["costs", "training"]) {
    const { code, err } = await sweep(path(`${space}.yaml`), "--out", path(space));
    expect({ code, err }).toEqual({ code: 0, err: [] });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a sweep without data", () => {
  it("costs every network in every number format, and says what cannot be", async () => {
    const records = (await results("costs"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(7 * 2 * 2);
    for (const record of records) {
      expect(record).toMatchObject({ split: "none", widths: { inputs: 3, outputs: 2 } });
      expect(record.platforms).toHaveLength(2);
      expect(record).not.toHaveProperty("metric");
    }
    expect((await sweep(path("costs.yaml"), "--out", path("costs"))).out).toMatch(
      /^0 networks costed, 14 done before, 2 impossible; 28 results/,
    );
  });

  it("says what `estimate` says of the same network from a file", async () => {
    const model = initialModel(networkFor({ cell: "gru", units: 7 }, { nInputs: 3, nOutputs: 2 }), 0);
    await writeFile(path("gru.safetensors"), writeModel(Network.fromModel(model).model));
    const [estimate] = (await cliJson(["estimate", path("gru.safetensors"), "--platform", "nrf52840"])) as [
      Record<string, unknown>,
    ];
    const [one] = (await results("costs"))
      .split("\n")
      .filter((line) => /"cell":"gru","units":7.*"sparsity":0,.*"precision":"fp32"/.test(line));
    const { energyUj, latencyUs, flashBytes, ramBytes } = JSON.parse(one!).platforms[0];
    expect({ energyUj, latencyUs, flashBytes, ramBytes }).toEqual({
      energyUj: estimate.energyUj,
      latencyUs: estimate.latencyUs,
      flashBytes: estimate.flashBytes,
      ramBytes: estimate.ramBytes,
    });
  });

  it("is no sweep to choose from", async () => {
    expect(await cli(["pareto", path("costs")])).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/"metric" expected one in each result, found none/)],
    });
  });

  it.each([
    ["neither data nor widths", { networks: [] }, /"networks"/],
    ["one width only", { inputs: 3 }, /"outputs" expected a whole number/],
    ["nothing at all", {}, /"data" expected a data set, or inputs and outputs/],
    ["widths beside data", { data: "x.csv", inputs: 3 }, /"inputs" expected none beside data/],
    [
      "training without data",
      { inputs: 1, outputs: 1, training: {} },
      /"training" expected none without data/,
    ],
    ["a split without data", { inputs: 1, outputs: 1, split: "test" }, /"split" expected none without data/],
  ])("refuses %s", (_, fields, message) => {
    const space = { networks: [{ cell: "gru", units: 4 }], platforms: ["nrf52840"], ...fields };
    expect(() => parseSpace(space, "space.yaml")).toThrow(message);
  });
});

describe("shards", () => {
  it.each([
    ["costs", 3],
    ["training", 2],
    ["training", 7], // More shards than networks.
  ])("of %s in %i parts merge to the bytes of one machine, in any order", async (space, n) => {
    const parts = Array.from({ length: n }, (_, i) => path(`${space}-${n}-${i + 1}`));
    for (const [i, part] of parts.entries()) {
      const { code } = await sweep(path(`${space}.yaml`), "--out", part, "--shard", `${i + 1}/${n}`);
      expect(code).toBe(0);
    }
    const file = path(`${space}.yaml`);
    const merged = path(`${space}-${n}`);
    const some = await sweep("merge", file, ...parts.slice(1).reverse(), "--out", merged);
    expect(some).toMatchObject({ code: 1, err: [expect.stringMatching(/network.* in none of /)] });
    const all = await sweep("merge", file, ...parts.reverse(), "--out", merged);
    expect(all).toMatchObject({ code: 0, err: [] });
    expect(await results(`${space}-${n}`)).toBe(await results(space));
    // What was merged goes on like any sweep: nothing is left to do.
    expect(await sweep(file, "--out", merged)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^0 networks/),
    });
    expect(await results(`${space}-${n}`)).toBe(await results(space));
  });

  it("refuses to merge two results of one network", async () => {
    const text = await results("costs");
    await sweep(path("costs.yaml"), "--out", path("odd"));
    await writeFile(path("odd/results.jsonl"), text.replace(/"parameters":\d+/, '"parameters":1'));
    const outcome = await sweep(
      "merge",
      path("costs.yaml"),
      path("costs"),
      path("odd"),
      "--out",
      path("both"),
    );
    expect(outcome).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/odd\/results\.jsonl: .*another one/)],
    });
    expect(outcome.written.size).toBe(0);
  });

  it.each(["0/3", "4/3", "1", "a/b", "1/0"])("refuses --shard %s", async (shard) => {
    const { code, err } = await sweep(path("costs.yaml"), "--out", path("none"), "--shard", shard);
    expect({ code, err }).toMatchObject({ code: 2, err: [expect.stringMatching(/expected i\/n/)] });
  });

  it("refuses a folder that is none", async () => {
    expect(await sweep("merge", path("costs.yaml"), path("nowhere"), "--out", path("none"))).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/results\.jsonl: expected a readable file, found none there/)],
    });
  });
});
