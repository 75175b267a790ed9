// Estimates against executed counts, twice: as a scatter plot, and as Bland and Altman (1986) draw differences over sizes.

import type { Interval } from "../../bindings/estimate/interval.ts";
import type { Agreement } from "../../bindings/statistics/agreement.ts";
import { percent } from "../text.ts";
import type { Chart } from "./render-svg.ts";
import { ALARM, NEUTRAL } from "./theme.ts";

export interface CheckedNetwork {
  cell: string;
  measured: number;
  /** `min` and `max` bound a 90 % interval. */
  estimate: Interval;
  /** Whether the calibration was fitted to it. */
  fitted: boolean;
}

export interface CrosscheckChartOptions {
  board: string;
  counts: string;
  /** Of the networks that were not fitted to. */
  agreement: Agreement;
  calibrated: boolean;
}

const SIZE = 330;

/** Fitted networks are pale: bias and limits of agreement are of the others. */
export function crosscheckChart(
  networks: readonly CheckedNetwork[],
  { board, counts, agreement, calibrated }: CrosscheckChartOptions,
): Chart {
  const error = (value: number, measured: number) => 100 * (value / measured - 1);
  const values = networks.map(({ cell, measured, estimate: { typ, min, max }, fitted }) => ({
    cell: cell.split(".").at(-1)!,
    measured,
    typ,
    min,
    max,
    // Both are right by ratios, so the size is their geometric mean.
    size: Math.sqrt(measured * typ),
    error: error(typ, measured),
    low: error(min, measured),
    high: error(max, measured),
    fitted,
  }));
  const ends = values.flatMap(({ measured, min, max }) => [measured, min, max]);
  const domain = [Math.min(...ends) / 1.1, Math.max(...ends) * 1.1];
  const scale = { type: "log", domain, nice: false } as const;
  const { bias, limits, medianIntervalWidth } = agreement;
  const axis = { labelOverlap: "greedy", labelSeparation: 6 } as const;
  const x = { field: "measured", type: "quantitative", title: `executed ${counts}`, scale, axis } as const;
  const onSize = {
    field: "size",
    type: "quantitative",
    title: "geometric mean of estimate and executed",
    scale,
    axis,
  } as const;
  const estimate = (field: string) =>
    ({ field, type: "quantitative", title: `estimated ${counts}`, scale }) as const;
  const difference = (field: string) =>
    ({
      field,
      type: "quantitative",
      title: "estimate / executed - 1, %",
      scale: { zero: true },
    }) as const;
  const faded = (full: number) => ({ condition: { test: "datum.fitted", value: 0.3 }, value: full });
  const color = { field: "cell", type: "nominal", title: null } as const;
  const bar = { type: "rule", color: NEUTRAL, strokeWidth: 1 } as const;
  const dot = { type: "point", filled: true, size: 34 } as const;
  const lines = [
    { error: 100 * limits.max, name: `bias + 1.96 s: ${signed(limits.max)}` },
    { error: 100 * bias, name: `bias: ${signed(bias)}` },
    { error: 100 * limits.min, name: `bias - 1.96 s: ${signed(limits.min)}` },
  ];
  const title =
    `${calibrated ? "Calibrated" : "Uncalibrated"} estimates against ${board} (emulated): ` +
    `mean error ${percent(agreement.meanError)}, worst ${percent(agreement.worstError)}`;
  return {
    description:
      `${title}, over ${agreement.n} networks; bias ${signed(bias)}, limits of agreement ${signed(limits.min)} to ` +
      `${signed(limits.max)}, ${percent(agreement.coverage)} inside the 90 % interval, whose median width is ${percent(medianIntervalWidth)}.`,
    spec: {
      title: { text: title, subtitle: "bars: 90 % interval of the estimate; pale: fitted networks" },
      data: { values },
      hconcat: [
        {
          width: SIZE,
          height: SIZE,
          layer: [
            {
              data: { values: domain.map((end) => ({ measured: end, typ: end })) },
              mark: { type: "line", color: NEUTRAL, strokeWidth: 1, strokeDash: [4, 3] },
              encoding: { x, y: estimate("typ") },
            },
            {
              mark: bar,
              encoding: { x, y: estimate("min"), y2: { field: "max" }, opacity: faded(0.9) },
            },
            { mark: dot, encoding: { x, y: estimate("typ"), color, opacity: faded(1) } },
          ],
        },
        {
          width: SIZE,
          height: SIZE,
          layer: [
            {
              mark: bar,
              encoding: { x: onSize, y: difference("low"), y2: { field: "high" }, opacity: faded(0.5) },
            },
            { mark: dot, encoding: { x: onSize, y: difference("error"), color, opacity: faded(1) } },
            {
              data: { values: lines },
              mark: { type: "rule", color: ALARM, strokeWidth: 1.25, strokeDash: [5, 3] },
              encoding: { y: difference("error") },
            },
            {
              data: { values: lines },
              mark: { type: "text", align: "right", baseline: "bottom", dy: -2, color: ALARM },
              encoding: { x: { value: SIZE }, y: difference("error"), text: { field: "name" } },
            },
          ],
        },
      ],
    },
  };
}

function signed(share: number): string {
  return `${share < 0 ? "-" : "+"}${(100 * Math.abs(share)).toFixed(1)} %`;
}
