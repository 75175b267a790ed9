// Reports in headless Chromium, opened from a file: no request, no complaint on the console, nothing that axe objects to in
// either theme and on either width, as wide as a phone on a phone, white on paper.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../bindings/record/canonical.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, ROOT } from "../cli/run-cli.ts";
import { entry, reading, record } from "../record/made-records.ts";
import { launchChromium } from "./chromium.ts";

const HOSTILE = '"><script>document.title = "taken"</script><img src=x onerror=alert(1)>';

describe.skipIf(missing("chromium"))("a report in a browser", () => {
  let browser: Browser;
  let folder: string;
  const files = new Map<string, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "liquid-edge-report-page-"));
    const make = async (name: string, ...args: string[]) => {
      const { code, written } = await cli(["report", ...args]);
      expect(code).toBe(0);
      files.set(name, join(folder, `${name}.html`));
      await writeFile(files.get(name)!, written.get("report.html")!);
    };
    const baselines = ["--folder", join(ROOT, "baselines")];
    await make("suite", join(ROOT, "baselines/suite.yaml"), "--baseline-version", "v0.1.0", ...baselines);
    await make("model", join(ROOT, "examples/steam.safetensors"), "--rate-hz", "0.2");
    // Every level of colour, and names that are none.
    const worse = [
      entry({ energyUj: reading(120) }),
      entry({ model: "late", latencyMs: reading(20) }),
      entry({ model: "likely", latencyMs: reading(9) }),
      entry({ model: "large", memoryKb: { value: 999, min: 999, max: 999 } }),
      entry({ model: HOSTILE }),
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    await writeFile(join(folder, "v1.json"), canonicalJson(record([entry()], { version: "v1" })));
    await writeFile(join(folder, "r.json"), canonicalJson(record(worse, { suite: HOSTILE })));
    await make("failed", join(folder, "r.json"), "--baseline-version", "v1", "--folder", folder);
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: { colorScheme?: "light" | "dark"; width?: number } = {}) {
    const { colorScheme = "light", width = 1280 } = options;
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const url = pathToFileURL(files.get(name)!).href;
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:"))
        complaints.push(`request of ${request.url()}`);
    });
    await page.goto(url);
    return { page, complaints };
  }

  const openDetails = (page: Page) =>
    page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });

  describe.each(["suite", "model", "failed"])("%s", (name) => {
    it.each([
      ["light", 1280],
      ["dark", 390],
    ] as const)("gives axe nothing to object to, %s, %d px", async (colorScheme, width) => {
      const { page, complaints } = await open(name, { colorScheme, width });
      await openDetails(page);
      // Playwright evaluates past the page's policy, as a browser's own tools do.
      await page.evaluate(
        await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
      );
      const { violations, passes } = (await page.evaluate("axe.run()")) as {
        violations: { id: string; nodes: { html: string }[] }[];
        passes: { id: string }[];
      };
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 300)}`)).toEqual([]);
      expect(passes.map(({ id }) => id)).toEqual(
        expect.arrayContaining(["color-contrast", "region", "svg-img-alt", "scrollable-region-focusable"]),
      );
      expect(complaints).toEqual([]);
    });

    it("has enough contrast in the letters of its plots, in both themes", async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = await open(name, { colorScheme });
        const least = (await page.evaluate(CONTRAST)) as { ratio: number; text: string };
        expect(least.ratio, `${colorScheme}: ${least.text}`).toBeGreaterThanOrEqual(4.5);
      }
    });

    it("is as wide as a phone on a phone", async () => {
      const { page } = await open(name, { width: 390 });
      await openDetails(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });

    it("cuts no letter of a plot off", async () => {
      const { page } = await open(name);
      expect(await page.evaluate(CUT_OFF)).toEqual([]);
    });
  });

  it("is white on paper though the screen is dark", async () => {
    const { page } = await open("suite", { colorScheme: "dark" });
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(13, 17, 23)");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  it("runs nothing that a name contains", async () => {
    const { page, complaints } = await open("failed");
    expect(await page.title()).toContain('"><script>');
    expect(await page.locator("img, script:not([type='application/json'])").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("leads from the contents to every section by keyboard", async () => {
    const { page } = await open("suite");
    const links = page.getByRole("navigation").getByRole("link");
    expect(await links.count()).toBe(12);
    for (const link of await links.all()) {
      await link.focus();
      await page.keyboard.press("Enter");
      const id = new URL(page.url()).hash.slice(1);
      expect(await page.locator(`section[id="${id}"]`).count()).toBe(1);
    }
  });
});

/** The text of a plot with the least contrast to what lies behind it: the page, or the mark that it stands on. */
const CONTRAST = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = getComputedStyle(document.body).backgroundColor;
  let least = { ratio: Infinity, text: "" };
  for (const text of document.querySelectorAll(".plot text")) {
    const box = text.getBoundingClientRect();
    if (box.width === 0) continue;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const under = [...text.closest("svg").querySelectorAll("g.mark-rect path, g.mark-bar path")].filter((mark) => {
      const b = mark.getBoundingClientRect();
      return b.left <= x && x <= b.right && b.top <= y && y <= b.bottom;
    });
    const ground = under.length === 0 ? page : getComputedStyle(under.at(-1)).fill;
    const [a, b] = [luminance(getComputedStyle(text).fill), luminance(ground === "none" ? page : ground)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: text.textContent };
  }
  return least;
})()`;

/** Texts that reach beyond the plot that they belong to. */
const CUT_OFF = `[...document.querySelectorAll(".plot svg")].flatMap((svg) => {
  const outer = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 1 || box.bottom > outer.bottom + 1);
  }).map((text) => text.textContent);
})`;
