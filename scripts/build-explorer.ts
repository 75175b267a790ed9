// Builds the explorer: one HTML page that holds the core, the boards and the example, asks no network for anything, and opens
// from a file. Its policy allows the one style sheet and the one script in it, by their hashes.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { BASE_STYLE, contentPolicy, headHtml } from "../format/page.ts";

const EXAMPLE = "examples/steam.safetensors";

/** The page counts operations and never runs a network for its outputs: one of the three builds of the core is enough. */
const COUNTED_CORE_ALONE: Plugin = {
  name: "counted-core-alone",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#core\/(scalar|simd)$/ }, ({ path }) => ({ path, namespace: "absent" }));
    onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: 'export function bytes() { throw new Error("this page has only the counted core"); }',
    }));
  },
};

/** Writes explorer.html into `outdir`, default dist/, and returns its size in bytes. */
export async function buildExplorer(root: string, outdir = join(root, "dist")): Promise<number> {
  const [script, ownStyle, example] = await Promise.all([
    bundled(root, "explorer/main.tsx"),
    bundled(root, "explorer/page.css"),
    readFile(join(root, EXAMPLE)),
  ]);
  const style = BASE_STYLE + ownStyle;
  const models = JSON.stringify([{ name: EXAMPLE, weights: example.toString("base64"), config: null }]);
  const html = `<!doctype html>
<html lang="en">
${headHtml({
  title: "Liquid Edge explorer",
  policy: contentPolicy({ style: hashOf(style), script: hashOf(script) }),
  rest: `<style>${style}</style>`,
})}
<body>
<div id="page"><noscript>This page runs the compute core of Liquid Edge and needs JavaScript.</noscript></div>
<script type="application/json" id="models">${models}</script>
<script type="module">${script}</script>
</body>
</html>
`;
  await writeFile(join(outdir, "explorer.html"), html);
  return Buffer.byteLength(html);
}

async function bundled(root: string, entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [COUNTED_CORE_ALONE],
    legalComments: "none",
    logLevel: "warning",
  });
  const text = outputFiles[0]!.text.trim();
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${entry}: the bundle would end its own element`);
  return text;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
