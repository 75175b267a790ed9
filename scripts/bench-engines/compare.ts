// Times engines side by side: in every round each of them runs once, so that a busy machine slows all alike.

import type { Engine } from "./engine.ts";
import { type BenchNetwork, OUTPUT_TOLERANCE } from "./networks.ts";

/** Every timed run takes about so long. */
const RUN_SECONDS = 0.15;
const WARM_UP_SECONDS = 0.4;

export interface Timing {
  engine: string;
  name: string;
  version: string;
  /** Microseconds a step, one for each round. */
  stepUs: number[];
  /** Milliseconds from files to the outputs of a first sequence: reading, compiling, starting an interpreter. */
  firstMs: number;
  /** Largest difference from the outputs of the original code. */
  outputError: number;
}

/** @throws Error when an engine's outputs are not those of the network: nothing is timed that computes something else */
export async function compareEngines(
  network: BenchNetwork,
  engines: readonly Engine[],
  rounds: number,
  onRound: (round: number) => void = () => {},
): Promise<Timing[]> {
  const timings: Timing[] = [];
  const running = [];
  try {
    for (const engine of engines) {
      const start = performance.now();
      const runner = await engine.open(network);
      const first = await runner.run(1);
      const firstMs = performance.now() - start;
      const outputError = largestDifference(first.outputs, network.expected);
      const { id, name, version } = engine;
      if (!(outputError <= OUTPUT_TOLERANCE)) {
        throw new Error(
          `${network.name} on ${name}: expected the reference outputs, found a difference of ${outputError}`,
        );
      }
      const timing: Timing = { engine: id, name, version, stepUs: [], firstMs, outputError };
      timings.push(timing);
      running.push({ runner, timing, repeats: await warmUp(runner) });
    }
    for (let round = 0; round < rounds; round++) {
      onRound(round);
      for (const { runner, timing, repeats } of running) {
        const { seconds } = await runner.run(repeats);
        timing.stepUs.push((seconds * 1e6) / (repeats * network.steps));
      }
    }
  } finally {
    for (const { runner } of running) await runner.close();
  }
  return timings;
}

/** Runs until the engine has settled; returns how many repeats a timed run takes. */
async function warmUp(runner: Awaited<ReturnType<Engine["open"]>>): Promise<number> {
  let repeats = 1;
  let spent = 0;
  let last = 0;
  while (spent < WARM_UP_SECONDS) {
    last = (await runner.run(repeats)).seconds / repeats;
    spent += last * repeats;
    repeats = Math.max(1, Math.round(RUN_SECONDS / last));
  }
  return Math.max(1, Math.round(RUN_SECONDS / last));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, value] of a.entries()) {
    const difference = Math.abs(value - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Times of one engine over those of another: the ratio of medians, and where nine of ten rounds lie. */
export function ratioOf(slower: Timing, faster: Timing): { ratio: number; low: number; high: number } {
  const ratios = slower.stepUs.map((us, round) => us / faster.stepUs[round]!);
  return {
    ratio: quantile(slower.stepUs, 0.5) / quantile(faster.stepUs, 0.5),
    low: quantile(ratios, 0.05),
    high: quantile(ratios, 0.95),
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}
