// Sequences of equal length, four side by side against one after another, on one thread: rounds alternate, times are processor
// time, which a busy machine stretches less. Outputs are compared before anything is timed.

import { BatchRunner } from "../bindings/core/batch-runner.ts";
import { parseSequence } from "../bindings/core/sequence.ts";
import { Session } from "../bindings/core/session.ts";
import { Network } from "../bindings/network.ts";
import { median } from "../bindings/statistics/samples.ts";
import { type CellOptions, networkFor } from "../bindings/train/cells.ts";
import { initialModel } from "../bindings/train/initial-weights.ts";

const ROWS = 16;
const STEPS = 100;
const N_INPUTS = 8;
const ROUNDS = 41;
/** Of one side of a round; shorter ones exceed what the clock of processor time resolves. */
const ROUND_MS = 10;
/** Where the machine's vectors have as much to do either way, nothing may be lost but what a measurement hides. */
const MIN_RATIO = 0.95;
/** Sparse synapses, which one sequence must gather, and small networks. */
const MIN_GAIN = 1.3;

const NETWORKS: readonly [CellOptions, precision: "fp32" | "fp16", bound: number][] = [
  [{ cell: "ltc", units: 64 }, "fp32", MIN_RATIO],
  [{ cell: "ltc", units: 64 }, "fp16", MIN_RATIO],
  [{ cell: "ltc", units: 64, wiring: "random" }, "fp32", MIN_GAIN],
  [{ cell: "ltc", units: 64, wiring: "auto-ncp" }, "fp32", MIN_GAIN],
  [{ cell: "ltc", units: 16 }, "fp32", MIN_RATIO],
  [{ cell: "ltc", units: 16, wiring: "auto-ncp" }, "fp32", MIN_GAIN],
  [{ cell: "ltc", units: 8 }, "fp32", MIN_RATIO],
  [{ cell: "cfc", units: 64 }, "fp32", MIN_RATIO],
  [{ cell: "cfc", units: 64 }, "fp16", MIN_GAIN],
  [{ cell: "cfc", units: 16 }, "fp32", MIN_GAIN],
  [{ cell: "cfc", units: 8 }, "fp32", MIN_GAIN],
  [{ cell: "gru", units: 64 }, "fp32", MIN_RATIO],
  [{ cell: "gru", units: 16 }, "fp32", MIN_GAIN],
  [{ cell: "liquid-gate", units: 16 }, "fp32", MIN_GAIN],
];

/** Prints the figures; whether every network keeps its bound. */
export async function benchSideBySide(): Promise<boolean> {
  let reached = true;
  for (const [cell, precision, bound] of NETWORKS) {
    const model = initialModel(networkFor(cell, { nInputs: N_INPUTS, nOutputs: 4 }), 0);
    const { compiled } = Network.fromModel(model).withPrecision(precision);
    const data = Float32Array.from({ length: ROWS * STEPS * N_INPUTS }, (_, i) => Math.sin(i));
    const sequence = parseSequence(
      { input: { shape: [ROWS, STEPS, N_INPUTS], data } },
      compiled,
      "benchmark",
    );
    const session = await Session.create(compiled);
    const runner = await BatchRunner.create(compiled);
    const alone = session.run(sequence).output.data;
    const together = (await runner.run(sequence)).output.data;
    if (alone.some((x, i) => !Object.is(x, together[i]))) throw new Error(`${cell.cell}: outputs differ`);
    const started = performance.now();
    session.run(sequence);
    const runs = Math.max(1, Math.round(ROUND_MS / (performance.now() - started)));
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      times[0].push(await processorUs(runs, async () => session.run(sequence)));
      times[1].push(await processorUs(runs, () => runner.run(sequence)));
    }
    const [one, four] = times.map((list) => median(list) / (ROWS * STEPS)) as [number, number];
    const ratios = times[0].map((time, i) => time / times[1][i]!).sort((a, b) => a - b);
    const ratio = one / four;
    reached &&= ratio >= bound;
    const name = [cell.cell, cell.wiring, cell.units, precision]
      .filter((part) => part !== undefined)
      .join(" ");
    console.log(
      `side by side: ${name}: ${one.toFixed(2)} µs a step alone, ${four.toFixed(2)} in fours: ${ratio.toFixed(2)} times ` +
        `(${ratios[2]!.toFixed(2)} to ${ratios.at(-3)!.toFixed(2)} in 5 to 95 % of ${ROUNDS} rounds; must be at least ${bound})`,
    );
  }
  return reached;
}

async function processorUs(runs: number, run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / runs;
}
