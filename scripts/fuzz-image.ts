// The long form of tests/fuzz/image-check.test.ts: mutants of images and random byte strings against every build of
// the core. `npx tsx scripts/fuzz-image.ts --mutants 100000 --random 100000 --seed 1`; exit code 1 if a rule is broken.

import { parseArgs } from "node:util";
import { REJECT_TEXTS } from "../bindings/image/reject-codes.ts";
import { missingCodes, type PopulationResult, runCampaign } from "../tests/fuzz/campaign.ts";

const { values } = parseArgs({
  options: {
    mutants: { type: "string", default: "100000" },
    random: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
/** Share of the mutants that `check` has to accept, else the steps are hardly tested. */
const LEAST_ACCEPTED = 0.3;

const started = performance.now();
const seconds = () => (performance.now() - started) / 1000;
let reported = 0;
const result = runCampaign({
  mutants: Number(values.mutants),
  random: Number(values.random),
  seed: Number(values.seed),
  engines: ["scalar", "simd", "counted"],
  onProgress(done, total) {
    if (seconds() < reported + 2) return;
    reported = seconds();
    process.stderr.write(`${done} of ${total}, ${reported.toFixed(0)} s\n`);
  },
});

const { mutants, random, violations } = result;
const share = (part: number, total: number) => `${((100 * part) / total || 0).toFixed(1)} %`.padStart(7);
console.log("code   mutants    random  why");
for (const code of mutants.codes.keys()) {
  const counts = [mutants, random].map(({ codes }) => String(codes[code]).padStart(9)).join(" ");
  console.log(
    `${String(code).padStart(4)} ${counts}  ${REJECT_TEXTS[code] ?? "accepted, ran three steps and every layer"}`,
  );
}
console.log("\naccepted     of  by change");
for (const [name, { total, accepted }] of operatorsOf(mutants)) {
  console.log(`${share(accepted, total)} ${String(total).padStart(7)}  ${name}`);
}
console.log(
  `\nmutants accepted: ${share(mutants.accepted, mutants.total).trim()}; ${seconds().toFixed(0)} s`,
);

const problems = [...violations];
const missing = missingCodes(result);
if (missing.length > 0) problems.push(`reject codes never reached: ${missing.join(", ")}`);
if (mutants.accepted < LEAST_ACCEPTED * mutants.total) problems.push("too few mutants were accepted");
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function operatorsOf({ operators }: PopulationResult) {
  return [...operators].sort(([, a], [, b]) => b.total - a.total);
}
