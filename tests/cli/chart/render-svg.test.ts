// The SVG that plots are saved as: complete, nothing in it from elsewhere, the same bytes each time.

import type { TopLevelSpec } from "vega-lite";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../../../cli/chart/render-svg.ts";
import { textWidth } from "../../../cli/chart/text-width.ts";
import { ALARM, darkStyle } from "../../../cli/chart/theme.ts";

const spec: TopLevelSpec = {
  title: "Loss over epochs",
  data: {
    values: [
      { epoch: 1, loss: 0.9, part: "train" },
      { epoch: 2, loss: 0.4, part: "train" },
      { epoch: 1, loss: 1.1, part: "<validation>" },
      { epoch: 2, loss: 0.6, part: "<validation>" },
    ],
  },
  mark: "line",
  encoding: {
    x: { field: "epoch", type: "quantitative" },
    y: { field: "loss", type: "quantitative", scale: { type: "log" } },
    color: { field: "part", type: "nominal" },
  },
};
const description = 'Loss of "train" & validation';

describe("a plot", () => {
  it("is an SVG document with a title for screen readers and every label", async () => {
    const svg = await renderSvg({ spec, description });
    expect(svg).toMatch(
      /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* role="img" aria-label="Loss of &#34;train&#34; &#38;/,
    );
    expect(svg).toContain("<title>Loss of &#34;train&#34; &#38; validation</title>");
    for (const label of ["Loss over epochs", "epoch", "loss", "train", "&lt;validation&gt;"]) {
      expect(svg).toContain(`>${label}</text>`);
    }
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
  });

  it("has the same bytes each time and leaves its specification alone", async () => {
    const before = structuredClone(spec);
    const first = await renderSvg({ spec, description });
    expect(await renderSvg({ spec, description })).toBe(first);
    expect(spec).toEqual(before);
  });

  it("loads nothing and runs nothing", async () => {
    const svg = await renderSvg({ spec, description });
    expect(svg).not.toMatch(/<script|<image|<foreignObject|@import|url\(|href/);
    const remote = { ...spec, data: { url: "https://example.org/data.json" } } as TopLevelSpec;
    await expect(renderSvg({ spec: remote, description })).rejects.toThrow("https://example.org/data.json");
  });

  it("refuses a specification that would show something else", async () => {
    const wrong = { ...spec, encoding: { x: { field: "epoch", type: "quantitative" }, y: { fiel: "loss" } } };
    await expect(renderSvg({ spec: wrong as unknown as TopLevelSpec, description })).rejects.toThrow(/chart/);
  });

  it("has a dark partner for every colour it draws with", async () => {
    const svg = await renderSvg({ spec, description });
    const body = svg.slice(svg.indexOf("</style>"));
    const used = new Set(
      [...body.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, colour]) => colour!),
    );
    expect(used.size).toBeGreaterThan(3);
    for (const colour of [...used, ALARM]) expect(darkStyle()).toContain(`"${colour}"`);
  });
});

describe("width of a text", () => {
  // Helvetica's own metrics: H 722, e 556, l 222, o 556; digits 556 each.
  it("is the sum of its letters", () => {
    expect(textWidth("Hello", 1000)).toBe(722 + 556 + 222 + 222 + 556);
    expect(textWidth("0123456789", 10)).toBeCloseTo(55.6, 9);
    expect(textWidth("", 12)).toBe(0);
    expect(textWidth("µs", 1000)).toBe(600 + 500);
  });
});
