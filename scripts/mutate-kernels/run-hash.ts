// Runs the random integer networks of tests/hashes on one core, or in the reference, and prints the hash of their results, or
// why the core broke off. Any other failure is this script's own and ends with an exit code. A process of its own, because
// a mutated core may never return: `tsx run-hash.ts core.wasm|reference <networks of each group>`.

import { readFileSync } from "node:fs";
import type { Core } from "../../bindings/core/core.ts";
import type { CoreExports } from "../../bindings/core/exports.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { MEMORY_BYTES, runOn } from "../../tests/hashes/engines.ts";
import { caseOf, INTEGER_GROUPS } from "../../tests/hashes/groups.ts";
import { FNV_OFFSET, hashResults, hex } from "../../tests/hashes/hash.ts";

const PAGE_BYTES = 65536;

function coreOf(file: string): Core {
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / PAGE_BYTES });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    env: { memory },
  });
  return { engine: "scalar", exports: exports as unknown as CoreExports, memory };
}

const [file, count] = process.argv.slice(2) as [string, string];
const core = file === "reference" ? null : coreOf(file);
let hash = FNV_OFFSET;
try {
  for (const group of INTEGER_GROUPS) {
    for (let seed = 0; seed < Number(count); seed++) {
      const one = caseOf(group, seed);
      hash = hashResults(core === null ? one.expected! : runOn(core, one), hash);
    }
  }
  console.log(hex(hash));
} catch (error) {
  // The core's own answers that it does not go on.
  const isRefusal = error instanceof LiquidEdgeError && error.code === "image-rejected";
  if (!isRefusal && !(error instanceof WebAssembly.RuntimeError)) throw error;
  console.log(`broke off: ${error.message}`);
}
