// Loss and metric of a training over its epochs.

import type { TopLevelSpec } from "vega-lite";
import type { EpochRecord } from "../../bindings/train/trainer.ts";
import type { Chart } from "./render-svg.ts";
import { NEUTRAL } from "./theme.ts";

export interface Curves {
  title: string;
  history: readonly EpochRecord[];
  /** Of the validation metric. */
  metric: { title: string; factor: number };
  /** The epoch whose weights were kept; 0: none. */
  keptEpoch: number;
}

export function trainingCurves({ title, history, metric, keptEpoch }: Curves): Chart {
  const losses = history.flatMap(({ epoch, trainLoss, validation }) => [
    { epoch, loss: trainLoss, part: "train" },
    ...(validation === null ? [] : [{ epoch, loss: validation.loss, part: "validation" }]),
  ]);
  const metrics = history.flatMap(({ epoch, validation }) =>
    validation === null || !Number.isFinite(validation.metric)
      ? []
      : [{ epoch, value: metric.factor * validation.metric }],
  );
  const x = { field: "epoch", type: "quantitative", axis: { tickMinStep: 1 }, title: "epoch" } as const;
  const kept = {
    data: { values: keptEpoch === 0 ? [] : [{ epoch: keptEpoch }] },
    mark: { type: "rule", color: NEUTRAL, strokeDash: [4, 3] },
    encoding: { x: { field: "epoch", type: "quantitative" } },
  } as const;
  const isLog = losses.length > 0 && losses.every(({ loss }) => loss > 0);
  const lossChart = {
    width: 520,
    height: 240,
    layer: [
      {
        data: { values: losses },
        mark: { type: "line", point: history.length <= 30 },
        encoding: {
          x,
          y: {
            field: "loss",
            type: "quantitative",
            title: "loss",
            scale: isLog ? { type: "log" } : { zero: true },
          },
          color: { field: "part", type: "nominal", title: null, sort: ["train", "validation"] },
        },
      },
      kept,
    ],
  } as const;
  const metricChart = {
    width: 520,
    height: 160,
    layer: [
      {
        data: { values: metrics },
        mark: { type: "line", point: history.length <= 30 },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: metric.title, scale: { zero: false } },
        },
      },
      kept,
    ],
  } as const;
  const spec = { title, vconcat: metrics.length === 0 ? [lossChart] : [lossChart, metricChart] };
  const last = history.at(-1);
  const description =
    last === undefined
      ? `${title}: no epoch`
      : `${title}: training loss from ${history[0]!.trainLoss.toPrecision(3)} to ${last.trainLoss.toPrecision(3)} in ${history.length} epochs`;
  return { spec: spec as unknown as TopLevelSpec, description };
}
