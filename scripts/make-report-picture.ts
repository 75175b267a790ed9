// Writes docs/pictures/report.png: the top of the report of the project's own suite, as headless Chromium shows it. Run with
// `npx tsx scripts/make-report-picture.ts` after `npm run build`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findCommand } from "./tools.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WIDTH = 1120;
const HEIGHT = 1290;

const folder = mkdtempSync(join(tmpdir(), "liquid-edge-picture-"));
try {
  const html = join(folder, "report.html");
  const args = ["report", "--baseline-version", "v0.1.0", "--entry", "ltc-ncp-19", "--out", html];
  execFileSync(process.execPath, [join(ROOT, "dist/cli.js"), ...args], { cwd: ROOT, stdio: "inherit" });
  const browser = await chromium.launch({
    executablePath: findCommand("chromium")!,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, colorScheme: "light" });
  await page.goto(pathToFileURL(html).href);
  await page.screenshot({ path: join(ROOT, "docs/pictures/report.png") });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
