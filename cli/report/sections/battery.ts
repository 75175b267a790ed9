// 6. How long does it run?

import type { ReportData } from "../../../bindings/report/report.ts";
import { NEUTRAL } from "../../chart/theme.ts";
import { digits, percent } from "../../text.ts";
import type { Block, Section } from "../document.ts";
import { chart, logarithmic, PLOT_WIDTH, series } from "../plots.ts";
import { firstFocus, left, life, name, right, spanCells } from "../words.ts";

const MOST_PLATFORMS = 6;
const MARK_STEP = 1.15;

export function battery(data: ReportData): Section {
  const { capacityMah, voltageV } = data.battery;
  const rows = (firstFocus(data)?.siblings ?? []).filter((row) => row.batteryHours !== null);
  const byLife = rows.toSorted((a, b) => b.batteryHours!.value - a.batteryHours!.value);
  const cell = `${digits(capacityMah)} mAh at ${digits(voltageV)} V`;
  const blocks: Block[] = [];
  if (byLife.length > 0) {
    const shown = byLife.filter(({ period }) => period?.inTime !== "no").slice(0, MOST_PLATFORMS);
    const curves = data.life.filter(
      ({ id, points }) => points.length > 0 && shown.some((row) => row.id === id),
    );
    const table = {
      kind: "table" as const,
      caption: `Battery life on ${cell} at ${digits(byLife[0]!.rateHz)} Hz`,
      columns: [
        left("platform", 1.2),
        right("power mW"),
        right("90 % interval", 1.5),
        right("life", 1.1),
        right("at least", 1.1),
        right("at most", 1.1),
        right("spent waiting", 1.1),
      ],
      rows: byLife.map(({ platform, averagePowerMw, batteryHours, idleEnergyShare, period }) => [
        name(platform),
        ...spanCells(averagePowerMw),
        ...(period?.inTime === "no"
          ? [{ text: "rate not kept", level: "bad" as const }, "–", "–"]
          : [life(batteryHours!.value), life(batteryHours!.min), life(batteryHours!.max)]),
        idleEnergyShare === null ? "–" : percent(idleEnergyShare),
      ]),
    };
    if (curves.length === 0) blocks.push(table);
    else {
      const platformOf = (id: string) => name(shown.find((row) => row.id === id)!.platform);
      const lines = curves.flatMap(({ id, points }) =>
        points.map((point) => ({ ...point, platform: platformOf(id) })),
      );
      const marks = shown.map(({ platform, rateHz, batteryHours }, i) => ({
        platform: name(platform),
        // Side by side, or they would hide each other.
        rateHz: rateHz * MARK_STEP ** (i - (shown.length - 1) / 2),
        days: batteryHours!.value / 24,
        low: batteryHours!.min / 24,
        high: batteryHours!.max / 24,
      }));
      const x = logarithmic(
        lines.map(({ rateHz }) => rateHz),
        "inferences a second",
      )("rateHz");
      const y = logarithmic(
        [...lines.map(({ days }) => days), ...marks.flatMap(({ low, high }) => [low, high])],
        "days",
      );
      const { color, shape } = series(
        "platform",
        shown.map(({ platform }) => name(platform)),
      );
      blocks.push({
        kind: "figure",
        chart: chart(
          `Days on ${cell} against the rate of inference for ${curves.length} platforms; at ${digits(shown[0]!.rateHz)} Hz ${name(shown[0]!.platform)} lasts longest, ${life(shown[0]!.batteryHours!.value)}.`,
          {
            width: PLOT_WIDTH,
            height: 260,
            title: `Battery life on ${cell}: ${name(shown[0]!.network)}`,
            layer: [
              {
                data: { values: lines },
                mark: { type: "line", strokeWidth: 1.5 },
                encoding: { x, y: y("days"), color },
              },
              {
                data: { values: [{ rateHz: shown[0]!.rateHz }] },
                mark: { type: "rule", color: NEUTRAL, strokeDash: [4, 3] },
                encoding: { x },
              },
              {
                data: { values: marks },
                mark: { type: "rule", strokeWidth: 4, opacity: 0.45 },
                encoding: { x, y: y("low"), y2: { field: "high" }, color },
              },
              {
                data: { values: marks },
                mark: { type: "point", filled: true, size: 40 },
                encoding: {
                  x,
                  y: y("days"),
                  color,
                  shape,
                },
              },
            ],
          },
        ),
        caption:
          `Lines: typical coefficients; marks and bars: typical life and 90 % interval at the ${digits(shown[0]!.rateHz)} Hz asked for (dashed), side by side. ` +
          "A line ends where the rate cannot be kept. Self-discharge, regulators, sensors and radio are not counted." +
          (byLife.length > shown.length
            ? ` The ${shown.length} of ${byLife.length} platforms that last longest.`
            : ""),
        data: table,
      });
    }
  }
  const best = byLife.find(({ period }) => period?.inTime !== "no");
  return {
    id: "battery",
    title: "Battery life",
    question: "How long does it run?",
    takeaway:
      best === undefined
        ? byLife.length === 0
          ? "Not known: no average power in the record."
          : "No platform keeps the rate."
        : `${name(best.network)} lasts longest on ${name(best.platform)}: ${life(best.batteryHours!.value)} (${life(best.batteryHours!.min)} to ${life(best.batteryHours!.max)}) on ${cell}${
            best.idleEnergyShare !== null && best.idleEnergyShare > 0.5
              ? `; waiting takes ${percent(best.idleEnergyShare)} of it, so a faster network gains little`
              : ""
          }.`,
    blocks,
  };
}
