import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

// What `npx liquid-edge` starts.
const command = join(
  dirname(createRequire(import.meta.url).resolve("liquid-edge/package.json")),
  "dist/cli.js",
);

it("passes the gate of the project's own suite, as the CI job runs it", () => {
  const args = ["baseline", "check", "--baseline-version", "v0.1.0", "--suite", "baselines/suite.yaml"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  // 0 pass, 1 regressed, 3 no baseline, 4 nothing compared: each cause has a code of its own.
  expect(status, stdout + stderr).toBe(0);
});
