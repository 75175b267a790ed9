// Columns of figures with intervals, as both tables of `estimate` have them.

import type { Interval } from "../../bindings/estimate/interval.ts";
import { type Cell, type Column, digits, range } from "../text.ts";

export const RIGHT = "right" as const;

/** Units for a column, largest first; the unit is the largest that leaves half of the typical values at least 1. */
export type Units = readonly (readonly [scale: number, name: string])[];
export const TIME: Units = [
  [1e6, "s"],
  [1e3, "ms"],
  [1, "µs"],
];
export const ENERGY: Units = [
  [1e6, "J"],
  [1e3, "mJ"],
  [1, "µJ"],
  [1e-3, "nJ"],
];
export const POWER: Units = [
  [1e6, "W"],
  [1e3, "mW"],
  [1, "µW"],
];

export function unitFor(units: Units, typical: readonly number[]): readonly [number, string] {
  const median = typical.toSorted((a, b) => a - b)[typical.length >> 1]!;
  return units.find(([scale]) => median >= scale) ?? units.at(-1)!;
}

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
