// Counting by both means, in one form: opcode → executions, function by function, without the opcodes that no class
// prices and without zeros.

import { type CountTable, OpCounter } from "../../bindings/count/counted-core.ts";
import { opClassOf } from "../../bindings/count/opcodes.ts";
import { instrument } from "../../scripts/instrument.ts";
import { type Histogram, traceFunctions } from "./wabt-trace.ts";

/** An instance of the counted form of `wasm`. */
export function instantiateCounted(wasm: Uint8Array, imports: WebAssembly.Imports = {}) {
  const counted: { wasm: Uint8Array; table: CountTable } = instrument(wasm);
  const module = new WebAssembly.Module(counted.wasm as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module, imports);
  return { exports, table: counted.table, counter: new OpCounter(exports, counted.table) };
}

/** Executions by opcode of each function that was called between two snapshots, before the opcodes are put into classes. */
export function opcodesBetween(
  { functions, counters }: CountTable,
  before: BigInt64Array,
  after: BigInt64Array,
): Map<string, Record<string, number>> {
  const result = new Map<string, Record<string, number>>();
  for (const { name, calls } of functions) if (after[calls] !== before[calls]) result.set(name, {});
  for (const [i, { function: owner, histogram }] of counters.entries()) {
    const sum = result.get(functions[owner]!.name);
    if (sum === undefined) continue;
    const increment = Number(after[i]! - before[i]!);
    for (const [opcode, n] of Object.entries(histogram)) sum[opcode] = (sum[opcode] ?? 0) + n * increment;
  }
  return result;
}

/** What the counted form of `wasm` counts while its export `run` runs. */
export function countRun(wasm: Uint8Array): { result: unknown; functions: Histogram[] } {
  const { exports, table, counter } = instantiateCounted(wasm);
  const before = counter.snapshot();
  const result = (exports.run as () => unknown)();
  const opcodes = opcodesBetween(table, before, counter.snapshot());
  return { result, functions: table.functions.map(({ name }) => normalise(opcodes.get(name) ?? {})) };
}

/** What wabt's interpreter traces while the export `run` of `wasm` runs. */
export function traceRun(wasm: Uint8Array): { result: string; functions: Histogram[] } {
  const { result, functions } = traceFunctions(wasm, "run");
  return { result, functions: functions.map(normalise) };
}

export function normalise(histogram: Histogram): Histogram {
  const counted = Object.entries(histogram).filter(
    ([opcode, n]) => n !== 0 && opClassOf(opcode) !== "excluded",
  );
  return Object.fromEntries(counted);
}
