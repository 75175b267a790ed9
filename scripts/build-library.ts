// Bundles the library for Node and browsers, entry by entry, and writes its type declarations.

import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { readBoards, readCoreTables } from "./build-boards.ts";

const OPTIONS = {
  format: "esm",
  target: "es2022",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "eof",
  logLevel: "warning",
} as const;

/** Parts of the library that can be imported alone, as `liquid-edge/<name>`: the files of bindings/entries/. */
export async function entryNames(root: string): Promise<string[]> {
  const files = await readdir(join(root, "bindings/entries"));
  return files.map((file) => file.replace(/\.ts$/, "")).sort();
}

/**
 * dist/<entry>.js: modules that share chunks, so that who imports one loads no other; WebAssembly lies in chunks that load when an
 * engine is first used; packages stay imports. dist/index.js has all entries.
 * dist/batch-worker.js: what a pool of threads starts. dist/vitest.js: the matchers, for Node, on the same chunks.
 * dist/browser/: the same with every package inside, for a page without a bundler.
 * dist/boards/<id>.js: one platform each.
 */
export async function buildLibrary(root: string): Promise<void> {
  const names = await entryNames(root);
  const entryPoints = {
    index: join(root, "bindings/index.ts"),
    "batch-worker": join(root, "bindings/core/batch-worker.ts"),
    ...Object.fromEntries(names.map((name) => [name, join(root, `bindings/entries/${name}.ts`)])),
  };
  await Promise.all([
    bundle({
      entryPoints: { ...entryPoints, vitest: join(root, "vitest/index.ts") },
      outdir: join(root, "dist"),
      platform: "neutral",
      external: [...PACKAGES, ...NODE_PACKAGES],
      mainFields: ["module", "main"],
    }),
    bundle({ entryPoints, outdir: join(root, "dist/browser"), platform: "browser", minify: true }),
    declarations(root),
    writeBoards(join(root, "dist/boards")),
  ]);
}

const PACKAGES = ["@assemblyscript/loader", "zod"];
/** What only tests and boards need. */
const NODE_PACKAGES = ["vitest", "serialport", "commander", "node:*"];

/**
 * Without the imports for effects alone that esbuild adds between chunks: no module of ours has an effect, as package.json
 * says, and other bundlers would warn of them.
 */
async function bundle(options: BuildOptions & { outdir: string }): Promise<void> {
  const { outputFiles } = await build({ ...OPTIONS, ...options, write: false });
  await mkdir(join(options.outdir, "chunks"), { recursive: true });
  await Promise.all(
    outputFiles.map(({ path, text }) =>
      writeFile(path, text.replace(/^import "[^"]+";\n|import"[^"]+";/gm, "")),
    ),
  );
}

/** TypeScript keeps the endings of the sources, which a declaration may not name. */
async function declarations(root: string): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root });
  const folder = join(root, "dist/types");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".d.ts"));
  await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), "utf8");
      await writeFile(join(folder, file), text.replace(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"'));
    }),
  );
}

/** Every platform as a module of its own. */
async function writeBoards(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const boards = await readBoards(await readCoreTables());
  await Promise.all(
    boards.flatMap((board) => {
      const json = JSON.stringify(JSON.stringify(board));
      return [
        writeFile(
          join(folder, `${board.id}.js`),
          `export const board = /* @__PURE__ */ JSON.parse(${json});\n`,
        ),
        writeFile(
          join(folder, `${board.id}.d.ts`),
          `import type { Board } from "../types/bindings/board/board.js";\n\n/** ${board.name}, as \`findBoard("${board.id}")\` gives it. */\nexport declare const board: Board;\n`,
        ),
      ];
    }),
  );
}
