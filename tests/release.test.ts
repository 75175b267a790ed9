// What keeps a version from being released.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import { STEPS } from "../scripts/release-check/steps.ts";
import { versionProblems } from "../scripts/release-version.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "version-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  mkdirSync(join(folder, "baselines"), { recursive: true });
  for (const name of ["package.json", "package-lock.json", "CHANGELOG.md", "baselines/v0.1.0.json"])
    cpSync(join(root, name), join(folder, name));
});

function change(name: string, from: string | RegExp, to: string): void {
  writeFileSync(join(folder, name), readFileSync(join(folder, name), "utf8").replace(from, to));
}

it("is nothing now", () => {
  expect(versionProblems(root)).toEqual([]);
  expect(versionProblems(folder)).toEqual([]);
});

it.each([
  ["CHANGELOG.md", "## 0.1.0", "## 0.0.9", "CHANGELOG.md: first heading: expected 0.1.0, found 0.0.9"],
  ["CHANGELOG.md", /(## .*)\n[\s\S]*/, "$1\n", "CHANGELOG.md: expected lines under 0.1.0, found none"],
  [
    "package-lock.json",
    '"version": "0.1.0"',
    '"version": "0.2.0"',
    "package-lock.json: version: expected 0.1.0, found 0.2.0",
  ],
  [
    "package.json",
    "--baseline-version v0.1.0",
    "--baseline-version main",
    "package.json: scripts.gate, --baseline-version: expected v0.1.0, found main",
  ],
])("names %s where it disagrees", (name, from, to, problem) => {
  change(name, from, to);
  expect(versionProblems(folder)).toEqual([problem]);
});

it("asks for the baseline of the version", () => {
  rmSync(join(folder, "baselines/v0.1.0.json"));
  expect(versionProblems(folder)).toEqual([
    "baselines/v0.1.0.json: expected the baseline of this version (baseline save v0.1.0), found none",
  ]);
});

it("takes every step in one job of the workflow", () => {
  const { jobs } = parse(readFileSync(join(root, ".github/workflows/release-check.yml"), "utf8"));
  const taken: string[] = jobs.check.strategy.matrix.steps.flatMap((steps: string) => steps.split(","));
  expect(taken.sort()).toEqual(STEPS.map(({ name }) => name).sort());
});
