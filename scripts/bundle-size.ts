// What a bundler makes of the library for browsers, in bytes: minified, not compressed.

import { build, type Metafile } from "esbuild";

export interface BundleSize {
  /** What a page loads before its first line runs. */
  startBytes: number;
  /** What it loads when a session, a profile or a trainer is first made: WebAssembly, all builds of the core together. */
  laterBytes: number;
  /** The bundle's modules that load at the start, as text. */
  text: string;
  warnings: string[];
}

/** Bundles `code`, whose imports are resolved from the folder `from`. */
export async function bundleSize(code: string, from: string): Promise<BundleSize> {
  const { metafile, outputFiles, warnings } = await build({
    stdin: { contents: code, resolveDir: from, sourcefile: "page.js" },
    absWorkingDir: from,
    outdir: "/bundle",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const page = Object.keys(metafile.outputs).find(
    (name) => metafile.outputs[name]!.entryPoint === "page.js",
  )!;
  const start = loadedFrom(page, metafile);
  const bytesOf = (names: Iterable<string>) =>
    [...names].reduce((sum, name) => sum + metafile.outputs[name]!.bytes, 0);
  const startBytes = bytesOf(start);
  const endings = [...start].map((name) => name.slice(name.lastIndexOf("/")));
  return {
    startBytes,
    laterBytes: bytesOf(Object.keys(metafile.outputs)) - startBytes,
    text: outputFiles
      .filter(({ path }) => endings.some((ending) => path.endsWith(ending)))
      .map(({ text }) => text)
      .join("\n"),
    warnings: warnings.map(({ text }) => text),
  };
}

/** An output and all that it imports statically. */
function loadedFrom(output: string, { outputs }: Metafile): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const { path, kind } of outputs[name]!.imports) if (kind === "import-statement") visit(path);
  };
  visit(output);
  return found;
}
