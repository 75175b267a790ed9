// The core as C. The package brings what wasm2c made of it; a checkout without it needs wasm2c.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import { packageFolder } from "../package-folder.ts";
import { runBuildTool } from "./build-tools.ts";
import { isTrimmedOf, trimmed } from "./core-source.ts";

/** Relative to the package. `npm run build` makes it where wasm2c is. */
export const CORE_C_FILE = "dist/core.wasm2c.c";

/** What `coreSource` takes. Throws `bad-tool` when neither the file nor wasm2c is there. */
export async function coreAsC(): Promise<string> {
  const wasm = coreBytes();
  const shipped = await readFile(join(packageFolder(), CORE_C_FILE), "utf8").catch(() => "");
  return isTrimmedOf(shipped, wasm) ? shipped : translateCore(wasm);
}

/** Has wasm2c make C of core.wasm. Throws `bad-tool` without it. */
export async function translateCore(wasm: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    const [wasmFile, generated] = [join(folder, "core.wasm"), join(folder, "core.c")];
    await writeFile(wasmFile, wasm);
    await runBuildTool("wasm2c", ["--module-name=core", wasmFile, "-o", generated]);
    return trimmed(await readFile(generated, "utf8"), wasm);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
