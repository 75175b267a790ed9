// The JSON forms of a platform (boards/<id>/board.json) and of a shared cycle table (boards/cores/<core>.json): what
// fields they have, what must hold between them, and the one-line complaint when something does not.

import * as z from "zod";
import { KERNELS } from "../core/exports.ts";
import { OP_CLASSES, type OpClass } from "../count/op-class.ts";
import { complain, nearestName } from "../errors.ts";
import type { Board, CycleTable, Figure } from "./board.ts";
import type { Calibration, EmulatedBoard } from "./emulated.ts";
import type { FirmwareRecord } from "./firmware.ts";
import { complaintOf, describeFound, type Path, printPath } from "./schema-complaint.ts";

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

const CLASS_NAMES = Object.keys(OP_CLASSES) as OpClass[];
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

const coreTable = z.strictObject({
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

const boardFile = z.strictObject({
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

const emulatedBoardFile = z.strictObject({
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

const calibrationFile = z.strictObject({
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
const firmwareFile = z.strictObject({
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

/** Sizes of firmware from their JSON form, boards/firmware.json; complains like `parseBoard`. */
export function parseFirmwareRecords(json: unknown, source: string): FirmwareRecord[] {
  const parsed = firmwareFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source);
  return parsed.data.records;
}

/** A calibration from its JSON form; complains like `parseBoard`. */
export function parseCalibration(json: unknown, source: string): Calibration {
  const parsed = calibrationFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source);
  return parsed.data;
}

/** An emulated board from its JSON form, with the table of boards/counts that it names; complains like `parseBoard`. */
export function parseEmulatedBoard(
  json: unknown,
  tables: Record<string, CycleTable>,
  calibration: Calibration | null,
  source: string,
): EmulatedBoard {
  const parsed = emulatedBoardFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source);
  const { $schema: _, costs, ...board } = parsed.data;
  const table = sharedTable(costs, tables, source, "costs");
  checkPortKernels({ portKernels: board.portKernels, cycles: table }, source);
  return { ...board, costs: table, calibration };
}

/** JSON Schema (draft 7) of the board.json of an emulated board. */
export function emulatedBoardJsonSchema(): object {
  return z.toJSONSchema(emulatedBoardFile, { target: "draft-7", io: "input" });
}

/**
 * A board from its JSON form. `tables` holds the shared cycle tables by id, in their JSON form; `source` is the file
 * that a complaint names. Throws a `bad-board` LiquidEdgeError of one line: file, field, what was expected and found.
 */
export function parseBoard(json: unknown, tables: Record<string, unknown>, source: string): Board {
  const parsed = boardFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source);
  const file = parsed.data;
  checkFigures(file, [], Object.keys(file.sources), source);
  checkPoints(file.operatingPoints, file.defaultPoint, source);
  const { $schema: _, cycles, ...rest } = file;
  const board = { ...rest, cycles: resolveCycles(file, cycles, tables, source) };
  checkPortKernels(board, source);
  return board;
}

/** A shared cycle table from its JSON form; complains like `parseBoard`. */
export function parseCoreTable(json: unknown, source: string): CycleTable {
  const parsed = coreTable.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source);
  const { $schema: _, ...table } = parsed.data;
  checkFigures(table, [], Object.keys(table.sources), source);
  return table;
}

/** JSON Schema (draft 7, which editors read) of boards/<id>/board.json. */
export function boardJsonSchema(): object {
  return z.toJSONSchema(boardFile, { target: "draft-7", io: "input" });
}

/** JSON Schema (draft 7) of boards/cores/<core>.json. */
export function coreTableJsonSchema(): object {
  return z.toJSONSchema(coreTable, { target: "draft-7", io: "input" });
}

type BoardFile = z.infer<typeof boardFile>;

/** The board's cycle table: the shared one with the board's own figures over it, or the board's own alone. */
function resolveCycles(
  file: BoardFile,
  own: BoardFile["cycles"],
  tables: Record<string, unknown>,
  source: string,
): CycleTable {
  const shared = own.table === undefined ? undefined : sharedTable(own.table, tables, source);
  const classes = { ...shared?.classes, ...own.classes };
  for (const name of CLASS_NAMES) {
    if (classes[name] !== undefined) continue;
    throw complain("bad-board", source, {
      field: `cycles.classes.${name}`,
      expected: "a figure or null",
      found: "nothing",
      hint: 'price every operation class, or name a shared table in "cycles.table"',
    });
  }
  if (shared !== undefined && Object.keys(own.classes).length + Object.keys(own.kernels).length === 0)
    return shared;
  return {
    id: own.table ?? file.id,
    description: own.description ?? shared?.description ?? `${file.core.name} of ${file.name}`,
    classes: classes as CycleTable["classes"],
    kernels: { ...shared?.kernels, ...own.kernels },
    sources: { ...shared?.sources, ...file.sources },
  };
}

/** Kernels of the port exist in the core and have a price. */
function checkPortKernels(
  { portKernels, cycles }: Pick<Board, "portKernels" | "cycles">,
  source: string,
): void {
  for (const [name, price] of Object.entries(portKernels)) {
    const refuse = (found: string, names: readonly string[], expected: string) => {
      const nearest = nearestName(found, names);
      return complain("bad-board", source, {
        field: `portKernels.${name}`,
        expected,
        found: `"${found}"`,
        ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
      });
    };
    if (!(KERNELS as readonly string[]).includes(name)) throw refuse(name, KERNELS, "a kernel of the core");
    const prices = Object.keys(cycles.kernels);
    if (!prices.includes(price)) throw refuse(price, prices, `one of ${prices.join(", ")}`);
  }
}

function sharedTable(
  name: string,
  tables: Record<string, unknown>,
  source: string,
  field = "cycles.table",
): CycleTable {
  if (Object.hasOwn(tables, name)) return parseCoreTable(tables[name], `cycle table ${name}`);
  const nearest = nearestName(name, Object.keys(tables));
  throw complain("bad-board", source, {
    field,
    expected: `one of ${Object.keys(tables).join(", ")}`,
    found: `"${name}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}

/** In everything that `value` holds: min <= typ <= max, and sources that exist. */
function checkFigures(value: unknown, path: Path, sourceKeys: string[], source: string): void {
  if (typeof value !== "object" || value === null) return;
  const { typ, min, max, source: keys } = value as Partial<Figure>;
  if (typ !== undefined && min !== undefined && max !== undefined && !(min <= typ && typ <= max)) {
    throw complain("bad-board", source, {
      field: printPath(path),
      expected: "min <= typ <= max",
      found: `min ${min}, typ ${typ}, max ${max}`,
    });
  }
  if (typeof keys === "string") {
    for (const key of keys.split(", ")) {
      if (!sourceKeys.includes(key)) throw unknownSource(key, [...path, "source"], sourceKeys, source);
    }
  }
  for (const [name, child] of Object.entries(value)) {
    if (path.length > 0 || name !== "sources")
      checkFigures(child, [...path, Array.isArray(value) ? Number(name) : name], sourceKeys, source);
  }
}

function unknownSource(key: string, path: Path, sourceKeys: string[], source: string): Error {
  const nearest = nearestName(key, sourceKeys);
  return complain("bad-board", source, {
    field: printPath(path),
    expected: 'a key of "sources"',
    found: describeFound(key),
    hint: nearest === undefined ? 'add it to "sources"' : `did you mean "${nearest}"?`,
  });
}

function checkPoints(points: BoardFile["operatingPoints"], defaultPoint: string, source: string): void {
  const ids = points.map((point) => point.id);
  for (const [i, point] of points.entries()) {
    if (ids.indexOf(point.id) < i) {
      throw complain("bad-board", source, {
        field: printPath(["operatingPoints", i, "id"]),
        expected: "an id that no other operating point has",
        found: describeFound(point.id),
      });
    }
    if (point.peakCurrentMa.typ < point.activeCurrentMa.typ) {
      throw complain("bad-board", source, {
        field: printPath(["operatingPoints", i, "peakCurrentMa", "typ"]),
        expected: `at least the typical active current, ${point.activeCurrentMa.typ}`,
        found: String(point.peakCurrentMa.typ),
      });
    }
  }
  if (!ids.includes(defaultPoint)) {
    const nearest = nearestName(defaultPoint, ids);
    throw complain("bad-board", source, {
      field: "defaultPoint",
      expected: `one of ${ids.join(", ")}`,
      found: describeFound(defaultPoint),
      ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
    });
  }
}
