// The JSON form of records, baselines and history lines: their fields, what must hold between them, and the one-line
// complaint when something does not.

import * as z from "zod";
import { complaintOf, describeFound } from "../board/schema-complaint.ts";
import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { type BenchmarkRecord, type Entry, entryId, KINDS, QUANTITIES, RECORD_FORMAT } from "./record.ts";

const text = z.string().min(1);
const finite = z.number();
const nonNegative = finite.nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 of 64 hexadecimal digits");
const PRECISIONS = ["fp32", "fp16", "int8", "int4"] as const;

export const HISTORY_FORMAT = "liquid-edge/history@1";

const reading = z
  .strictObject({
    value: nonNegative,
    min: nonNegative,
    max: nonNegative,
    samples: z.array(finite.positive()).min(1).exactOptional(),
    noiseFloor: finite.positive().exactOptional(),
  })
  .refine(({ value, min, max }) => min <= value && value <= max, "min <= value <= max")
  .meta({ id: "reading", description: "a value and its 90 % interval; the unit is in the field's name" });

const accuracy = z
  .strictObject({
    metric: text,
    better: z.enum(["higher", "lower"]),
    value: finite,
    min: finite,
    max: finite,
    n: z.int().positive(),
    targetsHash: hash.exactOptional(),
    outcomes: z
      .string()
      .regex(/^[01]+$/, "1 for a right answer, 0 for a wrong one")
      .exactOptional(),
  })
  .refine(({ value, min, max }) => min <= value && value <= max, "min <= value <= max")
  .refine(({ n, outcomes }) => outcomes === undefined || outcomes.length === n, "one outcome an answer");

const counts = z.record(z.string(), nonNegative);
const readings = Object.fromEntries(QUANTITIES.map((name) => [name, reading.exactOptional()])) as Record<
  (typeof QUANTITIES)[number],
  z.ZodExactOptional<typeof reading>
>;

const entry = z.strictObject({
  id: text.meta({ description: "model/platform/precision/sparsity, and /task where there is one" }),
  model: text,
  platform: text,
  precision: z.enum(PRECISIONS),
  sparsity: finite.min(0).lt(1),
  task: z.nullable(text),
  kind: z.enum(KINDS),
  modelHash: hash,
  imageHash: z.nullable(hash),
  conditions: z.strictObject({
    operatingPoint: text,
    rateHz: finite.positive(),
    steps: z.int().positive(),
  }),
  ...readings,
  accuracy: accuracy.exactOptional(),
  breakdown: z
    .strictObject({ classes: counts, kernels: counts, rows: counts.exactOptional(), sections: counts })
    .exactOptional(),
  assumed: z.array(text).exactOptional(),
});

const recordFile = z.strictObject({
  $schema: z.string().exactOptional(),
  format: z.literal(RECORD_FORMAT),
  suite: text,
  version: z.nullable(text),
  createdAt: z.iso.datetime("a time in UTC, 2026-01-31T12:00:00Z"),
  tool: z.strictObject({ name: text, version: text }),
  git: z.nullable(z.strictObject({ commit: text, dirty: z.boolean() })),
  coreHash: hash,
  environment: z.strictObject({
    node: text,
    os: text,
    measured: z.record(z.string(), z.string()).exactOptional(),
    boards: z.record(z.string(), z.record(z.string(), z.string())).exactOptional(),
  }),
  platforms: z.record(
    z.string(),
    z.strictObject({ hash, coefficients: z.record(z.string(), z.tuple([finite, finite, finite])) }),
  ),
  entries: z.array(entry).min(1),
  skipped: z.array(z.strictObject({ id: text, reason: text })),
});

const historyLine = z.strictObject({
  format: z.literal(HISTORY_FORMAT),
  at: z.iso.datetime("a time in UTC, 2026-01-31T12:00:00Z"),
  commit: z.nullable(text),
  version: z.nullable(text),
  id: text,
  kind: z.enum(KINDS),
  ...readings,
  accuracy: accuracy.exactOptional(),
});

export type HistoryLine = z.infer<typeof historyLine>;

/** A record or baseline from its JSON form. Throws `bad-record`; `source` is the file that the message names. */
export function parseRecord(json: unknown, source: string): BenchmarkRecord {
  refuseOtherFormat(json, RECORD_FORMAT, source);
  const parsed = recordFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-record");
  const { $schema: _, ...record } = parsed.data;
  checkIds(record.entries, source);
  return record;
}

/** A line of a history from its JSON form. Throws `bad-record`. */
export function parseHistoryLine(json: unknown, source: string): HistoryLine {
  refuseOtherFormat(json, HISTORY_FORMAT, source);
  const parsed = historyLine.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-record");
  return parsed.data;
}

/** JSON Schema (draft 2020-12) of a record or baseline. */
export function recordJsonSchema(): object {
  return z.toJSONSchema(recordFile, { io: "input" });
}

/** JSON Schema (draft 2020-12) of a line of history.jsonl. */
export function historyJsonSchema(): object {
  return z.toJSONSchema(historyLine, { io: "input" });
}

/** Says of a file from a later version what it is, instead of complaining about fields that nobody here knows. */
function refuseOtherFormat(json: unknown, format: string, source: string): void {
  const found = (json as { format?: unknown } | null)?.format;
  if (found === format) return;
  const [name, version] = format.split("@") as [string, string];
  const later =
    typeof found === "string" &&
    found.startsWith(`${name}@`) &&
    Number(found.split("@")[1]) > Number(version);
  throw complain("bad-record", source, {
    field: "format",
    expected: `"${format}"`,
    found: typeof found === "string" ? `"${printable(found)}"` : describeFound(found),
    ...(later ? { hint: "a later version of liquid-edge wrote it: update" } : {}),
  });
}

function checkIds(entries: readonly Entry[], source: string): void {
  const first = new Map<string, number>();
  for (const [i, one] of entries.entries()) {
    const id = entryId(one);
    if (one.id !== id) {
      throw complain("bad-record", source, {
        field: `entries[${i}].id`,
        expected: `"${printable(id)}", as its parts say`,
        found: `"${printable(one.id)}"`,
      });
    }
    const before = first.get(id);
    if (before !== undefined) {
      throw complain("bad-record", source, {
        field: `entries[${i}].id`,
        expected: "each id once",
        found: `"${printable(id)}" of entries[${before}] again`,
      });
    }
    first.set(id, i);
  }
}
