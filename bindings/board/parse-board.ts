// Platforms from their JSON forms: what must hold between the fields, and the one-line complaint when something does not.

import { KERNELS } from "../core/kernels.ts";
import { complain, nearestName } from "../errors.ts";
import type { Board, CycleTable, Figure } from "./board.ts";
import type { Calibration, EmulatedBoard } from "./emulated.ts";
import type { FirmwareRecord } from "./firmware.ts";
import {
  type BoardFile,
  boardFile,
  CLASS_NAMES,
  calibrationFile,
  coreTable,
  emulatedBoardFile,
  firmwareFile,
} from "./schema.ts";
import { complaintOf, describeFound, type Path, printPath } from "./schema-complaint.ts";

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
