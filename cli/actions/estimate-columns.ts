// Columns of figures with intervals, as both tables of `estimate` have them.

import type { Estimate } from "../../bindings/estimate/estimate.ts";
import type { Interval } from "../../bindings/estimate/interval.ts";
import { ENERGY, TIME, type Units, unitFor } from "../../format/units.ts";
import { type Cell, type Column, digits, range } from "../text.ts";

export const RIGHT = "right" as const;

/** Two columns: the typical value, and the interval. */
function intervalColumns(title: string, units: Units, values: readonly Interval[]) {
  const [scale, unit] = unitFor(
    units,
    values.map(({ typ }) => typ),
  );
  const columns: Column[] = [
    { title: `${title} ${unit}`, align: RIGHT },
    { title: "[min–max]", align: RIGHT, gap: 1 },
  ];
  const cells = ({ typ, min, max }: Interval): Cell[] => [
    digits(typ / scale),
    { text: `[${range({ min: min / scale, max: max / scale })}]`, style: "dim" },
  ];
  return { columns, cells };
}

/** Those of latency and energy, in the units that suit all estimates. */
export function figureColumns(estimates: readonly Pick<Estimate, "latencyUs" | "energyUj">[]) {
  return {
    latency: intervalColumns(
      "latency",
      TIME,
      estimates.map((e) => e.latencyUs),
    ),
    energy: intervalColumns(
      "energy",
      ENERGY,
      estimates.map((e) => e.energyUj),
    ),
  };
}
