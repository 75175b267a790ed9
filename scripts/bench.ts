// `npm run bench`: everything that is bounded in time or in ratios of times. Prints the figures, exits 1 when one
// misses its bound. `npm run bench -- counted` runs one of them.

import { benchBatch } from "./bench-batch.ts";
import { benchCli } from "./bench-cli.ts";
import { benchCounted } from "./bench-counted.ts";
import { benchEnergy } from "./bench-energy.ts";
import { benchEngines } from "./bench-engines.ts";
import { benchExplorer } from "./bench-explorer.ts";
import { benchGrowth } from "./bench-growth.ts";
import { benchReport } from "./bench-report.ts";
import { benchSideBySide } from "./bench-side-by-side.ts";
import { benchSweep } from "./bench-sweep.ts";
import { benchTrain } from "./bench-train.ts";

const BENCHMARKS: Record<string, () => Promise<boolean>> = {
  /** The counted build against the scalar one. */
  counted: benchCounted,
  /** `estimate` from start to finish against an empty Node process. */
  cli: benchCli,
  /** Energy of a trace of 100 s; a fake PPK2 read for a minute. */
  energy: benchEnergy,
  /** A step beside onnxruntime, PyTorch, C and plain TypeScript; options behind `--`. */
  engines: () => benchEngines(options),
  /** A batch of sequences on two threads against one. */
  batch: benchBatch,
  /** Four sequences side by side against one after another. */
  lanes: benchSideBySide,
  /** Estimates a second of a sweep, in threads and through a queue. */
  sweep: benchSweep,
  /** How cost grows with neurons, connections, unfolds, batch, length; `--write` renews docs/growth.md. */
  growth: () => benchGrowth(options),
  /** Epochs of the first-steps example, steps of larger networks. */
  train: benchTrain,
  /** The explorer in a browser: until it answers, and until a change is shown. */
  explorer: benchExplorer,
  /** The report of the own suite: HTML, and with the PDF. */
  report: benchReport,
};

const firstOption = process.argv.findIndex((arg, i) => i >= 2 && arg.startsWith("-"));
const asked = process.argv.slice(2, firstOption < 0 ? undefined : firstOption);
const options = firstOption < 0 ? [] : process.argv.slice(firstOption);
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
