// Reads the counted build of the core. Its counters live in exported mutable i64 globals, so image and arena see
// nothing of them; a side table says what each increment stands for. The executed operations between two readings are
// the sum over all counters of (difference × histogram): exact integers, no formula.

import { type OpClass, type OpCounts, totalOperations } from "./op-class.ts";
import { opClassOf } from "./opcodes.ts";

/** Counter i is exported as `count:i`. */
export const COUNTER_PREFIX = "count:";

/** One function of the core. */
export interface CountedFunction {
  /** First export name, else `function[index]`. */
  name: string;
  exported: boolean;
  /** Counter that holds the number of calls. */
  calls: number;
}

/** What one increment of a counter stands for. */
export interface CounterEntry {
  /** Index in `functions`. */
  function: number;
  /**
   * Opcode → executions. Negative where a count is a difference: a branch that is taken is one that was reached and
   * did not fall through. Only sums over all counters of a function mean something.
   */
  histogram: Record<string, number>;
}

/** The side table of a counted build, written by scripts/instrument.ts. */
export interface CountTable {
  functions: CountedFunction[];
  counters: CounterEntry[];
}

/** What one function executed, without the functions that it called. */
export interface FunctionCounts {
  name: string;
  exported: boolean;
  calls: number;
  classes: OpCounts;
  operations: number;
}

/** What a run executed. */
export interface CountedOperations {
  classes: OpCounts;
  operations: number;
  /** Functions that were called, in the order of the table. Their classes add up to `classes`. */
  functions: FunctionCounts[];
}

export class OpCounter {
  private readonly counters: WebAssembly.Global[];
  private readonly table: CountTable;
  /** The histograms of `table` by class, each computed once a step has executed it: most counters belong to other networks' kernels. */
  private readonly histograms: [OpClass, number][][] = [];

  /** `exports` are those of an instance of the counted build that `table` belongs to. */
  constructor(exports: WebAssembly.Exports, table: CountTable) {
    this.table = table;
    this.counters = table.counters.map((_, i) => {
      const counter = exports[COUNTER_PREFIX + i];
      if (counter instanceof WebAssembly.Global) return counter;
      throw new TypeError(
        `"exports" expected the global ${COUNTER_PREFIX}${i} of the counted build, got none`,
      );
    });
  }

  /** All counters as they stand. */
  snapshot(): BigInt64Array {
    return BigInt64Array.from(this.counters, (counter) => counter.value as bigint);
  }

  /** What `run` executed. */
  measure(run: () => void): CountedOperations {
    const before = this.snapshot();
    run();
    return this.difference(before, this.snapshot());
  }

  /** What was executed between two snapshots; a run that ended in a trap has no meaning here. */
  difference(before: BigInt64Array, after: BigInt64Array): CountedOperations {
    const increments = this.counters.map((_, i) => toExactNumber(after[i]! - before[i]!));
    const sums = this.table.functions.map(() => new Map<OpClass, number>());
    this.table.counters.forEach((counter, i) => {
      if (increments[i] === 0) return;
      const sum = sums[counter.function]!;
      this.histograms[i] ??= byClass(counter.histogram);
      for (const [name, n] of this.histograms[i]!) sum.set(name, (sum.get(name) ?? 0) + n * increments[i]!);
    });
    const functions = this.table.functions
      .map(({ name, exported, calls }, i): FunctionCounts => {
        const classes = toCounts(sums[i]!);
        return { name, exported, calls: increments[calls]!, classes, operations: totalOperations(classes) };
      })
      .filter(({ calls }) => calls > 0);
    const classes = addCounts(functions.map((f) => f.classes));
    return { classes, operations: totalOperations(classes), functions };
  }
}

function byClass(histogram: CounterEntry["histogram"]): [OpClass, number][] {
  const classes = new Map<OpClass, number>();
  for (const [opcode, n] of Object.entries(histogram)) {
    const name = opClassOf(opcode);
    if (name !== "excluded") classes.set(name, (classes.get(name) ?? 0) + n);
  }
  return [...classes];
}

/** Sum of operation counts, class by class. Classes that sum to 0 are left out. */
export function addCounts(parts: readonly OpCounts[], factor = 1, start: OpCounts = {}): OpCounts {
  const sum = new Map(Object.entries(start) as [OpClass, number][]);
  for (const part of parts) {
    for (const [name, n] of Object.entries(part) as [OpClass, number][]) {
      sum.set(name, (sum.get(name) ?? 0) + factor * n);
    }
  }
  return toCounts(sum);
}

function toCounts(sum: ReadonlyMap<OpClass, number>): OpCounts {
  return Object.fromEntries([...sum].filter(([, n]) => n !== 0));
}

export function toExactNumber(increments: bigint): number {
  const n = Number(increments);
  if (!Number.isSafeInteger(n))
    throw new RangeError(`${increments} executions are more than a number holds exactly`);
  return n;
}
