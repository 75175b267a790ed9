// Costs every network of a suite in every way that the suite names.

import { dirname, isAbsolute, join } from "node:path";
import { builtinBoards } from "../../bindings/board/load.ts";
import type { Dataset, Split } from "../../bindings/data/dataset.ts";
import { complain, LiquidEdgeError, nearestName } from "../../bindings/errors.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import type { Estimate } from "../../bindings/estimate/estimate.ts";
import { printable } from "../../bindings/network/printable.ts";
import type { Network } from "../../bindings/network.ts";
import { byCodeUnits } from "../../bindings/record/canonical.ts";
import { coefficientsOf, entryOf } from "../../bindings/record/make-entry.ts";
import { type BenchmarkRecord, type Entry, entryId, RECORD_FORMAT } from "../../bindings/record/record.ts";
import { parseSuite, type Suite } from "../../bindings/record/suite.ts";
import { sha256 } from "../../bindings/sha256.ts";
import { type MissingVariant, makeVariants, type Variant } from "../../bindings/sweep/variants.ts";
import manifest from "../../package.json" with { type: "json" };
import type { Io } from "../io.ts";
import { barOf } from "../progress.ts";
import { readDataset } from "../read-dataset.ts";
import { readNetwork } from "../read-network.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { variantData } from "./variant-data.ts";

/** An entry of a suite while what it was made from is at hand. */
export interface CostedVariant {
  entry: Entry;
  estimate: Estimate;
  variant: Variant;
  /** As its file has it, before pruning and quantization. */
  original: Network;
  /** What it was scored on. */
  dataset: Dataset | null;
  split: Split;
}

export interface SuiteOptions {
  /** Called for each entry as it is made. */
  onEntry?: (costed: CostedVariant) => void;
  /** Whether a suite of which nothing can be costed has a record all the same, without entries. */
  mayBeEmpty?: boolean;
  /** When the record is said to be made. */
  at?: Date;
}

/** Runs the suite in a file, YAML or JSON. Throws `bad-record` and what its files are refused with. */
export async function runSuite(io: Io, path: string, options: SuiteOptions = {}): Promise<BenchmarkRecord> {
  const suite = parseSuite(await readYaml(io, path, "bad-record"), fileName(path));
  checkPlatforms(suite, fileName(path));
  return costSuite(io, suite, (file) => (isAbsolute(file) ? file : join(dirname(path), file)), options);
}

/** Costs all of a suite; `resolve` says where a file that it names lies. */
export async function costSuite(
  io: Io,
  suite: Suite,
  resolve: (file: string) => string,
  options: SuiteOptions = {},
): Promise<BenchmarkRecord> {
  const run = new SuiteRun(io, suite, resolve, options);
  await run.all();
  io.progress(null);
  return run.record();
}

class SuiteRun {
  readonly #io: Io;
  readonly #suite: Suite;
  readonly #resolve: (file: string) => string;
  readonly #entries: Entry[] = [];
  readonly #skipped: BenchmarkRecord["skipped"] = [];
  readonly #estimates = new Map<string, Estimate[]>();
  readonly #total: number;
  readonly #bar: ReturnType<typeof barOf>;
  readonly #options: SuiteOptions;

  constructor(io: Io, suite: Suite, resolve: (file: string) => string, options: SuiteOptions) {
    this.#io = io;
    this.#options = options;
    this.#suite = suite;
    this.#bar = barOf(io);
    this.#resolve = resolve;
    const { platforms } = suite;
    const variants = suite.models.map(({ tasks = [], precisions, sparsities }) => {
      const formats = (precisions ?? suite.precisions).length * (sparsities ?? suite.sparsities).length;
      return Math.max(1, tasks.length) * formats;
    });
    this.#total = variants.reduce((a, b) => a + b, 0) * platforms.length;
  }

  async all(): Promise<void> {
    for (const model of this.#suite.models) {
      const tasks = model.tasks ?? [];
      for (const task of tasks.length === 0 ? [null] : tasks) await this.#model(model, task);
    }
  }

