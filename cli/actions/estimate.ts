import type { Board } from "../../bindings/board/board.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { EnergySimulator, type EnergySimulatorOptions } from "../../bindings/estimate/energy-simulator.ts";
import { type Estimate, estimateJson } from "../../bindings/estimate/estimate.ts";
import { parseOpProfile } from "../../bindings/estimate/parse-profile.ts";
import type { Evaluation } from "../../bindings/evaluate/evaluate.ts";
import {
  estimateOn,
  type MissingVariant,
  makeVariants,
  type Variant,
  type VariantData,
} from "../../bindings/sweep/variants.ts";
import { summarise } from "../../format/summary.ts";
import type { EstimateOptions } from "../commands/estimate.ts";
import type { Io } from "../io.ts";
import { matricesOf } from "../matrices.ts";
import { PRECISIONS, usageError } from "../options.ts";
import { findPlatforms } from "../platforms.ts";
import { progressOf } from "../progress.ts";
import { readNetwork } from "../read-network.ts";
import { fileName, readJson } from "../read-text.ts";
import { combinationsReport } from "./estimate-combinations.ts";
import { estimateReport } from "./estimate-report.ts";

/** What is estimated: a network in one or several variants, or a profile from elsewhere, of which no bytes are known. */
export interface Subject {
  name: string;
  /** What it is, in a few words. */
  summary: string;
  /** At least one. */
  variants: readonly Variant[];
  /** Combinations of number format and sparsity that do not exist for this network. */
  missing: readonly MissingVariant[];
}

/** One variant on one platform. */
export interface Result {
  variant: Variant;
  estimate: Estimate;
}

/** A platform that cannot run or price a network, and why; the combination where there are several. */
export interface Unavailable {
  platform: string;
  precision?: string | null;
  sparsity?: number | null;
  unavailable: string;
}

