// What the energy of an inference gained and lost since a baseline.

import type { EnergyChange } from "../../../bindings/report/energy-change.ts";
import { ALARM, GREEN } from "../../chart/theme.ts";
import { digits } from "../../text.ts";
import type { Cell, Figure } from "../document.ts";
import { categories, chart, PLOT_WIDTH, quantitative } from "../plots.ts";
import { left, right, signedPercent } from "../words.ts";

/** Bars to the right cost more than in `baseline`, bars to the left less. */
export function changeFigure(
  { beforeUj, nowUj, groups }: EnergyChange,
  label: string,
  baseline: string,
): Figure {
  const change = signedPercent(nowUj / beforeUj - 1);
  const values = groups.map((one) => ({ group: one.group, differenceUj: one.nowUj - one.beforeUj }));
  const most = values.reduce((a, b) => (Math.abs(b.differenceUj) > Math.abs(a.differenceUj) ? b : a));
  const y = categories(
    "group",
    groups.map(({ group }) => group),
  );
  return {
    kind: "figure",
    chart: chart(
      `Energy of ${label} against ${baseline} by kind of operation, ${digits(beforeUj)} to ${digits(nowUj)} µJ, ${change}; most of it in "${most.group}", ${signed(most.differenceUj)} µJ.`,
      {
        width: PLOT_WIDTH,
        height: { step: 22 },
        title: `${label}: ${change} against ${baseline}`,
        data: { values },
        layer: [
          {
            mark: { type: "bar", height: 13 },
            encoding: {
              y,
              x: quantitative("differenceUj", "change of energy, µJ an inference", {}, { tickCount: 5 }),
              color: { condition: { test: "datum.differenceUj > 0", value: ALARM }, value: GREEN },
            },
          },
        ],
      },
    ),
    caption: `Typical energy by kind of operation, each record with its own coefficients. ${digits(beforeUj)} µJ in ${baseline}, ${digits(nowUj)} µJ now.`,
    data: {
      kind: "table",
      caption: `${label}: energy against ${baseline}`,
      columns: [left("operations"), right("before µJ"), right("now µJ"), right("change µJ"), right("change")],
      rows: [...groups, { group: "all", beforeUj, nowUj }].map((one): Cell[] => [
        one.group,
        digits(one.beforeUj),
        digits(one.nowUj),
        signed(one.nowUj - one.beforeUj),
        one.beforeUj === 0 ? "new" : signedPercent(one.nowUj / one.beforeUj - 1),
      ]),
    },
  };
}

function signed(uj: number): string {
  return `${uj < 0 ? "−" : uj > 0 ? "+" : ""}${digits(Math.abs(uj))}`;
}
