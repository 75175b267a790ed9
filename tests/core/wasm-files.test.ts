// What the finished files of the core hold, read from their bytes.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CoreExports } from "../../bindings/core/exports.ts";
import { KERNELS } from "../../bindings/core/kernels.ts";
import { COUNTER_PREFIX } from "../../bindings/count/counted-core.ts";
import { buildCore } from "../../scripts/build-core.ts";
import { decodeWasm, type Instruction, SECTION, type WasmFile, type WasmFunction } from "./wasm-decoder.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FILES = { scalar: "core.wasm", simd: "core.simd.wasm", counted: "core.counted.wasm" } as const;
const ENGINES = ["scalar", "simd", "counted"] as const;
const MAX_CORE_BYTES = 48_000;

const bytesOf = (file: string) => new Uint8Array(readFileSync(join(ROOT, "build", file)));
const CORES: Record<(typeof ENGINES)[number], WasmFile> = {
  scalar: decodeWasm(bytesOf(FILES.scalar)),
  simd: decodeWasm(bytesOf(FILES.simd)),
  counted: decodeWasm(bytesOf(FILES.counted)),
};

/** The functions of `CoreExports` and how many parameters each has. */
const INTERPRETER: Record<keyof CoreExports, number> = { check: 4, reset: 2, step: 2, stepLayer: 3 };
const NAMES = [...Object.keys(INTERPRETER), ...KERNELS];

/** Instructions that a board has to emulate, that trap, or that need more than a block of memory. */
const FORBIDDEN = [
  /^memory\./,
  /^data\./,
  /^table\./,
  /^elem\./,
  /^call_indirect$/,
  /trunc_f/, // traps on NaN and on what does not fit
  /trunc_sat/,
  /^i32\.(div_s|rem)|^i64\.(div|rem)/, // traps on 0, and its cycles depend on the operands; div_u: see below
  /^f32\.(nearest|ceil|floor|trunc|sqrt|min|max)$/,
  /^f64\./,
];

const codeOf = ({ functions }: WasmFile) => functions.flatMap(({ code }) => code);
const functionNamed = (file: WasmFile, name: string) => file.functions.find((f) => f.name === name)!;
const isFloat = ({ name }: Instruction) => /^(f32|f64|simd)/.test(name);

function callsOf(file: WasmFile, { code }: WasmFunction): string[] {
  return code
    .filter(({ name }) => name === "call")
    .map(({ immediates }) => file.functions[immediates[0]!]!.name);
}

