// Where the energy of an inference became more or less since a baseline, by kind of operation.

import type { BenchmarkRecord } from "../record/record.ts";
import { coefficientsFor } from "./coefficients.ts";
import { groupsOf, OP_GROUPS, type OpGroup } from "./energy-tree.ts";

export interface EnergyChange {
  id: string;
  beforeUj: number;
  nowUj: number;
  /** Kinds of operations with a part in either; their energies add up to those above. */
  groups: { group: OpGroup; beforeUj: number; nowUj: number }[];
}

/** Entries that differ in typical energy and are taken apart; more would be a book. */
const MOST_CHANGES = 3;

/**
 * The entries whose typical energy changed most, relatively, each taken apart with the coefficients of its own record: a change of
 * prices is a change too. At most three; entries whose operations either record does not hold are left out.
 */
export function energyChanges(record: BenchmarkRecord, baseline: BenchmarkRecord): EnergyChange[] {
  const byId = new Map(baseline.entries.map((one) => [one.id, one]));
  const changed = record.entries.flatMap((now) => {
    const before = byId.get(now.id);
    if (before?.energyUj === undefined || now.energyUj === undefined) return [];
    const change = Math.abs(now.energyUj.value / before.energyUj.value - 1);
    return change > 0 ? [{ now, before, change }] : [];
  });
  changed.sort((a, b) => b.change - a.change);
  const changes: EnergyChange[] = [];
  for (const { now, before } of changed) {
    if (changes.length === MOST_CHANGES) break;
    const nowGroups = groupsOf(now, coefficientsFor(record, now.platform));
    const beforeGroups = groupsOf(before, coefficientsFor(baseline, before.platform));
    if (nowGroups === null || beforeGroups === null) continue;
    const [nowUj, beforeUj] = [now.energyUj!.value, before.energyUj!.value];
    const shareIn = (groups: typeof nowGroups, group: OpGroup) =>
      groups.find((one) => one.group === group)?.share ?? 0;
    const groups = OP_GROUPS.map((group) => ({
      group,
      beforeUj: beforeUj * shareIn(beforeGroups, group),
      nowUj: nowUj * shareIn(nowGroups, group),
    })).filter((one) => one.beforeUj > 0 || one.nowUj > 0);
    changes.push({ id: now.id, beforeUj, nowUj, groups });
  }
  return changes;
}
