// A campaign in shards says the same however many processes run it, and loses none.

import { describe, expect, it } from "vitest";
import { CAMPAIGNS } from "../../scripts/fuzz/campaigns.ts";
import { missedLines, shareReached } from "../../scripts/fuzz/reach.ts";
import { emptyResult, merged, runShards, shardsOf } from "../../scripts/fuzz/shards.ts";

describe("shards", () => {
  it("are of at most a size, add up, and begin with the seed that was given", () => {
    const shards = shardsOf("csv", 2500, 7, 1000);
    expect(shards.map(({ executions }) => executions)).toEqual([1000, 1000, 500]);
    expect(shards[0]).toEqual({ target: "csv", executions: 1000, seed: 7 });
    expect(new Set(shards.map(({ seed }) => seed)).size).toBe(3);
    expect(shardsOf("csv", 2500, 7, 1000)).toEqual(shards);
    expect(shardsOf("csv", 2500, 8, 1000)[1]!.seed).not.toBe(shards[1]!.seed);
  });

  it("give the same results in one process after another and side by side", async () => {
    const shards = [...shardsOf("csv", 1000, 3, 600), ...shardsOf("config", 500, 3)];
    const one = await runShards(shards, 1);
    const done: number[] = [];
    const side = await runShards(shards, 3, (all) =>
      done.push(all.reduce((sum, { executions }) => sum + executions, 0)),
    );
    expect(side).toEqual(one);
    expect(done.at(-1)).toBe(1500);
    expect(merged(one.slice(0, 2)).executions).toBe(1000);
    expect(merged(one).accepted).toBeGreaterThan(200);
    expect(merged(one).findings).toEqual([]);
    expect(shareReached(merged(one.slice(0, 2)).reach)).toBeGreaterThan(0.5);
  }, 240_000);

  it("whose process ends before them are findings", async () => {
    const [result] = await runShards([{ target: "nothing of this name", executions: 10, seed: 1 }], 1);
    expect(result!.findings.map(({ what }) => what).join()).toMatch(
      /^ended after 0 executions of seed 1, exit code 1: /,
    );
  }, 60_000);

  it("together have missed what each of them missed, and found each finding once", () => {
    const finding = (n: number) => ({ target: "t", what: `broken: ${n} of 3`, input: new Uint8Array(n) });
    const shard = (missed: string[], n: number) => ({
      ...emptyResult(),
      executions: 10,
      accepted: n,
      outcomes: new Map([["accepted", n]]),
      reach: new Map([["a.ts", { all: ["1:1", "2:1", "2:9", "3:1", "7:1"], missed }]]),
      findings: [finding(n)],
    });
    const whole = merged([shard(["1:1", "2:9", "3:1", "7:1"], 1), shard(["2:1", "2:9", "3:1", "7:1"], 2)]);
    expect(whole).toMatchObject({ executions: 20, accepted: 3, findings: [finding(1)] });
    expect(whole.outcomes).toEqual(new Map([["accepted", 3]]));
    expect(missedLines(whole.reach)).toEqual(["a.ts 40 %, not 2-3, 7"]);
    expect(shareReached(whole.reach)).toBe(0.4);
  });
});

it("an image campaign that never saw a reject code says so", () => {
  const judge = CAMPAIGNS.get("image")!.judge!;
  const seen = { ...emptyResult(), executions: 20_000, accepted: 10_000 };
  const findings = judge({ ...seen, outcomes: new Map([["accepted", 10_000]]) });
  expect(findings.map(({ what }) => what).join()).toMatch(/^reject codes never reached: .*checksum differs/);
  expect(
    judge({ ...seen, accepted: 10 })
      .map(({ what }) => what)
      .join(),
  ).toContain("only 10 were accepted");
  expect(judge({ ...seen, executions: 100 })).toEqual([]);
});
