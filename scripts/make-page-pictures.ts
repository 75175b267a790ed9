// Writes docs/pictures/report.png and explorer.png: the top of the report of the project's own suite and of the explorer, as headless
// Chromium shows them. Run with `npx tsx scripts/make-page-pictures.ts` after `npm run build`.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findCommand } from "./tools.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "liquid-edge-picture-"));
const command = (cwd: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(ROOT, "dist/cli.js"), ...args], { cwd, stdio: "inherit" });

try {
  const report = join(folder, "report.html");
  command(ROOT, "report", "--baseline-version", "v0.1.0", "--entry", "ltc-ncp-19", "--out", report);

  // The CfC of README; the page shows names of files, not where they lie.
  for (const suffix of ["safetensors", "json"])
    copyFileSync(join(ROOT, `tests/golden/ncps/cfc-default-32.${suffix}`), join(folder, `cfc.${suffix}`));
  const explorer = join(folder, "explorer.html");
  command(folder, "explore", "cfc.safetensors", "--config", "cfc.json", "--out", explorer);

  const browser = await chromium.launch({
    executablePath: findCommand("chromium")!,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const choices = "#precision=int8&sparsity=0.5&against=ram";
    for (const [name, url, width, height] of [
      ["report", pathToFileURL(report).href, 1120, 1290],
      ["explorer", pathToFileURL(explorer).href + choices, 1280, 1240],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: "light" });
      await page.goto(url);
      // The explorer computes what it shows: four number formats at four sparsities.
      if (name === "explorer")
        await page.locator("figure > svg .mark").nth(15).waitFor({ state: "attached" });
      await page.screenshot({ path: join(ROOT, `docs/pictures/${name}.png`) });
    }
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
