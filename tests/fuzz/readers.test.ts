// The short form of `npm run fuzz`, and that its judge can say no.

import { describe, expect, it } from "vitest";
import { complain } from "../../bindings/errors.ts";
import { type FuzzTarget, fuzz } from "../../scripts/fuzz/engine.ts";
import { TARGETS } from "../../scripts/fuzz/targets.ts";

const EXECUTIONS = 2000;

describe("a reader takes anything", () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    "%s",
    async (_, target) => {
      const { executions, findings, accepted, outcomes } = await fuzz(target, {
        executions: EXECUTIONS,
        seed: 1,
      });
      expect(findings.map(({ what }) => what)).toEqual([]);
      expect(executions).toBe(EXECUTIONS);
      expect(accepted).toBeGreaterThan(0);
      expect(outcomes.size).toBeGreaterThan(5);
    },
    240_000,
  );
});

describe("the judge finds", () => {
  const SEED = new TextEncoder().encode("seed 1");
  const isSeed = (input: Uint8Array) => Buffer.compare(input, SEED) === 0;
  /** A reader that takes the seed and does `wrong` with everything else. */
  const faulty = (wrong: (input: Uint8Array) => string): FuzzTarget => ({
    name: "faulty",
    source: "file.txt",
    seeds: () => [SEED],
    words: [],
    codes: ["bad-file"],
    read: (input) => (isSeed(input) ? "the seed" : wrong(input)),
  });
  const refuse = (found: string) => complain("bad-file", "file.txt", { expected: "a seed", found });

  it.each<[string, RegExp, (input: Uint8Array) => string]>([
    [
      "an error that is not documented",
      /^undocumented error: TypeError/,
      () => (null as never as string).trim(),
    ],
    [
      "a code that is not documented",
      /^undocumented code bad-board/,
      () => {
        throw complain("bad-board", "file.txt", { expected: "a seed", found: "none" });
      },
    ],
    [
      "a message that does not name the file",
      /^a message that does not name the file/,
      () => {
        throw complain("bad-file", "elsewhere", { expected: "a seed", found: "none" });
      },
    ],
    [
      "a message with an escape in it",
      /^a message with unprintable characters/,
      () => {
        const error = refuse("none");
        error.message += "\u001b[31m";
        throw error;
      },
    ],
    [
      "an allocation that the input does not justify",
      /^allocates too much/,
      () => String(new Float64Array(1e9).length),
    ],
    [
      "a loop that the input does not justify",
      /blocks of code ran/,
      () => {
        let sum = 0;
        for (let i = 0; i < 3e6; i++) sum += i % 7 === 0 ? 1 : 2;
        return String(sum % 2);
      },
    ],
  ])("%s", async (name, what, wrong) => {
    // V8 counts only what the engine calls ours; the loop stands in for it.
    const target = faulty(wrong);
    const executions = name.startsWith("a loop") ? 20 : 200;
    const { findings } = await fuzz(target, { executions, seed: 1 });
    expect(findings.map((finding) => finding.what).join("\n")).toMatch(what);
  });

  it("nothing in a reader that refuses in one line, or takes what it is given", async () => {
    const target = faulty((input) => {
      if (input.length % 2 === 0) return "even";
      throw refuse(`\u001b[2J${"x".repeat(5000)}\u202e`);
    });
    expect((await fuzz(target, { executions: 500, seed: 1 })).findings).toEqual([]);
  });
});
