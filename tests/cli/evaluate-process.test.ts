// `evaluate` as a process with threads: the same bytes at any number of them.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { ROOT } from "./run-cli.ts";
import { evaluationJson } from "./schemas.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const CLI = join(ROOT, "dist/cli.js");
const DATA = ["--data", "waves.csv", "--description", "waves.json", "--split", "train"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-evaluate-process-"));
  writeFileSync(join(folder, "waves.csv"), waves());
  writeFileSync(join(folder, "waves.json"), JSON.stringify(WAVES_DESCRIPTION));
  for (const [name, cell] of [
    ["ltc", { cell: "ltc", units: 12, wiring: "auto-ncp" }],
    ["cfc", { cell: "cfc", units: 9 }],
  ] as const) {
    const model = initialModel(networkFor(cell, { nInputs: 2, nOutputs: 2 }), 1);
    writeFileSync(join(folder, `${name}.safetensors`), writeModel(model));
  }
  const quantize =
    "quantize ltc.safetensors --calibrate waves.csv --description waves.json --out ltc.int8.safetensors";
  execFileSync(process.execPath, [CLI, ...quantize.split(" ")], { cwd: folder });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function evaluate(...args: string[]): string {
  return execFileSync(process.execPath, [CLI, "evaluate", ...args], { cwd: folder, encoding: "utf8" });
}

describe("evaluate --threads", () => {
  it.each([
    ["a network", ["ltc.safetensors"]],
    ["one against another", ["cfc.safetensors", "--against", "ltc.safetensors"]],
    ["integers against floats", ["ltc.int8.safetensors", "--against", "ltc.safetensors"]],
    ["the scalar build", ["cfc.safetensors", "--engine", "scalar"]],
  ])(
    "gives the same bytes at any number: %s",
    (_, args) => {
      const [one, ...others] = [["--threads", "1"], ["--threads", "2"], ["--threads", "5"], []].map(
        (threads) => evaluate(...args, ...DATA, "--json", ...threads),
      );
      expect(evaluationJson.parse(JSON.parse(one!)).n).toBe(12);
      for (const other of others) expect(other).toBe(one);
    },
    120_000,
  );

  it("refuses a number that is none", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [CLI, "evaluate", "ltc.safetensors", ...DATA, "--threads", "0"],
      { cwd: folder, encoding: "utf8" },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^[^\n]*--threads[^\n]*\n$/);
  });
});
