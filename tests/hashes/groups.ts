// Random networks of every cell, precision and sparsity, and the hash of each such group. The hash goes over the results
// that all builds of the core agree on, and for integers the reference in tests/reference/integer.

import type { Core } from "../../bindings/core/core.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { IntNetwork, SkipUnchanged } from "../../bindings/image/lowered-integer.ts";
import type { Model } from "../../bindings/network/model.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { MODEL_KINDS, type ModelKind, randomModel, randomSequence } from "../network/random-model.ts";
import { heldColumns } from "../reference/integer/held.ts";
import { Random } from "../reference/integer/random.ts";
import type { Precision as IntegerForm } from "../reference/integer/random-layers.ts";
import { CELLS, type CellName, randomCase } from "../reference/integer/random-network.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { agreedResults, Disagreement, type HashCase } from "./engines.ts";
import { FNV_OFFSET, hashResults, hex } from "./hash.ts";

const SPARSITIES = ["dense", "pruned", "4x1"] as const;
const FLOATS = ["fp32", "fp16"] as const;
/** int8x16: int8 weights with activations of 16 bits, as in the names of kernels. */
const INTEGERS = {
  int8: { bits: 8, activations: 8 },
  int4: { bits: 4, activations: 8 },
  int8x16: { bits: 8, activations: 16 },
  int4x16: { bits: 4, activations: 16 },
} as const;

export interface Group {
  cell: ModelKind | CellName;
  precision: (typeof FLOATS)[number] | keyof typeof INTEGERS;
  /** held: dense, its unchanged inputs skipped. */
  sparsity: (typeof SPARSITIES)[number] | "held";
}

/** Networks of a group in `npm test`, and in all. */
export const SHARE = 50;
export const ALL = 1000;

const N_STEPS_FLOAT = 4;
const N_STEPS_INTEGER = 8;
const MAX_UNITS = 20;
const SHARES_PRUNED = [0.3, 0.5, 0.75, 0.9];
const PATTERNS = { dense: "all", pruned: "some", "4x1": "blocks", held: "all" } as const;
const THRESHOLDS = [0, 1, 9, 127];

export const FLOAT_GROUPS: readonly Group[] = MODEL_KINDS.flatMap((cell) => groupsOf(cell, FLOATS));
/** An LTC alone has no matrix whose activations could have 8 or 16 bits. */
export const INTEGER_GROUPS: readonly Group[] = CELLS.flatMap((cell) =>
  cell === "ltc"
    ? groupsOf(cell, ["int8", "int4"])
    : [
        ...groupsOf(cell, Object.keys(INTEGERS) as Group["precision"][]),
        { cell, precision: "int8", sparsity: "held" },
      ],
);

function groupsOf(cell: Group["cell"], precisions: readonly Group["precision"][]): Group[] {
  return precisions.flatMap((precision) => SPARSITIES.map((sparsity) => ({ cell, precision, sparsity })));
}

export const nameOf = ({ cell, precision, sparsity }: Group) => `${cell}, ${precision}, ${sparsity}`;

/** The network of a seed, and its input. */
export function caseOf(group: Group, seed: number): HashCase {
  const { cell, precision, sparsity } = group;
  if (precision === "fp32" || precision === "fp16")
    return floatCase(cell as ModelKind, precision, sparsity as (typeof SPARSITIES)[number], seed);
  const form: IntegerForm = { ...INTEGERS[precision], pattern: PATTERNS[sparsity] };
  const random = randomCase(cell as CellName, seed, N_STEPS_INTEGER, CONTROL_BYTES, form);
  const { network, raw, options } = random;
  const unit = 2 ** network.time.exponent;
  const skipUnchanged = sparsity === "held" ? skipOf(network, seed) : null;
  if (skipUnchanged !== null) repeatInputs(raw, network.input.length, new Random(seed));
  const compiled = compileInteger(network, { skipUnchanged });
  const held = {
    threshold: skipUnchanged?.threshold ?? 0,
    columns: heldColumns(network, compiled.skipUnchanged?.matrices ?? []),
  };
  return {
    compiled,
    // All scales are 1, which makes every real number an integer.
    sequence: {
      batch: 1,
      steps: N_STEPS_INTEGER,
      features: network.input.length,
      input: Float32Array.from(raw),
      timespans: Float32Array.from(options.elapsed, (d) => d / unit),
      initialH: Float32Array.from(options.hidden),
      initialC: network.cell.length === 0 ? null : Float32Array.from(options.cell),
    },
    expected: runIntegerReference(network, raw, { ...options, held }),
  };
}

