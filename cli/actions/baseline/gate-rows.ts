// What tables of a gate have in common, whatever they are printed as.

import { printable } from "../../../bindings/network/printable.ts";
import type { Comparison, State } from "../../../bindings/record/gate.ts";
import { digits } from "../../text.ts";

export const FIGURE_NAMES: Record<Comparison["quantity"], string> = {
  energyUj: "energy µJ",
  averagePowerMw: "power mW",
  latencyMs: "latency ms",
  memoryKb: "RAM kB",
  flashKb: "flash kB",
  instructions: "instructions",
  cycles: "cycles",
  accuracy: "quality",
};

/** States that need no row of their own unless everything is asked for. */
export const QUIET: ReadonlySet<State> = new Set(["same"]);

/** Cells of a row: entry, figure, baseline, now, change, why. */
export type Cells = [string, string, string, string, string, string];

export interface GateRow {
  state: State;
  cells: Cells;
}

/** A row for each figure; one for an entry of which all figures are missing or new. */
export function gateRows(comparisons: readonly Comparison[]): GateRow[] {
  const byId = new Map<string, Comparison[]>();
  for (const one of comparisons) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  return comparisons.flatMap((one): GateRow[] => {
    const { id, state, why } = one;
    const siblings = byId.get(id)!;
    const isWhole = siblings.length > 1 && siblings.every((other) => other.state === state);
    if (!isWhole || (state !== "missing" && state !== "new")) return [{ state, cells: cellsOf(one) }];
    if (siblings[0] !== one) return [];
    return [{ state, cells: [printable(id), `all ${siblings.length}`, "", "", "", why] }];
  });
}

function cellsOf(one: Comparison): Cells {
  const { id, quantity, baseline, current, why } = one;
  const figure = (value: number | null) => (value === null ? "" : digits(value));
  return [printable(id), FIGURE_NAMES[quantity], figure(baseline), figure(current), changeText(one), why];
}

/** +5.3 %, or in points; with its interval where there is one. */
function changeText({ quantity, change, changeMin, changeMax }: Comparison): string {
  if (change === null || change === 0) return "";
  const isPoints = quantity === "accuracy";
  const signed = (value: number) => {
    const percent = value * 100;
    if (percent > 1e6) return "∞";
    const decimals = Math.abs(percent) < 0.095 && percent !== 0 ? 3 : 1;
    return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(decimals)}`;
  };
  const unit = isPoints ? "points" : "%";
  const interval =
    changeMin === null || changeMax === null ? "" : ` [${signed(changeMin)}, ${signed(changeMax)}]`;
  return `${signed(change)} ${unit}${interval}`;
}

/** "3 regressed, 1 missing, 200 same": the states that occur. */
export function countsText(counts: Record<State, number>): string {
  const occurring = Object.entries(counts).filter(([, n]) => n > 0);
  return occurring.map(([state, n]) => `${n} ${state}`).join(", ");
}
