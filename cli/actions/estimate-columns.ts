// Columns of figures with intervals, as both tables of `estimate` have them.

import type { Interval } from "../../bindings/estimate/interval.ts";
import { type Units, unitFor } from "../../format/units.ts";
import { type Cell, type Column, digits, range } from "../text.ts";

export const RIGHT = "right" as const;

/** Two columns: the typical value, and the interval. */
export function intervalColumns(title: string, units: Units, values: readonly Interval[]) {
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
