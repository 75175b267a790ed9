// Why a computed figure changed. Figures follow from operation counts, coefficients and the memory map, all of which the
// record holds, so the cause is arithmetic and no guess:
//
//   cycles = sum of count × cycles per operation;  change = sum of (n1 - n0) c0  +  sum of n1 (c1 - c0)
//                                                           the operations          the coefficients

import { printable } from "../network/printable.ts";
import type { BenchmarkRecord, Breakdown, Entry, Quantity } from "./record.ts";

const MOST_CAUSES = 2;

/** The causes of a change, the largest first; "the code" where all inputs are the same and the result is not. */
export function causeOf(
  quantity: Quantity,
  entry: Entry,
  base: Entry,
  current: BenchmarkRecord,
  baseline: BenchmarkRecord,
): string {
  const causes =
    quantity === "memoryKb" || quantity === "flashKb"
      ? memoryCauses(entry, base)
      : costCauses(entry, base, current, baseline);
  causes.sort((a, b) => b.size - a.size);
  const shown = causes.slice(0, MOST_CAUSES).map(({ text }) => text);
  if (causes.length > MOST_CAUSES) shown.push(`${causes.length - MOST_CAUSES} more`);
  const origin = originOf(entry, base, current, baseline);
  if (shown.length === 0) {
    const same = "operations, coefficients and memory are the same";
    return origin ?? (entry.kind === "model" ? `the code that computes it: ${same}` : UNCHANGED_NETWORK);
  }
  return origin === null ? shown.join(", ") : `${shown.join(", ")} (${origin})`;
}

const UNCHANGED_NETWORK = "the firmware: the operations of the network and its memory are the same";

interface Cause {
  /** How much of the figure it is, for the order. */
  size: number;
  text: string;
}

/** What came first: another model, another compiler, another core. */
function originOf(
  entry: Entry,
  base: Entry,
  current: BenchmarkRecord,
  baseline: BenchmarkRecord,
): string | null {
  if (entry.modelHash !== base.modelHash) return "another model";
  if (entry.imageHash !== base.imageHash) return "the same model, compiled differently";
  if (current.coreHash !== baseline.coreHash) return "the same image, another core";
  return null;
}

function memoryCauses({ breakdown: now }: Entry, { breakdown: then }: Entry): Cause[] {
  return changesOf(now?.sections ?? {}, then?.sections ?? {}).map(({ name, before, after }) => ({
    size: Math.abs(after - before),
    text: `${name.replace(".", " ")} ${signed(after - before)} B`,
  }));
}

function costCauses(entry: Entry, base: Entry, current: BenchmarkRecord, baseline: BenchmarkRecord): Cause[] {
  const [now, then] = [coefficientsIn(current, entry), coefficientsIn(baseline, base)];
  // What a board counts has no coefficients here: operations weigh the same.
  const fallback = entry.kind === "model" ? 0 : 1;
  const total = cyclesOf(base.breakdown, then, fallback);
  const share = (cycles: number) => cycles / total;
  const causes: Cause[] = [];
  for (const kind of PRICED) {
    const prefix = PREFIX[kind];
    for (const { name, before, after } of changesOf(
      entry.breakdown?.[kind] ?? {},
      base.breakdown?.[kind] ?? {},
    )) {
      const cycles = then[prefix + name] ?? now[prefix + name] ?? fallback;
      causes.push({
        size: Math.abs(share((after - before) * cycles)),
        text: `${signed(after - before)} ${printable(name)}${kind === "rows" ? " rows" : ""}`,
      });
    }
  }
  for (const { name, before, after } of changesOf(now, then)) {
    // One side did not use it: the operations have said so.
    if (!Object.hasOwn(now, name) || !Object.hasOwn(then, name)) continue;
    const count = countOf(entry.breakdown, name);
    causes.push({
      size: count === null ? Math.abs(after / before - 1) : Math.abs(share(count * (after - before))),
      text: `coefficient ${printable(name)} ${before} → ${after}`,
    });
  }
  return causes.filter(({ size }) => size > 0);
}

const PREFIX = { classes: "cycles.", kernels: "cyclesPerMac.", rows: "cyclesPerRow." } as const;
const PRICED = ["classes", "kernels", "rows"] as const;

/** How often an entry uses a coefficient; null for one that is not of an operation; 0 for an operation it does not execute. */
function countOf(breakdown: Breakdown | undefined, coefficient: string): number | null {
  for (const kind of PRICED) {
    if (!coefficient.startsWith(PREFIX[kind])) continue;
    return breakdown?.[kind]?.[coefficient.slice(PREFIX[kind].length)] ?? 0;
  }
  return null;
}

function coefficientsIn({ platforms }: BenchmarkRecord, { platform }: Entry): Record<string, number> {
  const entries = Object.entries(platforms[platform]?.coefficients ?? {});
  return Object.fromEntries(entries.map(([name, [typ]]) => [name, typ]));
}

function cyclesOf(
  breakdown: Breakdown | undefined,
  coefficients: Record<string, number>,
  fallback: number,
): number {
  let cycles = 0;
  for (const kind of PRICED) {
    for (const [name, count] of Object.entries(breakdown?.[kind] ?? {})) {
      cycles += count * (coefficients[PREFIX[kind] + name] ?? fallback);
    }
  }
  return cycles;
}

function changesOf(now: Record<string, number>, then: Record<string, number>) {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .map((name) => ({ name, before: then[name] ?? 0, after: now[name] ?? 0 }))
    .filter(({ before, after }) => before !== after);
}

function signed(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "−" : "+"}${digits}`;
}
