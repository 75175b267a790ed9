// One network in every number format and at every sparsity that was asked for, each compiled and counted once, and scored
// where there is data.

import type { DataProfile, NetworkProfile, OpProfile } from "../count/op-profile.ts";
import { LiquidEdgeError } from "../errors.ts";
import type { BoardSimulator, NetworkFacts } from "../estimate/board-simulator.ts";
import { denseWhereCheaper } from "../estimate/dense-fallback.ts";
import type { Estimate } from "../estimate/estimate.ts";
import { MemoryProfiler } from "../estimate/memory-profiler.ts";
import { besideDense, estimateOnData } from "../estimate/skipping.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Outcomes } from "../evaluate/outcomes.ts";
import { Network, quantizedAlready } from "../network.ts";
import { prune } from "../prune/prune.ts";
import { quantizeForCosting } from "../quantize/costing.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../quantize/precisions.ts";

/** A network as one of the combinations of number format and sparsity makes it. */
export interface Variant {
  /** Share of the weights that was to be pruned; 0: none were. */
  requestedSparsity: number;
  profile: OpProfile;
  memory?: MemoryProfiler;
  facts: NetworkFacts;
  /** Null for an operation profile from elsewhere. */
  network: Network | null;
  /** Of a network that skips unchanged inputs, where there are data: `profile` is the worst case. */
  onData?: DataProfile;
  /** The network without skipping, of one that skips. */
  withoutSkipping?: Network;
  /** Null without a data set. */
  evaluation: Evaluation | null;
  /** Which answers were right; null where answers are not independent, or not right or wrong. */
  outcomes: Outcomes | null;
}

/** A combination that does not exist, and why. */
export interface MissingVariant {
  precision: string;
  sparsity: number;
  requestedSparsity: number;
  error: LiquidEdgeError;
}

export interface VariantOptions {
  /** Number formats; null: as the network is. */
  precisions: readonly string[] | null;
  sparsities: readonly number[];
  /** Whether a combination that cannot be is listed instead of thrown. */
  tolerant: boolean;
  /** Null: integers are for costing only, and nothing is scored. */
  data: VariantData | null;
  /** Whether one step is run for the linear memory that it takes. */
  withPeak: boolean;
}

/** What a data set is good for. */
export interface VariantData {
  /** The network in integers, calibrated. */
  quantize(network: Network, precision: IntegerPrecision): Promise<Assumed>;
  evaluate(network: Network): Promise<Pick<Variant, "outcomes"> & { evaluation: Evaluation }>;
  /** Operations of its time steps, where a network may skip unchanged inputs. */
  profile?(network: Network): Promise<DataProfile>;
}

/** A network together with what was taken for granted to make it. */
export interface Assumed {
  network: Network;
  assumed: readonly string[];
}

/** All combinations: by number format, then by sparsity. Each network is compiled, counted and scored once. */
export async function makeVariants(
  network: Network,
  options: VariantOptions,
): Promise<(Variant | MissingVariant)[]> {
  const { precisions, sparsities, tolerant } = options;
  const own = network.compiled.precision;
  refuseOfIntegers(network, options);
  const pruned = sparsities.map((sparsity) => prunedTo(network, sparsity, options));
  const variants: (Variant | MissingVariant)[] = [];
  for (const precision of precisions ?? [own]) {
    for (const [i, base] of pruned.entries()) {
      const requestedSparsity = sparsities[i]!;
      try {
        variants.push(await variantOf(base, requestedSparsity, precision, options));
      } catch (error) {
        if (!tolerant || !(error instanceof LiquidEdgeError)) throw error;
        variants.push({ precision, sparsity: sparsityOf(base.network), requestedSparsity, error });
      }
    }
  }
  return variants;
}

/**
 * The variant as it is compiled for a board: matrices of integers dense where that takes less energy there. Its metric stays, for
 * the outputs do; its sparsity is that of the network.
 * @throws LiquidEdgeError `unavailable` when the board cannot run it
 */
export async function variantOn(
  simulator: Pick<BoardSimulator, "estimate">,
  variant: Variant,
): Promise<Variant> {
  if (variant.network === null) return variant;
  const { network, profile, compiledDense } = await denseWhereCheaper(
    simulator,
    variant.network,
    variant.profile as NetworkProfile,
  );
  if (compiledDense.length === 0) return variant;
  const memory = new MemoryProfiler(network.memory);
  if (variant.memory !== undefined && variant.memory.peak !== null) await recordPeak(network, memory);
  return {
    ...variant,
    network,
    profile,
    memory,
    facts: { ...variant.facts, compiledDense: [...compiledDense] },
  };
}

/**
 * A variant as it is compiled for a board, and its estimate there; of a network that skips unchanged inputs on the data that were
 * given, beside what it takes without.
 * @throws LiquidEdgeError `unavailable` when the board cannot run it
 */
