// The gate as a command: exit codes, tables, and what a pull request shows.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { entry, reading, record } from "../record/made-records.ts";
import { type BaselineWorld, baselineWorld } from "./baseline-world.ts";
import { cli, SINE } from "./run-cli.ts";
import { gateJson } from "./schemas.ts";

let world: BaselineWorld;

beforeAll(() => {
  world = baselineWorld(record([entry(), entry({ precision: "int8" })]));
});
afterAll(() => world.remove());

const dearer = (value: number) => record([entry({ energyUj: reading(value) }), entry({ precision: "int8" })]);

describe("exit codes", () => {
  it("0 when nothing is worse than allowed", async () => {
    expect(await world.check(dearer(100))).toMatchObject({ code: 0, err: [] });
    const drifted = await world.check(dearer(104));
    expect(drifted).toMatchObject({ code: 0, err: [] });
    expect(drifted.out).toMatch(/^drifted +net\/nrf52840\/fp32\/0 +energy µJ +100 +104 +\+4\.0 % /m);
  });

  it("1 when a figure regressed", async () => {
    const { code, out, err } = await world.check(dearer(110));
    expect({ code, err }).toEqual({ code: 1, err: ["liquid-edge: gate: 1 figure regressed"] });
    expect(out.split("\n")[0]).toBe(
      "FAIL against baseline v1, threshold 5 %: compared 10 of 10 figures, new 0, missing 0",
    );
    expect((await world.check(dearer(110), "--threshold", "0.2")).code).toBe(0);
  });

  it("1 when a limit is exceeded", async () => {
    expect((await world.check(dearer(100), "--max-energy-uj", "99")).code).toBe(1);
    expect((await world.check(dearer(100), "--max-energy-uj", "100")).code).toBe(0);
    const budget = world.file(
      "budget.yaml",
      "limits:\n  - entries: '*/int8/*'\n    maxLatencyMs: 0.5\n    maxFlashKb: 64\n",
    );
    const { code, out } = await world.check(dearer(100), "--budget", budget);
    expect(code).toBe(1);
    expect(out).toContain("above the limit of 0.5");
  });

  it("2 for wrong usage and bad input", async () => {
    expect((await cli(["baseline", "check"])).code).toBe(2);
    expect((await world.check(dearer(100), "--threshold", "much")).code).toBe(2);
    expect((await world.check({ ...record(), format: "x" } as never)).code).toBe(2);
    const budget = world.file("bad.yaml", "limits: [{ entries: '*', maxEnergyMj: 3 }]");
    const { code, err } = await world.check(dearer(100), "--budget", budget);
    expect({ code, err }).toEqual({
      code: 2,
      err: [
        expect.stringMatching(
          /bad\.yaml: "limits\[0\]\.maxEnergyMj" expected no field of this name, found "maxEnergyMj"$/,
        ),
      ],
    });
  });

  it("3 when the baseline is missing, broken, or from a later version", async () => {
    const against = async (version: string) => (await world.checkAgainst(version, dearer(100))).code;
    expect(await against("v2")).toBe(3);
    world.file("kept/torn.json", canonicalJson(record()).slice(0, 200));
    world.file("kept/later.json", canonicalJson(record()).replace("record@1", "record@7"));
    world.file("kept/nan.json", canonicalJson(record()).replace('"value": 100', '"value": NaN'));
    expect(await Promise.all(["torn", "later", "nan"].map(against))).toEqual([3, 3, 3]);
    expect(await against("../../etc/passwd")).toBe(3);
    expect(await against("--upload-pack=x")).toBe(3);
  });

  it("4 when nothing can be compared, or a figure is missing", async () => {
    const nothing = await world.check(record([entry({ model: "other" })]));
    expect(nothing).toMatchObject({ code: 4, err: ["liquid-edge: gate: nothing could be compared"] });
    const { code, out } = await world.check(record([entry()]));
    expect(code).toBe(4);
    expect(out).toMatch(/^missing +net\/nrf52840\/int8\/0 +all 5 +not in the new record$/m);
    const slower = { operatingPoint: "64mhz-ldo", rateHz: 100, steps: 1 };
    expect(
      (await world.check(record([entry(), entry({ precision: "int8", conditions: slower })]))).code,
    ).toBe(4);
  });

  it("5 when a figure is undecided and the gate is strict", async () => {
    const noisy = (mean: number) =>
      record([
        entry({
          kind: "measured",
          energyUj: reading(mean, { samples: [0.9, 1, 1.1].map((x) => x * mean) }),
          averagePowerMw: reading(10, { noiseFloor: 0.01 }),
          latencyMs: reading(1, { noiseFloor: 0.01 }),
          memoryKb: reading(16, { noiseFloor: 0.01 }),
          flashKb: reading(32, { noiseFloor: 0.01 }),
        }),
      ]);
    world.file("kept/measured.json", canonicalJson({ ...noisy(100), version: "measured" }));
    const { code, out } = await world.checkAgainst("measured", noisy(106));
    expect(code).toBe(0);
    expect(out).toMatch(/^undecided .* readings on both sides would decide$/m);
    expect((await world.checkAgainst("measured", noisy(106), "--strict")).code).toBe(5);
  });
});

