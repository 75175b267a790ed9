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

/** What the counted form of `wasm` counts while its export `run` runs. */
export function countRun(wasm: Uint8Array): { result: unknown; functions: Histogram[] } {
  const { exports, table, counter } = instantiateCounted(wasm);
  const before = counter.snapshot();
  const result = (exports.run as () => unknown)();
  const opcodes = counter.opcodes(before, counter.snapshot());
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
