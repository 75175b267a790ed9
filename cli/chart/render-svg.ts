// Draws a Vega-Lite specification as a static SVG document: no browser, no script and no font in the file, and the same
// bytes for the same specification. Vega is loaded when a plot is asked for; it takes longer than an estimate.

import type { TopLevelSpec } from "vega-lite";
import { plainLines } from "../../bindings/network/printable.ts";
import { xmlText } from "../../bindings/record/formats/xml.ts";
import { textWidth } from "./text-width.ts";
import { darkStyle, theme } from "./theme.ts";

export interface Chart {
  /** Data and encodings. Colours, fonts and sizes of the theme hold wherever the specification names none. */
  spec: TopLevelSpec;
  /** What a reader who does not see the picture is told. */
  description: string;
}

export interface SvgOptions {
  /**
   * Whether it becomes part of a page, which has the style sheet of the dark scheme once for all plots, and the numbers in a
   * table beside it: single marks then say nothing to a screen reader. Default false.
   */
  embedded?: boolean;
  /** Factor on the width of text: room for readers whose font is wider than Helvetica. Default 1. */
  textMargin?: number;
}

/**
 * The chart as an SVG document with a title for screen readers; colours follow the reader's light or dark scheme.
 * Nothing is loaded from elsewhere: a specification that names a URL is refused.
 * @throws Error when Vega refuses the specification
 */
export async function renderSvg(
  { spec, description }: Chart,
  { embedded = false, textMargin = 1 }: SvgOptions = {},
): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  measureTextWith(vega, textMargin);
  const warnings: string[] = [];
  const logger = quietLogger(warnings);
  const { spec: compiled } = compile(
    { ...structuredClone(spec), description },
    { config: theme(spec.config), logger },
  );
  const view = new vega.View(vega.parse(compiled), { renderer: "none", loader: NO_LOADER, logger });
  try {
    const svg = await view.toSVG();
    if (warnings.length > 0) throw new Error(`chart: ${warnings[0]}`);
    return asDocument(svg, description, embedded);
  } finally {
    view.finalize();
  }
}

/** Vega's hook for measuring text, which its types leave out; without it the layout guesses. */
function measureTextWith(vega: object, margin: number): void {
  const { textMetrics } = vega as { textMetrics: { width: typeof width } };
  const width = (item: { fontSize?: number; fontWeight?: string | number }, text: string) =>
    margin * textWidth(text, item.fontSize ?? 11, isBold(item.fontWeight));
  textMetrics.width = width;
}

const ROLES = / role="[^"]*"| aria-[a-z]+="[^"]*"/g;

function asDocument(svg: string, description: string, embedded: boolean): string {
  const head = svg.indexOf(">") + 1;
  const opening = svg.slice(0, head - 1).replace(ROLES, "");
  const body = svg.slice(head);
  return [
    `${opening} role="img" aria-label="${xmlText(description)}">`,
    `<title>${xmlText(description)}</title>`,
    ...(embedded ? [] : [`<style>${darkStyle()}</style>`]),
    // Names in a chart come from files; Vega escapes markup, but not what XML forbids.
    `${plainLines(embedded ? body.replace(ROLES, "") : body)}\n`,
  ].join("");
}

const NO_LOADER = {
  load: (uri: string) => Promise.reject(new Error(`chart: expected data in the specification, found ${uri}`)),
  sanitize: (uri: string) => Promise.reject(new Error(`chart: expected no link, found ${uri}`)),
  http: () => Promise.reject(new Error("chart: expected no address")),
  file: () => Promise.reject(new Error("chart: expected no file")),
};

/** Collects complaints: a chart with one shows something else than was meant. */
function quietLogger(complaints: string[]) {
  const collect = (...parts: readonly unknown[]) => {
    complaints.push(parts.map(String).join(" "));
    return logger;
  };
  const ignore = () => logger;
  const level = ((value?: number) => (value === undefined ? 1 : logger)) as never;
  const logger = { level, error: collect, warn: collect, info: ignore, debug: ignore };
  return logger;
}

function isBold(weight: string | number | undefined): boolean {
  return weight === "bold" || Number(weight) >= 600;
}
