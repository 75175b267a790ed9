// `explore`: what it writes, and what its server answers to whom.

import { createHash } from "node:crypto";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { builtPage, policyOf, withModel } from "../../cli/explorer/page.ts";
import { type PageServer, servePage } from "../../cli/explorer/serve.ts";
import { cli, golden, SINE } from "./run-cli.ts";

const MAX_BYTES = 700_000;

const modelsOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="models">(.*?)<\/script>/s.exec(page)![1]!);

describe("the page", () => {
  let page: string;
  beforeAll(async () => {
    page = await builtPage();
  });

  it("is under 700 kB", () => {
    expect(Buffer.byteLength(page)).toBeLessThan(MAX_BYTES);
  });

  it("allows its own script and style by their hashes, and nothing else", () => {
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const script = /<script type="module">(.*?)<\/script>/s.exec(page)![1]!;
    const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
    const policy = Object.fromEntries(
      policyOf(page)
        .split("; ")
        .map((directive) => directive.split(/ (.*)/s).slice(0, 2)),
    );
    expect(policy).toEqual({
      "default-src": "'none'",
      "script-src": `${hash(script)} 'wasm-unsafe-eval'`,
      "style-src": hash(style),
      "img-src": "data:",
      "base-uri": "'none'",
      "form-action": "'none'",
    });
  });

  it("holds no address to load anything from", () => {
    const markup = page.replace(/<script type="module">.*?<\/script>|<style>.*?<\/style>/gs, "");
    expect(markup).not.toMatch(/(src|href)="(?!data:,")/);
    expect(/<style>(.*?)<\/style>/s.exec(page)![1]).not.toMatch(/url\(|@import/);
  });

  it("carries names that look like markup without becoming it", () => {
    const name = "</script><script>alert(1)</script>$&.safetensors";
    const written = withModel(page, { name, weights: "", config: null });
    expect(written.match(/<script/g)).toHaveLength(page.match(/<script/g)!.length);
    expect(modelsOf(written).map((model: { name: string }) => model.name)).toEqual([
      name,
      "examples/steam.safetensors",
    ]);
  });
});

describe("explore --out", () => {
  it("writes the page with the network in it, first", async () => {
    const { weights, config, json } = await golden("cfc-default-32");
    const { code, written } = await cli(["explore", weights, "--config", config, "--out", "page.html"]);
    expect(code).toBe(0);
    const models = modelsOf(written.get("page.html")!);
    expect(models).toHaveLength(2);
    expect(models[0]).toMatchObject({ name: weights, config: { name: config, json } });
  });

  it("writes the page as it is without a network", async () => {
    const { code, written, out } = await cli(["explore", "--out", "page.html", "--json"]);
    expect(code).toBe(0);
    expect(written.get("page.html")).toBe(await builtPage());
    expect(JSON.parse(out)).toEqual({ file: "page.html", bytes: Buffer.byteLength(await builtPage()) });
  });

  it("refuses what the page could not open, and writes nothing", async () => {
    const { weights } = await golden("cfc-default-32");
    for (const args of [
      [weights],
      ["no-such.safetensors"],
      ["--config", "c.json"],
      [SINE, "--port", "70000"],
    ]) {
      const { code, err, written } = await cli(["explore", ...args, "--out", "page.html"]);
      expect({ code, lines: err.length, written: written.size }).toEqual({ code: 2, lines: 1, written: 0 });
    }
  });
});

describe("the server", () => {
  let server: PageServer;
  let port: number;
  beforeAll(async () => {
    server = await servePage(await builtPage(), 0);
    port = Number(new URL(server.url).port);
    return () => server.close();
  });

  /** A request as it goes over the wire: no client tidies the path up. */
  function ask(path: string, options: { method?: string; host?: string } = {}) {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
      (resolve, reject) => {
        const headers = { host: options.host ?? `127.0.0.1:${port}`, origin: "http://elsewhere.example" };
        const sent = request(
          { host: "127.0.0.1", port, path, method: options.method ?? "GET", headers },
          (response) => {
            let body = "";
            response.setEncoding("utf8").on("data", (chunk) => {
              body += chunk;
            });
            response.on("end", () =>
              resolve({ status: response.statusCode!, headers: response.headers, body }),
            );
          },
        );
        sent.on("error", reject).end();
      },
    );
  }

  it("serves the page with its policy as a header", async () => {
    const { status, headers, body } = await ask("/?x=1");
    expect(status).toBe(200);
    expect(body).toBe(await builtPage());
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `${policyOf(body)}; frame-ancestors 'none'`,
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(await ask("/", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  it.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2f..%2fetc/passwd",
    "/index.html",
    "//etc/passwd",
    "/\\..\\x",
  ])("has nothing at %s", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).toBe("there is one page here: /\n");
  });

  it("refuses other methods and other hosts", async () => {
    expect((await ask("/", { method: "POST" })).status).toBe(405);
    expect((await ask("/", { method: "OPTIONS" })).status).toBe(405);
    expect((await ask("/", { host: "rebound.example" })).status).toBe(421);
    expect((await ask("/", { host: `localhost:${port}` })).status).toBe(200);
  });

  it.each([
    "127.0.0.1.rebound.example",
    "rebound.example:80@127.0.0.1",
    "localhost.rebound.example",
    "0.0.0.0",
    "[::1]",
    " ",
  ])("refuses the host %j, which a name could be made to lead here by", async (host) => {
    const { status, body, headers } = await ask("/", { host });
    expect(status).not.toBe(200);
    expect(body).not.toContain("<script");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("has nothing for a proxy's request or another site's", async () => {
    expect((await ask("http://rebound.example/")).status).toBe(404);
    expect((await ask(`http://127.0.0.1:${port}/etc/passwd`)).status).toBe(404);
    for (const method of ["PUT", "DELETE", "PATCH", "TRACE"])
      expect((await ask("/", { method })).status).toBe(405);
  });

  it("listens on loopback alone", async () => {
    const other = await new Promise<string>((resolve) => {
      // 127.0.0.2 is this machine too, but not the address that was bound.
      const socket = connect({ host: "127.0.0.2", port }, () => resolve("connected"));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    });
    expect(other).not.toBe("connected");
  });

  it("says when the port is taken", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port: taken } = holder.address() as { port: number };
    const { code, err } = await cli(["explore", "--no-open", "--port", String(taken)]);
    expect({ code, err }).toEqual({
      code: 2,
      err: [`liquid-edge: --port: expected a free port, found one in use (${taken})`],
    });
    holder.close();
  });
});
