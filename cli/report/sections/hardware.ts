// 2. Which microcontroller, and how sure is that?

import type { CostRow } from "../../../bindings/report/costs.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { NEUTRAL } from "../../chart/theme.ts";
import { digits, percent } from "../../text.ts";
import type { Block, Figure, Section } from "../document.ts";
import { categories, chart, logarithmic, PLOT_WIDTH, series } from "../plots.ts";
import {
  cutRows,
  firstFocus,
  inOrder,
  KIND_NAMES,
  left,
  name,
  platformOrder,
  right,
  spanCells,
  VERDICT_LEVEL,
} from "../words.ts";

/** Variants of a network that one figure can tell apart. */
const MOST_VARIANTS = 6;
/** Figures: one a model. */
const MOST_MODELS = 4;

export function hardware(data: ReportData): Section {
  const rows = inOrder(data);
  const focus = firstFocus(data);
  const models = [
    ...new Set([...(focus === null ? [] : [focus.row.model]), ...rows.map(({ model }) => model)]),
  ];
  const blocks: Block[] = [];
  const tables = cutRows(rows);
  if (rows.length > 0) {
    for (const quantity of ["energyUj", "latencyMs"] as const) {
      for (const model of quantity === "energyUj" ? models.slice(0, MOST_MODELS) : models.slice(0, 1)) {
        const own = rows.filter((row) => row.model === model && row[quantity] !== null);
        if (own.length > 0) blocks.push(dots(data, own, quantity));
      }
    }
    blocks.push(costTable(tables.shown, tables.note));
  }
  const best = focus?.siblings.find((row) => row.fits !== false && row.period?.inTime === "yes");
  const second = focus?.siblings.filter((row) => row !== best && row.energyUj !== null)[0];
  const takeaway =
    best?.energyUj == null
      ? "No platform is known to be in time with room for the network."
      : `${name(best.network)} takes least on ${name(best.platform)}: ${digits(best.energyUj.value)} µJ${
          second?.energyUj == null
            ? ""
            : overlap(best, second)
              ? `; ${name(second.platform)} comes next, with an interval that overlaps: the order of the two is not certain`
              : `; ${name(second.platform)} comes next with ${digits(second.energyUj.value / best.energyUj.value)} times that`
        }.`;
  return {
    id: "hardware",
    title: "Hardware comparison",
    question: "Which microcontroller, and how sure is that?",
    takeaway,
    blocks,
  };
}

function overlap(a: CostRow, b: CostRow): boolean {
  return a.energyUj!.max >= b.energyUj!.min;
}

function variantOf({ network, model }: CostRow): string {
  return name(network.slice(model.length + 1));
}

function dots(data: ReportData, rows: readonly CostRow[], quantity: "energyUj" | "latencyMs"): Figure {
  const variants = [...new Set(rows.map(variantOf))].slice(0, MOST_VARIANTS);
  const shown = rows.filter((row) => variants.includes(variantOf(row)));
  const platforms = platformOrder(data).filter((id) => shown.some(({ platform }) => platform === id));
  const isEnergy = quantity === "energyUj";
  const what = isEnergy ? "energy of an inference, µJ" : "latency of an inference, ms";
  const values = shown.map((row) => {
    const { value, min, max } = row[quantity]!;
    const outer = Object.hasOwn(data.outer, row.id) ? data.outer[row.id]![quantity] : { min, max };
    return {
      platform: name(row.platform),
      variant: variantOf(row),
      value,
      min,
      max,
      low: outer.min,
      high: outer.max,
    };
  });
  const periodMs = isEnergy ? undefined : shown[0]!.period?.periodMs;
  const x = logarithmic(
    [...values.flatMap(({ low, high }) => [low, high]), ...(periodMs === undefined ? [] : [periodMs])],
    what,
  );
  const y = categories("platform", platforms.map(name));
  const offset = variants.length > 1 ? { yOffset: { field: "variant", sort: variants } } : {};
  const { color, shape } = series("variant", variants);
  const bar = (from: string, to: string, strokeWidth: number, opacity: number) => ({
    mark: { type: "rule", strokeWidth, opacity },
    encoding: { x: x(from), x2: { field: to }, y, color, ...offset },
  });
  const model = name(shown[0]!.model);
  const lead = shown[0]!;
  return {
    kind: "figure",
    chart: chart(
      `${model}: ${what} on ${platforms.length} platforms, with 90 % intervals. Least: ${name(lead.platform)}.`,
      {
        width: PLOT_WIDTH,
        height: { step: variants.length > 1 ? 11 : 20 },
        title: `${model}: ${what}`,
        data: { values },
        layer: [
          bar("low", "high", 1, 1),
          bar("min", "max", 4, 0.45),
          {
            mark: { type: "point", size: 36, filled: true, opacity: 1 },
            encoding: { x: x("value"), y, color, shape, ...offset },
          },
          ...(periodMs === undefined
            ? []
            : [
                {
                  data: { values: [{ at: periodMs }] },
                  mark: { type: "rule", color: NEUTRAL, strokeDash: [4, 3], strokeWidth: 1.5 },
                  encoding: { x: x("at") },
                },
              ]),
        ],
      },
    ),
    caption:
      (values.some(({ min, low }) => low < min)
        ? "Typical value; thick: 90 % interval from the ranges of the coefficients; thin: outer bounds, all coefficients at their worst"
        : "Typical value and 90 % interval") +
      (periodMs === undefined ? "." : `; dashed: the period of ${digits(periodMs)} ms.`),
    // The table of all combinations follows.
    print: false,
    data: {
      kind: "table",
      caption: `${model}: ${what}`,
      columns: [
        left("platform"),
        left("variant", 1.6),
        right("value"),
        right("90 % interval", 1.4),
        right("outer bounds", 1.4),
      ],
      rows: values.map(({ platform, variant, value, min, max, low, high }) => [
        platform,
        variant,
        digits(value),
        `[${digits(min)}–${digits(max)}]`,
        `[${digits(low)}–${digits(high)}]`,
      ]),
    },
  };
}

function costTable(rows: readonly CostRow[], note: string | undefined): Block {
  return {
    kind: "table",
    caption: "What each combination costs",
    columns: [
      left("network", 2),
      left("platform", 1.3),
      left("kind", 1),
      right("energy µJ", 1),
      right("90 % interval", 1.6),
      right("latency ms", 1),
      right("90 % interval", 1.6),
      right("power mW", 1),
      right("RAM kB", 0.9),
      right("flash kB", 0.9),
      left("in time", 1.2),
      left("fits", 0.6),
    ],
    rows: rows.map((row) => [
      name(row.network),
      name(row.platform),
      { text: KIND_NAMES[row.kind], level: "quiet" },
      ...spanCells(row.energyUj),
      ...spanCells(row.latencyMs),
      spanCells(row.averagePowerMw)[0],
      row.memoryKb === null ? "–" : digits(row.memoryKb),
      row.flashKb === null ? "–" : digits(row.flashKb),
      row.period === null
        ? "–"
        : {
            text: `${row.period.inTime} ${percent(row.period.utilisation.value)}`,
            level: VERDICT_LEVEL[row.period.inTime],
          },
      row.fits === null ? "–" : { text: row.fits ? "yes" : "no", level: row.fits ? "good" : "bad" },
    ]),
    ...(note === undefined ? {} : { note }),
  };
}
