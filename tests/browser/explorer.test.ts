// The explorer in headless Chromium, opened from a file: the figures of the command, digit for digit, over many
// configurations; no request, no complaint on the console; nothing that axe objects to in either theme; the keyboard alone.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import { servePage } from "../../cli/explorer/serve.ts";
import { digits, percent } from "../../format/numbers.ts";
import { missing } from "../../scripts/tools.ts";
import { cli, cliJson, golden, ROOT, SINE, SINE_INPUT } from "../cli/run-cli.ts";
import { launchChromium } from "./chromium.ts";

const PRECISIONS = ["fp32", "fp16", "int8", "int4"];
const EXAMPLE = "examples/steam.safetensors";

interface Configuration {
  model: string;
  platform: string;
  point: string;
  precision: string;
  sparsity: number;
  rate: number;
  mah: number;
  v: number;
}

/** Every operating point of every board, with everything else going round; two networks. */
function configurations(models: readonly string[]): Configuration[] {
  const round = <T>(values: readonly T[], i: number) => values[i % values.length]!;
  const points = builtinBoards().flatMap(({ id, operatingPoints }) =>
    operatingPoints.map((point) => [id, point.id] as const),
  );
  return points.map(([platform, point], i) => ({
    model: round(models, i),
    platform,
    point,
    precision: round(PRECISIONS, i + Math.floor(i / 4)),
    sparsity: round([0, 0.35, 0.75, 0.9, 0.05], i),
    rate: round([100, 1, 0.1, 50, 1000, 333, 4000], i),
    mah: round([230, 1000, 3400.5], i),
    v: round([3, 3.7], i),
  }));
}

/** Opens the page, listening for whatever it should not do. */
async function openPage(browser: Browser, file: string, colorScheme: "light" | "dark" = "light") {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href && !request.url().startsWith("data:"))
      complaints.push(`request of ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  await settled(page);
  return { page, complaints };
}

const settled = (page: Page) => page.waitForSelector('main[aria-busy="false"] #boards');

/** Shows a configuration, and waits until the page has caught up. */
async function show(page: Page, { model, ...rest }: Partial<Configuration>, others = {}): Promise<void> {
  const hash = new URLSearchParams({ ...(model === undefined ? {} : { model }), ...asText(rest), ...others });
  await page.evaluate(
    (text) =>
      new Promise<void>((resolve) => {
        // The page draws in the next frame; until then it stands there as settled as before.
        const drawn = () => requestAnimationFrame(() => setTimeout(resolve));
        addEventListener("hashchange", drawn, { once: true });
        location.hash = `${text}&nonce=${Math.random()}`;
      }),
    hash.toString(),
  );
  await settled(page);
}

const asText = (record: object) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));

interface Shown {
  value: number;
  text: string;
  min: number;
  max: number;
  range: string;
}

// As text: what the test runner makes of a function would not run in the page.
const READ = `(() => {
  const figure = (id) => {
    const [typical, interval] = document.querySelectorAll("#figure-" + id + " data");
    return { value: Number(typical.value), text: typical.textContent, min: Number(interval.dataset.min),
      max: Number(interval.dataset.max), range: interval.textContent };
  };
  const text = (id) => document.querySelector("#" + id).textContent;
  return {
    energy: figure("energy"), latency: figure("latency"), power: figure("power"), battery: figure("battery"),
    ram: text("ram"), flash: text("flash"), ramBytes: document.querySelector("#ram").value,
    fits: text("fits"), inTime: text("in-time"), command: text("command"),
  };
})()`;
interface Answer {
  energy: Shown;
  latency: Shown;
  power: Shown;
  battery: Shown;
  ram: string;
  flash: string;
  ramBytes: string;
  fits: string;
  inTime: string;
  command: string;
}

const readTable = (page: Page, id: string) =>
  page.evaluate(
    (selector) =>
      [...document.querySelectorAll(`${selector} tbody tr`)].map((row) =>
        [...row.children].map((cell) => cell.textContent ?? ""),
      ),
    `#${id}`,
  );

/** The words of a command line as a shell takes them, without the command's name. */
function argumentsOf(line: string): string[] {
  const words = [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll("'\\''", "'") ?? plain!,
  );
  expect(words[0]).toBe("liquid-edge");
  return words.slice(1);
}

