// Checks the platforms of boards/ and writes them as one module, each with its cycle table resolved: the library then
// loads them without a schema library. Run by scripts/build.ts.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Board, CycleTable } from "../bindings/board/board.ts";
import type { Calibration, EmulatedBoard } from "../bindings/board/emulated.ts";
import type { FirmwareRecord } from "../bindings/board/firmware.ts";
import {
  parseBoard,
  parseCalibration,
  parseCoreTable,
  parseEmulatedBoard,
  parseFirmwareRecords,
} from "../bindings/board/parse-board.ts";
import { complain } from "../bindings/errors.ts";
import { writeChanged } from "./write-changed.ts";

const BOARDS = fileURLToPath(new URL("../boards", import.meta.url));

/** Writes the module behind `#boards` to `outFile`. Throws `bad-board` for the first file that is not as it should be. */
export async function buildBoards(outFile: string): Promise<void> {
  const tables = await readCoreTables();
  const boards = await readBoards(tables);
  const firmware = parseFirmwareRecords(await readJson("firmware.json"), "boards/firmware.json");
  await writeChanged(outFile, moduleText(tables, boards, await readEmulatedBoards(), firmware));
}

/** The shared cycle tables by id. */
export function readCoreTables(): Promise<Record<string, CycleTable>> {
  return readTables("cores");
}

async function readTables(folder: string): Promise<Record<string, CycleTable>> {
  const tables: Record<string, CycleTable> = {};
  for (const name of (await readdir(join(BOARDS, folder))).sort()) {
    if (!name.endsWith(".json") || name === "core.schema.json") continue;
    const table = parseCoreTable(await readJson(`${folder}/${name}`), `boards/${folder}/${name}`);
    checkId(table.id, name.replace(/\.json$/, ""), `boards/${folder}/${name}`);
    tables[table.id] = table;
  }
  return tables;
}

/** The platforms in the order of their ids. */
export async function readBoards(tables: Record<string, CycleTable>): Promise<Board[]> {
  const boards: Board[] = [];
  for (const [id, json] of await readBoardFiles()) {
    if (isEmulated(json)) continue;
    const board = parseBoard(json, tables, `boards/${id}/board.json`);
    checkId(board.id, id, `boards/${id}/board.json`);
    boards.push(board);
  }
  return boards;
}

/** The emulated boards in the order of their ids. */
async function readEmulatedBoards(): Promise<EmulatedBoard[]> {
  const tables = await readTables("counts");
  const boards: EmulatedBoard[] = [];
  for (const [id, json] of await readBoardFiles()) {
    if (!isEmulated(json)) continue;
    const board = parseEmulatedBoard(json, tables, await readCalibration(id), `boards/${id}/board.json`);
    checkId(board.id, id, `boards/${id}/board.json`);
    boards.push(board);
  }
  return boards;
}

/** Folder and content of every board.json, in the order of the folders; one without it is no board. */
async function readBoardFiles(): Promise<[string, unknown][]> {
  const files: [string, unknown][] = [];
  for (const entry of (await readdir(BOARDS, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (!entry.isDirectory()) continue;
    if (!(await readdir(join(BOARDS, entry.name))).includes("board.json")) continue;
    files.push([entry.name, await readJson(`${entry.name}/board.json`)]);
  }
  return files;
}

async function readCalibration(id: string): Promise<Calibration | null> {
  const path = `${id}/calibration.json`;
  if (!(await readdir(join(BOARDS, id))).includes("calibration.json")) return null;
  const calibration = parseCalibration(await readJson(path), `boards/${path}`);
  checkId(calibration.board, id, `boards/${path}`);
  return calibration;
}

function isEmulated(json: unknown): boolean {
  return typeof json === "object" && json !== null && "emulator" in json;
}

async function readJson(path: string): Promise<unknown> {
  const content = await readFile(join(BOARDS, path), "utf8");
  try {
    return JSON.parse(content);
  } catch (error) {
    throw complain("bad-board", `boards/${path}`, { expected: "JSON", found: (error as Error).message });
  }
}

function checkId(id: string, name: string, source: string): void {
  if (id !== name)
    throw complain("bad-board", source, { field: "id", expected: `"${name}"`, found: `"${id}"` });
}

/**
 * Boards that take a shared table unchanged refer to it by id, which keeps the module small. The data are parsed from text:
 * faster than an object literal, and marked so that a bundler drops them where they are not used.
 */
function moduleText(
  tables: Record<string, CycleTable>,
  boards: Board[],
  emulatedBoards: EmulatedBoard[],
  firmwareRecords: FirmwareRecord[],
): string {
  const entries = boards.map((board) => {
    const shared = JSON.stringify(tables[board.cycles.id]) === JSON.stringify(board.cycles);
    return shared ? { ...board, cycles: board.cycles.id } : board;
  });
  const parse = (value: unknown) => `/* @__PURE__ */ JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
  return [
    "// Generated by scripts/build-boards.ts from boards/.",
    `export const coreTables = ${parse(tables)};`,
    `const entries = ${parse(entries)};`,
    "const resolve = (board) =>",
    '  typeof board.cycles === "string" ? { ...board, cycles: coreTables[board.cycles] } : board;',
    "export const boards = /* @__PURE__ */ entries.map(resolve);",
    `export const emulatedBoards = ${parse(emulatedBoards)};`,
    `export const firmwareRecords = ${parse(firmwareRecords)};`,
    "",
  ].join("\n");
}
