// Every command that README shows is run, and what it prints is compared. `UPDATE_README=1 npx vitest run readme` writes
// the output anew.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = join(root, "README.md");
const BLOCK = /```console\n\$ npx liquid-edge (.*)\n([\s\S]*?)```/g;

function outputOf(args: string): string {
  return execFileSync(process.execPath, ["dist/cli.js", ...args.split(" ")], { cwd: root, encoding: "utf8" });
}

it("shows what the commands print", () => {
  const readme = readFileSync(path, "utf8");
  const current = readme.replace(BLOCK, (_, args: string) => {
    return `\`\`\`console\n$ npx liquid-edge ${args}\n${outputOf(args)}\`\`\``;
  });
  expect([...readme.matchAll(BLOCK)].length).toBeGreaterThan(2);
  if (process.env.UPDATE_README === "1") writeFileSync(path, current);
  expect(readFileSync(path, "utf8")).toBe(current);
});
