// The twelve sections, from the view model.

import type { Kind } from "../../bindings/record/record.ts";
import type { ReportData } from "../../bindings/report/report.ts";
import { digits } from "../text.ts";
import type { Document } from "./document.ts";
import { agreement } from "./sections/agreement.ts";
import { battery } from "./sections/battery.ts";
import { energy } from "./sections/energy.ts";
import { fidelity } from "./sections/fidelity.ts";
import { hardware } from "./sections/hardware.ts";
import { history } from "./sections/history.ts";
import { memory } from "./sections/memory.ts";
import { pareto } from "./sections/pareto.ts";
import { provenance } from "./sections/provenance.ts";
import { realTime } from "./sections/real-time.ts";
import { reproduce } from "./sections/reproduce.ts";
import { verdict } from "./sections/verdict.ts";
import { name } from "./words.ts";

const SECTIONS = [
  verdict,
  hardware,
  pareto,
  energy,
  realTime,
  battery,
  memory,
  agreement,
  history,
  fidelity,
  provenance,
  reproduce,
];

/** Where figures of a kind come from. */
const ORIGINS: Record<Kind, string> = {
  model: "computed from counted operations, not measured",
  emulated: "counted on an emulated board",
  measured: "measured on a board",
};

export function writeDocument(data: ReportData): Document {
  const { record, title, kind, source, at, rows } = data;
  const kinds = [...new Set(rows.map((row) => row.kind))];
  const commit =
    record.git === null
      ? ""
      : `, commit ${name(record.git.commit.slice(0, 9))}${record.git.dirty ? " with changes" : ""}`;
  return {
    title: name(title),
    tool: `${name(record.tool.name)} ${name(record.tool.version)}`,
    facts: [
      `${kind === "model" ? "Network" : kind === "suite" ? "Suite" : "Record"} ${name(source)}${commit}; ${at.slice(0, 16).replace("T", " ")} UTC; ${name(record.tool.name)} ${name(record.tool.version)}.`,
      kinds.length === 0
        ? "No figure could be made."
        : `Figures are ${kinds.map((one) => ORIGINS[one]).join(", others ")}. Intervals are 90 %.${rows[0] === undefined ? "" : ` An inference is ${record.entries[0]!.conditions.steps === 1 ? "one time step" : `${record.entries[0]!.conditions.steps} time steps`}, ${digits(rows[0].rateHz)} a second.`}`,
    ],
    sections: SECTIONS.map((section) => section(data)),
    json: embedded(data),
    createdAt: Math.floor(Date.parse(at) / 1000),
  };
}

/** Series whose points are embedded one by one: those that the report shows. */
const MOST_SERIES = 20;

/** The view model as JSON; of series that are not shown the first and the last run, or histories would fill the file. */
function embedded(data: ReportData): string {
  const trends =
    "missing" in data.trends
      ? data.trends
      : data.trends.map((trend, i) =>
          i < MOST_SERIES || trend.points.length < 2
            ? trend
            : { ...trend, points: [trend.points[0]!, trend.points.at(-1)!] },
        );
  // What no reader could see is written as an escape, which means the same.
  return JSON.stringify({ ...data, trends }).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
