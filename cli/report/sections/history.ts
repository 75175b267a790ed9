// 9. Since when?

import type { Trend } from "../../../bindings/record/trend.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { FIGURE_NAMES } from "../../actions/baseline/gate-rows.ts";
import { changeText, probability } from "../../actions/trend.ts";
import { trendChart } from "../../actions/trend-plot.ts";
import { count, digits } from "../../text.ts";
import type { Block, Section, Table } from "../document.ts";
import { cutRows, left, name, right, signedPercent } from "../words.ts";

const MOST_PLOTS = 6;
const MOST_SERIES = 20;

export function history({ trends }: ReportData): Section {
  const base = { id: "history", title: "History", question: "Since when are the figures what they are?" };
  if ("missing" in trends) {
    return {
      ...base,
      takeaway: "There is no history to look at.",
      blocks: [
        {
          kind: "missing",
          text: trends.missing,
          how: "baseline save, and benchmark --history <file>, add a line for each entry; report --history <file> reads another one.",
        },
      ],
    };
  }
  const runs = Math.max(...trends.map(({ points }) => points.length));
  const worse = trends.filter(({ worsening }) => worsening);
  const table = seriesTable(trends);
  const blocks: Block[] =
    runs < 3
      ? [table]
      : [
          {
            kind: "figure",
            chart: trendChart(trends, MOST_PLOTS),
            caption:
              "Each point a run, the line its level; dashed: the level changed (E-divisive, Student's t-test, levels of at least 3 runs, changes of at " +
              "least 0.5 %; false discoveries below 1 %).",
            data: table,
          },
        ];
  const [first] = worse;
  return {
    ...base,
    takeaway:
      runs < 6
        ? `${count(trends.length, "series", "series")} of ${count(runs, "run")}: a change of level takes at least 6 runs to be seen.`
        : first === undefined
          ? `None of ${count(trends.length, "series", "series")} over ${count(runs, "run")} got worse.`
          : `${worse.length} of ${count(trends.length, "series", "series")} got worse; the worst is ${name(first.id)}, ${FIGURE_NAMES[first.quantity]}${first.total === null ? "" : ` (${signedPercent(first.total)})`}.`,
    blocks,
  };
}

function seriesTable(trends: readonly Trend[]): Table {
  const { shown, note } = cutRows(trends, MOST_SERIES);
  return {
    kind: "table",
    caption: "Series, the worst first",
    columns: [
      left("entry", 3.6),
      left("figure", 1.1),
      right("runs", 0.6),
      right("first"),
      right("last"),
      right("change"),
      right("MK p", 0.9),
      left("changes of level", 2),
    ],
    rows: shown.map(({ id, quantity, points, total, slope, changes, worsening }) => [
      { text: name(id), code: true },
      FIGURE_NAMES[quantity],
      String(points.length),
      digits(points[0]!.value),
      digits(points.at(-1)!.value),
      { text: total === null ? "–" : signedPercent(total), ...(worsening ? { level: "bad" as const } : {}) },
      slope === null ? "–" : probability(slope.mannKendallP),
      changes.map(changeText).join("; "),
    ]),
    ...(note === undefined ? {} : { note }),
  };
}
