// Loading the core. Three builds have the same exports and give the same bits: `simd` is the fast one, `scalar` the one
// that boards run, `counted` the scalar one with a counter in every basic block.

import { instantiate } from "@assemblyscript/loader";
import type { CountTable } from "../count/counted-core.ts";
import type { CoreExports } from "./exports.ts";

/** A build of the core: with SIMD, without, or with a counter in every basic block. All give the same bits. */
export type Engine = "simd" | "scalar" | "counted";
/** All builds of the core, fastest first. */
export const ENGINES: readonly Engine[] = ["simd", "scalar", "counted"];

const PAGE_BYTES = 65536;

/** An instance of the core and its memory, which never grows. */
export interface Core {
  engine: Engine;
  exports: CoreExports;
  memory: WebAssembly.Memory;
}

/** An instance that counts: its counters are exported globals, `table` says what they mean. */
export interface CountedCore extends Core {
  engine: "counted";
  table: CountTable;
}

/** The smallest module with a SIMD instruction: () => i32x4.splat(0) dropped. */
const SIMD_PROBE = /* @__PURE__ */ new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 17, 26, 11,
]);

/** Whether this engine runs WebAssembly SIMD. */
export function hasSimd(): boolean {
  return WebAssembly.validate(SIMD_PROBE);
}

const modules = new Map<Engine, Promise<WebAssembly.Module>>();

/** The compiled module of an engine; compiled once. */
function loadModule(engine: Engine): Promise<WebAssembly.Module> {
  let module = modules.get(engine);
  if (module === undefined) {
    module = compileModule(engine);
    modules.set(engine, module);
  }
  return module;
}

async function compileModule(engine: Engine): Promise<WebAssembly.Module> {
  switch (engine) {
    case "simd":
      return WebAssembly.compile((await import("#core/simd")).bytes());
    case "scalar":
      return WebAssembly.compile((await import("#core/scalar")).bytes());
    case "counted":
      return WebAssembly.compile((await import("#core/counted")).bytes());
  }
}

/** An instance with at least `memoryBytes` of memory. */
export async function loadCore(engine: Engine, memoryBytes: number): Promise<Core> {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = await instantiate<Record<string, unknown>>(await loadModule(engine), {
    env: { memory },
  });
  return { engine, exports: exports as unknown as CoreExports, memory };
}

/** An instance of the counted build. */
export async function loadCountedCore(memoryBytes: number): Promise<CountedCore> {
  const [core, { table }] = await Promise.all([loadCore("counted", memoryBytes), import("#core/counted")]);
  return { ...core, engine: "counted", table: table as CountTable };
}
