// What batch.wasm and train.wasm ask of their host and give it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BatchExports } from "../../bindings/core/batch-core.ts";
import type { TrainExports } from "../../bindings/train/train-core.ts";
import { decodeWasm, SECTION } from "./wasm-decoder.ts";

type FunctionsOf<Exports> = Record<keyof Exports, number>;
/** The functions of `BatchExports` and of `TrainExports`, and how many parameters each has. */
const BATCH: FunctionsOf<BatchExports> = { reset: 2, run: 4 };
const TRAIN: FunctionsOf<TrainExports> = {
  backward: 9,
  check: 4,
  forward: 8,
  reset: 2,
  step: 2,
  tapeStepBytes: 1,
  workBytes: 1,
};
const MAX_BATCH_BYTES = 42_000;

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));

describe.each([
  ["batch", BATCH],
  ["train", TRAIN],
])("%s.wasm", (name, functions) => {
  const bytes = bytesOf(name);

  it("imports its memory and nothing else, and has no data, table or start function", () => {
    const file = decodeWasm(bytes);
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
    expect(Object.fromEntries(parameters)).toEqual(functions);
  });
});

it(`keeps batch.wasm under ${MAX_BATCH_BYTES} bytes`, () => {
  expect(bytesOf("batch").length).toBeLessThan(MAX_BATCH_BYTES);
});
