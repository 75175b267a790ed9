// Every command that README shows is run, and what it prints is compared. `UPDATE_README=1 npx vitest run readme` writes
// the output anew. Files that a command writes go to a folder of its own, where those that come after find them.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = join(root, "README.md");
const BLOCK = /```console\n\$ npx liquid-edge (.*)\n([\s\S]*?)```/g;

function outputOf(args: string, cwd: string): string {
  const cli = join(root, "dist/cli.js");
  return execFileSync(process.execPath, [cli, ...args.split(" ")], { cwd, encoding: "utf8" });
}

it("shows what the commands print", () => {
  const readme = readFileSync(path, "utf8");
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  for (const name of ["examples", "tests"]) symlinkSync(join(root, name), join(folder, name));
  const current = readme.replace(BLOCK, (_, args: string) => {
    return `\`\`\`console\n$ npx liquid-edge ${args}\n${outputOf(args, folder)}\`\`\``;
  });
  rmSync(folder, { recursive: true });
  expect([...readme.matchAll(BLOCK)].length).toBeGreaterThan(2);
  if (process.env.UPDATE_README === "1") writeFileSync(path, current);
  expect(readFileSync(path, "utf8")).toBe(current);
});
