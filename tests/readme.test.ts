// Every command that README and docs/measuring.md show is run, and what it prints is compared. `UPDATE_README=1 npx vitest run readme` writes
// the output anew. Files that a command writes go to a folder of its own, where those that come after find them.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { missing } from "../scripts/tools.ts";

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
  return execFileSync(process.execPath, [cli, ...args.split(" ")], { cwd, encoding: "utf8" });
}

/** What a board executes depends on the version of gcc by a few instructions, and serial ports on the machine. */
function withoutCounts(page: string): string {
  return (
    page
      // Which serial ports there are is the machine's affair.
      .replace(/(no silicon is measured\.)\n[\s\S]*?```/, "$1\n```")
      .replace(/^(Error|Uncalibrated): .*$|^.* LTC +fp32 .* %$/gm, "")
      .replace(/^.* (instructions|cycles) an inference .*$|stack used \d+ B/gm, "")
  );
}

it.each([
  ["README.md", 3],
  ["docs/measuring.md", 1],
])("%s shows what the commands print", (name, least) => {
  const path = join(root, name);
  const readme = readFileSync(path, "utf8");
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  for (const name of ["examples", "tests"]) symlinkSync(join(root, name), join(folder, name));
  const current = readme.replace(BLOCK, (_, args: string, shown: string) => {
    return `\`\`\`console\n$ npx liquid-edge ${args}\n${outputOf(args, shown, folder)}\`\`\``;
  });
  rmSync(folder, { recursive: true });
  expect([...readme.matchAll(BLOCK)].length).toBeGreaterThanOrEqual(least);
  if (process.env.UPDATE_README === "1") writeFileSync(path, current);
  expect(withoutCounts(readFileSync(path, "utf8"))).toBe(withoutCounts(current));
});
