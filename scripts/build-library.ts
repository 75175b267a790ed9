// Bundles the library for Node and browsers, and writes its type declarations.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const OPTIONS = {
  format: "esm",
  target: "es2022",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "eof",
  logLevel: "warning",
} as const;

/**
 * dist/index.js, and dist/vitest.js on the same chunks, for Node: one entry, its WebAssembly in chunks that load when an engine is first used; packages stay imports.
 * dist/browser/index.js: the same with every package inside, for a page without a bundler.
 */
export async function buildLibrary(root: string): Promise<void> {
  const entryPoints = [join(root, "bindings/index.ts")];
  const nodeEntryPoints = { index: entryPoints[0]!, vitest: join(root, "vitest/index.ts") };
  await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: nodeEntryPoints,
      outdir: join(root, "dist"),
      platform: "neutral",
      external: [...PACKAGES, ...NODE_PACKAGES],
      mainFields: ["module", "main"],
    }),
    build({ ...OPTIONS, entryPoints, outdir: join(root, "dist/browser"), platform: "browser", minify: true }),
    declarations(root),
  ]);
}

const PACKAGES = ["@assemblyscript/loader", "zod"];
/** What only tests and boards need. */
const NODE_PACKAGES = ["vitest", "serialport", "commander", "node:*"];

async function declarations(root: string): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root });
}
