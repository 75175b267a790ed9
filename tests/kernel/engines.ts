// The built cores, each with a memory of its own, so that one suite of cases runs on every engine.

import { existsSync, readFileSync } from "node:fs";

export interface Engine {
  name: "scalar" | "simd" | "counted";
  /** Exports of the core: each has its own signature, see assembly/index.ts. */
  // biome-ignore lint/suspicious/noExplicitAny: the kernels share no signature
  exports: any;
  memory: WebAssembly.Memory;
}

const FILES = { scalar: "core.wasm", simd: "core.simd.wasm", counted: "core.counted.wasm" } as const;
const PAGE_BYTES = 65536;

/** Fresh instances of all builds; `memoryBytes` is rounded up to whole pages. Throws if the core is not built. */
export function loadEngines(memoryBytes = 4 << 20): Engine[] {
  return (Object.keys(FILES) as Engine["name"][]).map((name) => {
    const file = new URL(`../../build/${FILES[name]}`, import.meta.url);
    if (!existsSync(file)) throw new Error(`build/${FILES[name]} is missing: npm run build`);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
    const module = new WebAssembly.Module(readFileSync(file));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { name, exports, memory };
  });
}
