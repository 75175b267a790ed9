// `npm run release:check`: everything that must hold before a version is released, on a clean clone of what is committed. Takes as
// long as the tests do, and prints a table.
//
//   npm run release:check [-- --only pack,api] [--keep]
//
// --only: these steps, here, on the built working copy instead of a clone. --keep: the clone stays. Exit code 1 if a step fails.
// A step that cannot be taken here says so and counts as skipped. The workflow release-check takes the steps side by side.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must, outputOf, type Place, Skipped, STEPS } from "./release-check/steps.ts";

/** A clone of the commit that is checked out. */
function clone(from: string, scratch: string): string {
  const root = join(scratch, "liquid-edge");
  must("git", ["clone", "--quiet", "--no-local", "--no-tags", from, root], scratch);
  must("git", ["checkout", "--quiet", "--detach", outputOf("git", ["rev-parse", "HEAD"], from).trim()], root);
  return root;
}

const { values } = parseArgs({
  options: { only: { type: "string" }, keep: { type: "boolean", default: false } },
});
const only = values.only?.split(",");
const unknown = only?.find((name) => !STEPS.some((step) => step.name === name));
if (unknown !== undefined) {
  console.error(`--only: expected some of ${STEPS.map(({ name }) => name).join(",")}, found "${unknown}"`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "release-"));
const here = join(import.meta.dirname, "..");
const place: Place = { root: only === undefined ? clone(here, scratch) : here, scratch };
const rows: string[] = [];
for (const { name, what, run } of STEPS.filter((step) => only?.includes(step.name) ?? true)) {
  console.log(`${name}: ${what} …`);
  const begun = performance.now();
  let verdict = "ok";
  let note = "";
  try {
    note = run(place);
  } catch (error) {
    verdict = error instanceof Skipped ? "skipped" : "FAILED";
    note = error instanceof Skipped ? error.message : "";
    if (!(error instanceof Skipped)) console.error((error as Error).message);
    if (verdict === "FAILED") process.exitCode = 1;
  }
  const seconds = `${((performance.now() - begun) / 1000).toFixed(0)} s`;
  console.log(`  ${verdict}, ${seconds}`);
  rows.push(
    `${verdict.padEnd(8)} ${name.padEnd(8)} ${what.padEnd(48)} ${seconds.padStart(7)}  ${note}`.trimEnd(),
  );
}
console.log(`\n${rows.join("\n")}`);
if (values.keep) console.log(place.root);
else rmSync(scratch, { recursive: true, force: true });
