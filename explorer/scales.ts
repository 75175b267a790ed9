// Logarithmic axes: where a value lies, and which values are written beside them.

export interface Axis {
  /** Position of a value, 0 to 1. */
  at(value: number): number;
  ticks: number[];
}

/** An axis over the values, all above 0, with a little room at both ends. */
export function logAxis(values: readonly number[]): Axis {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  // Equal values stand in the middle of a decade's third.
  const room = Math.max(0.08 * (high - low), 0.08);
  const [from, to] = [low - room, high + room];
  return { at: (value) => (Math.log10(value) - from) / (to - from), ticks: ticksBetween(from, to) };
}

/** Coarse to fine, within a decade. */
const STEPS = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
];
const ENOUGH_TICKS = 4;

/** The coarsest steps that give enough ticks; within a narrow range evenly spaced ones. */
function ticksBetween(from: number, to: number): number[] {
  for (const steps of STEPS) {
    const ticks: number[] = [];
    for (let decade = Math.floor(from); decade <= to; decade++) {
      ticks.push(...steps.map((step) => step * 10 ** decade));
    }
    const inside = ticks.filter((tick) => tick >= 10 ** from && tick <= 10 ** to);
    if (inside.length >= ENOUGH_TICKS) return inside;
  }
  const [low, high] = [10 ** from, 10 ** to];
  const raw = (high - low) / ENOUGH_TICKS;
  const decade = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5].findLast((nice) => nice * decade <= raw)! * decade;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}
