// Units of the figures of an estimate.

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
