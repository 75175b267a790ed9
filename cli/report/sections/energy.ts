// 4. What should be optimised?

import {
  type EnergyTree,
  type GroupShare,
  OP_GROUPS,
  type OpGroup,
} from "../../../bindings/report/energy-tree.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { textWidth } from "../../chart/text-width.ts";
import { GROUND_COLOUR, NEUTRAL } from "../../chart/theme.ts";
import { count, digits, percent } from "../../text.ts";
import type { Block, Figure, Section, Table } from "../document.ts";
import { chart, PLOT_WIDTH, SQUARES } from "../plots.ts";
import { cutRows, entryLabel, left, name, right } from "../words.ts";
import { changeFigure } from "./energy-change.ts";

const WIDTH = PLOT_WIDTH + 90;
const LABEL_SIZE = 11;
/** A reader's font may be wider than the one that labels are measured with. */
const MARGIN = 1.12;
/** Rectangles narrower than this are not drawn; the table has them. */
const LEAST_SHARE = 0.002;

export function energy(data: ReportData): Section {
  const blocks: Block[] = data.energy.map((tree) => icicle(tree, entryLabel(data, tree.id)));
  if (data.energy.some(({ layers }) => layers === null)) {
    blocks.unshift({
      kind: "missing",
      text: "A record holds operations by class but not by layer.",
      how: "Made from the suite or from a checkpoint, the report has layers, kernels and the cost of an unfold.",
    });
  }
  if (!("missing" in data.gate)) {
    const { baseline } = data.gate;
    for (const change of data.energyChanges)
      blocks.push(changeFigure(change, entryLabel(data, change.id), name(baseline)));
  }
  const [first] = data.energy;
  return {
    id: "energy",
    title: "Where the energy goes",
    question: "What should be optimised?",
    takeaway:
      first === undefined
        ? "Not known: nothing in the record says what the figures are made of."
        : sentence(first, entryLabel(data, first.id)),
    blocks,
  };
}

function sentence({ groups, layers, unfolds }: EnergyTree, label: string): string {
  const largest = <T extends { share: number }>(shares: readonly T[]) =>
    shares.toSorted((a, b) => b.share - a.share)[0];
  const group = largest(groups)!;
  const layer = largest(layers ?? []);
  const kernel = largest(layer?.kernels ?? []);
  const where =
    layer === undefined
      ? ""
      : `${percent(layer.share)} goes into layer ${name(layer.name)}${
          kernel === undefined ? "" : `, ${percent(kernel.share)} into its kernel ${name(kernel.name)} alone`
        }; `;
  const unfold =
    unfolds === null
      ? ""
      : ` Each of the ${unfolds.count} ODE unfolds takes ${percent(unfolds.share)}, all together ${percent(unfolds.share * unfolds.count)}.`;
  return `${label}: ${where}by kind of operation most goes into "${group.group}", ${percent(group.share)}.${unfold}`;
}

interface Rect {
  level: number;
  start: number;
  end: number;
  label: string;
  /** Empty for what holds several. */
  group: OpGroup | "";
}

function icicle(tree: EnergyTree, label: string): Figure {
  const rects = rectsOf(tree).filter(({ start, end }) => end - start >= LEAST_SHARE);
  const levels = Math.max(...rects.map(({ level }) => level)) + 1;
  const rowHeight = 30;
  const values = rects.map((rect) => ({
    ...rect,
    bottom: rect.level + 1,
    middle: rect.level + 0.5,
    centre: (rect.start + rect.end) / 2,
    text: fitted(rect, (rect.end - rect.start) * WIDTH - 6),
  }));
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    axis: null,
    scale: { domain: [0, 1] },
  });
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    axis: null,
    scale: { domain: [0, levels], reverse: true },
  });
  const used = OP_GROUPS.filter((group) => rects.some((rect) => rect.group === group));
  const title = `${label}: ${digits(tree.energyUj)} µJ an inference`;
  return {
    kind: "figure",
    chart: chart(
      `Icicle of the energy of ${label}, ${digits(tree.energyUj)} µJ: ${tree.groups.map(({ group, share }) => `${group} ${percent(share)}`).join(", ")}.`,
      {
        width: WIDTH,
        height: levels * rowHeight,
        title,
        data: { values },
        layer: [
          {
            mark: { type: "rect", stroke: GROUND_COLOUR, strokeWidth: 1.5 },
            encoding: {
              x: x("start"),
              x2: { field: "end" },
              y: y("level"),
              y2: { field: "bottom" },
              color: {
                condition: { test: "datum.group === ''", value: NEUTRAL },
                field: "group",
                type: "nominal",
                title: null,
                scale: { domain: OP_GROUPS },
                legend: { ...SQUARES, values: used },
              },
            },
          },
          {
            transform: [{ filter: "datum.text !== ''" }],
            mark: { type: "text", fontSize: LABEL_SIZE, color: GROUND_COLOUR },
            encoding: { x: x("centre"), y: y("middle"), text: { field: "text" } },
          },
        ],
      },
    ),
    caption:
      tree.layers === null
        ? "Width is energy. The whole inference, and kinds of operations; typical coefficients of the model."
        : "Width is energy. From above: inference, layers, kernels, kinds of operations within each kernel; typical coefficients of the model." +
          (tree.unfolds === null
            ? ""
            : ` One of ${tree.unfolds.count} unfolds takes ${digits(tree.unfolds.share * tree.energyUj)} µJ (${percent(tree.unfolds.share)}), exactly: the network with one unfold fewer was counted too.`),
    data: treeTable(tree, label),
  };
}

