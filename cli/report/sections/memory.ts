// 7. Does it fit?

import type { Entry } from "../../../bindings/record/record.ts";
import { networkLabel } from "../../../bindings/report/costs.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { bytes, digits, exact, percent } from "../../text.ts";
import type { Block, Section, Table } from "../document.ts";
import { chart, PLOT_WIDTH, quantitative, SQUARES } from "../plots.ts";
import { cutRows, inOrder, left, name, right } from "../words.ts";

const MOST_NETWORKS = 8;
/** Sections of the image and of the arena, as bars stack them. */
const SECTIONS: readonly (readonly [key: string, title: string])[] = [
  ["image.weights", "weights"],
  ["image.tables", "tables"],
  ["image.header", "header"],
  ["image.other", "padding"],
  ["arena.state", "state"],
  ["arena.io", "input, output"],
  ["arena.scratch", "scratch"],
  ["arena.other", "control"],
];

export function memory(data: ReportData): Section {
  const entries = distinctNetworks(data);
  const blocks: Block[] = [];
  if (entries.length > 0) blocks.push(figure(entries.slice(0, MOST_NETWORKS), entries.length));
  const table = limits(data);
  if (table.rows.length > 0) blocks.push(table);
  const unfit = data.rows.filter(({ fits }) => fits === false);
  const known = data.rows.filter(({ fits }) => fits !== null);
  const tightest = known.toSorted((a, b) => b.memoryKb! / b.ramLimitKb! - a.memoryKb! / a.ramLimitKb!)[0];
  return {
    id: "memory",
    title: "Memory map",
    question: "Does it fit, with room for everything else?",
    takeaway:
      tightest === undefined
        ? "Not known: no sizes in the record."
        : `${unfit.length === 0 ? "Everything fits" : `${unfit.length} of ${known.length} combinations do not fit`}; the tightest is ${name(tightest.network)} on ${name(tightest.platform)} with ${percent(tightest.memoryKb! / tightest.ramLimitKb!)} of its RAM. Code and stack come on top.`,
    blocks,
  };
}

/** The first entry of each network that has a memory map. */
function distinctNetworks({ record }: ReportData): Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of record.entries) {
    const label = networkLabel(entry);
    if (entry.breakdown !== undefined && !first.has(label)) first.set(label, entry);
  }
  return [...first.values()];
}

function figure(entries: readonly Entry[], all: number): Block {
  const titles = SECTIONS.map(([, title]) => title);
  const values = entries.flatMap((entry) => {
    const sections = entry.breakdown!.sections;
    const label = name(networkLabel(entry));
    return ["image", "arena"].flatMap((place) =>
      SECTIONS.filter(([key]) => key.startsWith(place)).map(([key, title], i) => ({
        network: label,
        place: place === "image" ? "image (flash)" : "arena (RAM)",
        section: title,
        order: i,
        kb: (sections[key] ?? 0) / 1024,
      })),
    );
  });
  const networks = [...new Set(values.map(({ network }) => network))];
  return {
    kind: "figure",
    chart: chart(`Bytes of ${networks.length} networks by section of image and arena.`, {
      title: "Bytes by section",
      data: { values: values.filter(({ kb }) => kb > 0) },
      facet: {
        column: { field: "place", type: "nominal", title: null, sort: ["image (flash)", "arena (RAM)"] },
      },
      spacing: 30,
      spec: {
        width: (PLOT_WIDTH - 120) / 2,
        height: { step: 22 },
        mark: { type: "bar", height: 14 },
        encoding: {
          y: { field: "network", type: "nominal", title: null, sort: networks, axis: { labelLimit: 240 } },
          x: quantitative("kb", "kB of 1,024 bytes", {}, { tickCount: 4 }),
          color: {
            field: "section",
            type: "nominal",
            title: null,
            scale: { domain: titles },
            legend: SQUARES,
          },
          order: { field: "order" },
        },
      },
      resolve: { scale: { x: "independent" } },
    }),
    caption:
      "The image lies in flash and is copied to RAM where both fit; the arena is always in RAM. Exact: from the compiled network." +
      (all > entries.length ? ` The first ${entries.length} of ${all} networks.` : ""),
    data: {
      kind: "table",
      caption: "Bytes by section",
      columns: [left("network", 2), ...titles.map((title) => right(title))],
      rows: entries.map((entry) => [
        name(networkLabel(entry)),
        ...SECTIONS.map(([key]) => bytes(entry.breakdown!.sections[key] ?? 0)),
      ]),
    },
  };
}

function limits(data: ReportData): Table {
  const { shown, note } = cutRows(
    inOrder(
      data,
      data.rows.filter(({ fits }) => fits !== null),
    ),
  );
  return {
    kind: "table",
    caption: "Against the limits of the platforms",
    columns: [
      left("network", 2),
      left("platform", 1.2),
      right("RAM kB"),
      right("of kB"),
      right("share"),
      right("flash kB"),
      right("of kB"),
      right("share"),
      left("fits", 0.7),
    ],
    rows: shown.map((row) => [
      name(row.network),
      name(row.platform),
      digits(row.memoryKb!),
      exact(row.ramLimitKb!),
      percent(row.memoryKb! / row.ramLimitKb!),
      digits(row.flashKb!),
      exact(row.flashLimitKb!),
      percent(row.flashKb! / row.flashLimitKb!),
      { text: row.fits ? "yes" : "no", level: row.fits ? "good" : "bad" },
    ]),
    ...(note === undefined ? {} : { note }),
  };
}
