// The gate's result for a pull request or a step summary.

import { markdownText } from "../../../bindings/record/formats/github.ts";
import { countsText, gateRows, QUIET } from "./gate-rows.ts";
import type { GateReport } from "./gate-text.ts";

/** GitHub takes 65,536 characters in a comment; more rows than these nobody reads either. */
const MOST_ROWS = 100;

const MARKS = {
  regressed: "🔴",
  missing: "🔴",
  incomparable: "🔴",
  undecided: "🟡",
  drifted: "🟡",
  improved: "🟢",
  new: "⚪",
  same: "⚪",
} as const;

/** A heading, a sentence and a table of what differs. */
export function gateMarkdown({ result, baselineName, threshold, exitCode, summary }: GateReport): string {
  const differing = result.comparisons.filter(({ state }) => !QUIET.has(state));
  const lines = [
    `### ${exitCode === 0 ? "✅ Costs are within bounds" : "❌ Costs are out of bounds"}`,
    "",
    `Against baseline ${markdownText(baselineName)}, threshold ${Number((threshold * 100).toPrecision(6))} %: ${summary} (${countsText(result.counts)}).`,
  ];
  const rows = gateRows(differing);
  if (rows.length > 0) {
    lines.push(
      "",
      "| | entry | figure | baseline | now | change | why |",
      "| - | - | - | -: | -: | -: | - |",
    );
    for (const { state, cells } of rows.slice(0, MOST_ROWS)) {
      lines.push(`| ${MARKS[state]} ${state} | ${cells.map(markdownText).join(" | ")} |`);
    }
  }
  if (rows.length > MOST_ROWS) lines.push("", `… and ${rows.length - MOST_ROWS} more.`);
  return lines.join("\n");
}
