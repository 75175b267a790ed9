// 11. Which number should be measured next?

import type { CoefficientUse } from "../../../bindings/report/coefficients.ts";
import type { ReportData } from "../../../bindings/report/report.ts";
import { GREEN, ORANGE } from "../../chart/theme.ts";
import { digits, percent, range } from "../../text.ts";
import type { Block, Figure, Section, Table } from "../document.ts";
import { chart, PLOT_WIDTH, quantitative } from "../plots.ts";
import { entryLabel, left, name, right, signedPercent } from "../words.ts";

const MOST_BARS = 10;

export function provenance(data: ReportData): Section {
  const base = {
    id: "provenance",
    title: "Provenance",
    question: "Where do the numbers come from, and which should be measured next?",
  };
  const [first] = data.coefficients;
  if (first === undefined) {
    return {
      ...base,
      takeaway: "No coefficient: nothing here was computed from one.",
      blocks: [],
    };
  }
  const [top] = first.uses;
  const blocks: Block[] = [tornado(entryLabel(data, first.id), first.uses)];
  const assumed = [...new Set(data.record.entries.flatMap(({ assumed = [] }) => assumed))];
  if (assumed.length > 0) {
    blocks.push({
      kind: "table",
      caption: "Taken for granted",
      columns: [left("assumption")],
      rows: assumed.slice(0, 12).map((text) => [text.length > 300 ? name(text) : sentence(text)]),
    });
  }
  return {
    ...base,
    takeaway:
      top === undefined || top.varianceShare === 0
        ? `No coefficient of ${entryLabel(data, first.id)} is uncertain.`
        : `Measure ${name(top.name)} next: its range (${range(top)} ${top.unit}${top.grade === null ? "" : `, grade ${top.grade}`}) makes ${percent(top.varianceShare)} of the uncertainty of ${entryLabel(data, first.id)}.`,
    blocks,
  };
}

/** Longer than a name may be, and our own words but for what they quote. */
function sentence(text: string): string {
  return (text.match(/.{1,100}/gsu) ?? []).map(name).join("");
}

function tornado(label: string, uses: readonly CoefficientUse[]): Figure {
  const bars = uses
    .filter(({ low, high }) => low !== high)
    .slice(0, MOST_BARS)
    .map(({ name: what, low, high }) => ({ what: name(what), low: 100 * low, high: 100 * high }));
  const y = {
    field: "what",
    type: "nominal",
    title: null,
    sort: bars.map(({ what }) => what),
    axis: { labelLimit: 200 },
  };
  const title = "change of the energy of a period, %";
  return {
    kind: "figure",
    chart: chart(
      `Tornado of ${bars.length} coefficients of ${label}: how far each moves the energy of a period. The widest: ${bars[0]?.what ?? "none"}.`,
      {
        width: PLOT_WIDTH,
        height: { step: 20 },
        title: "What each coefficient's range does",
        data: { values: bars },
        layer: [
          {
            mark: { type: "bar", height: 12 },
            encoding: { y, x: quantitative("low", title), x2: { datum: 0 }, color: { value: GREEN } },
          },
          {
            mark: { type: "bar", height: 12 },
            encoding: { y, x: quantitative("high", title), x2: { datum: 0 }, color: { value: ORANGE } },
          },
        ],
      },
    ),
    caption:
      "Each coefficient alone from its least (green) to its greatest (orange), all others typical; energy of a whole period, wake-up and waiting included. " +
      "The intervals of the estimate move all cycles of one table together, which is wider.",
    data: useTable(label, uses),
    print: true,
  };
}

function useTable(label: string, uses: readonly CoefficientUse[]): Table {
  return {
    kind: "table",
    caption: `Coefficients of ${label}`,
    columns: [
      left("coefficient", 2.2),
      right("typical", 0.8),
      right("range", 1.5),
      left("unit", 0.7),
      left("grade", 0.6),
      right("of the energy", 0.8),
      right("swing", 1.3),
      right("of the variance", 0.9),
      left("source", 3.4),
    ],
    rows: uses.map((use) => [
      { text: name(use.name), code: true },
      digits(use.typ),
      use.min === use.max ? { text: "exact", level: "quiet" } : range(use),
      use.unit,
      use.grade ?? "–",
      use.energyShare === null ? "–" : percent(use.energyShare),
      use.low === use.high ? "–" : `${signedPercent(use.low)} to ${signedPercent(use.high)}`,
      use.low === use.high ? "–" : percent(use.varianceShare),
      name(use.source ?? "not in the record"),
    ]),
    note: "Grade A was read in the manufacturer's document, B in another source, C is inferred. Full sources: `liquid-edge boards <id>`.",
  };
}
