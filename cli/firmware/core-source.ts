// core.wasm as C for a board: what wasm2c makes of it, without wasm2c's runtime. Addresses are pointers there, so the
// functions take neither an instance nor a memory, and boards/common/wasm-rt.h says what a load is.

import { crc32 } from "../../bindings/image/crc32.ts";

/** The version of wasm2c (Debian's package wabt) whose output is understood here. */
const WASM2C_VERSION = "1.0.32";

/** Exports that are not kernels: they stay callable from other files. */
const ENTRY_POINTS = ["check", "reset", "step", "stepLayer"];

/** First line of a C file of the core that `trimmed` made; says which core.wasm it belongs to. */
const TRIMMED_HEAD = /^\/\/ core\.wasm ([0-9a-f]{8}) by wasm2c /;

export interface CoreSourceOptions {
  /** Kernels that the port supplies as `port_<name>`: left out of the core, which calls the port's. */
  portKernels?: readonly string[];
  /** Makes every kernel callable as `core_<name>` from other files, for tests. */
  exposeKernels?: boolean;
}

/** What `coreSource` needs of wasm2c's output, and which core.wasm that was made from: the file that the package brings. */
export function trimmed(generated: string, wasm: Uint8Array): string {
  const { begin, end, exports } = landmarks(generated);
  return [
    `// core.wasm ${hex(crc32(wasm))} by wasm2c ${WASM2C_VERSION}`,
    generated.slice(begin, end),
    ...exports.map((name) => `/* export: '${name}' */`),
    "",
  ].join("\n");
}

/** Whether `text` is what `trimmed` made of this core.wasm. */
export function isTrimmedOf(text: string, wasm: Uint8Array): boolean {
  return TRIMMED_HEAD.exec(text)?.[1] === hex(crc32(wasm));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Where the functions are in wasm2c's output, and the names of the exports. Throws when it is not as expected. */
function landmarks(generated: string): { begin: number; end: number; exports: string[] } {
  const exports = [...generated.matchAll(/^\/\* export: '(\w+)' \*\/$/gm)].map((match) => match[1]!);
  const begin = generated.search(/^static \w+ w2c_\w+\(\w+_instance_t\*/m);
  const end = generated.search(/^\/\* export: /m);
  if (begin < 0 || end < begin || !ENTRY_POINTS.every((name) => exports.includes(name))) {
    throw new Error(`core.c: expected the output of wasm2c ${WASM2C_VERSION}, found something else`);
  }
  return { begin, end, exports };
}

export interface CoreSource {
  /** core.c, which includes core.h. */
  source: string;
  /** core.h: entry points, prototypes of all kernels, CORE_CRC and PORT_KERNELS. */
  header: string;
  /** Names of all kernels, in the order of the core's exports. */
  kernels: string[];
}

/**
 * @param generated the C file that wasm2c wrote, or what `trimmed` left of it
 * @param wasm core.wasm, which it was made from
 * @throws Error when the text is not as this version of wasm2c writes it, or a kernel does not exist
 */
export function coreSource(
  generated: string,
  wasm: Uint8Array,
  { portKernels = [], exposeKernels = false }: CoreSourceOptions = {},
): CoreSource {
  const { begin, end, exports } = landmarks(generated);
  const kernels = exports.filter((name) => !ENTRY_POINTS.includes(name));
  const unknown = portKernels.find((name) => !kernels.includes(name));
  if (unknown !== undefined) throw new Error(`expected one of ${kernels.join(", ")}, found "${unknown}"`);

  let text = generated
    .slice(begin, end)
    .replace(/^static void init_memories.*?^\}\n/ms, "")
    .replace(/\b\w+_instance_t\*(?: instance)?(?:, )?/g, "")
    .replace(/\binstance->\w+, /g, "")
    .replace(/\(instance(?:, )?/g, "(")
    .replace(/\(u64\)(?=\(w2c_\w+\))/g, "");
  if (/\binstance\b/.test(text) || /\(u64\)\(w2c_\w+\) \+/.test(text)) {
    throw new Error(
      `core.c: expected the output of wasm2c ${WASM2C_VERSION}, found other uses of its instance`,
    );
  }
  const prototypes = new Map(
    [...text.matchAll(/^static (\w+) w2c_(\w+)\(([^()]*)\);$/gm)].map(
      ([, result, name, parameters]) => [name!, { result: result!, parameters: parameters! }] as const,
    ),
  );
  const open = (name: string, prefix: string) => {
    text = text
      .replace(new RegExp(`^static (\\w+ )w2c_${name}\\([^()]*\\);\\n`, "m"), "")
      .replace(new RegExp(`^static (\\w+ w2c_${name}\\()`, "m"), "$1")
      .replace(new RegExp(`\\bw2c_${name}\\(`, "g"), `${prefix}_${name}(`);
  };
  for (const name of ENTRY_POINTS) open(name, "core");
  for (const name of kernels) {
    if (portKernels.includes(name)) {
      if (!exposeKernels) {
        text = text.replace(new RegExp(`^static \\w+ w2c_${name}\\([^()]*\\) \\{\\n.*?^\\}\\n`, "ms"), "");
        open(name, "port");
        continue;
      }
    }
    if (exposeKernels) open(name, "core");
  }
  const declare = (name: string, prefix: string) => {
    const { result, parameters } = prototypes.get(name)!;
    return `${result} ${prefix}_${name}(${parameters});`;
  };
  return {
    kernels,
    source: `#include "core.h"\n\n${text}`,
    header: [
      "// Made by liquid-edge from core.wasm. Prototypes of the kernels: `port_` where a port supplies one, `core_` in tests.",
      "#ifndef LIQUID_EDGE_CORE_H",
      "#define LIQUID_EDGE_CORE_H",
      "",
      '#include "wasm-rt.h"',
      "",
      `#define CORE_CRC 0x${hex(crc32(wasm))}u`,
      `#define PORT_KERNELS "${portKernels.join(",")}"`,
      "",
      ...ENTRY_POINTS.map((name) => declare(name, "core")),
      "",
      ...kernels.map((name) => declare(name, "port")),
      ...kernels.map((name) => declare(name, "core")),
      "",
      "#endif",
      "",
    ].join("\n"),
  };
}
