// What batch.wasm asks of its host and gives it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BatchExports } from "../../bindings/core/batch-core.ts";
import { decodeWasm, SECTION } from "./wasm-decoder.ts";

const bytes = new Uint8Array(readFileSync(new URL("../../build/batch.wasm", import.meta.url)));
const file = decodeWasm(bytes);
/** The functions of `BatchExports` and how many parameters each has. */
const FUNCTIONS: Record<keyof BatchExports, number> = { reset: 2, run: 4 };
const MAX_BYTES = 42_000;

describe("batch.wasm", () => {
  it(`stays under ${MAX_BYTES} bytes`, () => {
    expect(bytes.length).toBeLessThan(MAX_BYTES);
  });

  it("imports its memory and nothing else, and has no data, table or start function", () => {
    expect(file.imports).toEqual([
      { module: "env", name: "memory", kind: 2, memory: { min: 0, hasMax: false } },
    ]);
    for (const id of [SECTION.START, SECTION.DATA, SECTION.TABLE, SECTION.ELEMENT, SECTION.MEMORY])
      expect(file.sectionIds).not.toContain(id);
  });

  it("exports the names that the library knows", () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: new WebAssembly.Memory({ initial: 1 }) },
    });
    const parameters = Object.entries(instance.exports).map(([name, f]) => [name, (f as () => void).length]);
    expect(Object.fromEntries(parameters)).toEqual(FUNCTIONS);
  });
});
