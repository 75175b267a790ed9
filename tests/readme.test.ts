// Every command that README and docs/measuring.md show is run, and what it prints is compared; those of docs/examples.md, which
// train on the real data sets, where these are and LIQUID_EDGE_FULL=1. `UPDATE_README=1 npx vitest run readme` writes the output
// anew. Files that a command writes go to a folder of its own, where those that come after find them.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { missing } from "../scripts/tools.ts";
import { noSharedData, SHARED_DATA } from "./data/shared-data.ts";
import { FULL } from "./firmware/full.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const BLOCK = /```console\n\$ npx liquid-edge (.*)\n([\s\S]*?)```/g;

/** What the command prints; where the tools for emulated boards are missing, what the page shows already. */
function outputOf(args: string, shown: string, cwd: string): string {
  if (
    /^(board run|crosscheck)/.test(args) &&
    missing("wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm")
  )
    return shown;
  if (args.startsWith("export") && missing("wasm2c")) return shown;
  const cli = join(root, "dist/cli.js");
  // Progress and the notes of a training go to standard error.
  return execFileSync(process.execPath, [cli, ...args.split(" ")], { cwd, encoding: "utf8", stdio: "pipe" });
}

/** What a board executes depends on the version of gcc by a few instructions, serial ports and the length of a training on the machine. */
function withoutCounts(page: string): string {
  return (
    page
      // Which serial ports there are is the machine's affair.
      .replace(/(no silicon is measured\.)\n[\s\S]*?```/, "$1\n```")
      .replace(/^(Error|Uncalibrated): .*$|^.* LTC +fp32 .* %$/gm, "")
      .replace(
        /^.* (instructions|cycles) an inference .*$|stack used \d+ B|(?<=epochs in )[\d.]+(?= s)/gm,
        "",
      )
  );
}

function checkPage(name: string, least: number): void {
  const path = join(root, name);
  const readme = readFileSync(path, "utf8");
  const parent = mkdtempSync(join(tmpdir(), "readme-"));
  const folder = join(parent, "liquid-edge");
  mkdirSync(folder);
  if (SHARED_DATA !== "") symlinkSync(resolve(SHARED_DATA), join(parent, "data"));
  for (const name of ["examples", "node_modules", "tests"]) symlinkSync(join(root, name), join(folder, name));
  const current = readme.replace(BLOCK, (_, args: string, shown: string) => {
    return `\`\`\`console\n$ npx liquid-edge ${args}\n${outputOf(args, shown, folder)}\`\`\``;
  });
  rmSync(parent, { recursive: true });
  expect([...readme.matchAll(BLOCK)].length).toBeGreaterThanOrEqual(least);
  if (process.env.UPDATE_README === "1") writeFileSync(path, current);
  expect(withoutCounts(readFileSync(path, "utf8"))).toBe(withoutCounts(current));
}

it.each([
  ["README.md", 3],
  ["docs/measuring.md", 1],
])("%s shows what the commands print", checkPage);

it.skipIf(!FULL || noSharedData())(
  "docs/examples.md shows what the commands print",
  () => {
    checkPage("docs/examples.md", 15);
  },
  600_000,
);