/** Thresholds in turn, of the inputs where a matrix reads them. */
function skipOf({ layers }: IntNetwork, seed: number): SkipUnchanged {
  const readsInputs = layers.some((layer) => layer.kind === "int-input" && layer.width === 8);
  const ofInputs = readsInputs && Math.floor(seed / THRESHOLDS.length) % 2 === 1;
  return { of: ofInputs ? "inputs" : "all", threshold: THRESHOLDS[seed % THRESHOLDS.length]! };
}

/** Most inputs stay as they were in the step before, in runs of four and one by one. */
function repeatInputs(raw: Int16Array, width: number, random: Random): void {
  for (let t = width; t < raw.length; t += width) {
    const changes = random.chance(0.3);
    for (let i = 0; i < width; i++) {
      if (random.chance(changes ? 0.5 : 0.9)) raw[t + i] = raw[t - width + i]!;
    }
  }
}

function floatCase(
  kind: ModelKind,
  precision: (typeof FLOATS)[number],
  sparsity: (typeof SPARSITIES)[number],
  seed: number,
): HashCase {
  const model = sparsity === "dense" ? modelOf(kind, seed) : prunedModel(kind, sparsity, seed);
  const compiled = compile(model, { precision });
  const { input, timespans, initialH, initialC } = randomSequence(seed, model, N_STEPS_FLOAT);
  const features = compiled.input.length;
  return {
    compiled,
    sequence: { batch: 1, steps: N_STEPS_FLOAT, features, input, timespans, initialH, initialC },
    expected: null,
  };
}

const modelOf = (kind: ModelKind, seed: number) => randomModel(seed, { kind, maxUnits: MAX_UNITS });

/** The seed's model without its smallest weights. A model with nothing to prune, a single layer, is drawn anew. */
function prunedModel(kind: ModelKind, sparsity: "pruned" | "4x1", seed: number): Model {
  const method = sparsity === "pruned" ? "unstructured" : "4x1";
  for (let draw = 0; ; draw++) {
    try {
      const share = SHARES_PRUNED[seed % SHARES_PRUNED.length]!;
      return prune(modelOf(kind, seed + 1_000_000 * draw), { method, sparsity: share }).model;
    } catch (error) {
      if (!(error instanceof LiquidEdgeError) || error.code !== "bad-config") throw error;
    }
  }
}

export interface HashedGroup {
  /** Hash after so many networks: after SHARE, and after all. */
  hashes: Record<string, string>;
  /** Kernels that executed a weight. */
  kernels: Set<string>;
}

/**
 * The hash of the first `count` networks.
 * @throws Disagreement naming cell, precision, sparsity, seed, engine and step
 */
export function hashGroup(group: Group, count: number, cores: readonly Core[]): HashedGroup {
  const result: HashedGroup = { hashes: {}, kernels: new Set() };
  let hash = FNV_OFFSET;
  for (let seed = 0; seed < count; seed++) {
    try {
      const one = caseOf(group, seed);
      hash = hashResults(agreedResults(cores, one), hash);
      for (const { macs } of one.compiled.layers) for (const { kernel } of macs) result.kernels.add(kernel);
    } catch (error) {
      const what = error instanceof Disagreement ? error.message : (error as Error).stack;
      throw new Disagreement(`${nameOf(group)}, seed ${seed}, ${what}`, { cause: error });
    }
    if (seed + 1 === SHARE || seed + 1 === count) result.hashes[seed + 1] = hex(hash);
  }
  return result;
}
