// How long the explorer takes in headless Chromium: from opening the file until it answers, and from a change of a control
// until everything on the page is new, with over 100 marks in the plot.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { median } from "../bindings/statistics/samples.ts";
import { findCommand } from "./tools.ts";

const PAGE = pathToFileURL(join(fileURLToPath(new URL("..", import.meta.url)), "dist/explorer.html")).href;
const MAX_START_MS = 1000;
const MAX_UPDATE_MS = 100;
const STARTS = 7;
const ROUNDS = 9;

/** Changes of a control, as its events make them, by what changes. */
const CHANGES: Record<string, string> = {
  rate: 'set(\'.controls input[type="number"]\', "input", [50, 60][i % 2])',
  battery: 'set(".pair input", "input", [500, 600][i % 2])',
  platform: 'set(".controls label:nth-of-type(3) select", "change", ["rp2040", "stm32h743"][i % 2])',
  precision: 'document.querySelectorAll(".segments input")[[2, 1][i % 2]].click()',
  sparsity: 'set(\'input[type="range"]\', "input", [0.25, 0.3][i % 2])',
  against: 'set(".bar label:nth-of-type(2) select", "change", ["flash", "latency"][i % 2])',
  sort: 'document.querySelector("#boards thead button").click()',
};

/** Prints the figures; whether both medians are within their bounds. Needs a built dist/ and Chromium. */
export async function benchExplorer(): Promise<boolean> {
  const executablePath = findCommand("chromium");
  if (executablePath === undefined) {
    console.log("explorer: SKIPPED, chromium is not installed");
    return true;
  }
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const page = await browser.newPage();
      await page.goto(PAGE);
      await page.waitForSelector('main[aria-busy="false"] #boards');
      // Since the navigation began, by the page's own clock.
      starts.push(await page.evaluate(() => performance.getEntriesByName("interactive")[0]!.startTime));
      await page.close();
    }
    const page = await browser.newPage();
    await page.goto(`${PAGE}#scope=all`);
    await page.waitForSelector('main[aria-busy="false"] #boards');
    const marks = await page.locator("figure > svg .mark").count();
    const updates: [string, number][] = [];
    for (const name of Object.keys(CHANGES)) updates.push([name, await updateMs(page, name)]);
    const slowest = Math.max(...updates.map(([, ms]) => ms));
    const startMs = median(starts);
    console.log(
      `explorer: interactive after ${startMs.toFixed(0)} ms (must be under ${MAX_START_MS}); with ${marks} marks a change takes ` +
        `${updates.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", ")} ms (must be under ${MAX_UPDATE_MS}; medians)`,
    );
    return startMs < MAX_START_MS && slowest < MAX_UPDATE_MS && marks >= 100;
  } finally {
    await browser.close();
  }
}

/** Median time from the event to the frame that shows all of its consequences, networks made anew included. */
async function updateMs(page: Page, change: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const ms = await page.evaluate(`(async () => {
      const i = ${i};
      const set = (selector, event, value) => {
        const control = document.querySelector(selector);
        control.value = String(value);
        control.dispatchEvent(new Event(event, { bubbles: true }));
      };
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      await frame();
      const start = performance.now();
      ${CHANGES[change]};
      do await frame(); while (document.querySelector("main").getAttribute("aria-busy") === "true");
      return performance.now() - start;
    })()`);
    times.push(ms as number);
  }
  return median(times);
}
