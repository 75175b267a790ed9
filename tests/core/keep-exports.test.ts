// The SIMD core as the library carries it: core.simd.wasm without the exports that nobody calls.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytes } from "#core/simd";
import { ENTRY_POINTS } from "../../bindings/core/exports.ts";
import { keepExports } from "../../scripts/keep-exports.ts";
import { decodeWasm } from "./wasm-decoder.ts";

const whole = new Uint8Array(readFileSync(new URL("../../build/core.simd.wasm", import.meta.url)));

describe("the library's SIMD core", () => {
  it("has the entry points of core.simd.wasm and its code, instruction by instruction", () => {
    const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes())).map(({ name }) => name);
    expect(names.sort()).toEqual([...ENTRY_POINTS].sort());
    const codeOf = (wasm: Uint8Array) => decodeWasm(wasm).functions.map(({ type, code }) => ({ type, code }));
    expect(codeOf(bytes())).toEqual(codeOf(whole));
    expect(decodeWasm(bytes()).sectionIds).toEqual(decodeWasm(whole).sectionIds);
  });

  it("is what keepExports makes, which refuses a name that is not exported", () => {
    expect(keepExports(whole, ENTRY_POINTS)).toEqual(bytes());
    expect(() => keepExports(whole, ["step", "leap"])).toThrow("expected exports leap, found none");
  });
});