export async function estimateOn(
  simulator: Pick<BoardSimulator, "estimate">,
  variant: Variant,
): Promise<{ variant: Variant; estimate: Estimate }> {
  const own = await variantOn(simulator, variant);
  const { profile, onData, memory, facts, withoutSkipping } = own;
  const estimate =
    onData === undefined
      ? simulator.estimate(profile, memory, facts)
      : estimateOnData(simulator, onData, memory, facts);
  if (withoutSkipping === undefined) return { variant: own, estimate };
  return { variant: own, estimate: await besideDense(simulator, estimate, withoutSkipping) };
}

/** Integers are as they are: their file has neither the floats for another format nor weights to prune. */
function refuseOfIntegers(network: Network, { precisions, sparsities }: VariantOptions): void {
  const own = network.compiled.precision;
  if (own !== "int8" && own !== "int4") return;
  const others = [
    ...(precisions ?? []).filter((id) => id !== own).map((id) => `--precision ${id}`),
    ...sparsities.filter((share) => share !== 0).map((share) => `--sparsity ${share}`),
  ];
  if (others.length === 0) return;
  const refused = quantizedAlready(network.name, own);
  throw new LiquidEdgeError(
    refused.code,
    `${refused.message.replace(/\)$/, "")} for ${others.join(", ")}; this file can be estimated as ${own}, unpruned)`,
  );
}

async function variantOf(
  base: Assumed,
  requestedSparsity: number,
  precision: string,
  { data, withPeak }: VariantOptions,
): Promise<Variant> {
  const { network, assumed } = await inPrecision(base, precision, data);
  const profile = await network.profileOperations();
  const memory = new MemoryProfiler(network.memory);
  if (withPeak) await recordPeak(network, memory);
  const scored = data === null ? null : await data.evaluate(network);
  const facts = {
    precision: network.compiled.precision,
    sparsity: sparsityOf(network),
    assumed: [...assumed],
  };
  const { evaluation = null, outcomes = null } = scored ?? {};
  const variant = { requestedSparsity, profile, memory, facts, network, evaluation, outcomes };
  if (network.compiled.skipUnchanged === undefined) return variant;
  const withoutSkipping = network.withSkipping(null);
  const onData = await data?.profile?.(network);
  return { ...variant, withoutSkipping, ...(onData === undefined ? {} : { onData }) };
}

/**
 * The network in a number format. Integers are calibrated on data where there are any, else for costing only.
 * @throws LiquidEdgeError `unavailable` for a network of integers in another format
 */
export async function inPrecision(
  { network, assumed }: Assumed,
  precision: string,
  data: VariantData | null,
): Promise<Assumed> {
  if (network.compiled.precision === precision) return { network, assumed };
  if (precision === "fp32" || precision === "fp16")
    return { network: network.withPrecision(precision), assumed };
  const wanted = INTEGER_PRECISIONS.find((one) => one === precision)!;
  if (data !== null) {
    const made = await data.quantize(network, wanted);
    return { network: made.network, assumed: [...assumed, ...made.assumed] };
  }
  return {
    network: Network.fromInteger(quantizeForCosting(network.model, wanted), network.name),
    assumed: [
      ...assumed,
      `quantized to ${wanted} for inputs of -1 to 1 and an elapsed time of 1: for costing only, the accuracy is not known`,
    ],
  };
}

/** The network without the weights of least magnitude. What that costs is known; what is left of it, only data tell. */
function prunedTo(network: Network, sparsity: number, { data }: VariantOptions): Assumed {
  if (sparsity === 0) return { network, assumed: [] };
  const { model, report } = prune(network.model, { method: "4x1", sparsity }, network.name);
  const kinds = [
    ...(report.parts.some(({ method }) => method === "4x1") ? ["weights in 4x1 blocks"] : []),
    ...(report.parts.some(({ method }) => method === "unstructured") ? ["synapses one by one"] : []),
  ];
  const consequence =
    data === null
      ? "for costing only, the accuracy is not known"
      : "in one shot without training, and scored as that";
  return {
    network: Network.fromModel(model, network.name),
    assumed: [`pruned by magnitude to sparsity ${sparsity}, ${kinds.join(", ")}: ${consequence}`],
  };
}

/** One step on the core that boards run, for the linear memory that it takes. */
async function recordPeak(network: Network, memory: MemoryProfiler): Promise<void> {
  const session = await network.session({ engine: "scalar" });
  session.step(new Float32Array(network.compiled.input.length));
  memory.recordLinearMemory(session.memoryBytes);
}

/** Share of the possible connections between a network's vectors that the image neither holds nor executes. */
function sparsityOf({ compiled }: Network): number {
  let connections = 0;
  let possible = 0;
  for (const parameter of compiled.layers.flatMap((layer) => layer.parameters)) {
    connections += parameter.connections;
    possible += parameter.possible;
  }
  return possible === 0 ? 0 : 1 - connections / possible;
}
