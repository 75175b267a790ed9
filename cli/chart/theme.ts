// One look for all plots. Every colour of the light scheme has a partner for the dark one; the picture is drawn in the
// light colours and a style sheet inside it exchanges them where the reader prefers dark.

import type { Config } from "vega-lite";
import { COLOURS, type Colour } from "../../format/colours.ts";

const { ink: INK, quiet: QUIET, line: GRID, ground: GROUND } = COLOURS;

/**
 * Series, in this order. Told apart with the common kinds of colour blindness (after Okabe and Ito 2008), with a
 * contrast of at least 3 : 1 to the ground of their scheme; their lightness differs too, for print.
 */
const NAMED = {
  blue: COLOURS.accent,
  orange: { light: "#c2410c", dark: "#ffa066" },
  green: { light: "#00755a", dark: "#3ddbaf" },
  purple: { light: "#9b3f86", dark: "#e6a0d6" },
};
const SERIES: readonly Colour[] = [
  ...Object.values(NAMED),
  { light: "#8a6a00", dark: "#e8c547" },
  { light: "#24292f", dark: "#c9d1d9" },
  { light: "#0e7490", dark: "#67d5ee" },
  COLOURS.bad,
];

/** For series to which a figure gives a colour itself. */
export const BLUE = NAMED.blue.light;
export const ORANGE = NAMED.orange.light;
export const GREEN = NAMED.green.light;
export const PURPLE = NAMED.purple.light;
/** Of letters. */
export const INK_COLOUR = INK.light;
/** For marks that stand for no series: limits, intervals, shaded windows. */
export const NEUTRAL = QUIET.light;
/** Of the page: for what stands on a mark, and the gaps between marks. */
export const GROUND_COLOUR = GROUND.light;
/** For what is part of the picture but not of its message. */
export const FAINT = GRID.light;
/** For what went wrong or lies outside. */
export const ALARM = COLOURS.bad.light;

/** Vega-Lite's configuration, under what a specification itself configures. */
export function theme(own: Config = {}): Config {
  const font = "Helvetica, Arial, system-ui, sans-serif";
  return {
    background: GROUND.light,
    font,
    padding: 12,
    view: { stroke: null, continuousWidth: 520, continuousHeight: 300, discreteWidth: { step: 36 } },
    title: { anchor: "start", color: INK.light, fontSize: 14, fontWeight: 600, offset: 12 },
    axis: {
      domainColor: QUIET.light,
      gridColor: GRID.light,
      labelColor: INK.light,
      labelFontSize: 11,
      tickColor: QUIET.light,
      titleColor: INK.light,
      titleFontSize: 12,
      titleFontWeight: "normal",
      titlePadding: 8,
    },
    legend: { labelColor: INK.light, labelFontSize: 11, titleColor: INK.light, titleFontSize: 11 },
    header: { labelColor: INK.light, titleColor: INK.light, titleFontSize: 12, titleFontWeight: "normal" },
    range: { category: SERIES.map(({ light }) => light) },
    mark: { color: BLUE },
    line: { strokeWidth: 1.75 },
    point: { size: 40, filled: true },
    rule: { color: QUIET.light },
    errorbar: { ticks: true },
    text: { color: INK.light, fontSize: 11 },
    ...own,
  };
}

/** Style sheet that exchanges the colours of a drawn plot for those of the dark scheme, on `media`. */
export function darkStyle(media = "(prefers-color-scheme:dark)"): string {
  const rules = [INK, QUIET, GRID, GROUND, ...SERIES].flatMap(({ light, dark }) => [
    `[fill="${light}"]{fill:${dark}}`,
    `[stroke="${light}"]{stroke:${dark}}`,
  ]);
  return `@media ${media}{${rules.join("")}}`;
}
