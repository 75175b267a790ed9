// Which coefficients an entry rests on, and which of them it would pay to know better.

import type { Board, Figure, Grade } from "../board/board.ts";
import { outcomeOf } from "../estimate/simulate.ts";
import type { BenchmarkRecord, Entry } from "../record/record.ts";

/** Coefficients of a platform by name, as [typical, min, max]. */
export type Coefficients = ReadonlyMap<string, readonly [number, number, number]>;

/** Those of a platform in a record; null where it has none, as for what was measured. */
export function coefficientsFor(record: BenchmarkRecord, platform: string): Coefficients | null {
  if (!Object.hasOwn(record.platforms, platform)) return null;
  return new Map(Object.entries(record.platforms[platform]!.coefficients));
}

/** One coefficient of an entry, and what its own uncertainty does to the result while all others stay typical. */
export interface CoefficientUse {
  name: string;
  /** `cycles`, `mA`, `µs`. */
  unit: string;
  typ: number;
  min: number;
  max: number;
  /** Null where the platform is none of ours. */
  grade: Grade | null;
  source: string | null;
  /** Typical share of the energy of an inference, 0 to 1; null for what is no part of it. */
  energyShare: number | null;
  /** Relative change of the energy of a whole period, waiting included, with this coefficient at its min and at its max. */
  low: number;
  high: number;
  /** Of the sum of squared swings: a first-order share of the variance, coefficients taken as independent. */
  varianceShare: number;
}

/** All coefficients with a part in an entry, the most uncertain first; empty where the record does not have them. */
export function coefficientUses(
  entry: Entry,
  coefficients: Coefficients | null,
  board: Board | undefined,
): CoefficientUse[] {
  const { breakdown, conditions } = entry;
  if (coefficients === null || breakdown === undefined) return [];
  const counts = new Map<string, number>([
    ...Object.entries(breakdown.classes).map(([name, n]) => [`cycles.${name}`, n] as const),
    ...Object.entries(breakdown.kernels).map(([name, n]) => [`cyclesPerMac.${name}`, n] as const),
    ...Object.entries(breakdown.rows ?? {}).map(([name, n]) => [`cyclesPerRow.${name}`, n] as const),
  ]);
  const typical = (name: string) => coefficients.get(name)?.[0];
  const clockHz = typical("clockHz");
  if (clockHz === undefined || typical("activeCurrentMa") === undefined) return [];
  const period = {
    periodUs: 1e6 / conditions.rateHz,
    supplyV: typical("supplyV") ?? 0,
    clockMhz: clockHz / 1e6,
  };
  const cyclesWith = (changed?: string, value = 0) => {
    let cycles = 0;
    for (const [name, n] of counts) cycles += n * (name === changed ? value : (typical(name) ?? 0));
    return cycles;
  };
  const powerWith = (changed?: string, value = 0) => {
    const of = (name: string, otherwise: number) => (name === changed ? value : (typical(name) ?? otherwise));
    const activeMa = of("activeCurrentMa", 0);
    return outcomeOf(
      period,
      cyclesWith(changed, value),
      activeMa,
      // Busy waiting draws the active current.
      of("idleCurrentMa", activeMa),
      of("wakeUs", 0),
    ).averagePowerUw;
  };
  const [cycles, power] = [cyclesWith(), powerWith()];
  const used = [...coefficients].filter(
    ([name]) => (counts.get(name) ?? 0) > 0 || ["activeCurrentMa", "idleCurrentMa", "wakeUs"].includes(name),
  );
  const uses = used.map(([name, [typ, min, max]]): CoefficientUse => {
    const figure = board === undefined ? null : figureOf(board, name, conditions.operatingPoint);
    const change = (value: number) => (power === 0 ? 0 : powerWith(name, value) / power - 1);
    const n = counts.get(name);
    return {
      name,
      unit: name.startsWith("cycles") ? "cycles" : name === "wakeUs" ? "µs" : "mA",
      typ,
      min,
      max,
      // A record of another version may rest on other figures than the platform has today.
      grade: figure?.typ === typ ? figure.grade : null,
      source: figure?.typ === typ ? sourceTitles(board!, figure.source) : null,
      energyShare: n === undefined || cycles === 0 ? null : (n * typ) / cycles,
      low: change(min),
      high: change(max),
      varianceShare: 0,
    };
  });
  const squares = uses.map(({ low, high }) => (high - low) ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  return uses
    .map((use, i) => ({ ...use, varianceShare: total === 0 ? 0 : squares[i]! / total }))
    .sort((a, b) => b.varianceShare - a.varianceShare || (b.energyShare ?? 0) - (a.energyShare ?? 0));
}

function figureOf(board: Board, name: string, pointId: string): Figure | null {
  const [group, item] = name.split(".") as [string, string?];
  if (group === "cycles") return board.cycles.classes[item as keyof typeof board.cycles.classes] ?? null;
  if (group === "cyclesPerMac") return board.cycles.kernels[item!] ?? null;
  if (group === "cyclesPerRow") return board.cycles.kernels[item!]?.perRow ?? null;
  const point = board.operatingPoints.find(({ id }) => id === pointId);
  if (point === undefined) return null;
  if (group === "activeCurrentMa") return point.activeCurrentMa;
  const idle = point.idle.wfi ?? point.idle.stop;
  if (idle === undefined) return null;
  return group === "idleCurrentMa" ? idle.currentMa : group === "wakeUs" ? idle.wakeUs : null;
}

function sourceTitles({ cycles, sources }: Board, keys: string): string {
  const titles = keys.split(", ").map((key) => cycles.sources[key] ?? sources[key] ?? key);
  return titles.join("; ");
}
