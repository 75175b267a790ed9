// Commands that load packages when they run, as the bundle has them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildCli } from "../../scripts/build-cli.ts";
import { ROOT, SINE } from "./run-cli.ts";

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-bundle-"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  await buildCli(ROOT, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "cli.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("reads a suite in YAML, keeps a baseline, checks against it and draws its history", () => {
  writeFileSync(
    join(folder, "suite.yaml"),
    `name: s\nmodels: [{ id: sine, weights: "${SINE}" }]\nplatforms: [nrf52840]\n`,
  );
  const save = run("baseline", "save", "v1", "--suite", "suite.yaml", "--folder", "kept");
  expect(save).toEqual({ status: 0, stderr: "", stdout: "Baseline v1: 1 entry, in kept/v1.json.\n" });
  const check = run(
    "baseline",
    "check",
    "--baseline-version",
    "v1",
    "--suite",
    "suite.yaml",
    "--folder",
    "kept",
  );
  expect(check).toMatchObject({
    status: 0,
    stderr: "",
    stdout: expect.stringMatching(/^PASS against baseline v1/),
  });
  const trend = run("trend", "kept/history.jsonl", "--plot", "t.svg");
  expect(trend).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(folder, "t.svg"), "utf8")).toMatch(/^<svg /);
});
