import type { Board } from "../../bindings/board/board.ts";
import type { OpProfile } from "../../bindings/count/op-profile.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import {
  EnergySimulator,
  type EnergySimulatorOptions,
  type NetworkFacts,
} from "../../bindings/estimate/energy-simulator.ts";
import { type Estimate, estimateJson } from "../../bindings/estimate/estimate.ts";
import { MemoryProfiler } from "../../bindings/estimate/memory-profiler.ts";
import { parseOpProfile } from "../../bindings/estimate/parse-profile.ts";
import { Network, quantizedAlready } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { quantizeForCosting } from "../../bindings/quantize/costing.ts";
import { INTEGER_PRECISIONS } from "../../bindings/quantize/precisions.ts";
import type { EstimateOptions } from "../commands/estimate.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { findPlatforms } from "../platforms.ts";
import { readNetwork } from "../read-network.ts";
import { fileName, readJson } from "../read-text.ts";
import { summarise } from "../summary.ts";
import { estimateReport } from "./estimate-report.ts";

/** What is estimated: a network, or a profile from elsewhere, of which no bytes are known. */
export interface Subject {
  name: string;
  /** What it is, in a few words. */
  summary: string;
  profile: OpProfile;
  memory?: MemoryProfiler;
  facts: NetworkFacts;
}

/** A platform that cannot run or price the profile, and why. */
export interface Unavailable {
  platform: string;
  unavailable: string;
}

/** Estimates the network or profile on every platform asked for, and prints table or JSON. */
export async function estimate(io: Io, weights: string | undefined, options: EstimateOptions): Promise<void> {
  checkOptions(weights, options);
  const platforms = await findPlatforms(io, options.platform, options.boardFile);
  const subject = await readSubject(io, weights, options);
  // Who asks for everything wants to see what there is; who asks for a platform wants to hear that it cannot.
  const asksForAll = options.platform === "all" || (options.platform ?? options.boardFile) === undefined;
  const simulate = (board: Board): Estimate =>
    new EnergySimulator(simulatorOptions(board, options)).estimate(
      subject.profile,
      subject.memory,
      subject.facts,
    );
  const results = platforms.map((board) => {
    try {
      return simulate(board);
    } catch (error) {
      if (!asksForAll || !(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
      return { platform: board.id, unavailable: error.message, error };
    }
  });
  const failed = results.filter((result) => "error" in result);
  if (failed.length === results.length) throw failed[0]!.error;

  if (options.json) {
    const verbose = options.verbose === true || options.sources === true;
    const entries = results.map((result) =>
      "error" in result
        ? { platform: result.platform, unavailable: result.unavailable }
        : estimateJson(result, { verbose }),
    );
    io.print(JSON.stringify(entries));
    return;
  }
  const estimates = results.filter((result) => !("error" in result)) as Estimate[];
  io.print(
    estimateReport({
      subject,
      estimates: asksForAll ? estimates.toSorted((a, b) => a.energyUj.typ - b.energyUj.typ) : estimates,
      boards: new Map(platforms.map((board) => [board.id, board])),
      unavailable: failed,
      colour: io.colour,
      sources: options.sources === true,
      verbose: options.verbose === true,
    }),
  );
}

function checkOptions(weights: string | undefined, options: EstimateOptions): void {
  const { ops, config, precision, sparsity, batteryMah, batteryV } = options;
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
  if (sparsity !== 0 && ops !== undefined)
    throw usageError("--sparsity: expected with a checkpoint, found with --ops");
  if ((batteryMah === undefined) !== (batteryV === undefined)) {
    throw usageError("--battery-mah and --battery-v: expected both or neither, found one");
  }
}

function simulatorOptions(platform: Board, options: EstimateOptions): EnergySimulatorOptions {
  const { point, option, rateHz, steps, idle, imageIn, ramLimitKb, batteryMah, batteryV, seed } = options;
  return {
    platform,
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
  const asRead = await readNetwork(io, weights!, options.config);
  const pruned = prunedForCosting(asRead, options.sparsity);
  const { network, assumed: quantized } = inPrecision(pruned.network, options.precision);
  const assumed = [...pruned.assumed, ...quantized];
  const profile = await network.profileOperations();
  const memory = new MemoryProfiler(network.memory);
  if (options.json || options.verbose) await recordPeak(network, memory);
  return {
    name: network.name,
    summary: summarise(network.config),
    profile,
    memory,
    facts: { precision: network.compiled.precision, sparsity: sparsityOf(network.compiled.layers), assumed },
  };
}

/** The network in the number format asked for: what it costs is known without data, how well it does is not. */
function inPrecision(
  network: Network,
  precision: string | undefined,
): { network: Network; assumed: string[] } {
  if (precision === undefined || network.compiled.precision === precision) return { network, assumed: [] };
  if (precision === "fp32" || precision === "fp16")
    return { network: network.withPrecision(precision), assumed: [] };
  const wanted = INTEGER_PRECISIONS.find((one) => one === precision);
  if (wanted === undefined) throw quantizedAlready(network.name, network.compiled.precision);
  const integers = quantizeForCosting(network.model, wanted);
  return {
    network: Network.fromInteger(integers, network.name),
    assumed: [
      `quantized to ${wanted} for inputs of -1 to 1 and an elapsed time of 1: for costing only, the accuracy is not known`,
    ],
  };
}

/** The network without the weights of least magnitude: what it costs is known, what it can do is not. */
function prunedForCosting(network: Network, sparsity: number): { network: Network; assumed: string[] } {
  if (sparsity === 0) return { network, assumed: [] };
  const { model, report } = prune(network.model, { method: "4x1", sparsity }, network.name);
  const kinds = [
    ...(report.parts.some(({ method }) => method === "4x1") ? ["weights in 4x1 blocks"] : []),
    ...(report.parts.some(({ method }) => method === "unstructured") ? ["synapses one by one"] : []),
  ];
  return {
    network: Network.fromModel(model, network.name),
    assumed: [
      `pruned by magnitude to sparsity ${sparsity}, ${kinds.join(", ")}: for costing only, the accuracy is not known`,
    ],
  };
}

/** One step on the core that boards run, for the linear memory that it takes. */
async function recordPeak(network: Network, memory: MemoryProfiler): Promise<void> {
  const session = await network.session({ engine: "scalar" });
  session.step(new Float32Array(network.compiled.input.length));
  memory.recordLinearMemory(session.memoryBytes);
}

async function readForeignProfile(io: Io, path: string): Promise<Subject> {
  const name = fileName(path);
  const profile = parseOpProfile(await readJson(io, path, "bad-input"), name);
  return { name, summary: "operation profile", profile, facts: {} };
}

/** Share of the possible connections between a network's vectors that the image neither holds nor executes. */
function sparsityOf(
  layers: readonly { parameters: readonly { connections: number; possible: number }[] }[],
): number {
  let connections = 0;
  let possible = 0;
  for (const parameter of layers.flatMap((layer) => layer.parameters)) {
    connections += parameter.connections;
    possible += parameter.possible;
  }
  return possible === 0 ? 0 : 1 - connections / possible;
}
