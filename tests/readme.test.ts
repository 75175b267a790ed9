// Every command that README shows is run, and what it prints is compared. `UPDATE_README=1 npx vitest run readme` writes
// the output anew.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { missing } from "../scripts/tools.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = join(root, "README.md");
const BLOCK = /```console\n\$ npx liquid-edge (.*)\n([\s\S]*?)```/g;

/** What runs emulated boards, or null where its tools are missing: the page then stays as it is. */
function outputOf(args: string, shown: string): string {
  if (args.startsWith("board run") && missing("wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"))
    return shown;
  return execFileSync(process.execPath, ["dist/cli.js", ...args.split(" ")], { cwd: root, encoding: "utf8" });
}

/** What a board executes depends on the version of gcc by a few instructions. */
function withoutCounts(page: string): string {
  return page.replace(/^.* (instructions|cycles) an inference .*$|stack used \d+ B/gm, "");
}

it("shows what the commands print", () => {
  const readme = readFileSync(path, "utf8");
  const current = readme.replace(BLOCK, (_, args: string, shown: string) => {
    return `\`\`\`console\n$ npx liquid-edge ${args}\n${outputOf(args, shown)}\`\`\``;
  });
  expect([...readme.matchAll(BLOCK)].length).toBeGreaterThan(2);
  if (process.env.UPDATE_README === "1") writeFileSync(path, current);
  expect(withoutCounts(readFileSync(path, "utf8"))).toBe(withoutCounts(current));
});