/** How often each value occurs. */
function tally(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe.each(ENGINES)("the %s core", (engine) => {
  const file = CORES[engine];

  it("imports its memory, which may have any size, and nothing else", () => {
    expect(file.imports).toEqual([
      { module: "env", name: "memory", kind: 2, memory: { min: 0, hasMax: false } },
    ]);
    expect(file.sectionIds).not.toContain(SECTION.MEMORY);
  });

  it("has no data, no table and nothing that runs by itself", () => {
    const { START, DATA, DATA_COUNT, TABLE, ELEMENT } = SECTION;
    for (const id of [START, DATA, DATA_COUNT, TABLE, ELEMENT]) expect(file.sectionIds).not.toContain(id);
  });

  it("exports the names that the library knows", () => {
    const functions = file.exports.filter(({ kind }) => kind === 0).map(({ name }) => name);
    expect(functions.sort()).toEqual([...NAMES].sort());
    const others = file.exports.filter(({ kind }) => kind !== 0).map(({ name }) => name);
    expect(others.filter((name) => !name.startsWith(COUNTER_PREFIX))).toEqual([]);
    if (engine !== "counted") expect(others).toEqual([]);
    for (const [name, nParams] of Object.entries(INTERPRETER)) {
      expect(functionNamed(file, name).type.params, name).toHaveLength(nParams);
    }
  });

  it("holds none of the instructions that trap, need emulation or a growing memory", () => {
    const names = Object.keys(tally(codeOf(file).map(({ name }) => name)));
    expect(names.filter((name) => FORBIDDEN.some((pattern) => pattern.test(name)))).toEqual([]);
    // Every function of AssemblyScript that can fail would end in one.
    expect(names).not.toContain("unreachable");
  });

  it("divides integers in the integer LTC alone: by time once a step, by a denominator that `check` proved", () => {
    const dividing = file.functions.filter(({ code }) => code.some(({ name }) => name === "i32.div_u"));
    const divisions = dividing.flatMap(({ code }) => code.filter(({ name }) => name === "i32.div_u"));
    // fusedS16, its layer, and check's own look at the range of elapsed times.
    expect(divisions).toHaveLength(3);
    expect(dividing.map(({ name }) => name)).toContain("fusedS16");
    expect(dividing.filter(({ name }) => (KERNELS as readonly string[]).includes(name))).toHaveLength(1);
  });

  it("has no float operation in an integer kernel, and 64 bits only once a row or neuron", () => {
    const integer = file.functions.filter(({ name }) => /S(4|8|16|32)$/.test(name));
    expect(integer.length).toBeGreaterThan(20);
    const floats = integer.flatMap(({ code }) => code.filter(({ name }) => /^(f32|f64)/.test(name)));
    expect(floats).toEqual([]);
    const wide = integer.filter(({ code }) => code.some(({ name }) => name.startsWith("i64.mul")));
    expect(wide.map(({ name }) => name).sort()).toEqual(
      [
        "affineS16",
        "matvecBlockS8",
        "matvecBlockS4",
        "matvecS4",
        "matvecS8",
        "matvecSparseS8",
        "membraneS32",
      ].sort(),
    );
  });

  it("calls each kernel as often as the sources do, so none was merged into its caller", () => {
    const calls = tally(file.functions.flatMap((f) => callsOf(file, f)));
    for (const kernel of KERNELS) {
      expect(calls[kernel], kernel).toBe(callsInSources(kernel));
      expect(callsOf(file, functionNamed(file, kernel)), `calls in ${kernel}`).toEqual([]);
    }
  });

  it("has its float arithmetic in kernels; only the time step of a solver is computed outside", () => {
    const kernels = new Set<string>(KERNELS);
    const outside = file.functions.filter(({ name }) => !kernels.has(name));
    const arithmetic = outside.flatMap(({ code }) =>
      code.filter((i) => /^f32\.(?!load|store|const)|^simd/.test(i.name)),
    );
    // h = share * elapsed in ltc and ctrnn; 1 / h, h / 2 and h / 6 in ltc.
    expect(tally(arithmetic.map(({ name }) => name))).toEqual({ "f32.mul": 4, "f32.div": 1 });
    for (const name of ["step", "stepLayer", "reset", "check"]) {
      // `reset` stores an elapsed time of 1.
      const floats = functionNamed(file, name)
        .code.filter(isFloat)
        .filter((i) => !/const|store/.test(i.name));
      expect(floats, name).toEqual([]);
    }
    // Both run float layers and integer layers; `step` has a function of its own for the latter.
    const runsLayers = callsOf(file, functionNamed(file, "stepLayer"));
    expect(runsLayers).toHaveLength(2);
    const calls = callsOf(file, functionNamed(file, "step"));
    expect(calls.filter((name) => name === "nonFiniteF32")).toHaveLength(3);
    const others = calls.filter((name) => name !== "nonFiniteF32");
    expect(others).toHaveLength(2);
    const integerStep = others.find((name) => !runsLayers.includes(name))!;
    expect(runsLayers).toEqual(
      expect.arrayContaining([
        ...others.filter((name) => name !== integerStep),
        ...callsOf(file, functionNamed(file, integerStep)),
      ]),
    );
  });

  it("has the signatures of the scalar core", () => {
    for (const name of NAMES) {
      expect(functionNamed(file, name).type, name).toEqual(functionNamed(CORES.scalar, name).type);
    }
  });
});

describe("core.wasm", () => {
  it("stays under 48 kB", () => {
    expect(bytesOf(FILES.scalar).length).toBeLessThan(MAX_CORE_BYTES);
  });

  it("has no SIMD instruction and no global, and core.simd.wasm has SIMD instructions", () => {
    const simd = (file: WasmFile) => codeOf(file).filter(({ name }) => name.startsWith("simd"));
    expect(simd(CORES.scalar)).toEqual([]);
    expect(simd(CORES.counted)).toEqual([]);
    expect(simd(CORES.simd).length).toBeGreaterThan(0);
    expect(CORES.scalar.sectionIds).not.toContain(SECTION.GLOBAL);
    expect(CORES.simd.sectionIds).not.toContain(SECTION.GLOBAL);
  });
});

describe("core.counted.wasm", () => {
  it("keeps its counters out of memory: every load and store is one of core.wasm", () => {
    const accesses = (file: WasmFile) =>
      codeOf(file)
        .filter(({ name }) => /\.(load|store)/.test(name))
        .map(({ name, immediates }) => `${name} ${immediates.join(" ")}`);
    expect(tally(accesses(CORES.counted))).toEqual(tally(accesses(CORES.scalar)));
  });

  it("differs from core.wasm in nothing but counters", () => {
    // A counter of a branch adds its condition, or the opposite.
    const counting = /^(global\.(get|set)|i64\.(const|add|extend_i32_u)|i32\.eqz)$/;
    const others = (file: WasmFile) =>
      tally(
        codeOf(file).flatMap(({ name }) =>
          counting.test(name) || /^(local|block|end)/.test(name) ? [] : [name],
        ),
      );
    expect(others(CORES.counted)).toEqual(others(CORES.scalar));
  });
});

it("building again gives the same bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "core-"));
  try {
    await buildCore(folder);
    for (const file of [...Object.values(FILES), "core.counted.json", "batch.wasm"]) {
      const again = readFileSync(join(folder, "build", file));
      // A difference may also mean that the sources are newer than build/.
      expect(again.equals(bytesOf(file)), `${file}, built from the sources as they are`).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);

/** Calls of a function in assembly/, its definition aside. */
function callsInSources(name: string): number {
  const folder = join(ROOT, "assembly");
  const sources = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const text = sources
    .map((file) => readFileSync(join(folder, file), "utf8").replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ""))
    .join("\n");
  return [...text.matchAll(new RegExp(`(?<!function )\\b${name}\\(`, "g"))].length;
}
