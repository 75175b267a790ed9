// docs/quick-start.md: its page works in a browser, served by its server from a project that has the package and nothing else, and its
// program prints what it says.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EnergySimulator, Network } from "../bindings/index.ts";
import { missing } from "../scripts/tools.ts";
import { launchChromium } from "./browser/chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/quick-start.md"), "utf8");

/** The first block of that language behind `start`, words of the page. */
function block(language: string, start = ""): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(
    page.slice(page.indexOf(start)),
  )!;
  return text!;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quick-start-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/liquid-edge"));
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

it("shows the files of examples/page", () => {
  for (const [language, name] of [
    ["html", "index.html"],
    ["js", "serve.js"],
  ] as const) {
    expect(block(language, `[examples/page/${name}]`)).toBe(
      readFileSync(join(root, "examples/page", name), "utf8"),
    );
  }
});

it("prints what sizes cost as it says", () => {
  writeFileSync(join(folder, "ask.js"), block("js", "## 4."));
  const printed = execFileSync(process.execPath, ["ask.js"], { cwd: folder, encoding: "utf8" });
  expect(printed).toBe(block("text", "## 4."));
});

describe.skipIf(missing("chromium"))("the page in a browser", () => {
  let server: ChildProcess;
  let origin: string;
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}/`;
    server = spawn(process.execPath, ["examples/page/serve.js"], {
      cwd: folder,
      env: { ...process.env, PORT: String(port) },
    });
    await answering(origin);
  });
  afterAll(() => server?.kill());

  it("says what Node says", async () => {
    const browser = await launchChromium();
    try {
      const tab = await browser.newPage();
      const complaints: string[] = [];
      tab.on("pageerror", ({ message }) => complaints.push(message));
      tab.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await tab.goto(`${origin}examples/page/index.html`);
      const answer = tab.locator("#answer");
      await expect.poll(() => answer.textContent(), { timeout: 30_000 }).not.toBe("…");
      const network = await Network.load(join(root, "examples/steam.safetensors"));
      const [output] = (await network.session()).step([0.1, -0.2, 0.1, 0]);
      const { energyUj } = new EnergySimulator({ platform: "nrf52840" }).estimate(
        await network.profileOperations(),
      );
      expect(await answer.textContent()).toBe(`${output}, for ${energyUj.typ.toFixed(2)} µJ`);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it("is all that the server hands out: nothing above its folder", async () => {
    expect((await fetch(`${origin}nothing.js`)).status).toBe(404);
    expect((await fetch(`${origin}..%2f..%2fetc/hostname`)).status).toBe(404);
  });
});

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer`);
}
