// Threads for the sequences of a data set.

import { availableParallelism } from "node:os";
import { BatchPool } from "../bindings/core/batch-pool.ts";
import type { Engine } from "../bindings/core/core.ts";
import { countSteps, type Sample } from "../bindings/data/dataset.ts";
import type { Network } from "../bindings/network.ts";

export interface ThreadOptions {
  threads?: number;
  engine?: Engine;
}

/** Below so many multiply-accumulates, about a second of work, threads take as long to start as they save. */
const LEAST_MACS = 1e9;

/**
 * Threads that run `samples` on `networks`; null where one does, which is so too where the command runs from its sources and
 * has no file that a thread could start. Whoever takes it closes it.
 */
export function sequencePool(
  networks: readonly Network[],
  samples: readonly Sample[],
  { threads, engine }: ThreadOptions,
): BatchPool | null {
  if (threads === undefined && macsOf(networks) * countSteps(samples) < LEAST_MACS) return null;
  const wanted = threads ?? availableParallelism();
  if (wanted === 1 || import.meta.url.endsWith(".ts")) return null;
  return new BatchPool({ threads: wanted, ...(engine === undefined ? {} : { engine }) });
}

/** Of a time step. */
function macsOf(networks: readonly Network[]): number {
  const counts = networks.flatMap(({ compiled }) => compiled.layers.flatMap(({ macs }) => macs));
  return counts.reduce((sum, { count }) => sum + count, 0);
}
