// `npm run bench`: everything that is bounded in time or in ratios of times. Prints the figures, exits 1 when one
// misses its bound. `npm run bench -- counted` runs one of them.

import { benchCli } from "./bench-cli.ts";
import { benchCounted } from "./bench-counted.ts";
import { benchTrain } from "./bench-train.ts";

const BENCHMARKS: Record<string, () => Promise<boolean>> = {
  /** The counted build against the scalar one. */
  counted: benchCounted,
  /** `estimate` from start to finish against an empty Node process. */
  cli: benchCli,
  /** Epochs of the first-steps example, steps of larger networks. */
  train: benchTrain,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown !== undefined) {
  console.error(`no benchmark "${unknown}"; there are ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(2);
}
let missed = false;
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (asked.length === 0 || asked.includes(name)) missed = !(await run()) || missed;
}
process.exitCode = missed ? 1 : 0;
