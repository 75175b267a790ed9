// The worst series of a history, one small plot each.

import type { TopLevelSpec } from "vega-lite";
import { printable } from "../../bindings/network/printable.ts";
import type { Trend } from "../../bindings/record/trend.ts";
import type { Chart } from "../chart/render-svg.ts";
import { ALARM, NEUTRAL } from "../chart/theme.ts";
import { FIGURE_NAMES } from "./baseline/gate-rows.ts";

/** Of a plot of its own. */
const MOST_SERIES = 12;
/** Above this a history is thinned evenly; the picture would not show more. */
const MOST_POINTS = 500;

/** At most `most` series, steady ones only where there is no other: every run, its level, and where the level changed. */
export function trendChart(trends: readonly Trend[], most = MOST_SERIES): Chart {
  const telling = trends.filter(({ worsening, changes }) => worsening || changes.length > 0);
  const shown = (telling.length > 0 ? telling : trends).slice(0, most);
  const titles = shown.map(({ id, quantity }) => `${printable(id)}: ${FIGURE_NAMES[quantity]}`);
  const runsMost = Math.max(...shown.map(({ points }) => points.length));
  const runs: object[] = [];
  const changes: object[] = [];
  for (const [i, trend] of shown.entries()) {
    const series = titles[i];
    const levels = levelsOf(trend);
    const every = Math.ceil(trend.points.length / MOST_POINTS);
    for (const [run, { value }] of trend.points.entries()) {
      if (run % every === 0) runs.push({ series, run: run + 1, value, level: levels[run] });
    }
    for (const { index, worse } of trend.changes) changes.push({ series, run: index + 0.5, worse });
  }
  const x = {
    field: "run",
    type: "quantitative",
    title: "run",
    axis: { tickMinStep: 1 },
    scale: { domain: [0.5, runsMost + 0.5], nice: false },
  } as const;
  const y = (field: string) =>
    ({
      field,
      type: "quantitative",
      title: null,
      scale: { zero: false },
      axis: { format: ",.4~r", tickCount: 4 },
    }) as const;
  const spec = {
    data: { values: [...runs, ...changes] },
    facet: {
      field: "series",
      type: "nominal",
      title: null,
      sort: titles,
      header: { labelLimit: 330, labelAnchor: "start" },
    },
    columns: 2,
    spec: {
      width: 340,
      height: 130,
      layer: [
        {
          transform: [{ filter: "isValid(datum.worse)" }],
          mark: { type: "rule", strokeWidth: 1.5, strokeDash: [4, 3] },
          encoding: { x, color: { condition: { test: "datum.worse", value: ALARM }, value: NEUTRAL } },
        },
        {
          transform: [{ filter: "isValid(datum.value)" }],
          mark: { type: "line", interpolate: "step" },
          encoding: { x, y: y("level") },
        },
        {
          transform: [{ filter: "isValid(datum.value)" }],
          mark: { type: "point", size: 18 },
          encoding: { x, y: y("value") },
        },
      ],
    },
    resolve: { scale: { y: "independent" } },
  };
  const worse = trends.filter(({ worsening }) => worsening).length;
  const description = `History of ${shown.length} of ${trends.length} series, the worst first; ${worse} got worse. Dashed lines: changes of level, red for the worse.`;
  return { spec: spec as unknown as TopLevelSpec, description };
}

/** Mean of the level that each run belongs to. */
function levelsOf({ points, changes }: Trend): number[] {
  if (changes.length === 0) {
    const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
    return points.map(() => mean);
  }
  return points.map((_, run) => {
    const last = changes.findLast(({ index }) => index <= run);
    return last === undefined ? changes[0]!.before : last.after;
  });
}
