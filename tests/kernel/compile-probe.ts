// Compiles a few lines of AssemblyScript that import from assembly/, so that an @inline helper which no kernel of the
// core exports alone can be tested by itself, in both builds.

import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

const ENTRY = "assembly/probe.ts";

/** Exports of `source`, which sees its memory as the core does. Throws with asc's messages. */
export async function compileProbe(source: string, simd: boolean, memory: WebAssembly.Memory) {
  let wasm: Uint8Array | undefined;
  const messages: string[] = [];
  const { error } = await asc.main(
    [
      ENTRY,
      "--outFile",
      "probe.wasm",
      ...["--optimizeLevel", "0", "--runtime", "stub", "--noAssert", "--disable", "bulk-memory"],
      ...["--importMemory", "--noExportMemory", "--initialMemory", "0"],
      ...(simd ? ["--enable", "simd"] : []),
    ],
    {
      readFile: (name: string) =>
        name === ENTRY
          ? source
          : readFile(new URL(`../../${name}`, import.meta.url), "utf8").catch(() => null),
      writeFile: (_name: string, contents: Uint8Array | string) => {
        wasm = contents as Uint8Array;
      },
      listFiles: () => [],
      stderr: { write: (chunk: string | Uint8Array) => messages.push(String(chunk)) },
    } as never,
  );
  if (error || wasm === undefined) throw new Error(`${messages.join("")}${error?.message ?? ""}`);
  const bytes = new Uint8Array(wasm);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
}
