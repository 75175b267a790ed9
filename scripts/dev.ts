// `npm run dev [-- <tests>]`: the contributor's loop. Builds what a change in assembly/ or boards/ affects and lets vitest run the
// tests that depend on it, or on any other file that changes. Default: tests of kernels, images, boards and estimates.

import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { PARTS } from "./core-parts.ts";
import { Rebuilder, type Target, targetsOf } from "./dev/rebuild.ts";

/** Editors write a file in several steps. */
const SETTLE_MS = 50;
const TESTS = ["tests/kernel", "tests/core", "tests/image", "tests/board", "tests/estimate"];

const root = join(import.meta.dirname, "..");
const rebuilder = new Rebuilder(root);
const changed = new Set<Target>();
let building = false;

async function rebuild(): Promise<void> {
  if (building || changed.size === 0) return;
  building = true;
  const targets = [...changed];
  changed.clear();
  const begun = performance.now();
  try {
    await rebuilder.build(targets);
    console.log(`built ${targets.join(", ")} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error((error as Error).message);
  }
  building = false;
  await rebuild();
}

// Also loads the compilers.
for (const target of [...PARTS, "boards"] as const) changed.add(target);
await rebuild();
for (const folder of ["assembly", "boards"]) {
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    for (const target of file === null ? [] : targetsOf(join(folder, file))) changed.add(target);
    setTimeout(rebuild, SETTLE_MS);
  });
}

const tests = process.argv.length > 2 ? process.argv.slice(2) : TESTS;
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const watcher = spawn(process.execPath, [vitest, "watch", ...tests], { cwd: root, stdio: "inherit" });
watcher.on("exit", (code) => process.exit(code ?? 0));
// Ctrl-C reaches both, other signals only this process.
process.once("SIGTERM", () => watcher.kill());
