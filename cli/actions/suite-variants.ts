// The networks of a suite, in every number format and at every sparsity that it names, on each of their tasks.

import { dirname, isAbsolute, join } from "node:path";
import type { Dataset, Split } from "../../bindings/data/dataset.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import type { Network } from "../../bindings/network.ts";
import { byCodeUnits } from "../../bindings/record/canonical.ts";
import { type BenchmarkRecord, type Entry, RECORD_FORMAT } from "../../bindings/record/record.ts";
import { parseSuite, type Suite } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { type MissingVariant, makeVariants, type Variant } from "../../bindings/sweep/variants.ts";
import manifest from "../../package.json" with { type: "json" };
import type { Io } from "../io.ts";
import { readDataset } from "../read-dataset.ts";
import { readNetwork } from "../read-network.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { variantData } from "./variant-data.ts";

/** What an entry says of a network before it has a platform. */
export type VariantFacts = Pick<Entry, "model" | "precision" | "sparsity" | "task" | "modelHash">;

export interface SuiteVariant {
  facts: VariantFacts;
  variant: Variant | MissingVariant;
  /** As its file has it, before pruning and quantization. */
  original: Network;
  /** What it was scored on. */
  dataset: Dataset | null;
  split: Split;
}

/** The suite in a file, YAML or JSON. Throws `bad-record`. */
export async function readSuite(io: Io, path: string): Promise<Suite> {
  return parseSuite(await readYaml(io, path, "bad-record"), fileName(path));
}

/** Files that a suite names are relative to its own. */
export function besideSuite(path: string): (file: string) => string {
  return (file) => (isAbsolute(file) ? file : join(dirname(path), file));
}

/** How many variants a suite has. */
export function countVariants(suite: Suite): number {
  return suite.models
    .map(({ tasks = [], precisions, sparsities }) => {
      const formats = (precisions ?? suite.precisions).length * (sparsities ?? suite.sparsities).length;
      return Math.max(1, tasks.length) * formats;
    })
    .reduce((a, b) => a + b, 0);
}

/**
 * Makes the variants one after the other.
 * @param resolve says where a file that the suite names lies
 * @param onVariant told of each before it is made
 */
export async function* suiteVariants(
  io: Io,
  suite: Suite,
  resolve: (file: string) => string,
  onVariant: (name: string) => void,
): AsyncGenerator<SuiteVariant> {
  for (const { id, weights, config, tasks = [], precisions, sparsities } of suite.models) {
    const files = [weights, ...(config === undefined ? [] : [config])].map(resolve);
    for (const taskId of tasks.length === 0 ? [null] : tasks) {
      const modelHash = await sha256(await Promise.all(files.map((file) => io.readFile(file))));
      const network = await readNetwork(io, files[0]!, files[1]);
      const task = suite.tasks.find((one) => one.id === taskId) ?? null;
      const dataset = task === null ? null : await datasetOf(io, task, resolve);
      for (const precision of precisions ?? suite.precisions) {
        for (const sparsity of sparsities ?? suite.sparsities) {
          onVariant(`${id} ${precision}${taskId === null ? "" : ` on ${taskId}`}`);
          const [variant] = await makeVariants(network, {
            precisions: [precision],
            sparsities: [sparsity],
            tolerant: true,
            data: dataset === null ? null : variantData(dataset, { split: task!.split, seed: suite.seed }),
            withPeak: false,
          });
          const facts = { model: id, precision, sparsity, task: taskId, modelHash };
          yield { facts, variant: variant!, original: network, dataset, split: task?.split ?? "test" };
        }
      }
    }
  }
}

function datasetOf(
  io: Io,
  { id, data, dataset, description }: Suite["tasks"][number],
  resolve: (file: string) => string,
): Promise<Dataset> {
  return readDataset(io, {
    data: resolve(data),
    ...(dataset === undefined ? {} : { dataset }),
    ...(description === undefined ? {} : { description: resolve(description) }),
    flag: `task ${id}:`,
  });
}

export interface SuiteRecordOptions {
  /** Of measured entries. */
  environment?: Omit<BenchmarkRecord["environment"], "node" | "os">;
  /** Whether a suite of which nothing can be costed has a record all the same, without entries. */
  mayBeEmpty?: boolean;
  /** When the record is said to be made. */
  at?: Date;
}

/** The record of a run of a suite. Throws `unavailable` when it has no entry and must have one. */
export async function suiteRecord(
  io: Io,
  suite: Suite,
  found: Pick<BenchmarkRecord, "platforms" | "entries" | "skipped">,
  { environment = {}, mayBeEmpty = false, at = new Date() }: SuiteRecordOptions = {},
): Promise<BenchmarkRecord> {
  if (found.entries.length === 0 && !mayBeEmpty) {
    throw new LiquidEdgeError(
      "unavailable",
      `suite ${suite.name}: expected at least one combination that can be costed, found none; the first: ${found.skipped[0]!.reason}`,
    );
  }
  const byId = (a: { id: string }, b: { id: string }) => byCodeUnits(a.id, b.id);
  return {
    format: RECORD_FORMAT,
    suite: suite.name,
    version: null,
    createdAt: at.toISOString(),
    tool: { name: manifest.name, version: manifest.version },
    git: await gitState(io),
    coreHash: await sha256((await import("#core/scalar")).bytes()),
    environment: { node: process.version, os: `${process.platform} ${process.arch}`, ...environment },
    platforms: found.platforms,
    entries: found.entries.sort(byId),
    skipped: found.skipped.sort(byId),
  };
}

async function gitState(io: Io): Promise<BenchmarkRecord["git"]> {
  const head = await io.runTool("git", ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head === null || !/^[0-9a-f]{40,64}$/.test(head.text)) return null;
  const status = await io.runTool("git", ["status", "--porcelain", "--untracked-files=no"]);
  return { commit: head.text, dirty: status === null || status.text !== "" };
}
