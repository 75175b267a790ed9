// 5. Does the loop close?

import type { CostRow } from "../../../bindings/report/costs.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { ALARM, BLUE, FAINT, INK_COLOUR, NEUTRAL, ORANGE, PURPLE } from "../../chart/theme.ts";
import { digits, percent, range } from "../../text.ts";
import type { Block, Figure, Section } from "../document.ts";
import { categories, chart, logarithmic, PLOT_WIDTH, quantitative, SQUARES } from "../plots.ts";
import { firstFocus, left, name, right, VERDICT_LEVEL } from "../words.ts";

/** Share of the period. */
const ZOOM_BELOW = 0.05;

export function realTime(data: ReportData): Section {
  const focus = firstFocus(data);
  const rows = (focus?.siblings ?? []).filter((row) => row.period !== null);
  const blocks: Block[] = rows.length === 0 ? [] : [periodFigure(rows), rateFigure(rows)];
  const kept = rows.filter(({ period }) => period!.inTime === "yes");
  const rateHz = rows[0]?.rateHz ?? 0;
  return {
    id: "real-time",
    title: "Real-time budget",
    question: "Does the control loop close, and with how much slack?",
    takeaway:
      rows.length === 0
        ? "Not known: no latency in the record."
        : `${name(rows[0]!.network)} at ${digits(rateHz)} Hz is in time on ${kept.length} of ${rows.length} platforms, the upper end of its interval included.`,
    blocks,
  };
}

function periodFigure(rows: readonly CostRow[]): Figure {
  const periodMs = rows[0]!.period!.periodMs;
  const busiest = Math.max(...rows.map(({ period }) => period!.utilisation.max)) * periodMs;
  // Where all of them are done in a moment, that moment is shown.
  const zoomed = busiest < ZOOM_BELOW * periodMs;
  const end = zoomed ? busiest : 1.1 * periodMs;
  const platforms = rows.map(({ platform }) => name(platform));
  const all = ["wake-up", "inference, typical", "margin to the upper end", "slack"];
  const parts = zoomed ? all.slice(0, -1) : all;
  const values = rows.flatMap(({ platform, period }) => {
    const { wakeMs, latencyMs, utilisation } = period!;
    const busy = wakeMs.value + latencyMs.value;
    const worst = utilisation.max * periodMs;
    const bounds = [0, wakeMs.value, busy, worst, Math.max(worst, periodMs)];
    return parts.map((part, i) => ({
      platform: name(platform),
      part,
      start: Math.min(bounds[i]!, end),
      stop: Math.min(bounds[i + 1]!, end),
    }));
  });
  const labels = rows.map(({ platform, period }) => ({
    platform: name(platform),
    at: end,
    text: percent(period!.utilisation.value),
    level: period!.inTime,
  }));
  const y = { field: "platform", type: "nominal", title: null, sort: platforms };
  const x = (field: string) =>
    quantitative(field, "time from the wake-up, ms", { domain: [0, end], nice: false });
  const late = rows.filter(({ period }) => period!.inTime === "no").length;
  return {
    kind: "figure",
    chart: chart(
      `One control period of ${digits(periodMs)} ms on ${rows.length} platforms: wake-up, inference, margin and slack. ${late} are too late.`,
      {
        width: PLOT_WIDTH,
        height: { step: 22 },
        title: `${zoomed ? "The busy part of one" : "One"} control period of ${digits(periodMs)} ms: ${name(rows[0]!.network)}`,
        layer: [
          {
            data: { values: values.filter(({ start, stop }) => stop > start) },
            mark: { type: "bar", height: 13 },
            encoding: {
              y,
              x: x("start"),
              x2: { field: "stop" },
              color: {
                field: "part",
                type: "nominal",
                title: null,
                scale: { domain: parts, range: [PURPLE, BLUE, ORANGE, FAINT] },
                legend: { ...SQUARES, columns: 2 },
              },
            },
          },
          ...(zoomed
            ? []
            : [
                {
                  data: { values: [{ at: periodMs }] },
                  mark: { type: "rule", color: NEUTRAL, strokeDash: [4, 3], strokeWidth: 1.5 },
                  encoding: { x: x("at") },
                },
              ]),
          {
            data: { values: labels },
            mark: { type: "text", align: "left", dx: 4 },
            encoding: {
              y,
              x: x("at"),
              text: { field: "text" },
              color: { condition: { test: "datum.level === 'no'", value: ALARM }, value: INK_COLOUR },
            },
          },
        ],
      },
    ),
    caption:
      "Share of the period at the right, typical. Margin: from the typical inference to the upper end of wake-up and latency (90 %). " +
      `${zoomed ? "The rest of the period is slack. " : "Dashed: the next period begins. "}The model has no interrupts, sensors or radio.`,
    data: {
      kind: "table",
      caption: "One control period",
      columns: [
        left("platform"),
        right("wake-up ms"),
        right("latency ms"),
        right("90 % interval", 1.4),
        right("of the period"),
        right("at most"),
        right("slack ms"),
        left("in time"),
      ],
      rows: rows.map(({ platform, period }) => {
        const { wakeMs, latencyMs, utilisation, inTime } = period!;
        return [
          name(platform),
          digits(wakeMs.value),
          digits(latencyMs.value),
          `[${range(latencyMs)}]`,
          percent(utilisation.value),
          percent(utilisation.max),
          slack(periodMs * (1 - utilisation.value)),
          { text: inTime, level: VERDICT_LEVEL[inTime] },
        ];
      }),
    },
  };
}

function slack(ms: number): string {
  return ms < 0 ? `−${digits(-ms)}` : digits(ms);
}

function rateFigure(rows: readonly CostRow[]): Figure {
  const values = rows.map(({ platform, period }) => ({ platform: name(platform), ...period!.maxRateHz }));
  const rateHz = rows[0]!.rateHz;
  const x = logarithmic([...values.flatMap(({ min, max }) => [min, max]), rateHz], "highest rate, Hz");
  const y = categories(
    "platform",
    values.map(({ platform }) => platform),
  );
  return {
    kind: "figure",
    chart: chart(
      `Highest rate that ${rows.length} platforms keep, with 90 % intervals, beside the ${digits(rateHz)} Hz asked for.`,
      {
        width: PLOT_WIDTH,
        height: { step: 20 },
        title: `Highest rate: ${name(rows[0]!.network)}`,
        layer: [
          {
            data: { values },
            mark: { type: "rule", strokeWidth: 4, opacity: 0.45, color: BLUE },
            encoding: { y, x: x("min"), x2: { field: "max" } },
          },
          {
            data: { values },
            mark: { type: "point", filled: true, size: 36 },
            encoding: { y, x: x("value") },
          },
          {
            data: { values: [{ at: rateHz }] },
            mark: { type: "rule", color: NEUTRAL, strokeDash: [4, 3], strokeWidth: 1.5 },
            encoding: { x: x("at") },
          },
        ],
      },
    ),
    caption: `1 / (wake-up + latency), typical and 90 % interval. Dashed: the ${digits(rateHz)} Hz asked for. A rate left of the bar is kept even at the upper ends.`,
    data: {
      kind: "table",
      caption: "Highest rate",
      columns: [left("platform"), right("typical Hz"), right("at least Hz"), right("at most Hz")],
      rows: values.map(({ platform, value, min, max }) => [
        platform,
        digits(value),
        digits(min),
        digits(max),
      ]),
    },
  };
}
