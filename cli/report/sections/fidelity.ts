// 10. Is int8 safe?

import type { ReportData } from "../../../bindings/report/report.ts";
import { digits, percent } from "../../text.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { categories, chart, logarithmic, PLOT_WIDTH, series } from "../plots.ts";
import { left, metricText, name, right } from "../words.ts";

const MOST_WARNINGS = 6;

export function fidelity(data: ReportData): Section {
  const { fidelity: rows } = data;
  const base = { id: "fidelity", title: "Numerical fidelity", question: "Is a smaller number format safe?" };
  const scores = scoreTable(data);
  if ("missing" in rows) {
    return {
      ...base,
      takeaway: "How closely smaller formats follow the network was not measured.",
      blocks: [
        {
          kind: "missing",
          text: rows.missing,
          how: "A data set (--data, or a task of the suite) gives the inputs to compare on.",
        },
        ...(scores === null ? [] : [scores]),
      ],
    };
  }
  const worst = rows.toSorted((a, b) => (b.outputRelative ?? 0) - (a.outputRelative ?? 0))[0]!;
  const table: Table = {
    kind: "table",
    caption: "Difference to the network in its file",
    columns: [
      left("network", 2),
      right("steps", 0.7),
      right("output rms"),
      right("relative"),
      right("largest"),
      right("state, relative"),
      right("saturated", 1.2),
    ],
    rows: rows.map((row): Cell[] => [
      name(row.network),
      String(row.steps),
      digits(row.outputRms),
      row.outputRelative === null ? "–" : percent(row.outputRelative),
      digits(row.outputMax),
      row.stateRelative === null ? "–" : percent(row.stateRelative),
      row.saturated === null ? "no integers" : `${row.saturated.values} of ${digits(row.saturated.of)}`,
    ]),
  };
  const values = rows.flatMap(({ network, outputRelative, stateRelative }) =>
    [
      { network: name(network), of: "output", error: 100 * (outputRelative ?? 0) },
      { network: name(network), of: "state", error: 100 * (stateRelative ?? 0) },
    ].filter(({ error }) => error > 0),
  );
  const blocks: Block[] =
    values.length < 2
      ? [table]
      : [
          {
            kind: "figure",
            chart: chart(
              `Relative difference of outputs and states to the network in its file; the largest is ${name(worst.network)}.`,
              {
                width: PLOT_WIDTH - 60,
                height: { step: 22 },
                title: "Difference to the network in its file",
                data: { values },
                mark: { type: "point", filled: true, size: 60 },
                encoding: {
                  y: categories(
                    "network",
                    rows.map(({ network }) => name(network)),
                  ),
                  x: logarithmic(
                    values.map(({ error }) => error),
                    "relative rms difference, %",
                  )("error"),
                  ...series("of", ["output", "state"]),
                },
              },
            ),
            caption:
              "Both networks run on the same inputs, each from its own state, as on a board. Measured here, on the core.",
            data: table,
          },
        ];
  if (scores !== null) blocks.push(scores);
  return {
    ...base,
    takeaway: `The largest difference is that of ${name(worst.network)}: ${worst.outputRelative === null ? digits(worst.outputRms) : percent(worst.outputRelative)} of the output's rms. The reference is the network as its file has it, in fp32 on the core.`,
    blocks,
  };
}

function scoreTable({ rows, warnings }: ReportData): Table | null {
  const scored = new Map(
    rows.flatMap((row) => (row.accuracy === null ? [] : [[row.network, row.accuracy] as const])),
  );
  if (scored.size === 0) return null;
  return {
    kind: "table",
    caption: "Quality on the task",
    columns: [
      left("network", 2),
      left("metric"),
      right("value"),
      right("90 % interval", 1.5),
      right("answers", 0.8),
    ],
    rows: [...scored].map(([network, { metric, value, min, max, n }]) => [
      name(network),
      name(metric),
      metricText(metric, value),
      `[${metricText(metric, min)}–${metricText(metric, max)}]`,
      String(n),
    ]),
    ...(warnings.length === 0
      ? {}
      : { note: `Careful: ${warnings.slice(0, MOST_WARNINGS).map(name).join("; ")}.` }),
  };
}