describe("output", () => {
  it("is JSON that says the same", async () => {
    const { code, out } = await world.check(dearer(110), "--json");
    expect(code).toBe(1);
    const json = gateJson.parse(JSON.parse(out));
    expect(json).toMatchObject({
      baseline: "v1",
      threshold: 0.05,
      exitCode: 1,
      verdict: "regressed",
      compared: 10,
      expected: 10,
    });
    expect(json.comparisons[0]).toMatchObject({
      id: "net/nrf52840/fp32/0",
      quantity: "energyUj",
      state: "regressed",
      baseline: 100,
      current: 110,
    });
    expect(json.counts.same).toBe(9);
  });

  it("is Markdown in which names stay names", async () => {
    const model = "<img src=x onerror=alert(1)>|`@team`\u001b[2J";
    const made = record([entry({ model, energyUj: reading(1) })]);
    world.file("kept/hostile.json", canonicalJson({ ...record([entry({ model })]), version: "hostile" }));
    const { out } = await world.checkAgainst("hostile", made, "--markdown");
    expect(out).toContain("✅ Costs are within bounds");
    const row = out.split("\n").find((line) => line.includes("improved |"))!;
    expect(row).toContain("&lt;img src=x onerror=alert\\(1\\)&gt;\\|\\`&#64;team\\`\\\\u001b\\[2J/");
    expect(row.replace(/\\\|/g, "").match(/\|/g)).toHaveLength(8);
    const text = await world.checkAgainst("hostile", made);
    expect(text.out).not.toContain("\u001b");
  });

  it("is a table with every figure when asked", async () => {
    const { out } = await world.check(dearer(100), "--verbose");
    expect(out.match(/^same /gm)).toHaveLength(10);
  });
});

describe("a git reference", () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      encoding: "utf8",
    }).trim();
  const save = (name: string, made: BenchmarkRecord) =>
    writeFileSync(join(folder, "baselines", `${name}.json`), canonicalJson({ ...made, version: name }));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "liquid-edge-git-"));
    mkdirSync(join(folder, "baselines"));
    git("init", "-q", "-b", "main");
    save("v1", record([entry()], { createdAt: "2026-01-01T00:00:00Z" }));
    save("v0", record([entry({ energyUj: reading(50) })], { createdAt: "2025-01-01T00:00:00Z" }));
    git("add", ".");
    git("commit", "-q", "-m", "baselines");
    git("branch", "feature/x");
    git("update-ref", "refs/remotes/origin/release", "HEAD");
    // The working tree has moved on, and must not be what is compared with.
    save("v1", record([entry({ energyUj: reading(1) })]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(["main", "feature/x", "release", "HEAD"])(
    "%s names the latest baseline there",
    async (reference) => {
      const path = world.file("now.json", canonicalJson(record([entry({ energyUj: reading(110) })])));
      const args = [
        "baseline",
        "check",
        "--baseline-version",
        reference,
        "--folder",
        join(folder, "baselines"),
        "--record",
        path,
      ];
      const tools = async (command: string, rest: readonly string[]) => ({
        text: execFileSync(command, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
      });
      const { code, out } = await cli([...args, "--json"], { runTool: tools });
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        baseline: "v1",
        source: expect.stringContaining(` at ${reference} (`),
      });
      const none = await cli(["baseline", "check", "--baseline-version", "nowhere", ...args.slice(4)], {
        runTool: tools,
      });
      expect(none.code).toBe(3);
    },
  );
});

it("runs the suite when no record is named", async () => {
  const suite = world.file(
    "suite.json",
    JSON.stringify({ name: "s", models: [{ id: "sine", weights: SINE }], platforms: ["nrf52840"] }),
  );
  const folder = join(world.folder, "own");
  await cli(["baseline", "save", "v1", "--folder", folder, "--suite", suite], { disk: true });
  const { code, out } = await cli([
    "baseline",
    "check",
    "--baseline-version",
    "v1",
    "--folder",
    folder,
    "--suite",
    suite,
  ]);
  expect(code).toBe(0);
  expect(out).toBe(
    "PASS against baseline v1, threshold 5 %: compared 5 of 5 figures, new 0, missing 0\n5 same",
  );
});
