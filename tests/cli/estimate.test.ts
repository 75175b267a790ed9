import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import { cli, cliJson, golden, ROOT, SINE } from "./run-cli.ts";
import { estimateJson, profileJson, verboseEstimateJson } from "./schemas.ts";

const IDS = builtinBoards().map(({ id }) => id);

describe("estimate", () => {
  it("takes platforms in one option or in several", async () => {
    const ids = async (...args: string[]) =>
      estimateJson.parse(await cliJson(["estimate", SINE, ...args])).map(({ platform }) => platform);
    const together = await ids("--platform", "rp2040,nrf52840");
    expect(together.toSorted()).toEqual(["nrf52840", "rp2040"]);
    expect(await ids("-p", "rp2040", "-p", "nrf52840")).toEqual(together);
  });

  it("answers one object a platform, in the order of their ids", async () => {
    const estimates = estimateJson.parse(await cliJson(["estimate", SINE, "--platform", "all"]));
    expect(estimates.map(({ platform }) => platform)).toEqual(IDS);
    expect(IDS).toHaveLength(12);
    expect(estimates).toEqual(await cliJson(["estimate", SINE]));
  });

  it("prints energy and latency of every platform, sorted by energy, without colour", async () => {
    const { code, out, err } = await cli(["estimate", SINE]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    const rows = out.split("\n").filter((line) => IDS.includes(line.split(" ")[0]!));
    expect(rows).toHaveLength(12);
    // platform, core, MHz, latency [range], energy [range], …
    const energies = rows.map((row) => Number(row.match(/\] +([\d.,]+) +\[/)![1]!.replaceAll(",", "")));
    expect(energies).toEqual(energies.toSorted((a, b) => a - b));
    expect(out).not.toContain("\u001b");
    expect(out.replace(/\s+/g, " ")).toMatch(
      /LTC, 2 inputs, 16 neurons \(AutoNCP\), 1 output, fp32; [\d,]+ operations a time step/,
    );
    expect(out).toContain("An inference is 1 time step, 100 a second.");
    expect(out).toContain("--sources");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("keeps the order of the ids that were asked for", async () => {
    const { out } = await cli(["estimate", SINE, "-p", "rp2040,nrf52840"]);
    expect(out.indexOf("rp2040")).toBeLessThan(out.indexOf("nrf52840"));
  });

  it("colours verdicts where colours are wanted, in the same words", async () => {
    const [plain, coloured] = await Promise.all([
      cli(["estimate", SINE]),
      cli(["estimate", SINE], { colour: true }),
    ]);
    expect(coloured.out).toContain("\u001b[32m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the codes that set colours
    expect(coloured.out.replace(/\u001b\[\d+m/g, "")).toBe(plain.out);
  });

  it("counts an inference of several steps as that many, and prints both figures", async () => {
    const one = estimateJson.parse(await cliJson(["estimate", SINE, "-p", "nrf52840"]));
    const many = estimateJson.parse(await cliJson(["estimate", SINE, "-p", "nrf52840", "--steps", "75"]));
    const [a, b] = [one[0]!, many[0]!];
    if ("unavailable" in a || "unavailable" in b) throw new Error("unavailable");
    expect(b.cycles.typ).toBeCloseTo(75 * a.cycles.typ, 6);
    expect(b.energyUj.typ).toBeCloseTo(75 * a.energyUj.typ, 6);
    expect(b.perStep.cycles).toEqual(a.cycles);
    const { out } = await cli(["estimate", SINE, "-p", "nrf52840", "--steps", "75"]);
    expect(out).toContain("An inference is 75 time steps");
    expect(out).toMatch(/one time step +cycles/);
  });

  it("gives the same for the profile it prints as for the network", async () => {
    const profile = await cliJson(["profile", SINE]);
    const files = { "profile.json": JSON.stringify(profile) };
    const foreign = estimateJson.parse(await cliJson(["estimate", "--ops", "profile.json"], { files }));
    const own = estimateJson.parse(await cliJson(["estimate", SINE]));
    for (const [i, estimate] of foreign.entries()) {
      const other = own[i]!;
      if ("unavailable" in estimate || "unavailable" in other) throw new Error("unavailable");
      expect(estimate.energyUj).toEqual(other.energyUj);
      expect(estimate.latencyUs).toEqual(other.latencyUs);
      expect([estimate.memory, estimate.precision, estimate.sparsity]).toEqual([null, null, null]);
    }
    const { out } = await cli(["estimate", "--ops", "profile.json"], { files });
    expect(out).not.toContain("flash kB");
  });

  it("costs a checkpoint in fp16: fewer bytes, more operations, and says why", async () => {
    const estimate = async (precision: string) => {
      const [entry] = estimateJson.parse(
        await cliJson(["estimate", SINE, "-p", "nrf52840", "--precision", precision]),
      );
      if (entry === undefined || "unavailable" in entry) throw new Error("unavailable");
      return entry;
    };
    const [floats, halves] = [await estimate("fp32"), await estimate("fp16")];
    expect([floats.precision, halves.precision]).toEqual(["fp32", "fp16"]);
    expect(halves.memory!.flashBytes).toBeLessThan(0.75 * floats.memory!.flashBytes);
    expect(halves.latencyUs.typ).toBeGreaterThan(floats.latencyUs.typ);
    const { out } = await cli(["estimate", SINE, "-p", "nrf52840", "--precision", "fp16"]);
    // A long path breaks the line elsewhere.
    expect(out).toMatch(/1 output,\s+fp16;/);
    expect(out).toContain("no platform here computes in fp16");
  });

  it("reports the share of connections that are absent as sparsity", async () => {
    const [sparse] = estimateJson.parse(await cliJson(["estimate", SINE, "-p", "nrf52840"]));
    // 50 synapses of 2 * 16 sensory and 16 * 16 recurrent pairs.
    expect(sparse).toMatchObject({ precision: "fp32", sparsity: 1 - 50 / 288 });
    const { weights, config } = await golden("cfc-gelu-8");
    const [dense] = estimateJson.parse(await cliJson(["estimate", weights, "-c", config, "-p", "nrf52840"]));
    expect(dense).toMatchObject({ sparsity: 0 });
  });

  it.each([
    ["ltc-fc-8", "synapses one by one"],
    ["cfc-default-32", "weights in 4x1 blocks"],
    ["cfc-mixed-memory-16", "weights in 4x1 blocks"],
  ])(
    "costs less of %s the sparser it is, and says that it was pruned for costing only",
    async (name, kinds) => {
      const { weights, config } = await golden(name);
      const args = ["estimate", weights, "-c", config, "-p", "nrf52840"];
      const at = async (sparsity: string) => {
        const [entry] = estimateJson.parse(await cliJson([...args, "--sparsity", sparsity]));
        if (entry === undefined || "unavailable" in entry) throw new Error("unavailable");
        return entry;
      };
      const steps = await Promise.all(["0", "0.25", "0.5", "0.75", "0.9"].map(at));
      expect(steps[0]!.assumed).toEqual([]);
      for (const [i, entry] of steps.slice(1).entries()) {
        expect(entry.cycles.typ).toBeLessThanOrEqual(steps[i]!.cycles.typ);
        expect(entry.energyUj.typ).toBeLessThanOrEqual(steps[i]!.energyUj.typ);
      }
      // The work of each neuron, which pruning leaves, weighs most in the small one with mixed memory.
      expect(steps[3]!.cycles.typ).toBeLessThan(0.75 * steps[0]!.cycles.typ);
      expect(steps[3]!.flashBytes!).toBeLessThan(0.6 * steps[0]!.flashBytes!);
      expect(steps[3]!.sparsity).toBeGreaterThan(0.6);
      expect(steps[2]!.assumed).toEqual([
        `pruned by magnitude to sparsity 0.5, ${kinds}: for costing only, the accuracy is not known`,
      ]);
      const { out } = await cli([...args, "--sparsity", "0.5"]);
      expect(out.replace(/\s+/g, " ")).toContain(`Assumed: ${steps[2]!.assumed[0]}.`);
    },
  );

  it("adds outer bounds and coefficients with --verbose, with --sources too", async () => {
    for (const flag of ["--verbose", "--sources"]) {
      const args = ["estimate", SINE, "-p", "rp2040", flag];
      const [estimate] = verboseEstimateJson.parse(await cliJson(args));
      expect(estimate!.corner.energyUj.max).toBeGreaterThanOrEqual(estimate!.energyUj.max);
      const { out } = await cli(args);
      expect(out).toContain(flag === "--verbose" ? "outer bounds" : "coefficients in use");
      if (flag === "--sources") {
        for (const { name } of estimate!.coefficients) expect(out).toContain(name);
        expect(out).toMatch(/^\[1\] \S/m);
      }
    }
  });

  it("passes every option on", async () => {
    const args = [
      ...["estimate", SINE, "-p", "rp2040", "--point", "48mhz", "--option", "rom-float", "--idle", "run"],
      ...["--image-in", "flash", "--ram-limit-kb", "0.25", "--battery-mah", "230", "--battery-v", "3"],
      ...["--rate-hz", "10", "--seed", "7"],
    ];
    const [estimate] = estimateJson.parse(await cliJson(args));
    expect(estimate).toMatchObject({
      operatingPoint: { id: "48mhz" },
      cycleOption: "rom-float",
      bitIdentical: false,
      idle: { mode: "run", reason: "as asked" },
      realTime: { rateHz: 10 },
      memory: { imageIn: "flash", ramLimitBytes: 256, fits: { ramLimit: false } },
      fits: false,
      interval: { seed: 7 },
    });
    if ("unavailable" in estimate!) throw new Error("unavailable");
    expect(estimate!.batteryLifeHours!.typ).toBeCloseTo((230 * 3 * 1000) / estimate!.averagePowerUw.typ, 6);
    const { out } = await cli(args);
    expect(out).toContain("no: limit");
    expect(out).toContain("rp2040 with rom-float: results may differ from the core's in the last bits.");
  });

  it("takes a board file of the user's", async () => {
    const board = JSON.parse(readFileSync(join(ROOT, "boards/nrf52840/board.json"), "utf8"));
    const files = { "mine.json": JSON.stringify({ ...board, id: "mine" }) };
    const alone = estimateJson.parse(
      await cliJson(["estimate", SINE, "--board-file", "mine.json"], { files }),
    );
    expect(alone.map(({ platform }) => platform)).toEqual(["mine"]);
    const args = ["estimate", SINE, "--board-file", "mine.json", "-p", "nrf52840,mine"];
    const both = estimateJson.parse(await cliJson(args, { files }));
    const memory = "memory" in both[1]! ? both[1].memory : null;
    // Its firmware is that of the board with its core.
    expect(memory?.firmware).toMatchObject({ basis: "estimated", board: "nrf52840" });
    expect({ ...both[0]!, platform: "mine", memory }).toEqual(both[1]);
  });

  it("lists a platform that cannot price the profile when all are asked for, and refuses it by name", async () => {
    const board = JSON.parse(readFileSync(join(ROOT, "boards/nrf52840/board.json"), "utf8"));
    board.id = "mine";
    board.cycles.classes = { f32Div: null };
    const files = { "mine.json": JSON.stringify(board) };
    const args = ["estimate", SINE, "--board-file", "mine.json", "-p"];
    const all = estimateJson.parse(await cliJson([...args, "all"], { files }));
    expect(all).toHaveLength(13);
    expect(all[0]).toEqual({
      platform: "mine",
      unavailable: expect.stringMatching(/^board mine: no cycles for operation class "f32Div"/),
    });
    const table = await cli([...args, "all"], { files });
    expect(table.out).toMatch(/\nmine {2}not available: board mine: no cycles/);
    const named = await cli([...args, "mine"], { files });
    expect(named.code).toBe(2);
    expect(named.err).toEqual([
      expect.stringMatching(/^liquid-edge: board mine: no cycles for operation class "f32Div"/),
    ]);
  });

  it("refuses a profile that no platform can price, naming board and kernel", async () => {
    const files = { "p.json": JSON.stringify({ macs: [{ kernel: "abacus", count: 3 }] }) };
    const { code, err, out } = await cli(["estimate", "--ops", "p.json", "--json"], { files });
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err[0]).toMatch(/^liquid-edge: board \S+: no cycles per MAC for kernel "abacus"/);
  });
});

describe("profile", () => {
  it("adds up to its total by class and by layer", async () => {
    const profile = profileJson.parse(await cliJson(["profile", SINE, "--steps", "75"]));
    const sum = (counts: Iterable<number>) => [...counts].reduce((a, b) => a + b, 0);
    expect(sum(Object.values(profile.classes))).toBe(profile.operations);
    expect(sum(profile.layers.map(({ operations }) => operations))).toBe(profile.operations);
    expect(profile.inference).toEqual({ steps: 75, operations: 75 * profile.operations });
  });

  it("counts the MACs of the wiring: two a synapse and evaluation", async () => {
    const { kernels } = profileJson.parse(await cliJson(["profile", SINE]));
    const macs = kernels.reduce((sum, kernel) => sum + kernel.macs, 0);
    // 11 sensory synapses once, 39 recurrent ones in each of 6 unfolds.
    expect(macs).toBe(2 * (11 + 6 * 39));
  });

  it("counts integers as estimate costs them, and says that no data were asked", async () => {
    for (const precision of ["int8", "int4"]) {
      const profile = profileJson.parse(await cliJson(["profile", SINE, "--precision", precision]));
      expect(profile.assumed).toEqual([
        expect.stringContaining(`quantized to ${precision} for inputs of -1 to 1`),
      ]);
      const files = { "profile.json": JSON.stringify(profile) };
      const estimatesOf = async (...args: string[]) =>
        estimateJson.parse(await cliJson(["estimate", ...args, "--platform", "rp2040"], { files }));
      const [counted] = await estimatesOf("--ops", "profile.json");
      const [costed] = await estimatesOf(SINE, "--precision", precision);
      expect(counted).toMatchObject({ cycles: (costed as { cycles: object }).cycles });
    }
    const { out } = await cli(["profile", SINE, "--precision", "int8"]);
    expect(out).toMatch(/^Assumed: quantized to int8 for inputs of -1 to 1/m);
    expect(out).not.toMatch(/f32Mul/);
    expect(profileJson.parse(await cliJson(["profile", SINE])).assumed).toBeUndefined();
  });

  it("prints classes, layers and kernels", async () => {
    const { out } = await cli(["profile", SINE, "--steps", "3"]);
    expect(out).toMatch(/operations a time step; [\d,]+ an inference of 3 time steps/);
    expect(out).toMatch(/^f32Mul +[\d,]+ +\d+ % {2}f32\.mul$/m);
    expect(out).toMatch(/^ltc +ltc +[\d,]+/m);
    expect(out).toMatch(/^synapses\w*F32 +7 +490 /m);
  });
});
