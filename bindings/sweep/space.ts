// The space of a sweep: which networks are trained on which data, pruned and quantized how, and costed on which boards. A
// field that takes several values stands for a network with each of them.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { CELLS, type CellOptions, CFC_MODES, WIRINGS } from "../train/cells.ts";

export const SWEEP_PRECISIONS = ["fp32", "fp16", "int8", "int4"] as const;
export type SweepPrecision = (typeof SWEEP_PRECISIONS)[number];

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
    data: z.string().min(1).meta({ description: "folder of a data set, or a CSV; relative to this file" }),
    dataset: z.string().min(1).exactOptional(),
    description: z.string().min(1).exactOptional(),
    networks: z.array(z.strictObject(NETWORK)).min(1),
    training: TRAINING.default({}),
    sparsities: z.array(share).min(1).default([0]),
    precisions: z.array(z.enum(SWEEP_PRECISIONS)).min(1).default(["fp32"]),
    pairs: z
      .array(z.strictObject({ sparsity: share, precision: z.enum(SWEEP_PRECISIONS) }))
      .min(1)
      .exactOptional()
      .meta({ description: "of sparsity and precision, instead of all of them" }),
    seeds: z.union([whole, z.array(z.int().min(0)).min(1)]).default(5),
    platforms: z.array(z.string().min(1)).min(1),
    rateHz: z.number().positive().default(100),
    split: z.enum(["validation", "test"]).default("test"),
  })
  .meta({ title: "Space of a sweep of Liquid Edge" });

export type SweepTraining = z.infer<typeof TRAINING>;

/** A network to be trained from one seed, and pruned while it is, to a sparsity. */
export interface SweepNetwork {
  cell: CellOptions;
  sparsity: number;
  seed: number;
}

export interface SweepSpace {
  /** Paths as the file has them. */
  data: string;
  dataset?: string;
  description?: string;
  training: SweepTraining;
  /** Each network once, with the number formats that it is scored and costed in. */
  networks: { network: SweepNetwork; precisions: SweepPrecision[] }[];
  platforms: string[];
  rateHz: number;
  split: "validation" | "test";
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
  const { $schema: _, networks, sparsities, precisions, pairs, seeds, ...rest } = parsed.data;
  const bySparsity = new Map<number, Set<SweepPrecision>>();
  const wanted =
    pairs ?? sparsities.flatMap((sparsity) => precisions.map((precision) => ({ sparsity, precision })));
  for (const { sparsity, precision } of wanted) {
    const own = bySparsity.get(sparsity) ?? new Set();
    bySparsity.set(sparsity, own.add(precision));
  }
  const nSeeds = typeof seeds === "number" ? seeds : new Set(seeds).size;
  // Counted before they are made: a line of the file may stand for more than there is memory for.
  const nCells = networks.reduce((sum, entry) => sum + nCombinations(entry), 0);
  const count = nCells * bySparsity.size * nSeeds;
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
      [...bySparsity].flatMap(([sparsity, own]) =>
        ids.map((seed) => ({ network: { cell, sparsity, seed }, precisions: [...own] })),
      ),
    );
  refuseDoubles(expanded, source);
  return { ...rest, networks: expanded };
}

/** JSON Schema (draft 2020-12) of a space. */
export function spaceJsonSchema(): object {
  return z.toJSONSchema(SPACE, { io: "input" });
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
    const text = JSON.stringify(network, Object.keys(network.cell).concat("cell", "sparsity", "seed").sort());
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
