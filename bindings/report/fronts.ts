// Which networks are worth having on a platform: energy against quality where it is known, else against memory.

import { knee, type Objective, paretoFront } from "../sweep/pareto.ts";
import type { CostRow } from "./costs.ts";

export interface FrontPoint {
  id: string;
  energyUj: number;
  min: number;
  max: number;
  /** Quality as its metric has it, or RAM in kilobytes of 1,024. */
  other: number;
  otherMin: number;
  otherMax: number;
  onFront: boolean;
  knee: boolean;
}

export interface Front {
  platform: string;
  /** The task that all of its networks were scored on; without scores the model whose variants they are. */
  group: string;
  /** The metric, or "RAM kB": networks without a known quality are weighed by what they occupy. */
  against: string;
  better: "higher" | "lower";
  points: FrontPoint[];
}

/** One front for each platform and metric; a network alone is no trade-off and has none. */
export function frontsOf(rows: readonly CostRow[]): Front[] {
  const groups = new Map<string, { front: Omit<Front, "points">; rows: CostRow[] }>();
  for (const row of rows) {
    if (row.energyUj === null || (row.accuracy === null && row.memoryKb === null)) continue;
    const { platform, accuracy, task, model } = row;
    const against = accuracy?.metric ?? "RAM kB";
    const better = accuracy?.better ?? "lower";
    // Scores on different tasks cannot be weighed against each other, nor networks of unknown quality.
    const group = accuracy === null || task === null ? model : task;
    const key = JSON.stringify([platform, against, group]);
    const known = groups.get(key) ?? { front: { platform, group, against, better }, rows: [] };
    known.rows.push(row);
    groups.set(key, known);
  }
  return [...groups.values()]
    .filter((group) => group.rows.length > 1)
    .map(({ front, rows: members }) => ({ ...front, points: pointsOf(members, front.better) }));
}

function pointsOf(rows: readonly CostRow[], better: Front["better"]): FrontPoint[] {
  const objectives: [Objective<CostRow>, Objective<CostRow>] = [
    { value: (row) => row.energyUj!.value, better: "lower" },
    { value: (row) => row.accuracy?.value ?? row.memoryKb!, better },
  ];
  const { front } = paretoFront(rows, objectives);
  const best = knee(front, objectives);
  return rows.map((row) => {
    const { value, min, max } = row.energyUj!;
    const other = row.accuracy ?? { value: row.memoryKb!, min: row.memoryKb!, max: row.memoryKb! };
    return {
      id: row.id,
      energyUj: value,
      min,
      max,
      other: other.value,
      otherMin: other.min,
      otherMax: other.max,
      onFront: front.includes(row),
      knee: row === best,
    };
  });
}
