// Draws a wiring: columns from the sensors to the motor neurons, synapses as curves. Colours follow the reader's light
// or dark scheme, and polarity shows in colour and in dashes.

import { basename } from "node:path";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { xmlText } from "../../bindings/record/formats/xml.ts";
import { COLOURS, type Colour } from "../../format/colours.ts";
import type { Synapse, WiringGraph } from "./wiring-graph.ts";

const COLUMN_PX = 190;
const ROW_PX = 26;
const RADIUS_PX = 9;
const MARGIN_PX = 60;
const HEAD_PX = 66;
const FOOT_PX = 64;
const TITLE_CHARACTER_PX = 8;
/** More curves than this are a black square, and a file that no viewer opens. */
const MAX_DRAWN = 20_000;

const { ink, ground, accent } = COLOURS;
const INHIBITORY: Colour = { light: "#b93815", dark: "#ffa066" };

const coloursIn = (scheme: keyof Colour) => `
    .ground { fill: ${ground[scheme]}; }
    text { fill: ${ink[scheme]}; }
    .node { fill: ${ground[scheme]}; stroke: ${ink[scheme]}; }
    .excitatory { stroke: ${accent[scheme]}; }
    .inhibitory { stroke: ${INHIBITORY[scheme]}; }
    .tip-excitatory { fill: ${accent[scheme]}; }
    .tip-inhibitory { fill: ${INHIBITORY[scheme]}; }`;

const STYLE = `
    text { font: 11px system-ui, sans-serif; }
    .head { font-size: 13px; font-weight: 600; }
    .node { stroke-width: 1.2; }
    .node-id { font-size: 8px; text-anchor: middle; dominant-baseline: central; }
    .column { text-anchor: middle; font-weight: 600; }
    .excitatory, .inhibitory { fill: none; stroke-width: 1; stroke-opacity: 0.75; }
    .inhibitory { stroke-dasharray: 4 2.5; }${coloursIn("light")}
    @media (prefers-color-scheme: dark) {${coloursIn("dark").replaceAll("\n", "\n  ")}
    }`;

interface Place {
  column: number;
  x: number;
  y: number;
}

/** The drawing as an SVG document. Throws `unavailable` for more than 20,000 synapses. */
export function drawWiring(graph: WiringGraph): string {
  const { columns, synapses, wiring, hasPolarity, name } = graph;
  if (synapses.length > MAX_DRAWN) {
    throw new LiquidEdgeError(
      "unavailable",
      `${name}: expected at most ${MAX_DRAWN} synapses in a drawing, found ${synapses.length} (--json has them all)`,
    );
  }
  const tallest = Math.max(...columns.map(({ ids }) => ids.length));
  const title = `Wiring of ${xmlText(basename(name))}`;
  const width = Math.max(
    2 * MARGIN_PX + (columns.length - 1) * COLUMN_PX + COLUMN_PX / 2,
    (title.length + 30) * TITLE_CHARACTER_PX,
  );
  const height = HEAD_PX + tallest * ROW_PX + FOOT_PX;
  const places = placeNodes(graph, tallest);
  const inhibitory = synapses.filter(({ polarity }) => polarity < 0).length;
  const kinds = hasPolarity
    ? `, ${synapses.length - inhibitory} excitatory and ${inhibitory} inhibitory`
    : "";
  const sizes = columns.map((column) => `${column.ids.length} ${column.name}`).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  <title id="title">${title}</title>`,
    `  <desc id="desc">${wiring.type} wiring: ${sizes}; ${synapses.length} synapses${kinds}.</desc>`,
    `  <style>${STYLE}`,
    "  </style>",
    `  <defs>${marker("excitatory")}${marker("inhibitory")}</defs>`,
    `  <rect class="ground" width="${width}" height="${height}"/>`,
    `  <text class="head" x="16" y="24">${title}: ${wiring.type}, ${synapses.length} synapses</text>`,
    "  <g>",
    ...synapses.map((synapse) => `    ${curve(synapse, places)}`),
    "  </g>",
    ...columns.map(({ name: column, ids }, i) => {
      const x = columnX(i);
      const nodes = ids.map((id) => {
        const { y } = places.get(nodeKey(columns[i]!.kind, id))!;
        return (
          `    <circle class="node" cx="${x}" cy="${y}" r="${RADIUS_PX}"/>` +
          `<text class="node-id" x="${x}" y="${y}">${id}</text>`
        );
      });
      return [
        `  <g><text class="column" x="${x}" y="${HEAD_PX - 16}">${column}</text>`,
        ...nodes,
        "  </g>",
      ].join("\n");
    }),
    legend(height - 24, hasPolarity),
    "</svg>",
  ].join("\n");
}

function columnX(column: number): number {
  return MARGIN_PX + column * COLUMN_PX;
}

function nodeKey(kind: Synapse["source"], id: number): string {
  return `${kind} ${id}`;
}

function placeNodes({ columns }: WiringGraph, tallest: number): Map<string, Place> {
  const places = new Map<string, Place>();
  columns.forEach(({ kind, ids }, column) => {
    const top = HEAD_PX + ((tallest - ids.length) / 2 + 0.5) * ROW_PX;
    ids.forEach((id, row) => {
      places.set(nodeKey(kind, id), { column, x: columnX(column), y: top + row * ROW_PX });
    });
  });
  return places;
}

/** Forward synapses leave to the right; those back or within a column bulge to the right of their column. */
function curve({ source, from, to, polarity }: Synapse, places: ReadonlyMap<string, Place>): string {
  const a = places.get(nodeKey(source, from))!;
  const b = places.get(nodeKey("neuron", to))!;
  const kind = polarity < 0 ? "inhibitory" : "excitatory";
  const start = a.x + RADIUS_PX;
  let path: string;
  if (a === b) {
    path = `M${start},${a.y - 3}c26,-16 26,22 1,${6}`;
  } else if (b.column > a.column) {
    const end = b.x - RADIUS_PX - 3;
    const middle = (start + end) / 2;
    path = `M${start},${a.y}C${middle},${a.y} ${middle},${b.y} ${end},${b.y}`;
  } else {
    const end = b.x + RADIUS_PX + 3;
    const bulge = Math.max(start, end) + 20 + Math.min(40, Math.abs(a.y - b.y) / 4);
    path = `M${start},${a.y}C${bulge},${a.y} ${bulge},${b.y} ${end},${b.y}`;
  }
  return `<path class="${kind}" marker-end="url(#tip-${kind})" d="${path}"/>`;
}

function marker(kind: string): string {
  return (
    `<marker id="tip-${kind}" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">` +
    `<path class="tip-${kind}" d="M0,0L6,3L0,6z"/></marker>`
  );
}

function legend(y: number, hasPolarity: boolean): string {
  const entry = (x: number, kind: string, label: string) =>
    `<path class="${kind}" marker-end="url(#tip-${kind})" d="M${x},${y}h34"/><text x="${x + 42}" y="${y + 4}">${label}</text>`;
  const entries = hasPolarity
    ? entry(16, "excitatory", "excitatory") + entry(140, "inhibitory", "inhibitory")
    : entry(16, "excitatory", "synapse");
  return `  <g>${entries}</g>`;
}
