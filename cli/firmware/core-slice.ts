// The part of the core that one network executes: functions that its steps never reach are left out.

import type { CoreSource } from "./core-source.ts";

const DEFINITION = /^(?:static )?(\w+) (\w+)\(([^()]*)\) \{\n[\s\S]*?^\}\n/gm;
const PROTOTYPE = /^(?:static )?\w+ (\w+)\([^()]*\);\n/gm;
const CALL = /\b((?:core|w2c)_\w+)\(/g;

/** What the caller of the core needs. */
const ENTRY_POINTS = ["core_reset", "core_step"];

export interface CoreSlice {
  /** Prefix of every name that the linker sees. */
  prefix: string;
  /** Kernels of the core that a step calls, as its profile names them. */
  kernels: readonly string[];
}

/**
 * C source of `reset` and `step` as `<prefix>_core_reset`, `<prefix>_core_step`. Which kernels a step calls depends on the
 * image alone, so the others trap.
 */
export function sliceCore({ source, kernels: all }: CoreSource, { prefix, kernels }: CoreSlice): string {
  const unneeded = new Set(all.filter((name) => !kernels.includes(name)).map((name) => `w2c_${name}`));
  const text = source.replace(DEFINITION, (definition, result: string, name: string, parameters: string) =>
    unneeded.has(name)
      ? `static ${result} ${name}(${parameters}) {\n  __builtin_trap(); // this network has no use for it\n}\n`
      : definition,
  );
  const bodies = new Map([...text.matchAll(DEFINITION)].map((match) => [match[2]!, match[0]]));
  const reached = new Set(ENTRY_POINTS);
  for (const name of reached) {
    const body = bodies.get(name);
    if (body === undefined) throw new Error(`core.c: expected a function ${name}, found none`);
    for (const [, callee] of body.matchAll(CALL)) reached.add(callee!);
  }
  return text
    .replace(DEFINITION, (definition, _result, name: string) => (reached.has(name) ? definition : ""))
    .replace(PROTOTYPE, (prototype, name: string) => (reached.has(name) ? prototype : ""))
    .replace(/^#include "core.h"\n/, "")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\bcore_(reset|step)\(/g, `${prefix}_core_$1(`)
    .trim();
}
