// How many mutants were noticed, by file and by folder.

import { relative } from "node:path";

/** What became of one mutant, as Stryker says it. */
export interface Mutant {
  fileName: string;
  status: string;
}

/** Of a file, or of a folder where its name is one. */
export interface Score {
  name: string;
  isFolder: boolean;
  killed: number;
  timeouts: number;
  survived: number;
  uncovered: number;
}

/** Files in order, each folder's sum behind its files. */
export function scoresOf(mutants: readonly Mutant[], folders: readonly string[]): Score[] {
  const files = new Map<string, Score>();
  for (const { fileName, status } of mutants) {
    const column = COLUMNS[status];
    // What does not even load says nothing about the tests.
    if (column === undefined) continue;
    const name = relative(process.cwd(), fileName).replaceAll("\\", "/");
    const score = files.get(name) ?? empty(name, false);
    files.set(name, score);
    score[column]++;
  }
  const ordered = [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return folders.flatMap((folder) => {
    const own = ordered.filter(({ name }) => name.startsWith(`${folder}/`));
    return own.length === 0 ? [] : [...own, own.reduce(plus, empty(folder, true))];
  });
}

const COLUMNS: Record<string, "killed" | "timeouts" | "survived" | "uncovered"> = {
  Killed: "killed",
  Timeout: "timeouts",
  Survived: "survived",
  NoCoverage: "uncovered",
};

function empty(name: string, isFolder: boolean): Score {
  return { name, isFolder, killed: 0, timeouts: 0, survived: 0, uncovered: 0 };
}

function plus(a: Score, b: Score): Score {
  return {
    ...a,
    killed: a.killed + b.killed,
    timeouts: a.timeouts + b.timeouts,
    survived: a.survived + b.survived,
    uncovered: a.uncovered + b.uncovered,
  };
}

function mutantsOf({ killed, timeouts, survived, uncovered }: Score): number {
  return killed + timeouts + survived + uncovered;
}

/** Per cent of the mutants that made a test fail, or never returned. */
export function percentOf(score: Score): number {
  return (100 * (score.killed + score.timeouts)) / mutantsOf(score);
}

export function table(scores: readonly Score[]): string {
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(42) : String(cell).padStart(9))).join("");
  return [
    line(["", "mutants", "killed", "timeout", "survived", "no test", "score"]),
    ...scores.map((score) =>
      line([
        score.name,
        mutantsOf(score),
        score.killed,
        score.timeouts,
        score.survived,
        score.uncovered,
        `${percentOf(score).toFixed(1)} %`,
      ]),
    ),
  ].join("\n");
}

/** A line for each folder that stays below. */
export function belowThreshold(scores: readonly Score[], leastPercent: number): string[] {
  return scores
    .filter((score) => score.isFolder && percentOf(score) < leastPercent)
    .map(
      (score) =>
        `${score.name}: expected at least ${leastPercent} % of mutants noticed, found ${percentOf(score).toFixed(1)} %`,
    );
}
