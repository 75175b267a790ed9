// Makes the counted build: rewrites a finished WebAssembly module so that it counts what it executes, and writes the
// side table that turns the counters into executed operations. binaryen decodes and encodes; no pass of it runs, so
// the code that is counted is the code that ships. (Where a branch abandons operands on the stack, binaryen makes the
// implicit drop an explicit one; the core, which binaryen wrote, has no such place, and a test checks the counts against
// an executor that knows nothing of binaryen.)
//
// Counters are exported mutable i64 globals. Only as many are planted as the control flow has degrees of freedom
// (see instrument/linear.ts); an inner loop without branches costs one increment a pass.

import binaryen from "binaryen";
import { COUNTER_PREFIX, type CounterEntry, type CountTable } from "../bindings/count/counted-core.ts";
import { analyseFlow, type CounterCode } from "./instrument/function-flow.ts";
import { solve, substitute } from "./instrument/linear.ts";

const FEATURES =
  binaryen.Features.MutableGlobals | binaryen.Features.SignExt | binaryen.Features.NontrappingFPToInt;

/**
 * The counted form of `wasm` and its side table. Throws a `RangeError` that names the opcode when one has no operation
 * class. After a trap the counters mean nothing.
 */
export function instrument(wasm: Uint8Array): { wasm: Uint8Array; table: CountTable } {
  const module = binaryen.readBinary(wasm);
  try {
    module.setFeatures(FEATURES);
    const table: CountTable = { functions: [], counters: [] };
    const code = counterCode(module);
    const exportNames = exportNamesOfFunctions(module);
    const nFunctions = module.getNumFunctions();
    for (let index = 0; index < nFunctions; index++) {
      const func = module.getFunctionByIndex(index);
      const info = binaryen.getFunctionInfo(func);
      if (info.module)
        throw new RangeError(`cannot count what the imported function "${info.base}" executes`);
      const exportName = exportNames.get(info.name);
      const counters = countFunction(module, code, func, table);
      table.functions.push({
        name: exportName ?? `function[${index}]`,
        exported: exportName !== undefined,
        calls: table.counters.length,
      });
      table.counters.push(...counters);
    }
    table.counters.forEach((_, i) => {
      module.addGlobal(COUNTER_PREFIX + i, binaryen.i64, true, module.i64.const(0n));
      module.addGlobalExport(COUNTER_PREFIX + i, COUNTER_PREFIX + i);
    });
    code.addScratch();
    if (module.validate() !== 1) throw new Error("the counted module is not valid");
    return { wasm: module.emitBinary(), table };
  } finally {
    module.dispose();
  }
}

/** Plants the counters of one function. The first of them counts its calls. */
function countFunction(
  module: binaryen.Module,
  code: CounterCode,
  func: number,
  table: CountTable,
): CounterEntry[] {
  const { unknowns, equations, executed } = analyseFlow(func);
  const solutions = solve(
    equations,
    unknowns.map(({ loopDepth }) => loopDepth),
  );
  const histograms = unknowns.map((): CounterEntry["histogram"] => ({}));
  for (const [opcode, times] of executed) {
    for (const [id, coefficient] of substitute(times, solutions)) histograms[id]![opcode] = coefficient;
  }
  const counters: CounterEntry[] = [];
  unknowns.forEach(({ plant }, id) => {
    const histogram = histograms[id]!;
    if (id > 0 && Object.keys(histogram).length === 0) return;
    plant(module, code, COUNTER_PREFIX + (table.counters.length + counters.length));
    counters.push({ function: table.functions.length, histogram });
  });
  return counters;
}

function counterCode(module: binaryen.Module): CounterCode & { addScratch(): void } {
  const scratch = "count:scratch";
  let usesScratch = false;
  return {
    increment(counter, condition) {
      const amount = condition === undefined ? module.i64.const(1n) : module.i64.extend_u(condition);
      return module.global.set(counter, module.i64.add(module.global.get(counter, binaryen.i64), amount));
    },
    setScratch(value) {
      usesScratch = true;
      return module.global.set(scratch, value);
    },
    getScratch: () => module.global.get(scratch, binaryen.i32),
    addScratch() {
      if (usesScratch) module.addGlobal(scratch, binaryen.i32, true, module.i32.const(0));
    },
  };
}

/** Internal function name → first export name. */
function exportNamesOfFunctions(module: binaryen.Module): Map<string, string> {
  const names = new Map<string, string>();
  for (let i = 0; i < module.getNumExports(); i++) {
    const { kind, name, value } = binaryen.getExportInfo(module.getExportByIndex(i));
    if (kind === binaryen.ExternalFunction && !names.has(value)) names.set(value, name);
  }
  return names;
}
