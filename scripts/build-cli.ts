// Bundles the command: dist/cli.js starts it, and dist/chunks holds what single commands load when they run.

import { chmod } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** CommonJS packages inside the bundle load Node's own modules with `require`, which ES modules lack. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Commander would start subcommands that are programs of their own. There are none, and loading the module takes time. */
const WITHOUT_CHILD_PROCESS: Plugin = {
  name: "without-child-process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: "child_process", namespace: "absent" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** Vega would measure text with a canvas where one happens to be installed; plots must not depend on that. */
const WITHOUT_CANVAS: Plugin = {
  name: "without-canvas",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^canvas$/ }, () => ({ path: "canvas", namespace: "no-canvas" }));
    onLoad({ filter: /.*/, namespace: "no-canvas" }, () => ({ contents: "export default null;" }));
  },
};

/** What the command starts from. */
const MAIN = "cli/main.ts";
/** What every command needs to start, and what `estimate` needs beside it. */
const COMMON = ["cli/io.ts", "cli/execute.ts", "cli/actions/estimate.ts"];

/**
 * Makes two chunks of `COMMON` and all that it imports. esbuild puts modules into one chunk when the same entry points reach
 * them, which gave `estimate` 66 chunks, each of which takes Node as long as 20 kB of code. Here every entry point but the
 * command itself, and so all that loads when it is needed, reaches them: it exports them beside its own names.
 */
const commonChunks = (root: string): Plugin => ({
  name: "common-chunks",
  setup({ onResolve, onLoad }) {
    const namespace = "common-chunks";
    onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) =>
      kind === "dynamic-import" || (kind === "entry-point" && path !== join(root, MAIN))
        ? { path: resolve(resolveDir, path), namespace, pluginData: kind }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData: kind }) => {
      const own = JSON.stringify(path);
      const lines = COMMON.map((file, i) => `export * as $common${i} from "./${file}";`);
      lines.push(`export * from ${own};`);
      // A thread runs the default export of its file.
      if (kind === "entry-point") lines.push(`export { default } from ${own};`);
      return { contents: lines.join("\n"), resolveDir: root };
    });
  },
});

/** Writes cli.js into `outdir`, default dist/: executable, with everything it needs but Node inside. */
export async function buildCli(root: string, outdir = join(root, "dist")): Promise<void> {
  await build({
    entryPoints: {
      cli: join(root, MAIN),
      "quantize-worker": join(root, "cli/quantize-worker.ts"),
      "sweep-worker": join(root, "cli/sweep/worker.ts"),
    },
    outdir,
    chunkNames: "chunks/cli-[name]-[hash]",
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    banner: { js: REQUIRE },
    // The loader of the core asks whether it was given a Response, which makes Node load its HTTP client.
    define: { Response: "undefined" },
    // The build for Node is CommonJS, whose names a dynamic import does not see in a bundle.
    alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
    plugins: [WITHOUT_CHILD_PROCESS, WITHOUT_CANVAS, commonChunks(root)],
    // Compiled code, which no bundle can hold; what starts a file of its own; what not everybody has installed.
    external: ["serialport", "piscina", "bullmq", "ioredis", "@myriaddreamin/typst-ts-node-compiler"],
    legalComments: "eof",
    logLevel: "warning",
  });
  await chmod(join(outdir, "cli.js"), 0o755);
}
