// Which branches of the core a campaign took: the counted build has a counter wherever its control flow is free to go.

import { readFileSync } from "node:fs";
import { COUNTER_PREFIX, type CountTable } from "../../bindings/count/counted-core.ts";
import type { FileReach } from "../../scripts/fuzz/coverage.ts";
import type { Engine } from "../kernel/engines.ts";

/** Counters of each function that has run or might have, by number; those that still stand at 0 were missed. */
export function reachOf({ exports }: Engine): Map<string, FileReach> {
  const table: CountTable = JSON.parse(
    readFileSync(new URL("../../build/core.counted.json", import.meta.url), "utf8"),
  );
  const reach = new Map<string, FileReach>();
  for (const [i, { function: owner }] of table.counters.entries()) {
    const { name, calls } = table.functions[owner]!;
    const file = `core, ${name}`;
    const counters = reach.get(file) ?? { all: [], missed: [] };
    const piece = `${i - calls}:0`;
    counters.all.push(piece);
    const { value } = exports[COUNTER_PREFIX + i] as WebAssembly.Global;
    if (value === 0n) counters.missed.push(piece);
    reach.set(file, counters);
  }
  return reach;
}
