// GitHub: workflow commands that annotate a run, and text that Markdown does not take for markup.

import { printable } from "../../network/printable.ts";
import type { Comparison, GateResult, State } from "../gate.ts";

/** GitHub shows 10 annotations of a kind for a step; the last one says how many more there are. */
const MOST = 9;

const LEVELS: Partial<Record<State, "error" | "warning">> = {
  regressed: "error",
  missing: "error",
  incomparable: "error",
  undecided: "warning",
  drifted: "warning",
};

/** Workflow commands, the worst figures first. */
export function annotations({ comparisons }: GateResult): string[] {
  return (["error", "warning"] as const).flatMap((level) => {
    const all = comparisons.filter(({ state }) => LEVELS[state] === level);
    const lines = all.slice(0, MOST).map((one) => {
      const title = property(`${printable(one.id)} ${one.quantity} ${one.state}`);
      return `::${level} title=${title}::${message(sentence(one))}`;
    });
    const rest = all.length - MOST;
    return rest > 0 ? [...lines, `::${level}::and ${rest} more: see the table of the gate`] : lines;
  });
}

/** "102 → 110 (+7.8 %): +1,204 f32Mul" */
function sentence({ baseline, current, change, why, quantity }: Comparison): string {
  const values = `${baseline ?? "none"} → ${current ?? "none"}`;
  const share =
    change === null
      ? ""
      : ` (${change < 0 ? "" : "+"}${(change * 100).toFixed(1)} ${quantity === "accuracy" ? "points" : "%"})`;
  return `${values}${share}${why === "" ? "" : `: ${why}`}`;
}

/** Percent signs and line ends are the escapes of workflow commands. */
function message(text: string): string {
  return text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function property(text: string): string {
  return message(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}

/** Text in Markdown that stays text: no HTML, no markup, no mention, no cell of a table. */
export function markdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]()#+!|~$-]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/@/g, "&#64;")
    .replace(/:\/\//g, "&#58;//");
}
