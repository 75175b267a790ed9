// A batch of sequences on two threads against one, each a pool of the built library: rounds alternate, so that a busy machine
// slows both; the ratio is that of the medians. Beside it, what two threads of plain arithmetic do in the time of one, which is
// what the machine has to give at the time: 2 on two idle cores. Processor time says what the pool itself costs at any load.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type * as Library from "../bindings/index.ts";
import { median } from "../bindings/statistics/samples.ts";

const SEQUENCES = 256;
const STEPS = 100;
const ROUNDS = 15;
const MIN_RATIO = 1.8;
/** Of what plain arithmetic gains: the same bound where the machine has less than two cores to give. */
const MIN_SHARE = MIN_RATIO / 2;

/** Prints the figures; whether two threads are at least 1.8 times as fast as one on an LTC of 64 neurons. */
export async function benchBatch(): Promise<boolean> {
  const library: typeof Library = await import(new URL("../dist/index.js", import.meta.url).href);
  const { BatchPool, initialModel, Network, networkFor, parseSequence } = library;
  const attainable = await attainableRatio();
  let reached = true;
  for (const cell of [
    { cell: "ltc", units: 64 },
    { cell: "cfc", units: 64 },
  ] as const) {
    const { compiled } = Network.fromModel(initialModel(networkFor(cell, { nInputs: 8, nOutputs: 4 }), 0));
    const data = Float32Array.from({ length: SEQUENCES * STEPS * 8 }, (_, i) => Math.sin(i));
    const input = { shape: [SEQUENCES, STEPS, 8], data };
    const sequence = parseSequence({ input }, compiled, "benchmark");
    const pools = [1, 2].map((threads) => new BatchPool({ threads }));
    const times: number[][] = [[], []];
    const processor = [0, 0];
    const cold = performance.now();
    await pools[1]!.run(compiled, sequence);
    const coldMs = performance.now() - cold;
    await pools[0]!.run(compiled, sequence);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, pool] of pools.entries()) {
        const cpu = process.cpuUsage();
        const started = performance.now();
        await pool.run(compiled, sequence);
        times[i]!.push(performance.now() - started);
        const { user, system } = process.cpuUsage(cpu);
        processor[i]! += user + system;
      }
    }
    for (const pool of pools) pool.close();
    const [one, two] = [median(times[0]!), median(times[1]!)];
    const ratio = one / two;
    console.log(
      `batch: ${SEQUENCES} sequences of ${STEPS} steps, ${cell.cell} of ${cell.units}: one thread ${one.toFixed(0)} ms, ` +
        `two ${two.toFixed(0)} ms: ${ratio.toFixed(2)} times (medians of ${ROUNDS}; must be at least ${MIN_RATIO} for ltc, or ` +
        `${100 * MIN_SHARE} % of the ${attainable.toFixed(2)} times of plain arithmetic); processor time ` +
        `${(processor[1]! / processor[0]!).toFixed(2)} times that of one thread; the first run, with the start of both, ${coldMs.toFixed(0)} ms`,
    );
    if (cell.cell === "ltc") reached = ratio >= Math.min(MIN_RATIO, MIN_SHARE * attainable);
  }
  return reached;
}

const SPIN = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", (n) => {
  let x = 1;
  for (let i = 0; i < n; i++) x = Math.fround(x * 1.0000001 + 1e-9);
  parentPort.postMessage(x);
});`;

/** How much two threads do in the time of one when nothing is shared: 2 on two idle cores. */
async function attainableRatio(): Promise<number> {
  const workers = [new Worker(SPIN, { eval: true }), new Worker(SPIN, { eval: true })];
  const n = 3e7;
  const run = (list: readonly Worker[]) =>
    Promise.all(
      list.map((worker) => {
        worker.postMessage(n);
        return once(worker, "message");
      }),
    );
  await run(workers);
  const [alone, both]: number[][] = [[], []];
  for (let round = 0; round < 7; round++) {
    for (const [list, times] of [
      [workers.slice(0, 1), alone!],
      [workers, both!],
    ] as const) {
      const started = performance.now();
      await run(list);
      times.push(performance.now() - started);
    }
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return (2 * median(alone!)) / median(both!);
}
