// Do the tests notice a wrong line in the code that estimates and judges? Stryker changes one expression of bindings/estimate and
// bindings/record at a time and runs the tests that execute it. A mutant that no test notices is listed, and all of them stand in
// build/mutation/report.html:
//
//   npm run mutation [-- --only bindings/record/gate.ts,bindings/record/trend.ts] [--concurrency 2] [--fresh]
//
// From scratch those are some 3,100 mutants, each about half a second of a core. What an earlier run found of code and tests that
// have not changed is taken from build/mutation/; a change of what tests import, or of other folders, is not seen there: --fresh tries
// everything again. Exit code 1 if less than 80 % of a folder's mutants are noticed.

import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { belowThreshold, scoresOf, table } from "./mutate-bindings/score.ts";

const FOLDERS = ["bindings/estimate", "bindings/record"];
const LEAST_PERCENT = 80;
const OUT = "build/mutation";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    concurrency: { type: "string", default: "2" },
    fresh: { type: "boolean", default: false },
  },
});

const results = await new Stryker({
  mutate: values.only?.split(",") ?? FOLDERS.map((folder) => `${folder}/**/*.ts`),
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutate-bindings/vitest.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: Number(values.concurrency),
  // Stryker would rewrite the paths of the copy's tsconfig.json by an interface that TypeScript 7 no longer has. There are none.
  tsconfigFile: "none",
  tempDirName: ".tmp/stryker",
  ignorePatterns: ["dist", "docs/pictures", "build/mutation"],
  incremental: true,
  incrementalFile: `${OUT}/incremental.json`,
  force: values.fresh,
  // Stryker itself ends loops that no longer end, by counting; this is for a machine that is busy with other things.
  timeoutMS: 30_000,
  reporters: ["progress-append-only", "clear-text", "html", "json"],
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false, reportScoreTable: false },
  htmlReporter: { fileName: `${OUT}/report.html` },
  jsonReporter: { fileName: `${OUT}/report.json` },
}).runMutationTest();

const scores = scoresOf(results, FOLDERS);
console.log(table(scores));
const below = belowThreshold(scores, LEAST_PERCENT);
for (const line of below) console.error(line);
if (below.length > 0) process.exitCode = 1;
