// One line of a sweep's results: a trained network in one number format, how well it does, what it costs on each board;
// or an untrained one, and what it costs.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { parseJson } from "../parse-json.ts";
import { SWEEP_PATTERNS, SWEEP_PRECISIONS } from "./space.ts";

const interval = z.object({ typ: z.number(), min: z.number(), max: z.number() });

const RECORD = z.object({
  format: z.literal(1),
  /** `networkKey` of what was trained: equal settings, data, pruning and seed. */
  network: z.string(),
  cell: z.looseObject({ cell: z.string(), units: z.number() }),
  sparsity: z.number(),
  /** Absent: 4x1 blocks, or dense. */
  pattern: z.enum(SWEEP_PATTERNS).exactOptional(),
  seed: z.number(),
  precision: z.enum(SWEEP_PRECISIONS),
  /** Trained for these integers, or found better without; absent: not tried. */
  aware: z.literal(true).exactOptional(),
  data: z.object({ name: z.string(), sha256: z.string() }),
  split: z.enum(["validation", "test"]),
  /** Steps a second, which `realTime` is about. */
  rateHz: z.number(),
  metric: z.object({
    name: z.string(),
    better: z.enum(["higher", "lower"]),
    value: z.number(),
    min: z.number(),
    max: z.number(),
    n: z.number(),
  }),
  /** Trainable numbers that are left after pruning. */
  parameters: z.number(),
  /** Share of all connections that the image neither holds nor executes. */
  imageSparsity: z.number(),
  platforms: z.array(
    z.object({
      platform: z.string(),
      /** One time step. */
      energyUj: interval,
      latencyUs: interval,
      flashBytes: z.number().nullable(),
      ramBytes: z.number().nullable(),
      fits: z.boolean().nullable(),
      realTime: z.boolean(),
    }),
  ),
  /** Platforms that cannot run it, and why. */
  unavailable: z.array(z.object({ platform: z.string(), reason: z.string() })),
});

const COST_RECORD = RECORD.omit({ data: true, metric: true }).extend({
  split: z.literal("none"),
  widths: z.object({ inputs: z.number(), outputs: z.number() }),
});

export type SweepRecord = z.infer<typeof RECORD>;
/** Of a network that was not trained. */
export type CostRecord = z.infer<typeof COST_RECORD>;
/** A line of results. */
export type AnyRecord = SweepRecord | CostRecord;

export function isScored(record: AnyRecord): record is SweepRecord {
  return record.split !== "none";
}

/** What makes two records the same: the later one counts. */
export function recordKey({
  network,
  precision,
  aware,
  split,
}: Pick<AnyRecord, "network" | "precision" | "aware" | "split">): string {
  return `${network} ${precision}${aware === true ? " aware" : ""} ${split}`;
}

/**
 * The records of a file, one JSON a line. A last line without its end, which a kill leaves, does not count.
 * @throws LiquidEdgeError `bad-file` that names `source`, line and field
 */
export function parseRecords(text: string, source: string): AnyRecord[] {
  const lines = text.split("\n");
  lines.pop();
  const records = new Map<string, AnyRecord>();
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const place = `${source} line ${i + 1}`;
    const json = parseJson(line, place, "bad-file");
    const isCost = (json as { split?: unknown } | null)?.split === "none";
    const parsed = (isCost ? COST_RECORD : RECORD).safeParse(json);
    if (!parsed.success) throw complaintOf(parsed.error, json, place, "bad-file");
    records.set(recordKey(parsed.data), parsed.data);
  }
  return [...records.values()];
}
