// What the figures of a report have in common.

import type { TopLevelSpec } from "vega-lite";
import type { Chart } from "../chart/render-svg.ts";

/** Of the plotting area, pixels: with axis and legend a figure is as wide as a column of text. */
export const PLOT_WIDTH = 520;

/** A specification of this module's making; Vega-Lite's own types are too wide for its literals. */
export function chart(description: string, spec: object): Chart {
  return { description, spec: { config: { aria: false }, ...spec } as unknown as TopLevelSpec };
}

/** Axis labels with at most three digits: "0.01", "1,000". */
export function quantitative(field: string, title: string | null, scale: object = {}, axis: object = {}) {
  return { field, type: "quantitative", title, scale, axis: { format: ",~r", labelOverlap: true, ...axis } };
}
