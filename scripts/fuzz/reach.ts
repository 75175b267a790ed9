// What a campaign reached of the readers' code, in lines.

import type { FileReach } from "./coverage.ts";

/** Of the pieces of code of all files, those that ran. */
export function shareReached(reach: ReadonlyMap<string, FileReach>): number {
  let [all, missed] = [0, 0];
  for (const file of reach.values()) {
    all += file.all.length;
    missed += file.missed.length;
  }
  return 1 - missed / Math.max(1, all);
}

/** For each file with code that was missed: its name, the share that was reached, and the lines. */
export function missedLines(reach: ReadonlyMap<string, FileReach>): string[] {
  return [...reach]
    .filter(([, { missed }]) => missed.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { all, missed }]) => {
      const share = (100 * (1 - missed.length / all.length)).toFixed(0);
      return `${file} ${share} %, not ${ranges(missed.map((piece) => Number.parseInt(piece, 10)))}`;
    });
}

/** 1-3, 7 */
function ranges(lines: readonly number[]): string {
  const sorted = [...new Set(lines)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]!;
    while (sorted[i + 1] === sorted[i]! + 1) i++;
    parts.push(first === sorted[i] ? String(first) : `${first}-${sorted[i]}`);
  }
  return parts.join(", ");
}
