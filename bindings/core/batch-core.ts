// Loading batch.wasm, which runs four sequences of a network of floats side by side. It needs WebAssembly SIMD and has no scalar
// twin: no board runs batches.

import { instantiate } from "@assemblyscript/loader";
import type { Address } from "./exports.ts";

/** What batch.wasm exports; assembly/batch/index.ts lists the same names and says how image, arena and rows lie. */
export interface BatchExports {
  reset(image: Address, arena: Address): void;
  /** Time steps of four rows; not 0 and nothing has run if an input is not finite, or an elapsed time not positive and finite. */
  run(image: Address, arena: Address, rows: Address, steps: number): number;
}

export interface BatchCore {
  exports: BatchExports;
  memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65536;

let loading: Promise<WebAssembly.Module> | undefined;

/** A fresh instance with at least `memoryBytes` of memory. The module is compiled once. */
export async function loadBatchCore(memoryBytes: number): Promise<BatchCore> {
  loading ??= import("#core/batch").then(({ bytes }) => WebAssembly.compile(bytes()));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
  const { exports } = await instantiate<Record<string, unknown>>(await loading, { env: { memory } });
  return { exports: exports as unknown as BatchExports, memory };
}
