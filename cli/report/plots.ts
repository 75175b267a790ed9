// What the figures of a report have in common.

import type { TopLevelSpec } from "vega-lite";
import type { Chart } from "../chart/render-svg.ts";
import { NEUTRAL } from "../chart/theme.ts";

/** Of the plotting area, pixels: with its axis labels a figure is as wide as a column of text. */
export const PLOT_WIDTH = 500;

/** Pixels; a longer title is cut. */
const TITLE_WIDTH = PLOT_WIDTH;

/** Below the plot, where a phone has room for it. */
const LEGEND = { orient: "bottom", columnPadding: 22, columns: 4, labelLimit: 240 };
/** The same for shapes that have any colour. */
export const SHAPES = { ...LEGEND, symbolFillColor: NEUTRAL, symbolStrokeColor: NEUTRAL };
/** The same for areas, which need no shape. */
export const SQUARES = { ...LEGEND, symbolType: "square" };

/** A specification of this module's making; Vega-Lite's own types are too wide for its literals. */
export function chart(
  description: string,
  { title, ...spec }: { title: string; [part: string]: unknown },
): Chart {
  return {
    description,
    spec: { ...spec, title: { text: title, limit: TITLE_WIDTH } } as unknown as TopLevelSpec,
  };
}

/** An encoding by a linear scale; labels have no digits that say nothing. */
export function quantitative(field: string, title: string | null, scale: object = {}, axis: object = {}) {
  return { field, type: "quantitative", title, scale, axis: { format: ",~r", labelOverlap: true, ...axis } };
}

/** How much of a decade stays free on either side of a logarithmic axis. */
const MARGIN = 0.06;

/**
 * Encodings by one logarithmic scale that holds all of `values`, and says so in its title; ticks at 1, 2 and 5 or, over
 * more than two decades, at powers of ten.
 */
export function logarithmic(values: readonly number[], title: string | null) {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.log10(Math.min(...positive)), Math.log10(Math.max(...positive))];
  const margin = Math.max(MARGIN, MARGIN * (most - least));
  const [low, high] = [least - margin, most + margin];
  const steps = high - low > 2.2 ? [1] : high - low > 0.9 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const step of steps) {
      const at = Number(`${step}e${power}`);
      if (Math.log10(at) >= low && Math.log10(at) <= high) ticks.push(at);
    }
  }
  return (field: string) => ({
    field,
    type: "quantitative",
    title: title === null ? null : `${title} (log axis)`,
    scale: { type: "log", domain: [10 ** low, 10 ** high], nice: false },
    axis: { values: ticks, format: ",~r", labelOverlap: true },
  });
}

/** An ordered category on the vertical axis, with a line across the plot. */
export function categories(field: string, sort: readonly string[]) {
  return { field, type: "nominal", title: null, sort, axis: { grid: true, labelLimit: 260 } };
}

/** Series told apart by colour and by shape. */
export function series(field: string, sort: readonly string[]) {
  const one = { field, type: "nominal", title: null, sort, legend: sort.length > 1 ? LEGEND : null };
  return { color: one, shape: one };
}
