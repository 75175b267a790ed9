// The library in headless Chromium: the bundle for pages without a bundler, served from this machine, gives the same
// outputs, gradients and estimate as Node.

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Differentiator, EnergySimulator, Network } from "../../bindings/index.ts";
import { missing } from "../../scripts/tools.ts";
import { launchChromium } from "./chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

/** Serves files below the repository; everything else is 404. */
function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") {
      response.setHeader("content-type", "text/html").end("<!doctype html><link rel=icon href='data:,'>");
      return;
    }
    readFile(join(root, path)).then(
      (bytes) =>
        response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

interface InBrowser {
  simd: boolean;
  output: number[];
  operations: number;
  energyUj: { typ: number };
  cycles: { typ: number };
}

// As text: what the test runner makes of an import() would not run in the page.
const IN_BROWSER = `(async () => {
  const { Network, EnergySimulator, hasSimd } = await import("/dist/browser/index.js");
  const network = await Network.load(new URL("/examples/sine.safetensors", location.href));
  const input = await (await fetch("/examples/sine.input.json")).json();
  const result = await network.run(input);
  const profile = await network.profileOperations();
  const { energyUj, cycles } = new EnergySimulator({ platform: "nrf52840" }).estimate(profile);
  return { simd: hasSimd(), output: [...result.output.data], operations: profile.operations, energyUj, cycles };
})()`;

const GRADIENT_IN_BROWSER = `(async () => {
  const { Differentiator, Network } = await import("/dist/browser/index.js");
  const { model } = await Network.load(new URL("/examples/sine.safetensors", location.href));
  const { input } = await (await fetch("/examples/sine.input.json")).json();
  const network = await Differentiator.create(model);
  network.backward(network.forward(input.data));
  return [...network.gradient];
})()`;

describe.skipIf(missing("chromium"))("the library in a browser", () => {
  let server: Server;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    server = await serve();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** What the script answers in a fresh page, which must not complain. */
  async function evaluate(script: string): Promise<unknown> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(origin);
    const result = await page.evaluate(script);
    expect(complaints).toEqual([]);
    return result;
  }

  it("loads, runs, profiles and estimates a network as Node does", async () => {
    const inBrowser = (await evaluate(IN_BROWSER)) as InBrowser;

    const network = await Network.load(join(root, "examples/sine.safetensors"));
    const input = JSON.parse(await readFile(join(root, "examples/sine.input.json"), "utf8"));
    const result = await network.run(input, { engine: "scalar" });
    const profile = await network.profileOperations();
    const estimate = new EnergySimulator({ platform: "nrf52840" }).estimate(profile);
    expect(inBrowser.simd).toBe(true);
    expect(inBrowser.output).toEqual([...result.output.data]);
    expect(inBrowser.operations).toBe(profile.operations);
    expect(inBrowser.cycles.typ).toBe(estimate.cycles.typ);
    expect(inBrowser.energyUj.typ).toBeCloseTo(estimate.energyUj.typ, 12);
  });

  it("computes the gradient that Node computes", async () => {
    const { model } = await Network.load(join(root, "examples/sine.safetensors"));
    const { input } = JSON.parse(await readFile(join(root, "examples/sine.input.json"), "utf8"));
    const network = await Differentiator.create(model);
    network.backward(network.forward(input.data));
    expect(await evaluate(GRADIENT_IN_BROWSER)).toEqual([...network.gradient]);
  });
});
