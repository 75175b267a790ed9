// Readers of what strangers made against inputs that nobody made:
//
//   npm run fuzz [-- --target csv,yaml] [--executions 1000000] [--seed 1] [--workers 2] [--reach]
//
// of every target or of those that are named, on all processors; how many there are changes nothing but the time. --reach lists the lines of
// each reader that were never reached. Exit code 1 when a target breaks a rule; the inputs that did lie in build/fuzz/ then.

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { CAMPAIGNS } from "./fuzz/campaigns.ts";
import type { Finding } from "./fuzz/engine.ts";
import { Progress } from "./fuzz/progress.ts";
import { missedLines, shareReached } from "./fuzz/reach.ts";
import { merged, runShards, shardsOf } from "./fuzz/shards.ts";

const names = [...CAMPAIGNS.keys()];
const { values } = parseArgs({
  options: {
    executions: { type: "string", default: "1000000" },
    reach: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    target: { type: "string", default: names.join(",") },
    workers: { type: "string", default: String(availableParallelism()) },
  },
});
const wholeNumber = (name: "executions" | "seed" | "workers", least: number): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${name}: expected a whole number of at least ${least}, found "${values[name]}"`);
  process.exit(2);
};
const [executions, seed] = [wholeNumber("executions", 1), wholeNumber("seed", 0)];
const targets = values.target.split(",");
const unknown = targets.find((name) => !CAMPAIGNS.has(name));
if (unknown !== undefined) {
  console.error(`--target: expected some of ${names.join(",")}, found "${unknown}"`);
  process.exit(2);
}

// The first shards of all targets come first: how fast each is tells how much time is left.
const byTarget = targets.map((target) => shardsOf(target, executions, seed));
const most = Math.max(...byTarget.map(({ length }) => length));
const shards = Array.from({ length: most }, (_, i) => byTarget.flatMap((own) => own.slice(i, i + 1))).flat();
const workers = wholeNumber("workers", 1);
const progress = new Progress(shards, workers);
const results = await runShards(shards, workers, (done) => progress.report(done));

const findings: Finding[] = [];
console.log("target          executions  a second   CPU s  accepted  outcomes  corpus  reached");
for (const target of targets) {
  const own = results.filter((_, i) => shards[i]!.target === target);
  const whole = merged(own);
  const { accepted, outcomes, corpus, reach } = whole;
  const columns = [
    whole.executions,
    progress.rateOf(target).toFixed(0),
    progress.cpuSecondsOf(target).toFixed(0),
    `${((100 * accepted) / whole.executions).toFixed(1)}%`,
    outcomes.size,
    corpus || "",
    reach.size === 0 ? "" : `${(100 * shareReached(reach)).toFixed(1)}%`,
  ];
  const widths = [12, 10, 8, 10, 10, 8, 9];
  console.log(target.padEnd(14) + columns.map((value, i) => String(value).padStart(widths[i]!)).join(""));
  if (values.reach) for (const line of missedLines(reach)) console.log(`  ${line}`);
  findings.push(...whole.findings, ...(CAMPAIGNS.get(target)!.judge?.(whole) ?? []));
}

if (findings.length > 0) mkdirSync("build/fuzz", { recursive: true });
for (const [i, { target, what, input }] of findings.entries()) {
  const file = `build/fuzz/${target}-${seed}-${i}.bin`;
  writeFileSync(file, input);
  console.error(`${target}: ${what}\n  ${file}, ${input.length} bytes`);
}
process.exitCode = findings.length > 0 ? 1 : 0;