/** Estimates the network or profile on every platform asked for, and prints table or JSON. */
export async function estimate(io: Io, weights: string | undefined, options: EstimateOptions): Promise<void> {
  checkOptions(weights, options);
  const platforms = await findPlatforms(io, options.platform, options.boardFile);
  const subject = await readSubject(io, weights, options);
  // Who asks for everything wants to see what there is; who asks for a platform wants to hear that it cannot.
  const asksForAll = options.platform === "all" || (options.platform ?? options.boardFile) === undefined;
  const isOne = subject.variants.length + subject.missing.length === 1;
  const results: (Result | (Unavailable & { error: Error }))[] = [];
  for (const board of platforms) {
    for (const variant of subject.variants) {
      const { facts } = variant;
      try {
        const simulator = new EnergySimulator(simulatorOptions(board, options));
        results.push(await estimateOn(simulator, variant));
      } catch (error) {
        if (!asksForAll || !(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
        const { precision = null, sparsity = null } = facts;
        const which = isOne ? {} : { precision, sparsity };
        results.push({ platform: board.id, ...which, unavailable: error.message, error });
      }
    }
    for (const { precision, sparsity, error } of subject.missing)
      results.push({ platform: board.id, precision, sparsity, unavailable: error.message, error });
  }
  const done = results.filter((result) => "estimate" in result);
  const failed = results.filter((result) => "error" in result);
  if (done.length === 0) throw failed[0]!.error;

  if (options.json) {
    const verbose = options.verbose === true || options.sources === true;
    io.print(JSON.stringify(results.map((result) => entryJson(result, verbose))));
    return;
  }
  const report = {
    subject,
    boards: new Map(platforms.map((board) => [board.id, board])),
    unavailable: failed,
    colour: io.colour,
    sources: options.sources === true,
    verbose: options.verbose === true,
  };
  const byEnergy = (a: Estimate, b: Estimate) => a.energyUj.typ - b.energyUj.typ;
  if (isOne && options.data === undefined) {
    const estimates = done.map((result) => result.estimate);
    io.print(estimateReport({ ...report, estimates: asksForAll ? estimates.toSorted(byEnergy) : estimates }));
    return;
  }
  const groups = platforms
    .map(({ id }) => done.filter((result) => result.estimate.platform === id))
    .filter((group) => group.length > 0);
  const sorted = groups.toSorted((a, b) => byEnergy(a[0]!.estimate, b[0]!.estimate));
  io.print(combinationsReport({ ...report, results: (asksForAll ? sorted : groups).flat() }));
}

/** What `--json` prints for one variant on one platform. */
function entryJson(result: Result | Unavailable, verbose: boolean) {
  if (!("estimate" in result)) {
    const { platform, precision, sparsity, unavailable } = result;
    return precision === undefined
      ? { platform, unavailable }
      : { platform, precision, sparsity, unavailable };
  }
  const { estimate, variant } = result;
  return {
    ...estimateJson(estimate, { verbose }),
    ...(verbose && variant.network !== null ? { matrices: matricesOf(variant.network.compiled) } : {}),
    ...(variant.evaluation === null ? {} : { accuracy: accuracyJson(variant.evaluation) }),
  };
}

function accuracyJson({ dataset, split, n, metric, warnings }: Evaluation) {
  const { name, value, min, max } = metric;
  return { dataset, split, n, metric: { name, value, min, max }, warnings };
}

function checkOptions(weights: string | undefined, options: EstimateOptions): void {
  const { ops, config, precision, sparsity, data, dataset, description, split, batteryMah, batteryV } =
    options;
  if (weights === undefined && ops === undefined) {
    throw usageError("estimate: expected a checkpoint or --ops, found neither (liquid-edge help estimate)");
  }
  if (weights !== undefined && ops !== undefined) {
    throw usageError("estimate: expected a checkpoint or --ops, found both");
  }
  if (ops !== undefined && config !== undefined)
    throw usageError("--config: expected with a checkpoint, found with --ops");
  if (ops !== undefined && (options.imageIn ?? options.ramLimitKb) !== undefined) {
    throw usageError("--image-in, --ram-limit-kb: expected with a checkpoint, found with --ops");
  }
  if (precision !== undefined && ops !== undefined)
    throw usageError("--precision: expected with a checkpoint, found with --ops");
  if (sparsity.some((share) => share !== 0) && ops !== undefined)
    throw usageError("--sparsity: expected with a checkpoint, found with --ops");
  if (data !== undefined && ops !== undefined)
    throw usageError("--data: expected with a checkpoint, found with --ops");
  if (data === undefined && (dataset ?? description ?? split) !== undefined)
    throw usageError("--dataset, --description, --split: expected with --data, found without");
  if ((batteryMah === undefined) !== (batteryV === undefined)) {
    throw usageError("--battery-mah and --battery-v: expected both or neither, found one");
  }
}

function simulatorOptions(platform: Board, options: EstimateOptions): EnergySimulatorOptions {
  const { point, option, rateHz, steps, idle, imageIn, ramLimitKb, batteryMah, batteryV, seed } = options;
  return {
    platform,
    portKernels: options.portKernels,
    firmware: options.firmware,
    rateHz,
    steps,
    seed,
    ...(point === undefined ? {} : { point }),
    ...(option === undefined ? {} : { option }),
    ...(idle === undefined ? {} : { idle }),
    ...(imageIn === undefined ? {} : { imageIn }),
    ...(ramLimitKb === undefined ? {} : { ramLimitBytes: Math.floor(ramLimitKb * 1024) }),
    ...(batteryMah === undefined || batteryV === undefined ? {} : { batteryMwh: batteryMah * batteryV }),
  };
}

async function readSubject(io: Io, weights: string | undefined, options: EstimateOptions): Promise<Subject> {
  if (options.ops !== undefined) return readForeignProfile(io, options.ops);
  const { precision, sparsity } = options;
  const network = await readNetwork(io, weights!, options.config);
  const all = await makeVariants(network, {
    precisions: precision ?? null,
    sparsities: sparsity,
    tolerant: precision?.length === PRECISIONS.length,
    data: options.data === undefined ? null : await readVariantData(io, options.data, options),
    withPeak: options.json === true || options.verbose === true,
  });
  io.progress(null);
  const missing = all.filter((variant) => "error" in variant);
  const variants = all.filter((variant) => "profile" in variant);
  if (variants.length === 0) throw missing[0]!.error;
  return { name: network.name, summary: summarise(network.config), variants, missing };
}

async function readVariantData(io: Io, data: string, options: EstimateOptions): Promise<VariantData> {
  const [{ readDataset }, { variantData }] = await Promise.all([
    import("../read-dataset.ts"),
    import("./variant-data.ts"),
  ]);
  const { dataset: id, description, split = "test", seed } = options;
  const dataset = await readDataset(io, {
    data,
    ...(id === undefined ? {} : { dataset: id }),
    ...(description === undefined ? {} : { description }),
  });
  return variantData(dataset, { split, seed, onStep: progressOf(io) });
}

async function readForeignProfile(io: Io, path: string): Promise<Subject> {
  const name = fileName(path);
  const profile = parseOpProfile(await readJson(io, path, "bad-input"), name);
  const variant = {
    requestedSparsity: 0,
    profile,
    facts: {},
    network: null,
    evaluation: null,
    outcomes: null,
  };
  return { name, summary: "operation profile", variants: [variant], missing: [] };
}
