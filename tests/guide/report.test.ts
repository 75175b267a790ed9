import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

// What `npx liquid-edge` starts.
const command = join(
  dirname(createRequire(import.meta.url).resolve("liquid-edge/package.json")),
  "dist/cli.js",
);

it("keeps a report of what a network costs, as an artefact of the job", () => {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  try {
    const file = join(folder, "report.html");
    const args = ["report", "examples/sine.safetensors", "--platform", "nrf52840,rp2040", "--out", file];
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
    const html = readFileSync(file, "utf8");
    // Both boards are in it, and nothing that a reader's browser would have to load.
    for (const platform of ["nrf52840", "rp2040"]) expect(html).toContain(platform);
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(?!data:)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
