// Absolute limits: a file that says what an entry may cost at most, whatever its baseline cost.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import type { Limit } from "./gate.ts";
import { QUANTITIES, type Quantity } from "./record.ts";

/** maxEnergyUj, maxAveragePowerMw … */
export const LIMIT_NAMES = Object.fromEntries(
  QUANTITIES.map((name) => [`max${name[0]!.toUpperCase()}${name.slice(1)}`, name]),
) as Record<string, Quantity>;

const limit = z.number().nonnegative().exactOptional();
const budgetFile = z.strictObject({
  $schema: z.string().exactOptional(),
  limits: z
    .array(
      z
        .strictObject({
          entries: z.string().min(1).meta({ description: "id of entries, * for any text" }),
          ...Object.fromEntries(Object.keys(LIMIT_NAMES).map((name) => [name, limit])),
        })
        .refine(
          (one) => Object.keys(one).length > 1,
          `at least one of ${Object.keys(LIMIT_NAMES).join(", ")}`,
        ),
    )
    .min(1),
});

/** The limits of a budget file from its JSON form. Throws `bad-record`. */
export function parseBudget(json: unknown, source: string): Limit[] {
  const parsed = budgetFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-record");
  return parsed.data.limits.flatMap(({ entries, ...maxima }) =>
    Object.entries(maxima as Record<string, number>).map(([name, max]) => ({
      entries,
      quantity: LIMIT_NAMES[name]!,
      max,
    })),
  );
}

/** JSON Schema (draft 2020-12) of a budget file. */
export function budgetJsonSchema(): object {
  return z.toJSONSchema(budgetFile, { io: "input" });
}
