// Readers of what strangers made against inputs that nobody made: `npm run fuzz -- --executions 1000000 --seed 1`, of all targets
// or of those that `--target` names. Exit code 1 when one breaks a rule; the inputs that did lie in build/fuzz/ then.

import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Finding, type FuzzResult, fuzz } from "./fuzz/engine.ts";
import { fuzzFirmware } from "./fuzz/firmware.ts";
import { fuzzImages } from "./fuzz/image.ts";
import { TARGETS } from "./fuzz/targets.ts";

type Campaign = (options: {
  executions: number;
  seed: number;
  onProgress: (done: number) => void;
}) => Promise<FuzzResult>;

const campaigns = new Map<string, Campaign>([
  ...TARGETS.map((target) => [target.name, (options) => fuzz(target, options)] as [string, Campaign]),
  ["image", fuzzImages],
  ["firmware", fuzzFirmware],
]);

const { values } = parseArgs({
  options: {
    executions: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true, default: [...campaigns.keys()] },
  },
});
const [executions, seed] = [Number(values.executions), Number(values.seed)];
if (!Number.isInteger(executions) || executions < 1 || !Number.isInteger(seed)) {
  throw new Error("--executions and --seed expected whole numbers");
}

const findings: Finding[] = [];
console.log("target          executions  a second  accepted  outcomes  corpus  blocks");
for (const name of values.target) {
  const campaign = campaigns.get(name);
  if (campaign === undefined) throw new Error(`--target expected one of ${[...campaigns.keys()].join(", ")}`);
  const started = performance.now();
  let reported = started;
  const result = await campaign({
    executions,
    seed,
    onProgress(done) {
      if ((done & 0xff) !== 0 || performance.now() < reported + 10_000) return;
      reported = performance.now();
      process.stderr.write(
        `${name}: ${done} of ${executions}, ${((reported - started) / 1000).toFixed(0)} s\n`,
      );
    },
  });
  const rate = (1000 * result.executions) / (performance.now() - started);
  const columns = [result.executions, rate.toFixed(0), result.accepted, result.outcomes.size, result.corpus];
  const widths = [12, 10, 10, 10, 8];
  console.log(
    name.padEnd(14) +
      columns.map((value, i) => String(value).padStart(widths[i]!)).join("") +
      String(result.blocks || "").padStart(8),
  );
  findings.push(...result.findings);
}

if (findings.length > 0) mkdirSync("build/fuzz", { recursive: true });
for (const [i, { target, what, input }] of findings.entries()) {
  const file = `build/fuzz/${target}-${seed}-${i}.bin`;
  writeFileSync(file, input);
  console.error(`${target}: ${what}\n  ${file}, ${input.length} bytes`);
}
process.exitCode = findings.length > 0 ? 1 : 0;
