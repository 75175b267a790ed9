// What `crosscheck --json` printed: estimated and executed counts of networks on an emulated board.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { agreementOf } from "../statistics/agreement.ts";
import type { AgreementSet } from "./report.ts";

const finite = z.number();
const crosscheckFile = z.object({
  board: z.string().min(1),
  counts: z.enum(["instructions", "cycles"]),
  networks: z
    .array(
      z.object({
        id: z.string().min(1),
        measured: finite.positive(),
        estimate: z.object({ typ: finite.positive(), min: finite.nonnegative(), max: finite.positive() }),
      }),
    )
    .min(1),
});

/** The pairs of a crosscheck's JSON form. Throws `bad-input`; `source` is the file that the message names. */
export function parseCrosscheck(json: unknown, source: string): AgreementSet {
  const parsed = crosscheckFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-input");
  const { board, counts, networks } = parsed.data;
  const pairs = networks.map(({ id, measured, estimate }) => ({ name: id, measured, estimate }));
  return {
    title: `${counts} on ${board}`,
    kind: "emulated",
    quantity: counts,
    source,
    pairs,
    agreement: agreementOf(pairs),
  };
}
