// What `npm run mutation` says of what Stryker found.

import { describe, expect, it } from "vitest";
import { belowThreshold, percentOf, scoresOf, table } from "../scripts/mutate-bindings/score.ts";

const mutants = (fileName: string, statuses: Record<string, number>) =>
  Object.entries(statuses).flatMap(([status, n]) => Array.from({ length: n }, () => ({ fileName, status })));

const found = [
  ...mutants("bindings/record/gate.ts", {
    Killed: 7,
    Timeout: 1,
    Survived: 1,
    NoCoverage: 1,
    RuntimeError: 5,
  }),
  ...mutants("bindings/record/budget.ts", { Killed: 7, Survived: 3 }),
  ...mutants("bindings/estimate/idle.ts", { Killed: 4, Survived: 1 }),
];
const scores = scoresOf(found, ["bindings/estimate", "bindings/record"]);

describe("the mutation score", () => {
  it("is of files in order, and of each folder behind its own", () => {
    expect(scores.map((score) => [score.name, percentOf(score)])).toEqual([
      ["bindings/estimate/idle.ts", 80],
      ["bindings/estimate", 80],
      ["bindings/record/budget.ts", 70],
      ["bindings/record/gate.ts", 80],
      ["bindings/record", 75],
    ]);
  });

  it("counts as noticed what failed a test or never returned, and not at all what does not load", () => {
    expect(scores.at(-1)).toMatchObject({ killed: 14, timeouts: 1, survived: 4, uncovered: 1 });
    expect(table(scores).split("\n").at(-1)).toMatch(/^bindings\/record +20 +14 +1 +4 +1 +75\.0 %$/);
  });

  it("names the folders that stay below, not single files", () => {
    expect(belowThreshold(scores, 80)).toEqual([
      "bindings/record: expected at least 80 % of mutants noticed, found 75.0 %",
    ]);
    expect(belowThreshold(scores, 75)).toEqual([]);
  });

  it("is of the folders that were tried", () => {
    const one = scoresOf(found, ["bindings/estimate"]);
    expect(one.map(({ name }) => name)).toEqual(["bindings/estimate/idle.ts", "bindings/estimate"]);
  });
});
