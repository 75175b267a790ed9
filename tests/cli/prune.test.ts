import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import { cli, cliJson, golden, type Outcome, SINE } from "./run-cli.ts";
import { inspectNetworkJson, profileJson, pruneJson } from "./schemas.ts";

const OUT = "out.safetensors";

/** What the command printed as JSON, and the file that it wrote. */
async function prune(args: readonly string[]) {
  const outcome: Outcome = await cli(["prune", ...args, "--out", OUT, "--json"]);
  expect(outcome.err).toEqual([]);
  return { report: pruneJson.parse(JSON.parse(outcome.out)), file: outcome.writtenBytes.get(OUT)! };
}

describe("prune", () => {
  it.each([
    ["cfc-default-32", ["--sparsity", "0.75"]],
    ["cfc-wired-32", ["--sparsity", "0.5", "--method", "unstructured"]],
    ["cfc-mixed-memory-16", ["--method", "n:m"]],
    ["ltc-ncp-19", ["--sparsity", "0.5"]],
    ["ltc-ncp-19", ["--sparsity", "0.3", "--method", "neurons"]],
  ])(
    "writes %s %j as a file that the other commands take, of the size and cost it says",
    async (name, options) => {
      const { weights, config, json } = await golden(name);
      const { report, file } = await prune([weights, "-c", config, ...options]);
      const files = { [OUT]: file, "in.json": JSON.stringify({ input: json.input }) };
      expect(report.after.fileBytes).toBe(file.length);
      const profile = profileJson.parse(await cliJson(["profile", OUT], { files }));
      expect(profile.operations).toBe(report.after.operations);
      const unpruned = profileJson.parse(await cliJson(["profile", weights, "-c", config]));
      expect(unpruned.operations).toBe(report.before.operations);
      expect(report.after.operations).toBeLessThan(report.before.operations);
      expect(report.after.imageBytes).toBeLessThan(report.before.imageBytes);
      expect(inspectNetworkJson.parse(await cliJson(["inspect", OUT], { files })).metadata.pruning).toBe(
        `${report.method}, ${report.method === "n:m" ? "1 of 4" : `sparsity ${report.requestedSparsity}`}`,
      );
      const run = await cliJson(["run", OUT, "--input", "in.json"], { files });
      expect(run).toHaveProperty("output");
    },
  );

  it("tells people what is left, what it saves, and what is not known", async () => {
    const { weights, config } = await golden("cfc-default-32");
    const { out, code } = await cli(["prune", weights, "-c", config, "--sparsity", "0.9", "--out", OUT]);
    expect(code).toBe(0);
    expect(out).toMatch(/weights left, 90 % absent/);
    expect(out).toMatch(/^operations a time step +[\d,]+ +[\d,]+ +\d+ %$/m);
    expect(out).toMatch(/^rnn_cell\.ff1\.weight +layer +4x1 /m);
    expect(out).toMatch(/^cfc +ff1 +\w+ +[\d,]+ of [\d,]+$/m);
    expect(out).toContain("only data can tell");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("says which neurons are left without inputs, and writes the file all the same", async () => {
    const { report, file } = await prune([SINE, "--sparsity", "0.95"]);
    expect(report.neuronsWithoutInputs[0]!.neurons.length).toBeGreaterThan(0);
    expect(() => readModel(file, undefined, { weights: OUT })).not.toThrow();
    const { out } = await cli(["prune", SINE, "--sparsity", "0.95", "--out", OUT]);
    expect(out).toMatch(/^Without inputs in ltc: neurons \d+, /m);
  });

  it("keeps the notes of the file and adds its own", async () => {
    const before = parseSafetensors(readFileSync(SINE), "sine").metadata;
    const { file } = await prune([SINE, "--sparsity", "0.5"]);
    expect(parseSafetensors(file, OUT).metadata).toMatchObject({
      provenance: before.provenance,
      pruning: "unstructured, sparsity 0.5",
    });
  });

  it("adds to what was pruned before", async () => {
    const { weights, config } = await golden("cfc-gelu-8");
    const first = await prune([weights, "-c", config, "--sparsity", "0.5"]);
    const files = { "once.safetensors": first.file };
    const again = await cli(["prune", "once.safetensors", "--sparsity", "0.75", "--out", OUT], { files });
    const metadata = parseSafetensors(again.writtenBytes.get(OUT)!, OUT).metadata;
    expect(metadata.pruning).toBe("4x1, sparsity 0.5; 4x1, sparsity 0.75");
    const direct = await prune([weights, "-c", config, "--sparsity", "0.75"]);
    const masks = (bytes: Uint8Array) =>
      [...parseSafetensors(bytes, OUT).tensors].filter(([name]) => name.startsWith("prune_mask."));
    expect(masks(again.writtenBytes.get(OUT)!)).toEqual(masks(direct.file));
  });
});

describe("inspect", () => {
  it("shows prune masks", async () => {
    const { weights, config } = await golden("cfc-gelu-8");
    const { file } = await prune([weights, "-c", config, "--sparsity", "0.5"]);
    const files = { [OUT]: file };
    const { pruned, tensors } = inspectNetworkJson.parse(await cliJson(["inspect", OUT], { files }));
    expect(pruned!.absent / pruned!.possible).toBeCloseTo(0.5, 1);
    expect(tensors.filter(({ role }) => role === "prune mask").length).toBeGreaterThan(3);
    const { out } = await cli(["inspect", OUT], { files });
    expect(out).toMatch(/^ {2}pruned +\d+ of [\d,]+ weights of matrices with a prune mask$/m);
    expect(out).toMatch(/^prune_mask\.rnn_cell\.ff1\.weight +\[\d+, \d+\] {2}prune mask$/m);
  });
});
