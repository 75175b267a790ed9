// The JSON forms of a platform (boards/<id>/board.json), of what it names (a shared cycle table, boards/cores/<core>.json, or for an emulated
// board the table of boards/counts and a calibration), and of boards/firmware.json: which fields they have.

import * as z from "zod";
import { OP_CLASSES, type OpClass } from "../count/op-class.ts";

const text = z.string().min(1);
const positive = z.number().positive();
const count = z.int().positive();
const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
const grade = z.enum(["A", "B", "C"]).meta({
  description:
    "A read in an official document, B in an opened secondary source, C inferred, scaled or from memory",
});
const source = text.meta({ description: "key of `sources`; several separated by a comma and a space" });
const sources = z.record(z.string(), text).meta({ description: "where the figures were read, by key" });

const plainFigure = z.strictObject({
  typ: positive,
  min: positive,
  max: positive,
  source,
  grade,
  conditions: text.exactOptional(),
  note: text.exactOptional(),
});
const figure = plainFigure.meta({
  id: "figure",
  description: "typical value and 90 % range, min <= typ <= max; the unit is in the field's name",
});

export const CLASS_NAMES = Object.keys(OP_CLASSES) as OpClass[];
const price = z.nullable(figure);
const everyClass = z.strictObject(
  Object.fromEntries(CLASS_NAMES.map((name) => [name, price.describe(OP_CLASSES[name])])) as Record<
    OpClass,
    typeof price
  >,
);
const someClasses = z.strictObject(
  Object.fromEntries(CLASS_NAMES.map((name) => [name, price.exactOptional()])) as Record<
    OpClass,
    z.ZodExactOptional<typeof price>
  >,
);
const kernels = z
  .record(
    z.string(),
    plainFigure.extend({
      perRow: figure
        .exactOptional()
        .describe("cycles per result beside its MACs; absent: contained in them, for rows of a usual length"),
    }),
  )
  .meta({ description: "cycles per multiply-accumulate by kernel" });

export const coreTable = z.strictObject({
  $schema: z.string().exactOptional(),
  id,
  description: text,
  classes: everyClass.meta({ description: "cycles per operation; null: not available on this core" }),
  kernels,
  sources,
});

const idleState = z.strictObject({ currentMa: figure, wakeUs: figure, description: text });

const operatingPoint = z.strictObject({
  id,
  description: text,
  clockHz: count,
  supplyV: positive,
  activeCurrentMa: figure,
  peakCurrentMa: figure,
  idle: z
    .strictObject({ wfi: idleState.exactOptional(), stop: idleState.exactOptional() })
    .meta({ description: "idle modes that keep RAM and have a sourced current" }),
});

const core = z.strictObject({
  name: text,
  fpu: z.enum(["none", "single", "double"]),
  features: z.array(text),
  cores: count,
});

const portKernelPrices = z.record(z.string(), text).default({}).meta({
  description: "kernels of the core that the firmware replaces, and which entry of `kernels` prices them",
});

export const boardFile = z.strictObject({
  $schema: z.string().exactOptional(),
  id,
  name: text,
  mcu: text,
  core,
  memory: z.strictObject({
    flashBytes: count,
    ramBytes: count,
    flash: z.enum(["internal", "external"]),
    source,
    grade,
    note: text.exactOptional(),
  }),
  cycles: z
    .strictObject({
      table: id.exactOptional(),
      description: text.exactOptional(),
      classes: someClasses.default({}),
      kernels: kernels.default({}),
    })
    .meta({
      description: "id of a shared table and what differs from it, or a complete table of the board's own",
    }),
  cycleOptions: z
    .record(
      z.string(),
      z.strictObject({ description: text, bitIdentical: z.boolean(), classes: someClasses }),
    )
    .default({}),
  portKernels: portKernelPrices,
  operatingPoints: z.array(operatingPoint).min(1),
  defaultPoint: id,
  notes: z.array(text).default([]),
  sources,
});

const testMemory = z
  .string()
  .regex(/^0x[0-9a-f]{8}$/)
  .meta({ description: "address of RAM that the firmware of tests does not use" });

const countsName = z
  .enum(["instructions", "cycles"])
  .meta({ description: "what the firmware's counter counts: executed instructions are no cycles" });

export const emulatedBoardFile = z.strictObject({
  $schema: z.string().exactOptional(),
  id,
  name: text,
  core,
  emulator: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("qemu"),
      machine: text,
      icountShift: z.int().min(0).max(10),
      testMemory,
    }),
    z.strictObject({ kind: z.literal("rp2040js"), testMemory }),
  ]),
  counts: countsName,
  costs: id.meta({ description: "table of boards/counts: what an operation takes of what is counted" }),
  portKernels: portKernelPrices,
  memory: z.strictObject({ codeBytes: count, ramBytes: count }),
  notes: z.array(text).default([]),
  sources,
});

export const calibrationFile = z.strictObject({
  board: id,
  counts: countsName,
  factors: z.record(z.string(), z.number().nonnegative()).meta({
    description:
      "by kernel of the core: what the estimate's count is multiplied by; `other`: what no kernel executes",
  }),
  defaultFactors: z
    .strictObject({ float: positive, integer: positive, other: positive })
    .meta({ description: "of kernels that no fitted network has, by what they compute with" }),
  callOverhead: z
    .number()
    .nonnegative()
    .meta({ description: "of each call of a kernel, beside its operations" }),
  relativeSpread: z.number().nonnegative().meta({ description: "standard deviation of what is left" }),
  fittedTo: z.array(text).min(1),
  provenance: z.record(z.string(), z.union([text, z.number()])),
});

const bytes = z.int().nonnegative();
export const firmwareFile = z.strictObject({
  command: text,
  records: z
    .array(
      z.strictObject({
        board: id,
        core: text,
        compiler: text,
        coreCrc: z.string().regex(/^[0-9a-f]{8}$/),
        version: text,
        portKernels: z.array(z.string()),
        codeIn: z.enum(["flash", "ram"]),
        codeBytes: count,
        tablesBytes: bytes,
        dataBytes: bytes,
        variablesBytes: bytes,
        stackBytes: count,
        poolBytes: count,
      }),
    )
    .min(1),
});

export type BoardFile = z.infer<typeof boardFile>;

/** JSON Schema (draft 7, which editors read) of boards/<id>/board.json. */
export function boardJsonSchema(): object {
  return z.toJSONSchema(boardFile, { target: "draft-7", io: "input" });
}

/** JSON Schema (draft 7) of boards/cores/<core>.json. */
export function coreTableJsonSchema(): object {
  return z.toJSONSchema(coreTable, { target: "draft-7", io: "input" });
}

/** JSON Schema (draft 7) of the board.json of an emulated board. */
export function emulatedBoardJsonSchema(): object {
  return z.toJSONSchema(emulatedBoardFile, { target: "draft-7", io: "input" });
}
