// A record made by a program, of networks that it has costed itself.

import manifest from "../../package.json" with { type: "json" };
import { LiquidEdgeError } from "../errors.ts";
import type { Estimate } from "../estimate/estimate.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Network } from "../network.ts";
import { sha256 } from "../sha256.ts";
import { byCodeUnits } from "./canonical.ts";
import { coefficientsOf, entryOf } from "./make-entry.ts";
import { type BenchmarkRecord, RECORD_FORMAT } from "./record.ts";

/** A network, and what it costs on one platform. */
export interface Costed {
  /** Name of the model in the record. */
  model: string;
  /** The compiled network. */
  network: Pick<Network, "compiled">;
  /** On the platform of the entry. */
  estimate: Estimate;
  /** Share of the weights that was pruned; default 0. */
  sparsity?: number;
  /** Name of the task that `evaluation` is of. */
  task?: string;
  /** What the network can do on the task. */
  evaluation?: Evaluation;
}

/**
 * A record of costed networks, as `liquid-edge benchmark` writes it of a suite.
 * @throws LiquidEdgeError `bad-record` for two of one id
 */
export async function makeRecord(suite: string, costed: readonly Costed[]): Promise<BenchmarkRecord> {
  const entries = await Promise.all(
    costed.map(async ({ model, network, estimate, sparsity = 0, task = null, evaluation = null }) => {
      const imageHash = await sha256(network.compiled.image);
      // The checkpoint's file is not known here: the image stands for it.
      const facts = { model, precision: network.compiled.precision, sparsity, task };
      return entryOf({ ...facts, modelHash: imageHash, imageHash }, estimate, evaluation, null);
    }),
  );
  entries.sort((a, b) => byCodeUnits(a.id, b.id));
  const double = entries.find(({ id }, i) => entries[i + 1]?.id === id);
  if (double !== undefined || entries.length === 0) {
    const found = double === undefined ? "none" : `"${double.id}" twice`;
    throw new LiquidEdgeError(
      "bad-record",
      `record ${suite}: expected entries, each id once, found ${found}`,
    );
  }
  const platforms: BenchmarkRecord["platforms"] = {};
  for (const { estimate } of costed) {
    const { platform } = estimate;
    if (platforms[platform] !== undefined) continue;
    const same = costed.map((one) => one.estimate).filter((other) => other.platform === platform);
    platforms[platform] = await coefficientsOf(same);
  }
  const { process } = globalThis;
  return {
    format: RECORD_FORMAT,
    suite,
    version: null,
    createdAt: new Date().toISOString(),
    tool: { name: manifest.name, version: manifest.version },
    git: null,
    coreHash: await sha256((await import("#core/scalar")).bytes()),
    environment:
      process?.version === undefined
        ? { node: "none", os: "browser" }
        : { node: process.version, os: `${process.platform} ${process.arch}` },
    platforms,
    entries,
    skipped: [],
  };
}
