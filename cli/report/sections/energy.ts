// 4. What should be optimised?

import { type EnergyTree, type GroupShare, OP_GROUPS } from "../../../bindings/report/energy-tree.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { textWidth } from "../../chart/text-width.ts";
import { GROUND_COLOUR, NEUTRAL } from "../../chart/theme.ts";
import { count, digits, percent } from "../../text.ts";
import type { Block, Figure, Section, Table } from "../document.ts";
import { chart, PLOT_WIDTH } from "../plots.ts";
import { cutRows, left, name, right } from "../words.ts";

const WIDTH = PLOT_WIDTH + 90;
const LABEL_SIZE = 11;
/** Rectangles narrower than this are not drawn; the table has them. */
const LEAST_SHARE = 0.002;

export function energy(data: ReportData): Section {
  const blocks: Block[] = data.energy.map((tree) => icicle(tree));
  if (data.energy.some(({ layers }) => layers === null)) {
    blocks.unshift({
      kind: "missing",
      text: "A record holds operations by class but not by layer.",
      how: "Made from the suite or from a checkpoint, the report has layers, kernels and the cost of an unfold.",
    });
  }
  const [first] = data.energy;
  return {
    id: "energy",
    title: "Where the energy goes",
    question: "What should be optimised?",
    takeaway:
      first === undefined
        ? "Not known: nothing in the record says what the figures are made of."
        : sentence(first),
    blocks,
  };
}

function sentence({ id, groups, layers, unfolds }: EnergyTree): string {
  const largest = (shares: readonly GroupShare[]) => shares.toSorted((a, b) => b.share - a.share)[0]!;
  const group = largest(groups);
  const layer = layers?.toSorted((a, b) => b.share - a.share)[0];
  const where =
    layer === undefined
      ? ""
      : ` ${percent(layer.share)} of it in layer ${name(layer.name)}${
          layer.kernels[0] === undefined
            ? ""
            : `, kernel ${name(layer.kernels[0].name)} alone ${percent(layer.kernels[0].share)}`
        };`;
  const unfold =
    unfolds === null
      ? ""
      : ` Each of the ${unfolds.count} ODE unfolds takes ${percent(unfolds.share)}, all together ${percent(unfolds.share * unfolds.count)}.`;
  return `${name(id)}:${where} most goes into "${group.group}" (${percent(group.share)}).${unfold}`;
}

interface Rect {
  level: number;
  from: number;
  to: number;
  label: string;
  group: string;
}

function icicle(tree: EnergyTree): Figure {
  const rects = rectsOf(tree).filter(({ from, to }) => to - from >= LEAST_SHARE);
  const levels = Math.max(...rects.map(({ level }) => level)) + 1;
  const rowHeight = 30;
  const values = rects.map((rect) => ({
    ...rect,
    bottom: rect.level + 1,
    middle: rect.level + 0.5,
    centre: (rect.from + rect.to) / 2,
    text: fitted(rect.label, (rect.to - rect.from) * WIDTH - 8),
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
  const title = `${name(tree.id)}: ${digits(tree.energyUj)} µJ an inference`;
  return {
    kind: "figure",
    chart: chart(
      `Icicle of the energy of ${name(tree.id)}, ${digits(tree.energyUj)} µJ: ${tree.groups.map(({ group, share }) => `${group} ${percent(share)}`).join(", ")}.`,
      {
        width: WIDTH,
        height: levels * rowHeight,
        title,
        data: { values },
        layer: [
          {
            mark: { type: "rect", stroke: GROUND_COLOUR, strokeWidth: 1.5 },
            encoding: {
              x: x("from"),
              x2: { field: "to" },
              y: y("level"),
              y2: { field: "bottom" },
              color: {
                condition: { test: "datum.group === ''", value: NEUTRAL },
                field: "group",
                type: "nominal",
                title: null,
                scale: { domain: used },
                legend: { orient: "bottom", columns: 4, symbolType: "square" },
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
    data: treeTable(tree),
  };
}

function rectsOf({ layers, groups, energyUj }: EnergyTree): Rect[] {
  const rects: Rect[] = [{ level: 0, from: 0, to: 1, label: `inference ${digits(energyUj)} µJ`, group: "" }];
  const addGroups = (shares: readonly GroupShare[], level: number, start: number) => {
    let from = start;
    for (const { group, share } of shares) {
      rects.push({ level, from, to: from + share, label: `${group} ${percent(share)}`, group });
      from += share;
    }
  };
  if (layers === null) {
    addGroups(groups, 1, 0);
    return rects;
  }
  let from = 0;
  for (const layer of layers) {
    rects.push({
      level: 1,
      from,
      to: from + layer.share,
      label: `${name(layer.name)} ${percent(layer.share)}`,
      group: "",
    });
    for (const kernel of layer.kernels) {
      const label = `${kernel.name === "other" ? "rest" : kernel.name} ${percent(kernel.share)}`;
      rects.push({ level: 2, from, to: from + kernel.share, label, group: "" });
      addGroups(kernel.groups, 3, from);
      from += kernel.share;
    }
  }
  return rects;
}

/** A label, without its figure or cut where it does not fit; none where not even a few letters would. */
function fitted(label: string, width: number): string {
  if (textWidth(label, LABEL_SIZE) <= width) return label;
  const short = label.replace(/ [^ ]+ %$/, "");
  if (textWidth(short, LABEL_SIZE) <= width) return short;
  for (let length = Math.min(short.length - 1, 40); length >= 4; length--) {
    const cut = `${short.slice(0, length)}…`;
    if (textWidth(cut, LABEL_SIZE) <= width) return cut;
  }
  return "";
}

function treeTable({ id, energyUj, layers, groups }: EnergyTree): Table {
  const caption = `${name(id)}: energy by part`;
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
