// Builds the core: assembly/ → build/core.wasm, core.simd.wasm, core.counted.wasm, batch.wasm, train.wasm and the modules
// that carry their bytes into the library.
//
// asc only translates (-O0): its own optimiser would merge kernels into their callers and use bulk-memory
// instructions. binaryen then optimises with inlining off, so that every kernel stays a function that can be counted,
// priced and replaced. Small helpers are inlined by `@inline` in the sources. batch.wasm and train.wasm run on hosts only,
// where nobody counts: there binaryen may inline, which changes no bit of a result.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";
import { ENTRY_POINTS } from "../bindings/core/exports.ts";
import { PARTS, type Part } from "./core-parts.ts";
import { instrument } from "./instrument.ts";
import { keepExports } from "./keep-exports.ts";
import { writeChanged } from "./write-changed.ts";

/** Where the built files go, relative to the repository. */
const BUILD = "build";

const CORE_ENTRY = "assembly/index.ts";
/** Modules for hosts only, with SIMD. */
const HOST_ENTRIES = { batch: "assembly/batch/index.ts", train: "assembly/train/index.ts" } as const;

/** `assembly/` of that directory as a module that is not optimised. */
export async function compile(simd: boolean, directory = ".", entry = CORE_ENTRY): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const messages: string[] = [];
  const { error } = await asc.main(
    [
      entry,
      "--baseDir",
      directory,
      "--outFile",
      "core.wasm",
      "--optimizeLevel",
      "0",
      "--runtime",
      "stub",
      "--noAssert",
      "--importMemory",
      "--noExportMemory",
      "--initialMemory",
      "0",
      "--disable",
      "bulk-memory",
      "--disable",
      "nontrapping-f2i",
      "--disable",
      "sign-extension",
      ...(simd ? ["--enable", "simd"] : []),
    ],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        wasm = contents as Uint8Array;
      },
      stderr: { write: (chunk: string | Uint8Array) => messages.push(String(chunk)) },
    } as never,
  );
  if (error || wasm === undefined) throw new Error(`assembly/: ${messages.join("")}${error?.message ?? ""}`);
  return wasm;
}

function optimize(wasm: Uint8Array, simd: boolean, inlining = false): Uint8Array {
  const { MutableGlobals, SIMD128 } = binaryen.Features;
  const module = binaryen.readBinary(wasm);
  module.setFeatures(simd ? MutableGlobals | SIMD128 : MutableGlobals);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setDebugInfo(false);
  binaryen.setAlwaysInlineMaxSize(inlining ? 2 : 0);
  binaryen.setFlexibleInlineMaxSize(inlining ? 20 : 0);
  binaryen.setOneCallerInlineMaxSize(inlining ? 1000 : 0);
  binaryen.setAllowInliningFunctionsWithLoops(inlining);
  // Twice: the second round still shortens what the first one exposed.
  module.optimize();
  module.optimize();
  if (!module.validate()) throw new Error("core.wasm does not validate");
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

/** An ES module whose `bytes()` decodes the given bytes; works in Node, in a tenth of the time, and in every browser. */
function bytesModule(wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString("base64");
  return `const base64 =
  "${base64}";

export function bytes() {
  if (globalThis.Buffer !== undefined) return new Uint8Array(Buffer.from(base64, "base64"));
  const text = atob(base64);
  const result = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
  return result;
}
`;
}

/** Files of `build/` by name, of one part. */
async function filesOf(part: Part): Promise<Record<string, string | Uint8Array>> {
  if (part === "train" || part === "batch") {
    const host = optimize(await compile(true, ".", HOST_ENTRIES[part]), true, true);
    return { [`${part}.wasm`]: host, [`${part}.js`]: bytesModule(host) };
  }
  const core = optimize(await compile(part === "simd"), part === "simd");
  // Every export of an instance takes memory; nobody calls a kernel of this one but its tests, which read the .wasm file.
  if (part === "simd")
    return { "core.simd.wasm": core, "simd.js": bytesModule(keepExports(core, ENTRY_POINTS)) };
  const { wasm: counted, table } = instrument(core);
  return {
    "core.wasm": core,
    "core.counted.wasm": counted,
    "core.counted.json": `${JSON.stringify(table)}\n`,
    "scalar.js": bytesModule(core),
    // Parsing a text is faster than an object literal.
    "counted.js": `${bytesModule(counted)}\nexport const table = /* @__PURE__ */ JSON.parse(${JSON.stringify(JSON.stringify(table))});\n`,
  };
}

/** Builds one part, and returns the sizes in bytes of its files. A file whose content stays is not written again. */
export async function buildPart(root: string, part: Part): Promise<Record<string, number>> {
  const directory = join(root, BUILD);
  await mkdir(directory, { recursive: true });
  const files = Object.entries(await filesOf(part));
  await Promise.all(files.map(([name, contents]) => writeChanged(join(directory, name), contents)));
  return Object.fromEntries(files.map(([name, contents]) => [name, contents.length]));
}

/** Builds the three cores, the batch core and the training core, and returns their sizes in bytes. */
export async function buildCore(
  root: string,
): Promise<Record<"scalar" | "simd" | "counted" | "batch" | "train", number>> {
  const sizes: Record<string, number> = {};
  for (const part of PARTS) Object.assign(sizes, await buildPart(root, part));
  const size = (name: string) => sizes[name]!;
  return {
    scalar: size("core.wasm"),
    simd: size("core.simd.wasm"),
    counted: size("core.counted.wasm"),
    batch: size("batch.wasm"),
    train: size("train.wasm"),
  };
}