function rectsOf({ layers, groups, energyUj }: EnergyTree): Rect[] {
  const rects: Rect[] = [
    { level: 0, start: 0, end: 1, label: `inference ${digits(energyUj)} µJ`, group: "" },
  ];
  const addGroups = (shares: readonly GroupShare[], level: number, start: number) => {
    let at = start;
    for (const { group, share } of shares) {
      rects.push({ level, start: at, end: at + share, label: `${group} ${percent(share)}`, group });
      at += share;
    }
  };
  if (layers === null) {
    addGroups(groups, 1, 0);
    return rects;
  }
  let at = 0;
  for (const layer of layers) {
    rects.push({
      level: 1,
      start: at,
      end: at + layer.share,
      label: `${name(layer.name)} ${percent(layer.share)}`,
      group: "",
    });
    for (const kernel of layer.kernels) {
      const label = `${kernel.name === "other" ? "rest" : kernel.name} ${percent(kernel.share)}`;
      rects.push({ level: 2, start: at, end: at + kernel.share, label, group: "" });
      addGroups(kernel.groups, 3, at);
      at += kernel.share;
    }
  }
  return rects;
}

const SHORT: Record<OpGroup, string> = {
  "multiply, add": "mul, add",
  "divide, root": "divide",
  load: "load",
  store: "store",
  "compare, select": "compare",
  "branch, call": "branch",
  "integer, address": "integer",
  "convert, move": "convert",
};

/** A label, without its figure or shorter where it does not fit; none where that does not fit either. */
function fitted({ label, group }: Rect, width: number): string {
  const plain = label.replace(/ [^ ]+ %$/, "");
  const candidates = [label, plain, ...(group === "" ? [] : [SHORT[group]])];
  return candidates.find((text) => textWidth(text, LABEL_SIZE) * MARGIN <= width) ?? "";
}

function treeTable({ energyUj, layers, groups }: EnergyTree, label: string): Table {
  const caption = `${label}: energy by part`;
  const energyCells = (share: number) => [digits(share * energyUj), percent(share)];
  if (layers === null) {
    return {
      kind: "table",
      caption,
      columns: [left("operations"), right("energy µJ"), right("share")],
      rows: groups.map(({ group, share }) => [group, ...energyCells(share)]),
    };
  }
  const parts = layers.flatMap((layer) => layer.kernels.map((kernel) => ({ layer, kernel })));
  const { shown, note } = cutRows(
    parts.toSorted((a, b) => b.kernel.share - a.kernel.share),
    24,
  );
  return {
    kind: "table",
    caption,
    columns: [
      left("layer"),
      left("kernel", 1.4),
      right("calls", 0.6),
      right("energy µJ", 0.8),
      right("share", 0.6),
      left("most of it", 1.4),
    ],
    rows: shown.map(({ layer, kernel }) => {
      const most = kernel.groups.toSorted((a, b) => b.share - a.share)[0];
      return [
        name(layer.name),
        { text: kernel.name === "other" ? "rest of the layer" : kernel.name, code: true as const },
        kernel.name === "other" ? "" : count(kernel.calls, "call").replace(/ calls?$/, ""),
        ...energyCells(kernel.share),
        most === undefined ? "" : `${most.group} ${percent(most.share / kernel.share)}`,
      ];
    }),
    ...(note === undefined ? {} : { note }),
  };
}
