// How long the report of the project's own suite takes, from the start of the command to its end: the suite is run, all
// figures are drawn. Needs a built dist/; the PDF needs the optional packages.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../bindings/statistics/samples.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAX_HTML_MS = 2000;
const MAX_PDF_MS = 5000;
const ROUNDS = 5;

/** Prints the figures; whether both medians are within their bounds. */
export async function benchReport(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-bench-"));
  try {
    const command = [
      join(ROOT, "dist/cli.js"),
      "report",
      "--baseline-version",
      "v0.1.0",
      "--out",
      join(folder, "r.html"),
    ];
    const times = (args: readonly string[]) =>
      median(
        Array.from({ length: ROUNDS }, () => {
          const started = performance.now();
          execFileSync(process.execPath, [...command, ...args], {
            cwd: ROOT,
            stdio: ["ignore", "ignore", "inherit"],
          });
          return performance.now() - started;
        }),
      );
    const htmlMs = times([]);
    const bothMs = times(["--pdf"]);
    const kilobytes = (name: string) => (statSync(join(folder, name)).size / 1000).toFixed(0);
    console.log(
      `report: of the own suite as HTML ${htmlMs.toFixed(0)} ms (must be under ${MAX_HTML_MS}), ${kilobytes("r.html")} kB; with the PDF ` +
        `${bothMs.toFixed(0)} ms (must be under ${MAX_PDF_MS}), ${kilobytes("r.pdf")} kB (medians of ${ROUNDS})`,
    );
    return htmlMs < MAX_HTML_MS && bothMs < MAX_PDF_MS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
