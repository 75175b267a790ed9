// The documents in headless Chromium, opened from a file: no request of a network, nothing that axe objects to in either theme and
// on either width, as wide as a phone on a phone, a menu and a search that work.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSite } from "../../scripts/docs/site.ts";
import { missing } from "../../scripts/tools.ts";
import { launchChromium } from "./chromium.ts";

const root = join(import.meta.dirname, "../..");
const DESK = 1280;
const PHONE = 390;

describe.skipIf(missing("chromium"))("the documents in a browser", () => {
  let browser: Browser;
  let folder: string;
  let axe: string;

  beforeAll(async () => {
    // A path with a space, as users have them.
    folder = await mkdtemp(join(tmpdir(), "liquid edge site-"));
    await buildSite(root, folder);
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(path: string, options: { colorScheme?: "light" | "dark"; width?: number } = {}) {
    const { colorScheme = "light", width = DESK } = options;
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(pathToFileURL(folder).href) && !request.url().startsWith("data:"))
        complaints.push(`request of ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, path)).href);
    return { page, complaints };
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    // Style sheets beside a file cannot be read by scripts; axe needs them for a rule that is not one of ours.
    const found = (await page.evaluate("axe.run({ preload: false })")) as {
      violations: { id: string; nodes: { html: string }[] }[];
      passes: { id: string }[];
    };
    expect(found.passes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["color-contrast", "region", "page-has-heading-one"]),
    );
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 300)}`);
  }

  const search = async (page: Page, query: string) => {
    await page.keyboard.press("/");
    await page.keyboard.type(query);
    await page.locator("#site-results li").first().waitFor();
  };

  it.each(["index.html", "docs/data.html", "docs/reference/device.html", "tests/guide/gate.test.ts.html"])(
    "%s gives axe nothing to object to",
    async (path) => {
      for (const [colorScheme, width] of [
        ["light", DESK],
        ["dark", PHONE],
      ] as const) {
        const { page, complaints } = await open(path, { colorScheme, width });
        expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([]);
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
  );

  it("gives axe nothing to object to with the menu of a phone or what was found in view", async () => {
    const { page: menu } = await open("docs/estimate.html", { width: PHONE });
    await menu.getByRole("button", { name: "Contents" }).click();
    expect(await violations(menu)).toEqual([]);
    const { page: found } = await open("docs/estimate.html", { colorScheme: "dark" });
    await search(found, "energy");
    expect(await violations(found)).toEqual([]);
  });

  it("has no page that is wider than a phone", async () => {
    const { page, complaints } = await open("index.html", { width: PHONE });
    const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".html"));
    for (const path of paths) {
      await page.goto(pathToFileURL(join(folder, path)).href);
      expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBe(PHONE);
    }
    expect(complaints).toEqual([]);
  });

  it("finds what is written, by keyboard", async () => {
    const { page, complaints } = await open("boards/index.html");
    await search(page, "shunt");
    expect(await page.getByRole("status").textContent()).toMatch(/place/);
    await page.locator("#site-query").fill("MemoryProfiler");
    await page.waitForFunction(
      "document.querySelector('#site-results strong')?.textContent.includes('MemoryProfiler')",
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/docs/reference/core.html#memoryprofiler");
    expect(await page.locator("h3#memoryprofiler").isVisible()).toBe(true);
    await search(page, "--battery-mah");
    expect(await page.locator("#site-results strong").allTextContents()).toContain(
      "The command line › estimate",
    );
    await page.keyboard.press("Escape");
    expect(await page.locator("#site-results").isVisible()).toBe(false);
    await page.locator("#site-query").fill("qqqq <b>");
    await page.waitForFunction("document.querySelector('#site-results p').textContent.includes('Nothing')");
    expect(complaints).toEqual([]);
  });

  it("opens the contents on a phone, and closes them at a page", async () => {
    const { page } = await open("docs/estimate.html", { width: PHONE });
    const pages = page.getByRole("navigation", { name: "Pages" });
    expect(await pages.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Contents" }).click();
    expect(await pages.isVisible()).toBe(true);
    await pages.getByRole("link", { name: "The interval" }).click();
    expect(page.url()).toMatch(/estimate\.html#the-interval$/);
    expect(await pages.isVisible()).toBe(false);
  });

  it("works without scripts, but for the search", async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: PHONE, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "index.html")).href);
    expect(await page.locator("search").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Contents" }).click();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Training" }).click();
    await page.getByRole("link", { name: /^Next/ }).click();
    expect(page.url()).toMatch(/docs\/data\.html$/);
  });
});
