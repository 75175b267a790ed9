// The package as others get it: its manifest, and what a bundler makes of the library.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { missing } from "../scripts/tools.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("package.json", () => {
  it("pins every dependency exactly", () => {
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it("names only files that the build makes", () => {
    const { exports, bin, main, types } = manifest;
    const entries = [exports["."], exports["./vitest"]].flatMap((entry) => [entry.types, entry.default]);
    for (const path of [main, types, bin["liquid-edge"], ...entries]) {
      expect(existsSync(join(root, path)), path).toBe(true);
    }
  });

  it("names only scripts that exist", () => {
    for (const command of Object.values<string>(manifest.scripts)) {
      for (const [, path] of command.matchAll(/\b((?:scripts|dist)\/[\w./-]+)/g)) {
        expect(existsSync(join(root, path!)), path).toBe(true);
      }
    }
  });
});

describe("the package", () => {
  it.skipIf(missing("wasm2c"))("brings the core as C and what C needs beside it", () => {
    const pack = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const files = JSON.parse(pack)[0].files.map(({ path }: { path: string }) => path);
    expect(files).toEqual(expect.arrayContaining(["dist/core.wasm2c.c", "boards/common/wasm-rt.h"]));
  });
});

describe("a bundle for the browser", () => {
  async function bundle(code: string): Promise<string> {
    const result = await build({
      stdin: { contents: code, resolveDir: root },
      bundle: true,
      format: "esm",
      platform: "browser",
      minify: true,
      write: false,
      logLevel: "silent",
    });
    expect(result.warnings).toEqual([]);
    return result.outputFiles[0]!.text;
  }

  it("keeps only what is used", async () => {
    const wiring = await bundle(`import { buildWiring } from "./dist/index.js"; console.log(buildWiring);`);
    const everything = await bundle(`import * as all from "./dist/index.js"; console.log(all);`);
    expect(wiring.length).toBeLessThan(20_000);
    expect(everything.length).toBeGreaterThan(100_000);
  });

  it("imports nothing of Node", async () => {
    expect(await bundle(`import * as all from "./dist/index.js"; console.log(all);`)).not.toMatch(
      /(from|import\(|require\()\s*"node:/,
    );
  });
});
