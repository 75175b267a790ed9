// What one function of the counted core executes, read from its own counters alone: far cheaper than all of them.

import { COUNTER_PREFIX, type CountTable, toExactNumber } from "./counted-core.ts";
import type { OpClass, OpCounts } from "./op-class.ts";
import { opClassOf } from "./opcodes.ts";

/** Adds up what one function executes, without the functions that it calls. */
export class FunctionMeter {
  private readonly counters: readonly WebAssembly.Global[];
  private readonly histograms: readonly Readonly<Record<string, number>>[];
  private readonly before: bigint[];
  private readonly sums: bigint[];

  /** `exports` are those of an instance of the counted build that `table` belongs to; it has a function `name`. */
  constructor(exports: WebAssembly.Exports, { functions, counters }: CountTable, name: string) {
    const owner = functions.findIndex((one) => one.name === name);
    const own = counters.flatMap((counter, i) => (counter.function === owner ? [i] : []));
    this.counters = own.map((i) => exports[COUNTER_PREFIX + i] as WebAssembly.Global);
    this.histograms = own.map((i) => counters[i]!.histogram);
    this.before = own.map(() => 0n);
    this.sums = own.map(() => 0n);
  }

  /** Adds what it executes in `run`. */
  add(run: () => void): void {
    for (const [i, counter] of this.counters.entries()) this.before[i] = counter.value as bigint;
    run();
    for (const [i, counter] of this.counters.entries()) {
      this.sums[i] = this.sums[i]! + (counter.value as bigint) - this.before[i]!;
    }
  }

  /** The sum so far divided by `n`. */
  mean(n: number): OpCounts {
    const classes = new Map<OpClass, number>();
    for (const [i, sum] of this.sums.entries()) {
      const executed = toExactNumber(sum);
      for (const [opcode, count] of Object.entries(this.histograms[i]!)) {
        const name = opClassOf(opcode);
        if (name !== "excluded") classes.set(name, (classes.get(name) ?? 0) + count * executed);
      }
    }
    return Object.fromEntries(
      [...classes].filter(([, sum]) => sum !== 0).map(([name, sum]) => [name, sum / n]),
    );
  }
}
