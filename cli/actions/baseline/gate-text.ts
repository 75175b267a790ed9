// The gate's result for a terminal.

import { printable } from "../../../bindings/network/printable.ts";
import type { GateResult, State } from "../../../bindings/record/gate.ts";
import { type Cell, type Style, styled, table } from "../../text.ts";
import { countsText, gateRows, QUIET } from "./gate-rows.ts";

export interface GateReport {
  result: GateResult;
  baselineName: string;
  /** File, and git reference, of the baseline. */
  source: string;
  threshold: number;
  exitCode: number;
  /** How much was compared, in a few words. */
  summary: string;
}

const STYLES: Partial<Record<State, Style>> = {
  regressed: ["bold", "red"],
  missing: "red",
  incomparable: "red",
  undecided: "yellow",
  drifted: "yellow",
  improved: "green",
};

/** Rows for what differs, or for everything when `verbose`. */
export function gateText(report: GateReport, colour: boolean, verbose: boolean): string {
  const { result, baselineName, threshold, exitCode, summary } = report;
  const shown = result.comparisons.filter(({ state }) => verbose || !QUIET.has(state));
  const verdict = exitCode === 0 ? "PASS" : "FAIL";
  const rows = gateRows(shown).map(({ state, cells }): Cell[] => {
    const style = STYLES[state];
    return [style === undefined ? state : { text: state, style }, ...cells];
  });
  const lines = [
    `${styled(colour, exitCode === 0 ? ["bold", "green"] : ["bold", "red"], verdict)} against baseline ${printable(baselineName)}, threshold ${Number((threshold * 100).toPrecision(6))} %: ${summary}`,
    countsText(result.counts),
  ];
  if (rows.length > 0) {
    const right = { align: "right" } as const;
    lines.push(
      "",
      table(
        [
          { title: "state" },
          { title: "entry" },
          { title: "figure" },
          { title: "baseline", ...right },
          { title: "now", ...right },
          { title: "change", ...right },
          { title: "why" },
        ],
        rows,
        colour,
      ),
    );
  }
  return lines.join("\n");
}
