// `quantize` as a process with threads: the same file and report at any number of them.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModel } from "../../bindings/network/checkpoint.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { ROOT } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const CLI = join(ROOT, "dist/cli.js");
const DATA = ["--calibrate", "waves.csv", "--description", "waves.json"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-quantize-process-"));
  writeFileSync(join(folder, "waves.csv"), waves());
  writeFileSync(join(folder, "still.csv"), `a,b\n${"0.5,0.5\n".repeat(9)}`);
  writeFileSync(join(folder, "waves.json"), JSON.stringify(WAVES_DESCRIPTION));
  const model = initialModel(networkFor({ cell: "cfc", units: 9 }, { nInputs: 2, nOutputs: 2 }), 1);
  writeFileSync(join(folder, "cfc.safetensors"), writeModel(model));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("quantize --threads", () => {
  it.each(["int8", "int4"])(
    "gives the same %s file and report at any number",
    (precision) => {
      const results = ["1", "2", "5"].map((threads) => {
        const args = [
          "quantize",
          "cfc.safetensors",
          ...DATA,
          "--precision",
          precision,
          "--out",
          "out.safetensors",
        ];
        const options = ["--threads", threads, "--json"];
        const report = execFileSync(process.execPath, [CLI, ...args, ...options], {
          cwd: folder,
          encoding: "utf8",
        });
        return { report, file: readFileSync(join(folder, "out.safetensors"), "hex") };
      });
      expect(JSON.parse(results[0]!.report).precision).toBe(precision);
      for (const result of results) expect(result).toEqual(results[0]);
    },
    120_000,
  );

  it("says in one line what is wrong with the data", () => {
    const args = ["quantize", "cfc.safetensors", "--calibrate", "still.csv", "--out", "no.safetensors"];
    const [one, two] = ["1", "2"].map((threads) =>
      spawnSync(process.execPath, [CLI, ...args, "--threads", threads], { cwd: folder, encoding: "utf8" }),
    );
    expect(one!.status).toBe(2);
    expect(one!.stderr).toMatch(/^[^\n]*still\.csv[^\n]*values that vary[^\n]*\n$/);
    expect({ status: two!.status, stderr: two!.stderr }).toEqual({ status: 2, stderr: one!.stderr });
  }, 60_000);
});
