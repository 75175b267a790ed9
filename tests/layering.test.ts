// The house's rules on what may import what: vitest → cli and explorer → format → bindings → wasm ← assembly.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** Module specifiers of static and dynamic imports and re-exports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

/** The folder an import leads to, or the package. */
function target(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return relative(root, join(root, file, "..", specifier)).split("/")[0]!;
}

describe("imports point one way", () => {
  it.each([
    ["assembly", /^assembly$/],
    [
      "bindings",
      /^(bindings|package\.json|#core\/(scalar|simd|counted|batch|train)|#boards|@assemblyscript\/loader|zod)$/,
    ],
    ["format", /^(format|bindings)$/],
    ["vitest", /^(vitest|cli|format|bindings|node:.*)$/],
    ["explorer", /^(explorer|format|bindings|preact(\/hooks)?|@preact\/signals)$/],
    [
      "cli",
      /^(cli|format|bindings|package\.json|node:.*|boards|commander|rp2040js|serialport|piscina|bullmq|ioredis|vega|vega-lite|yaml|@myriaddreamin\/typst-ts-node-compiler|#core\/(scalar|simd|counted|batch|train))$/,
    ],
  ])("%s", (folder, allowed) => {
    const wrong = sources(folder).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !allowed.test(target(file, specifier)))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps the reference implementation independent of what it checks", () => {
    const files = sources("tests/reference").filter((file) => !file.endsWith(".test.ts"));
    const wrong = files.flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return [...text.matchAll(/^import (?!type\b)[^;]*from "([^"]+)"/gms)]
        .filter((match) => ["assembly", "bindings"].includes(target(file, match[1]!)))
        .map((match) => `${file}: ${match[1]}`);
    });
    expect(files.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  it("lets only the entry point and the real world's interface end the process", () => {
    const wrong = sources("cli").filter(
      (file) =>
        !/cli\/(main|io)\.ts$/.test(file) &&
        /process\.(argv|exit\b|exitCode)/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});
