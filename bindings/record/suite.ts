// A suite: which networks are costed on which platforms, in which number formats, at which sparsities, on which tasks.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";

const text = z.string().min(1);
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a name of letters, digits, dots, hyphens and underscores");
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1);
const precisions = list(z.enum(["fp32", "fp16", "int8", "int4"]));
const sparsities = list(z.number().min(0).lt(1));

const suiteFile = z
  .strictObject({
    $schema: z.string().exactOptional(),
    name,
    models: list(
      z.strictObject({
        id: name,
        weights: text.meta({ description: "checkpoint, .safetensors; relative to the suite's file" }),
        config: text.exactOptional(),
        precisions: precisions.exactOptional().meta({ description: "instead of the suite's" }),
        sparsities: sparsities.exactOptional().meta({ description: "instead of the suite's" }),
        tasks: z.array(name).exactOptional().meta({ description: "ids of tasks; default: none, cost only" }),
      }),
    ),
    platforms: list(name).meta({ description: "ids of platforms" }),
    precisions: precisions.default(["fp32"]),
    sparsities: sparsities.default([0]),
    tasks: z
      .array(
        z.strictObject({
          id: name,
          data: text.meta({ description: "CSV or folder of a data set; relative to the suite's file" }),
          dataset: name.exactOptional(),
          description: text.exactOptional(),
          split: z.enum(["train", "validation", "test"]).default("test"),
        }),
      )
      .default([]),
    rateHz: z.number().positive().default(100),
    steps: z.int().positive().default(1),
    seed: z.int().nonnegative().default(1),
  })
  .meta({ title: "Suite of Liquid Edge" });

export type Suite = Omit<z.infer<typeof suiteFile>, "$schema">;

/** A suite from its JSON form. Throws `bad-record`; `source` is the file that the message names. */
export function parseSuite(json: unknown, source: string): Suite {
  const parsed = suiteFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-record");
  const { $schema: _, ...suite } = parsed.data;
  const lists = {
    models: suite.models.map(({ id }) => id),
    tasks: suite.tasks.map(({ id }) => id),
    platforms: suite.platforms,
    precisions: suite.precisions,
    sparsities: suite.sparsities,
  };
  for (const [field, items] of Object.entries(lists)) refuseDoubles(field, items, source);
  for (const [i, { tasks = [], ...own }] of suite.models.entries()) {
    refuseDoubles(`models[${i}].precisions`, own.precisions ?? [], source);
    refuseDoubles(`models[${i}].sparsities`, own.sparsities ?? [], source);
    refuseDoubles(`models[${i}].tasks`, tasks, source);
    const unknown = tasks.find((id) => !lists.tasks.includes(id));
    if (unknown === undefined) continue;
    throw complain("bad-record", source, {
      field: `models[${i}].tasks`,
      expected: lists.tasks.length === 0 ? "no task, as the suite has none" : lists.tasks.join(" or "),
      found: `"${printable(unknown)}"`,
    });
  }
  return suite;
}

/** JSON Schema (draft 2020-12) of a suite. */
export function suiteJsonSchema(): object {
  return z.toJSONSchema(suiteFile, { io: "input" });
}

function refuseDoubles(field: string, items: readonly (string | number)[], source: string): void {
  const seen = new Set<string | number>();
  const double = items.findIndex((item) => seen.size === seen.add(item).size);
  if (double < 0) return;
  throw complain("bad-record", source, {
    field: `${field}[${double}]`,
    expected: "each once",
    found: `${JSON.stringify(items[double])} again`,
  });
}
