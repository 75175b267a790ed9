// A board file that is not as it should be gets one line: file, field, what was expected, what was found.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseBoard, parseCoreTable } from "../../bindings/board/parse-board.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";

type Json = Record<string, unknown>;

function readJson(file: string): Json {
  return JSON.parse(readFileSync(new URL(`../../boards/${file}`, import.meta.url), "utf8")) as Json;
}

const BOARD = readJson("rp2040/board.json");
const TABLES = {
  "cortex-m0plus": readJson("cores/cortex-m0plus.json"),
  "cortex-m4f": readJson("cores/cortex-m4f.json"),
};

/** A copy of `json` with the value at a dotted path replaced, or removed when `value` is undefined. */
function withValue(json: Json, path: string, value: unknown): Json {
  const copy = structuredClone(json);
  const names = path.split(".");
  const last = names.pop()!;
  const parent = names.reduce<Json>((object, name) => object[name] as Json, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function messageOf(json: unknown, tables: Record<string, unknown> = TABLES): string {
  try {
    parseBoard(json, tables, "my-board.json");
  } catch (error) {
    expect(error).toBeInstanceOf(LiquidEdgeError);
    expect((error as LiquidEdgeError).code).toBe("bad-board");
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  throw new Error("accepted");
}

const CURRENT = "operatingPoints.0.activeCurrentMa";
const FIGURE = { typ: 2, min: 1, max: 3, source: "MEM", grade: "C" };

describe("parseBoard", () => {
  it("resolves the shared cycle table", () => {
    const board = parseBoard(BOARD, TABLES, "my-board.json");
    expect(board.cycles.id).toBe("cortex-m0plus");
    expect(board.cycles.classes).toEqual(TABLES["cortex-m0plus"].classes);
  });

  it("lays the board's own figures over the shared table", () => {
    const own = {
      table: "cortex-m0plus",
      classes: { f32Add: FIGURE, i64Div: null },
      kernels: { "vendor-mine-1": FIGURE },
    };
    const { cycles, sources } = parseBoard(withValue(BOARD, "cycles", own), TABLES, "my-board.json");
    expect(cycles.id).toBe("cortex-m0plus");
    expect(cycles.classes.f32Add).toEqual(FIGURE);
    expect(cycles.classes.i64Div).toBeNull();
    expect(cycles.classes.f32Mul).toEqual((TABLES["cortex-m0plus"].classes as Json).f32Mul);
    expect(cycles.kernels["vendor-mine-1"]).toEqual(FIGURE);
    expect(cycles.kernels.f32).toEqual((TABLES["cortex-m0plus"].kernels as Json).f32);
    expect(cycles.sources).toMatchObject(sources);
  });

  it("takes a complete table of the board's own", () => {
    const { classes, kernels, sources } = TABLES["cortex-m0plus"];
    const json = withValue(withValue(BOARD, "cycles", { classes, kernels }), "sources", {
      ...(BOARD.sources as Json),
      ...(sources as Json),
    });
    const { cycles } = parseBoard(json, {}, "my-board.json");
    expect(cycles.id).toBe("rp2040");
    expect(cycles.classes).toEqual(classes);
  });

  it.each([
    [
      "min above max",
      `${CURRENT}.min`,
      40,
      `"operatingPoints[0].activeCurrentMa" expected min <= typ <= max, found min 40, typ 24, max 31.2`,
    ],
    [
      "typ above max",
      `${CURRENT}.max`,
      20,
      `"operatingPoints[0].activeCurrentMa" expected min <= typ <= max, found min 16.8, typ 24, max 20`,
    ],
    [
      "a figure of 0",
      `${CURRENT}.min`,
      0,
      `"operatingPoints[0].activeCurrentMa.min" expected a number above 0, found 0`,
    ],
    [
      "no source",
      `${CURRENT}.source`,
      undefined,
      `"operatingPoints[0].activeCurrentMa.source" expected a key of "sources", found nothing`,
    ],
    [
      "an empty source",
      `${CURRENT}.source`,
      "",
      `"operatingPoints[0].activeCurrentMa.source" expected text, found ""`,
    ],
    [
      "an unknown source",
      `${CURRENT}.source`,
      "RPI-2041",
      `"operatingPoints[0].activeCurrentMa.source" expected a key of "sources", found "RPI-2041" (did you mean "RPI-2040"?)`,
    ],
    [
      "an unknown source among several",
      `${CURRENT}.source`,
      "MEM, DATASHEET",
      `"operatingPoints[0].activeCurrentMa.source" expected a key of "sources", found "DATASHEET" (add it to "sources")`,
    ],
    [
      "no source of the memory",
      "memory.source",
      "ELSEWHERE",
      `"memory.source" expected a key of "sources", found "ELSEWHERE" (add it to "sources")`,
    ],
    [
      "an unknown grade",
      `${CURRENT}.grade`,
      "D",
      `"operatingPoints[0].activeCurrentMa.grade" expected "A" or "B" or "C", found "D"`,
    ],
    [
      "a point without current",
      CURRENT,
      undefined,
      `"operatingPoints[0].activeCurrentMa" expected an object, found nothing`,
    ],
    ["no points", "operatingPoints", [], `"operatingPoints" expected at least 1 entry, found an empty list`],
    [
      "a clock that is text",
      "operatingPoints.0.clockHz",
      "133 MHz",
      `"operatingPoints[0].clockHz" expected a number, found "133 MHz"`,
    ],
    [
      "a broken clock",
      "operatingPoints.0.clockHz",
      0.5,
      `"operatingPoints[0].clockHz" expected an integer, found 0.5`,
    ],
    [
      "a repeated point",
      "operatingPoints.1.id",
      "133mhz",
      `"operatingPoints[1].id" expected an id that no other operating point has, found "133mhz"`,
    ],
    [
      "a default that is no point",
      "defaultPoint",
      "133-mhz",
      `"defaultPoint" expected one of 133mhz, 48mhz, found "133-mhz" (did you mean "133mhz"?)`,
    ],
    [
      "a peak below the active current",
      "operatingPoints.0.peakCurrentMa",
      { ...FIGURE, max: 9 },
      `"operatingPoints[0].peakCurrentMa.typ" expected at least the typical active current, 24, found 2`,
    ],
    [
      "an unknown class",
      "cycles.classes",
      { f32Ad: FIGURE },
      `"cycles.classes.f32Ad" expected an operation class, found "f32Ad" (did you mean "f32Add"?)`,
    ],
    [
      "a class that is no figure",
      "cycles.classes",
      { f32Add: 3 },
      `"cycles.classes.f32Add" expected an object, found 3`,
    ],
    [
      "an unknown table",
      "cycles.table",
      "cortex-m4",
      `"cycles.table" expected one of cortex-m0plus, cortex-m4f, found "cortex-m4" (did you mean "cortex-m4f"?)`,
    ],
    [
      "no table and no classes",
      "cycles",
      {},
      `"cycles.classes.f32Load" expected a figure or null, found nothing (price every operation class, or name a shared table in "cycles.table")`,
    ],
    [
      "an idle mode that is none",
      "operatingPoints.0.idle.standby",
      {},
      `"operatingPoints[0].idle.standby" expected no field of this name, found "standby"`,
    ],
    ["a field too many", "clockMhz", 133, `"clockMhz" expected no field of this name, found "clockMhz"`],
    [
      "an id with a space",
      "id",
      "My Board",
      `"id" expected a name of lower-case letters, digits and single hyphens, found "My Board"`,
    ],
    [
      "no bit identity",
      "cycleOptions.rom-float.bitIdentical",
      "no",
      `"cycleOptions.rom-float.bitIdentical" expected true or false, found "no"`,
    ],
    [
      "a kernel of the port that the core has not",
      "portKernels",
      { matvecS9: "f32" },
      `"portKernels.matvecS9" expected a kernel of the core, found "matvecS9" (did you mean "matvecS8"?)`,
    ],
    [
      "a kernel of the port without a price",
      "portKernels",
      { matvecS8: "smlad" },
      `"portKernels.matvecS8" expected one of f32, int8-scalar, vendor-hale-1, found "smlad"`,
    ],
    ["no sources", "sources", undefined, `"sources" expected an object, found nothing`],
  ])("refuses %s", (_, path, value, message) => {
    expect(messageOf(withValue(BOARD, path, value))).toBe(`my-board.json: ${message}`);
  });

  it.each([
    [null, "null"],
    [[], "an empty list"],
    ["rp2040", '"rp2040"'],
    [undefined, "nothing"],
  ])("refuses %j as a board", (json, found) => {
    expect(messageOf(json)).toBe(`my-board.json: expected an object, found ${found}`);
  });

  it("names the shared table when the fault is there", () => {
    const table = withValue(TABLES["cortex-m0plus"], "classes.f32Add.min", 1000);
    expect(messageOf(BOARD, { "cortex-m0plus": table })).toMatch(
      /^cycle table cortex-m0plus: "classes\.f32Add" expected min <= typ <= max, found min 1000/,
    );
  });
});

describe("parseCoreTable", () => {
  it("refuses a table that leaves a class out", () => {
    const table = withValue(TABLES["cortex-m4f"], "classes.i64Bits", undefined);
    expect(() => parseCoreTable(table, "core.json")).toThrow(
      'core.json: "classes.i64Bits" expected an object, found nothing',
    );
  });

  it("accepts a class that is not available", () => {
    const table = withValue(TABLES["cortex-m4f"], "classes.callIndirect", null);
    expect(parseCoreTable(table, "core.json").classes.callIndirect).toBeNull();
  });
});
