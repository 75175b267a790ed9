// 3. What do I give up for less energy?

import type { Front, FrontPoint } from "../../../bindings/report/fronts.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { NEUTRAL } from "../../chart/theme.ts";
import { digits } from "../../text.ts";
import type { Block, Figure, Section } from "../document.ts";
import { chart, logarithmic, PLOT_WIDTH, quantitative, SHAPES, series } from "../plots.ts";
import { cutRows, isError, left, metricText, name, right } from "../words.ts";

const MOST_GROUPS = 3;
/** Platforms of one figure: more shapes and colours nobody tells apart. */
const MOST_PLATFORMS = 6;

export function pareto(data: ReportData): Section {
  const groups = new Map<string, Front[]>();
  for (const front of data.fronts) {
    const key = JSON.stringify([front.group, front.against]);
    groups.set(key, [...(groups.get(key) ?? []), front]);
  }
  const shown = [...groups.values()].slice(0, MOST_GROUPS);
  const blocks: Block[] = shown.map((fronts) => figure(data, fronts));
  const noQuality = data.fronts.every(({ against }) => against === "RAM kB");
  if (noQuality) {
    blocks.unshift({
      kind: "missing",
      text: "How well the networks do is not known, so they are weighed by what they occupy instead.",
      how:
        data.kind === "model"
          ? "--data <path> scores every variant; --precision all --sparsity 0,0.5,0.75 makes variants to choose from."
          : "Tasks in the suite score every variant.",
    });
  }
  const points = data.fronts.flatMap(({ points }) => points);
  return {
    id: "pareto",
    title: "Pareto front",
    question: "What is given up for less energy?",
    takeaway:
      points.length === 0
        ? "There is nothing to trade: no two variants of a network on one platform."
        : `${points.filter(({ onFront }) => onFront).length} of ${points.length} combinations are on the front of their platform; the others cost more and are no better.${noQuality ? " Quality is not known." : ""}`,
    blocks,
  };
}

function figure(data: ReportData, all: readonly Front[]): Figure {
  const byId = new Map(data.rows.map((row) => [row.id, row]));
  const fronts = all.toSorted((a, b) => leastEnergy(a) - leastEnergy(b)).slice(0, MOST_PLATFORMS);
  const { group, against, better } = fronts[0]!;
  const isRam = against === "RAM kB";
  const factor = isRam || isError(against) ? 1 : 100;
  const otherTitle = isRam ? "RAM, kB" : isError(against) ? name(against) : `${name(against)}, %`;
  const values = fronts.flatMap(({ platform, points }) =>
    points.map((point) => {
      const row = byId.get(point.id)!;
      return {
        platform: name(platform),
        network: name(row.network),
        precision: row.id.split("/").find((part) => /^(fp32|fp16|int8|int4)$/.test(part)) ?? "",
        energy: point.energyUj,
        low: point.min,
        high: point.max,
        other: factor * point.other,
        otherLow: factor * point.otherMin,
        otherHigh: factor * point.otherMax,
        front: point.onFront,
        knee: point.knee,
      };
    }),
  );
  const x = logarithmic(
    values.flatMap(({ low, high }) => [low, high]),
    "energy of an inference, µJ",
  );
  const yScale = { zero: false, nice: true };
  const y = quantitative("other", otherTitle, yScale);
  const color = series(
    "platform",
    fronts.map(({ platform }) => name(platform)),
  ).color;
  const shape = { field: "precision", type: "nominal", title: null, legend: SHAPES };
  const opacity = { condition: { test: "datum.front", value: 1 }, value: 0.3 };
  const tables = cutRows(fronts.flatMap((front) => front.points.map((point) => ({ front, point }))));
  return {
    kind: "figure",
    chart: chart(
      `${name(group)}: energy against ${otherTitle} on ${fronts.length} platforms; ${values.filter(({ front }) => front).length} of ${values.length} points are on a front.`,
      {
        width: PLOT_WIDTH,
        height: 240,
        title: `${name(group)}: energy against ${otherTitle}`,
        data: { values },
        layer: [
          {
            transform: [{ filter: "datum.front" }],
            mark: { type: "line", strokeDash: [4, 3], strokeWidth: 1.25, interpolate: "step-after" },
            encoding: { x: x("energy"), y, color },
          },
          {
            mark: { type: "rule", strokeWidth: 3, opacity: 0.3 },
            encoding: {
              x: x("low"),
              x2: { field: "high" },
              y,
              color,
            },
          },
          ...(isRam
            ? []
            : [
                {
                  transform: [{ filter: "datum.front" }],
                  mark: { type: "rule", color: NEUTRAL, strokeWidth: 0.75 },
                  encoding: {
                    x: x("energy"),
                    y: quantitative("otherLow", otherTitle, yScale),
                    y2: { field: "otherHigh" },
                  },
                },
              ]),
          {
            mark: { type: "point", filled: true, size: 60 },
            encoding: { x: x("energy"), y, color, opacity, shape },
          },
          ...(values.some(({ knee }) => knee)
            ? [
                {
                  transform: [{ filter: "datum.knee" }],
                  mark: { type: "point", filled: false, size: 170, color: NEUTRAL, strokeWidth: 1.5 },
                  encoding: { x: x("energy"), y },
                },
              ]
            : []),
        ],
      },
    ),
    caption:
      `Dashed: the front of each platform, ${better === "higher" ? "higher" : "lower"} and further left is better; faded: dominated. ` +
      `Bars: 90 % intervals of the energy${isRam ? "" : " and of the metric"}. Ring: the knee, where a little of one costs much of the other.` +
      (all.length > fronts.length ? ` The ${fronts.length} of ${all.length} platforms that take least.` : ""),
    data: {
      kind: "table",
      caption: `${name(group)}: energy against ${otherTitle}`,
      columns: [
        left("platform"),
        left("network", 2),
        right("energy µJ"),
        right("90 % interval", 1.4),
        right(otherTitle),
        left("front", 0.9),
      ],
      rows: tables.shown.map(({ front, point }) => [
        name(front.platform),
        name(byId.get(point.id)!.network),
        digits(point.energyUj),
        `[${digits(point.min)}–${digits(point.max)}]`,
        otherText(front, point),
        point.onFront ? { text: point.knee ? "front, knee" : "front", level: "good" } : "",
      ]),
      ...(tables.note === undefined ? {} : { note: tables.note }),
    },
  };
}

function otherText({ against }: Front, { other }: FrontPoint): string {
  return against === "RAM kB" ? digits(other) : metricText(against, other);
}

function leastEnergy({ points }: Front): number {
  return Math.min(...points.map(({ energyUj }) => energyUj));
}
