// Writes docs/speed.md and docs/pictures/speed.svg from docs/speed.json, the figures of one run of
// `npm run bench -- engines --json docs/speed.json`. Run: npx tsx scripts/make-speed.ts

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderSvg } from "../cli/chart/render-svg.ts";
import { quantile, ratioOf, type Timing } from "./bench-engines/compare.ts";
import { BOUNDS, OURS, type SpeedFigures } from "./bench-engines.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));
const BEGIN = "<!-- figures: written by scripts/make-speed.ts -->";
const END = "<!-- end of figures -->";

const WHAT: Record<string, string> = {
  "ltc-fc-64": "LTC, 64 neurons, fully connected, 16 inputs, 6 unfolds",
  "ltc-fc-256": "LTC, 256 neurons, fully connected, 16 inputs, 6 unfolds",
  "ltc-ncp-64": "LTC, AutoNCP(64, 4), 20 inputs, 6 unfolds",
  "cfc-64": "CfC, 64 neurons, backbone of 128, 16 inputs",
};

/** The page with the tables of those figures in the place of the old ones. */
export function speedPage(page: string, figures: SpeedFigures): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest!.split(END);
  return `${before}${BEGIN}\n${tables(figures)}\n${END}${after}`;
}

function tables({ machine, networks }: SpeedFigures): string {
  const lines = [
    `One run on ${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}: ${Object.values(networks)[0]![0]!.stepUs.length} rounds.`,
  ];
  for (const [name, timings] of Object.entries(networks)) {
    const own = timings.find(({ engine }) => engine === OURS)!;
    lines.push("", `## ${name}`, "", `${WHAT[name]}.`, "");
    lines.push(
      "| engine | µs a step | times ours | 5 to 95 % of rounds | aim | first, ms |",
      "|---|--:|--:|--:|---|--:|",
    );
    for (const timing of timings) lines.push(row(name, timing, own));
  }
  lines.push("", `Engines: ${engines(networks)}.`);
  return lines.join("\n");
}

function row(network: string, timing: Timing, own: Timing): string {
  const { ratio, low, high } = ratioOf(timing, own);
  const bound = BOUNDS[network as keyof typeof BOUNDS][timing.engine];
  const asked = bound === undefined ? "" : `at least ${bound}: ${ratio >= bound ? "met" : "missed"}`;
  const median = quantile(timing.stepUs, 0.5);
  const us = median < 100 ? median.toPrecision(3) : median.toFixed(0);
  const spread = timing === own ? "" : `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return `| ${timing.name} | ${us} | ${ratio.toFixed(2)} | ${spread} | ${asked} | ${timing.firstMs.toFixed(0)} |`;
}

function engines(networks: SpeedFigures["networks"]): string {
  const named = new Map<string, string>();
  for (const { name, version } of Object.values(networks).flat()) named.set(name, version);
  return [...named].map(([name, version]) => `${name}: ${version}`).join("; ");
}

/** How many times slower each engine is, a panel for each network. */
export function speedPlot({ networks }: SpeedFigures): Promise<string> {
  const values = Object.entries(networks).flatMap(([network, timings]) => {
    const own = timings.find(({ engine }) => engine === OURS)!;
    return timings
      .filter((timing) => timing !== own)
      .map((timing) => ({ network, engine: timing.name, ...ratioOf(timing, own) }));
  });
  const y = { field: "engine", type: "nominal" as const, title: null, sort: null };
  const x = (field: string, title?: string) => ({
    field,
    type: "quantitative" as const,
    scale: { type: "log" as const, domain: [0.2, 50] },
    ...(title === undefined ? {} : { title, axis: { values: [0.2, 0.5, 1, 2, 5, 10, 20, 50] } }),
  });
  return renderSvg({
    description: "Time of one step by other engines, in multiples of Liquid Edge's; the rule marks 1",
    spec: {
      padding: { left: 40, right: 8, top: 8, bottom: 8 }, // for readers whose font is wider
      data: { values },
      facet: {
        row: {
          field: "network",
          type: "nominal",
          title: null,
          sort: Object.keys(networks),
          header: { labelOrient: "top", labelAngle: 0, labelAnchor: "start", labelFontWeight: "bold" },
        },
      },
      spec: {
        width: 420,
        height: { step: 15 },
        layer: [
          {
            mark: { type: "rule", strokeDash: [3, 3] },
            encoding: { x: { datum: 1, type: "quantitative", scale: { type: "log" } } },
          },
          {
            mark: { type: "rule", strokeWidth: 2 },
            encoding: { y, x: x("low", "times the duration of ours (log)"), x2: { field: "high" } },
          },
          { mark: { type: "point", filled: true, size: 50 }, encoding: { y, x: x("ratio") } },
        ],
      },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures: SpeedFigures = JSON.parse(readFileSync(join(DOCS, "speed.json"), "utf8"));
  const path = join(DOCS, "speed.md");
  writeFileSync(path, speedPage(readFileSync(path, "utf8"), figures));
  writeFileSync(join(DOCS, "pictures/speed.svg"), await speedPlot(figures));
}