/** Cells of the table that `estimate` prints, without its head line. */
function tableOf(out: string): string[][] {
  const lines = out.split("\n");
  const start = lines.findIndex((line) => line.startsWith("platform "));
  const rows = lines.slice(start + 1, lines.indexOf("", start));
  // Two spaces end a cell; an interval follows its figure after one or more.
  return rows.map((line) =>
    line
      .replace(/ +(\[[^\]]*\])/g, "  $1")
      .trim()
      .split(/ {2,}/),
  );
}

describe.skipIf(missing("chromium"))("the explorer", () => {
  let browser: Browser;
  let folder: string;
  let file: string;
  let cfc: { weights: string; config: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "liquid-edge-explorer-"));
    file = join(folder, "page.html");
    cfc = await golden("cfc-default-32");
    const { written } = await cli(["explore", cfc.weights, "--config", cfc.config, "--out", "page.html"]);
    await writeFile(file, written.get("page.html")!);
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The command from the page, run on the files that it means. */
  const run = (command: string) =>
    cli(argumentsOf(command).map((word) => (word === EXAMPLE ? join(ROOT, EXAMPLE) : word)));
  const runJson = async (command: string) =>
    (await cliJson(
      argumentsOf(command).map((word) => (word === EXAMPLE ? join(ROOT, EXAMPLE) : word)),
    )) as Record<string, unknown>[];

  it("shows the figures of the command it offers, digit for digit, in over 50 configurations", async () => {
    const { page, complaints } = await openPage(browser, file);
    const all = configurations([EXAMPLE, cfc.weights]);
    expect(all.length).toBeGreaterThanOrEqual(50);
    for (const configuration of all) {
      await show(page, configuration);
      const answer = (await page.evaluate(READ)) as Answer;
      const { platform, point, precision, sparsity, rate, mah, v } = configuration;
      expect(answer.command).toContain(
        `--platform ${platform} --point ${point} --precision ${precision} --sparsity ${sparsity} ` +
          `--rate-hz ${rate} --battery-mah ${mah} --battery-v ${v}`,
      );

      const { code, out } = await run(answer.command);
      expect(code, answer.command).toBe(0);
      const [row] = tableOf(out);
      const number = (text: string) => text.split(" ")[0];
      const shown = [
        number(answer.latency.text),
        `[${answer.latency.range}]`,
        number(answer.energy.text),
        `[${answer.energy.range}]`,
        number(answer.power.text),
        answer.inTime,
        answer.ram,
        answer.flash,
        answer.fits,
      ];
      expect(shown, answer.command).toEqual(row!.slice(3));
      const head = out.split("\n").find((line) => line.startsWith("platform "))!;
      for (const [name, { text }] of Object.entries({
        latency: answer.latency,
        energy: answer.energy,
        power: answer.power,
      }))
        expect(head).toContain(`${name} ${text.split(" ")[1]}`);
      const life = new RegExp(
        `^battery life h +${number(answer.battery.text)} +${answer.battery.range}`,
        "m",
      );
      expect(out, answer.command).toMatch(life);

      const [json] = await runJson(answer.command);
      expect(Number(answer.ramBytes)).toBe(json!.ramBytes);
      for (const [name, { value, min, max }] of Object.entries({
        energyUj: answer.energy,
        latencyUs: answer.latency,
        averagePowerUw: answer.power,
        batteryLifeHours: answer.battery,
      })) {
        const figure = json![name] as Interval;
        expect(value, answer.command).toBe(figure.typ);
        // Math.exp of two versions of an engine may differ in the last bit, which bounds come from.
        expect(min / figure.min, answer.command).toBeCloseTo(1, 12);
        expect(max / figure.max, answer.command).toBeCloseTo(1, 12);
      }
    }
    expect(complaints).toEqual([]);
  }, 600_000);

  it.each([EXAMPLE, "cfc"])("has the table of all boards that the command prints: %s", async (name) => {
    const { page } = await openPage(browser, file);
    const model = name === "cfc" ? cfc.weights : name;
    for (const [i, precision] of PRECISIONS.entries()) {
      await show(
        page,
        { model, precision, sparsity: i * 0.25, rate: 10 ** i },
        { sort: "energy", descending: 0 },
      );
      const command = await page
        .getByRole("button", { name: "Copy the command for all boards" })
        .evaluate((button) => button.previousElementSibling!.textContent!);
      const { code, out } = await run(command);
      expect(code).toBe(0);
      expect(await readTable(page, "boards")).toEqual(tableOf(out));
    }
  });

  it("has the combinations that the command prints", async () => {
    const { page } = await openPage(browser, file);
    await page.getByText("All combinations as a table").click();
    for (const scope of ["board", "all"]) {
      await show(
        page,
        { model: EXAMPLE, platform: "stm32h743", precision: "int8", sparsity: 0.35 },
        { scope },
      );
      const command = await page
        .getByRole("button", { name: "Copy the command for these combinations" })
        .evaluate((button) => button.previousElementSibling!.textContent!);
      const estimates = await runJson(command);
      // The first button's text goes on for those who hear it.
      const shown = (await readTable(page, "combinations")).map(([platform, ...cells]) =>
        [platform!.split(",")[0], ...cells.slice(0, 8)].join(" "),
      );
      const interval = (value: unknown) => {
        const { typ, min, max } = value as Interval;
        return [digits(typ), `[${digits(min)}–${digits(max)}]`];
      };
      const kilobytes = (value: unknown) => digits((value as number) / 1024);
      const expected = estimates.map((e) =>
        [
          e.platform,
          e.precision,
          percent(e.sparsity as number),
          ...interval(e.energyUj),
          ...interval(e.latencyUs),
          kilobytes(e.ramBytes),
          kilobytes(e.flashBytes),
        ].join(" "),
      );
      expect(shown.toSorted()).toEqual(expected.toSorted());
      expect(shown.length).toBe(scope === "all" ? 12 * 20 : 20);
    }
  });

  it.each(["light", "dark"] as const)("gives axe nothing to object to, %s", async (theme) => {
    const { page, complaints } = await openPage(browser, file, theme);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // Playwright evaluates past the page's policy, as a browser's own tools do.
    await page.evaluate(await readFile(path, "utf8"));
    for (const [hash, width] of [
      [{}, 1280],
      [{ platform: "rp2040", rate: 1000, precision: "int4" }, 390],
    ] as const) {
      await show(page, { model: cfc.weights, ...hash });
      await page.setViewportSize({ width, height: 900 });
      const { violations, passes } = (await page.evaluate("axe.run()")) as {
        violations: { id: string; nodes: { html: string }[] }[];
        passes: { id: string }[];
      };
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
      expect(passes.map(({ id }) => id)).toEqual(
        expect.arrayContaining(["color-contrast", "region", "label"]),
      );
    }
    expect(complaints).toEqual([]);
  });

  it("is as wide as a phone on a phone", async () => {
    const { page } = await openPage(browser, file);
    await page.setViewportSize({ width: 390, height: 844 });
    // Plots are drawn anew when they learn of their new width.
    await expect
      .poll(() => page.evaluate("document.documentElement.scrollWidth"), { timeout: 10_000 })
      .toBe(390);
  });

  it("obeys the keyboard, and says aloud what comes of it", async () => {
    const { page } = await openPage(browser, file);
    await page.getByLabel("Sparsity").focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("radio", { name: "fp32" }).focus();
    await page.keyboard.press("ArrowRight");
    await settled(page);
    await expect.poll(() => page.evaluate("location.hash")).toMatch(/precision=fp16&sparsity=0\.05/);
    expect(await page.locator('p[role="status"]').textContent()).toMatch(
      /^nrf52840: [\d.]+ microjoules, [\d.]+ microseconds, in time$/,
    );
    await page.getByRole("columnheader", { name: "MHz" }).getByRole("button").focus();
    await page.keyboard.press("Enter");
    const clocks = (await readTable(page, "boards")).map((cells) => Number(cells[2]));
    expect(clocks).toEqual(clocks.toSorted((a, b) => a - b));
    await page.keyboard.press("Enter");
    expect(await page.getByRole("columnheader", { name: "MHz" }).getAttribute("aria-sort")).toBe(
      "descending",
    );
  });

  it("shows the same after a reload", async () => {
    const { page } = await openPage(browser, file);
    await show(page, {
      model: EXAMPLE,
      platform: "esp32s3",
      precision: "int8",
      sparsity: 0.35,
      rate: 20,
      mah: 500,
      v: 3.7,
    });
    const before = (await page.evaluate(READ)) as Answer;
    await expect.poll(() => page.evaluate("location.hash")).toContain("against=");
    await page.reload();
    await settled(page);
    expect(await page.evaluate(READ)).toEqual(before);
  });

  it("opens files, and says what is wrong with others", async () => {
    const { page, complaints } = await openPage(browser, file);
    const { weights, config } = await golden("ltc-ncp-19");
    const input = page.locator('input[type="file"]');
    await input.setInputFiles(weights);
    await page.getByText("open its JSON (class and config) as well").waitFor();
    await input.setInputFiles(config);
    await expect
      .poll(() => page.locator("#command").textContent())
      .toContain("estimate ltc-ncp-19.safetensors --config ltc-ncp-19.json");
    await settled(page);
    expect(await page.getByRole("alert").count()).toBe(0);
    const answer = (await page.evaluate(READ)) as Answer;
    const full = answer.command.replace("ltc-ncp-19.safetensors", weights).replace("ltc-ncp-19.json", config);
    const [json] = await runJson(full);
    expect(answer.energy.value).toBe((json!.energyUj as { typ: number }).typ);

    await input.setInputFiles({
      name: "broken.safetensors",
      mimeType: "",
      buffer: Buffer.from("no such thing"),
    });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/^broken\.safetensors: .*expected/);
    expect(complaints).toEqual([]);
  });

  it("keeps networks of integers as they are", async () => {
    const { page, complaints } = await openPage(browser, file);
    const args = [
      "quantize",
      SINE,
      "--calibrate",
      SINE_INPUT,
      "--precision",
      "int8",
      "--out",
      "q.safetensors",
    ];
    const buffer = Buffer.from((await cli(args)).writtenBytes.get("q.safetensors")!);
    await page.locator('input[type="file"]').setInputFiles({ name: "q.safetensors", mimeType: "", buffer });
    await expect.poll(() => page.locator("#command").textContent()).toContain("estimate q.safetensors");
    await settled(page);
    const answer = (await page.evaluate(READ)) as Answer;
    const [json] = (await cliJson(argumentsOf(answer.command), {
      files: { "q.safetensors": buffer },
    })) as Record<string, unknown>[];
    expect(answer.energy.value).toBe((json!.energyUj as Interval).typ);
    expect(await page.getByRole("radio", { name: "fp32" }).isDisabled()).toBe(true);
    expect(await page.getByLabel("Sparsity").isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("takes files that are dropped on it", async () => {
    const { page, complaints } = await openPage(browser, file);
    const { weights, config } = await golden("cfc-gelu-8");
    const files = await Promise.all(
      [weights, config].map(async (path) => ({
        name: basename(path),
        base64: (await readFile(path)).toString("base64"),
      })),
    );
    const drop = (dropped: typeof files) => {
      const data = new DataTransfer();
      for (const { name, base64 } of dropped)
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
      for (const type of ["dragover", "drop"])
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
        );
    };
    await page.evaluate(drop, files);
    await expect
      .poll(() => page.locator("#command").textContent())
      .toContain("estimate cfc-gelu-8.safetensors --config cfc-gelu-8.json");
    expect(complaints).toEqual([]);
  });

  it("is served under its policy, and copies the command", async () => {
    const server = await servePage(await readFile(file, "utf8"), 0);
    try {
      const context = await browser.newContext();
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(server.url);
      await settled(page);
      await page.getByRole("button", { name: "Copy as command" }).click();
      await page.getByText("Copied").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        await page.locator("#command").textContent(),
      );
      // What the policy is for: nothing in the page may ask the network.
      expect(await page.evaluate(() => fetch("/").then(String, String))).toMatch(/^TypeError/);
      expect(complaints.join("\n")).toMatch(
        /^(Connecting to|Refused to connect|Fetch API cannot load)[^\n]*/,
      );
    } finally {
      await server.close();
    }
  });

  it("falls back where the URL makes no sense, and marks numbers that are none", async () => {
    const { page, complaints } = await openPage(browser, file);
    await show(
      page,
      {},
      { platform: "z80", precision: "fp7", sparsity: "7", rate: "-1", mah: "x", model: "gone" },
    );
    expect(((await page.evaluate(READ)) as Answer).command).toContain(
      "--platform nrf52840 --point 64mhz-dcdc --precision fp32 --sparsity 0 --rate-hz 100 --battery-mah 230",
    );
    expect(await page.getByRole("alert").textContent()).toBe(
      "gone is not in this page: open the file to see it.",
    );
    const rate = page.getByLabel("Loop rate");
    await rate.fill("0");
    expect(await rate.getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator("#command").textContent()).toContain("--rate-hz 100");
    await page.getByLabel("Battery").fill("");
    expect(await page.locator("#command").textContent()).not.toContain("--battery");
    expect(complaints).toEqual([]);
  });
});
