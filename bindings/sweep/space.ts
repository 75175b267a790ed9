// The space of a sweep: which networks are trained on which data, pruned and quantized how, and costed on which boards. A
// field that takes several values stands for a network with each of them. A space with widths instead of data trains
// nothing: what a network costs depends on its structure alone.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { CELLS, type CellOptions, CFC_MODES, WIRINGS } from "../train/cells.ts";
import type { TrainingPruning } from "../train/settings.ts";

export const SWEEP_PRECISIONS = ["fp32", "fp16", "int8", "int4"] as const;
export type SweepPrecision = (typeof SWEEP_PRECISIONS)[number];

/** How weights are taken out; n:m keeps 1, 2 or 3 of every 4; neurons go whole. */
export const SWEEP_PATTERNS = ["4x1", "unstructured", "n:m", "neurons"] as const;
export type SweepPattern = (typeof SWEEP_PATTERNS)[number];
/** Of every so many weights n stay. */
const OF_WEIGHTS = 4;

const several = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const whole = z.int().min(1);
const share = z.number().min(0).lt(1);

const NETWORK = {
  cell: several(z.enum(CELLS)),
  units: several(whole),
  wiring: several(z.enum(WIRINGS)).exactOptional(),
  wiringSparsity: several(share).exactOptional(),
  wiringSeed: several(z.int().min(0)).exactOptional(),
  mode: several(z.enum(CFC_MODES)).exactOptional(),
  backboneLayers: several(z.int().min(0)).exactOptional(),
  backboneUnits: several(whole).exactOptional(),
  mixedMemory: several(z.boolean()).exactOptional(),
  unfolds: several(whole).exactOptional(),
  projection: several(z.boolean()).exactOptional(),
  constraints: several(z.enum(["implicit", "explicit"])).exactOptional(),
};

/** Settings of the training that differ from the recipe of the data set. */
const TRAINING = z.strictObject({
  epochs: whole.exactOptional(),
  batchSize: whole.exactOptional(),
  learningRate: z.number().positive().exactOptional(),
  patience: whole.exactOptional(),
});

const SPACE = z
  .strictObject({
    $schema: z.string().exactOptional(),
    data: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: "folder of a data set, or a CSV; relative to this file" }),
    dataset: z.string().min(1).exactOptional(),
    description: z.string().min(1).exactOptional(),
    inputs: whole.exactOptional().meta({ description: "instead of data: costs only, nothing is trained" }),
    outputs: whole.exactOptional().meta({ description: "beside inputs" }),
    networks: z.array(z.strictObject(NETWORK)).min(1),
    training: TRAINING.exactOptional(),
    sparsities: z.array(share).min(1).default([0]),
    patterns: z.array(z.enum(SWEEP_PATTERNS)).min(1).default(["4x1"]),
    precisions: z.array(z.enum(SWEEP_PRECISIONS)).min(1).default(["fp32"]),
    aware: z
      .boolean()
      .default(false)
      .meta({ description: "int8 and int4 are trained for, too; the better of both by the validation part" }),
    pairs: z
      .array(z.strictObject({ sparsity: share, precision: z.enum(SWEEP_PRECISIONS) }))
      .min(1)
      .exactOptional()
      .meta({ description: "of sparsity and precision, instead of all of them" }),
    seeds: z
      .union([whole, z.array(z.int().min(0)).min(1)])
      .exactOptional()
      .meta({ description: "5 by default, 1 without data" }),
    platforms: z.array(z.string().min(1)).min(1),
    rateHz: z.number().positive().default(100),
    split: z.enum(["validation", "test"]).exactOptional(),
  })
  .meta({ title: "Space of a sweep of Liquid Edge" });

export type SweepTraining = z.infer<typeof TRAINING>;

/** A network to be trained from one seed, and pruned while it is, to a sparsity. */
export interface SweepNetwork {
  cell: CellOptions;
  sparsity: number;
  /** Absent: 4x1 blocks, or nothing to prune. */
  pattern?: Exclude<SweepPattern, "4x1">;
  seed: number;
}