  async #model(model: Suite["models"][number], taskId: string | null): Promise<void> {
    const { id, weights, config } = model;
    const io = this.#io;
    const files = [weights, ...(config === undefined ? [] : [config])].map(this.#resolve);
    const modelHash = await sha256(await Promise.all(files.map((file) => io.readFile(file))));
    const network = await readNetwork(io, files[0]!, files[1]);
    const task = this.#suite.tasks.find((one) => one.id === taskId) ?? null;
    const dataset = task === null ? null : await this.#dataset(task);
    for (const precision of model.precisions ?? this.#suite.precisions) {
      for (const sparsity of model.sparsities ?? this.#suite.sparsities) {
        this.#show(`${id} ${precision}${taskId === null ? "" : ` on ${taskId}`}`);
        const [variant] = await makeVariants(network, {
          precisions: [precision],
          sparsities: [sparsity],
          tolerant: true,
          data:
            dataset === null ? null : variantData(dataset, { split: task!.split, seed: this.#suite.seed }),
          withPeak: false,
        });
        const facts = { model: id, precision, sparsity, task: taskId, modelHash };
        await this.#variant(variant!, facts, { original: network, dataset, split: task?.split ?? "test" });
      }
    }
  }

  async #variant(
    variant: Variant | MissingVariant,
    facts: Pick<Entry, "model" | "precision" | "sparsity" | "task" | "modelHash">,
    origin: Pick<CostedVariant, "original" | "dataset" | "split">,
  ): Promise<void> {
    const { platforms, rateHz, steps, seed } = this.#suite;
    for (const platform of platforms) {
      const id = entryId({ ...facts, platform });
      if ("error" in variant) {
        this.#skipped.push({ id, reason: variant.error.message });
        continue;
      }
      const { profile, memory, network, evaluation, outcomes } = variant;
      try {
        const simulator = new EnergySimulator({ platform, rateHz, steps, seed });
        const estimate = simulator.estimate(profile, memory, variant.facts);
        this.#estimates.set(platform, [...(this.#estimates.get(platform) ?? []), estimate]);
        const imageHash = await sha256(network!.compiled.image);
        const entry = await entryOf({ ...facts, imageHash }, estimate, evaluation, outcomes);
        this.#entries.push(entry);
        this.#options.onEntry?.({ entry, estimate, variant, ...origin });
      } catch (error) {
        if (!(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
        this.#skipped.push({ id, reason: error.message });
      }
    }
  }

  #dataset(task: Suite["tasks"][number]): Promise<Dataset> {
    const { data, dataset, description } = task;
    return readDataset(this.#io, {
      data: this.#resolve(data),
      ...(dataset === undefined ? {} : { dataset }),
      ...(description === undefined ? {} : { description: this.#resolve(description) }),
      flag: `task ${task.id}:`,
    });
  }

  #show(what: string): void {
    const done = this.#entries.length + this.#skipped.length;
    this.#bar(done, this.#total, `${done} of ${this.#total}: ${what}`);
  }

  async record(): Promise<BenchmarkRecord> {
    if (this.#entries.length === 0 && this.#options.mayBeEmpty !== true) {
      throw new LiquidEdgeError(
        "unavailable",
        `suite ${this.#suite.name}: expected at least one combination that can be costed, found none; the first: ${this.#skipped[0]!.reason}`,
      );
    }
    const platforms: BenchmarkRecord["platforms"] = {};
    for (const [id, estimates] of this.#estimates) platforms[id] = await coefficientsOf(estimates);
    const byId = (a: { id: string }, b: { id: string }) => byCodeUnits(a.id, b.id);
    return {
      format: RECORD_FORMAT,
      suite: this.#suite.name,
      version: null,
      createdAt: (this.#options.at ?? new Date()).toISOString(),
      tool: { name: manifest.name, version: manifest.version },
      git: await gitState(this.#io),
      coreHash: await sha256((await import("#core/scalar")).bytes()),
      environment: { node: process.version, os: `${process.platform} ${process.arch}` },
      platforms,
      entries: this.#entries.sort(byId),
      skipped: this.#skipped.sort(byId),
    };
  }
}

/** Before hours of work rather than after them. */
export function checkPlatforms({ platforms }: Suite, source: string): void {
  const known = builtinBoards().map(({ id }) => id);
  const index = platforms.findIndex((id) => !known.includes(id));
  if (index < 0) return;
  const nearest = nearestName(platforms[index]!, known);
  throw complain("bad-record", source, {
    field: `platforms[${index}]`,
    expected: `one of ${known.join(", ")}`,
    found: `"${printable(platforms[index]!)}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}

async function gitState(io: Io): Promise<BenchmarkRecord["git"]> {
  const head = await io.runTool("git", ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head === null || !/^[0-9a-f]{40,64}$/.test(head.text)) return null;
  const status = await io.runTool("git", ["status", "--porcelain", "--untracked-files=no"]);
  return { commit: head.text, dirty: status === null || status.text !== "" };
}
