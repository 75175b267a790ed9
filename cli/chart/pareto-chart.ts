// Energy, latency or memory against how well networks do, board by board: the front as a line, dominated points beside it.

import { type Candidate, COSTS, type Cost, frontOf } from "../../bindings/sweep/candidates.ts";
import type { Chart } from "./render-svg.ts";
import { NEUTRAL } from "./theme.ts";

export interface ParetoChartOptions {
  title: string;
  cost: Cost;
  costTitle: string;
  metricTitle: string;
  /** Of the metric as it is drawn: 100 for shares in percent. */
  factor: number;
  labelOf: (candidate: Candidate) => string;
}

export function paretoChart(
  boards: ReadonlyMap<string, readonly Candidate[]>,
  { title, cost, costTitle, metricTitle, factor, labelOf }: ParetoChartOptions,
): Chart {
  const values = [...boards].flatMap(([platform, candidates]) => {
    const front = new Set(frontOf(candidates, cost).front);
    return candidates.map((candidate) => ({
      platform,
      cost: COSTS[cost](candidate),
      metric: factor * candidate.metric.mean,
      low: factor * candidate.metric.min,
      high: factor * candidate.metric.max,
      cell: String(candidate.cell.cell),
      name: labelOf(candidate),
      precision: candidate.precision,
      front: front.has(candidate),
    }));
  });
  const x = {
    field: "cost",
    type: "quantitative",
    title: costTitle,
    scale: { type: "log", nice: false },
  } as const;
  const y = { field: "metric", type: "quantitative", title: metricTitle, scale: { zero: false } } as const;
  const onFront = { filter: "datum.front" };
  return {
    description: `${title}: ${values.filter(({ front }) => front).length} of ${values.length} networks are on the front`,
    spec: {
      data: { values },
      facet: { field: "platform", type: "nominal", title: null },
      columns: 2,
      resolve: { scale: { x: "independent" } },
      title,
      spec: {
        width: 380,
        height: 260,
        layer: [
          {
            transform: [onFront],
            mark: { type: "line", color: NEUTRAL, strokeWidth: 1, interpolate: "step-after" },
            encoding: { x, y },
          },
          {
            // Of dominated networks too they would be a thicket.
            transform: [onFront],
            mark: { type: "rule", color: NEUTRAL, strokeWidth: 0.75 },
            encoding: {
              x,
              y: { field: "low", type: "quantitative", title: metricTitle, scale: { zero: false } },
              y2: { field: "high" },
            },
          },
          {
            mark: { type: "point", filled: true, size: 55 },
            encoding: {
              x,
              y,
              color: { field: "cell", type: "nominal", title: null },
              shape: { field: "precision", type: "nominal", title: null },
              opacity: { condition: { test: "datum.front", value: 1 }, value: 0.25 },
            },
          },
        ],
      },
    },
  };
}