/** Inputs and outputs that all networks of a space have. */
export interface Widths {
  inputs: number;
  outputs: number;
}

/** Its weights as a training takes them out; null: none. */
export function pruningOf({ sparsity, pattern }: SweepNetwork): TrainingPruning | null {
  if (sparsity === 0) return null;
  if (pattern !== "n:m") return { method: pattern ?? "4x1", sparsity };
  return { method: pattern, n: Math.round((1 - sparsity) * OF_WEIGHTS), m: OF_WEIGHTS };
}

export interface SweepSpace {
  /** What is trained on; paths as the file has them. Null: nothing is. */
  source: { data: string; dataset?: string; description?: string } | null;
  /** Of networks that are only costed; null with data, which have their own. */
  widths: Widths | null;
  training: SweepTraining;
  /** Each network once, with the number formats that it is scored and costed in. */
  networks: { network: SweepNetwork; precisions: SweepPrecision[] }[];
  platforms: string[];
  rateHz: number;
  /** The part that is scored; `none`: costs only. */
  split: "validation" | "test" | "none";
  /** Whether integers are trained for, beside being made of what was trained in floats. */
  aware: boolean;
}

/** Networks of one space; more are a mistake, or several spaces. */
const MAX_NETWORKS = 100_000;

/**
 * A space from its JSON form.
 * @throws LiquidEdgeError `bad-config` that names `source`, the file, and the field
 */
export function parseSpace(json: unknown, source: string): SweepSpace {
  const parsed = SPACE.safeParse(json);
  if (!parsed.success) throw nearer(complaintOf(parsed.error, json, source, "bad-config"), parsed.error);
  const { networks, sparsities, patterns, precisions, pairs, platforms, rateHz, aware } = parsed.data;
  const { training = {} } = parsed.data;
  const { source: from, widths } = sourceOf(parsed.data, source);
  const { seeds = from === null ? 1 : 5, split = from === null ? "none" : "test" } = parsed.data;
  const bySparsity = new Map<number, Set<SweepPrecision>>();
  const wanted =
    pairs ?? sparsities.flatMap((sparsity) => precisions.map((precision) => ({ sparsity, precision })));
  for (const { sparsity, precision } of wanted) {
    const own = bySparsity.get(sparsity) ?? new Set();
    bySparsity.set(sparsity, own.add(precision));
  }
  if (patterns.includes("n:m")) refuseOddShares([...bySparsity.keys()], source);
  const prunings = [...bySparsity].flatMap(([sparsity, own]) => patternsOf(sparsity, patterns, own));
  const nSeeds = typeof seeds === "number" ? seeds : new Set(seeds).size;
  // Counted before they are made: a line of the file may stand for more than there is memory for.
  const nCells = networks.reduce((sum, entry) => sum + nCombinations(entry), 0);
  const count = nCells * prunings.length * nSeeds;
  if (count > MAX_NETWORKS) {
    throw complain("bad-config", source, {
      field: "networks",
      expected: `at most ${MAX_NETWORKS} networks over all sparsities and seeds`,
      found: String(count),
    });
  }
  const ids = typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : [...new Set(seeds)];
  const expanded = networks
    .flatMap(combinations)
    .flatMap((cell) =>
      prunings.flatMap(({ precisions: own, ...pruning }) =>
        ids.map((seed) => ({ network: { cell, ...pruning, seed }, precisions: own })),
      ),
    );
  refuseDoubles(expanded, source);
  return { source: from, widths, training, networks: expanded, platforms, rateHz, split, aware };
}

/** Data, or widths instead of them. */
function sourceOf(space: z.infer<typeof SPACE>, source: string): Pick<SweepSpace, "source" | "widths"> {
  const { data, dataset, description, inputs, outputs } = space;
  if (data !== undefined) {
    for (const field of ["inputs", "outputs"] as const) {
      if (space[field] === undefined) continue;
      throw complain("bad-config", source, {
        field,
        expected: "none beside data",
        found: String(space[field]),
      });
    }
    const named = {
      ...(dataset === undefined ? {} : { dataset }),
      ...(description === undefined ? {} : { description }),
    };
    return { source: { data, ...named }, widths: null };
  }
  if (inputs === undefined || outputs === undefined) {
    const field =
      inputs === undefined && outputs === undefined ? "data" : inputs === undefined ? "inputs" : "outputs";
    const expected =
      field === "data"
        ? "a data set, or inputs and outputs to cost networks untrained"
        : "a whole number >= 1";
    throw complain("bad-config", source, { field, expected, found: "none" });
  }
  for (const field of ["dataset", "description", "training", "split"] as const) {
    if (space[field] === undefined) continue;
    throw complain("bad-config", source, { field, expected: "none without data", found: "one" });
  }
  if (space.aware) {
    throw complain("bad-config", source, { field: "aware", expected: "false without data", found: "true" });
  }
  return { source: null, widths: { inputs, outputs } };
}

/** A sparsity in every pattern; a dense network has none. */
function patternsOf(
  sparsity: number,
  patterns: readonly SweepPattern[],
  precisions: ReadonlySet<SweepPrecision>,
) {
  const wanted = sparsity === 0 ? (["4x1"] as const) : [...new Set(patterns)];
  return wanted.map((pattern) => ({
    sparsity,
    ...(pattern === "4x1" ? {} : { pattern }),
    precisions: [...precisions],
  }));
}

/** n:m has no other shares than quarters. */
function refuseOddShares(sparsities: readonly number[], source: string): void {
  const odd = sparsities.find((sparsity) => !Number.isInteger(sparsity * OF_WEIGHTS));
  if (odd === undefined) return;
  throw complain("bad-config", source, {
    field: "sparsities",
    expected: "0, 0.25, 0.5 or 0.75 with the pattern n:m, which keeps n of every 4",
    found: String(odd),
  });
}

function nCombinations(entry: z.infer<z.ZodObject<typeof NETWORK>>): number {
  return Object.values(entry).reduce<number>(
    (product, values) => product * (Array.isArray(values) ? values.length : 1),
    1,
  );
}

/** One set of options for each choice among the fields that take several values. */
function combinations(entry: z.infer<z.ZodObject<typeof NETWORK>>): CellOptions[] {
  let chosen: Record<string, unknown>[] = [{}];
  for (const [field, values] of Object.entries(entry)) {
    const options: readonly unknown[] = Array.isArray(values) ? values : [values];
    chosen = options.flatMap((value) => chosen.map((before) => ({ ...before, [field]: value })));
  }
  return chosen as unknown as CellOptions[];
}

function refuseDoubles(networks: readonly { network: SweepNetwork }[], source: string): void {
  const seen = new Set<string>();
  for (const { network } of networks) {
    const text = JSON.stringify(
      network,
      Object.keys(network.cell).concat("cell", "sparsity", "pattern", "seed").sort(),
    );
    if (seen.has(text)) {
      throw complain("bad-config", source, {
        field: "networks",
        expected: "each network once",
        found: `${printable(describeCell(network.cell))} again`,
      });
    }
    seen.add(text);
  }
}

/** `cfc 32`, and what differs from the cell's defaults: `cfc 32 pure`. */
export function describeCell({ cell, units, ...options }: CellOptions): string {
  const rest = Object.entries(options).map(([name, value]) =>
    name === "wiring" || name === "mode" ? String(value) : `${name} ${String(value)}`,
  );
  return [cell, units, ...rest].join(" ");
}

/** Adds the nearest field to a complaint about one that does not exist. */
function nearer<E extends Error>(complaint: E, error: z.ZodError): E {
  const issue = error.issues[0]!;
  if (issue.code !== "unrecognized_keys") return complaint;
  const known = issue.path[0] === "networks" ? Object.keys(NETWORK) : Object.keys(SPACE.shape);
  const fields = issue.path[0] === "training" ? Object.keys(TRAINING.shape) : known;
  const nearest = nearestName(issue.keys[0]!, fields);
  if (nearest !== undefined && !complaint.message.includes("did you mean")) {
    complaint.message += ` (did you mean "${nearest}"?)`;
  }
  return complaint;
}
