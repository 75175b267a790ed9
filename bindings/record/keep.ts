// Baselines and history as files of a folder: <version>.json, history.jsonl, and the schema that editors check them by.

import { complain, LiquidEdgeError } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { canonicalJson } from "./canonical.ts";
import { appendToHistory, parseHistory } from "./history.ts";
import type { BenchmarkRecord } from "./record.ts";
import { type HistoryLine, recordJsonSchema } from "./schema.ts";

export const HISTORY_FILE = "history.jsonl";
export const SCHEMA_FILE = "record.schema.json";

/** What keeping needs of a file system. Files are written at once or not at all. */
export interface RecordFiles {
  /** Throws a LiquidEdgeError with the system's error as its cause. */
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: string): Promise<void>;
  /** Names, empty when there is no such folder. */
  listFolder(path: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
}

/** A record as a file has it; `schema` is where its schema lies, seen from the file. */
export function recordText(record: BenchmarkRecord, schema?: string): string {
  return canonicalJson({ $schema: schema, ...record });
}

/**
 * Saves a baseline and adds it to the history. The history comes first and takes the same lines only once: whoever is
 * interrupted in between finds no baseline yet, and may say the same again.
 */
export async function saveBaseline(
  files: RecordFiles,
  folder: string,
  record: BenchmarkRecord,
): Promise<string> {
  await files.makeFolder(folder);
  const schema = canonicalJson(recordJsonSchema());
  const schemaPath = inFolder(folder, SCHEMA_FILE);
  const names = await files.listFolder(folder);
  if (!names.includes(SCHEMA_FILE) || (await textOf(files, schemaPath, "bad-file")) !== schema) {
    await files.writeFile(schemaPath, schema);
  }
  await addToHistory(files, inFolder(folder, HISTORY_FILE), record);
  const path = inFolder(folder, `${record.version}.json`);
  await files.writeFile(path, recordText(record, `./${SCHEMA_FILE}`));
  return path;
}

/** Adds the lines of a record to a history, which is made when there is none. */
export async function addToHistory(files: RecordFiles, path: string, record: BenchmarkRecord): Promise<void> {
  const before = await historyText(files, path);
  await files.writeFile(path, appendToHistory(before, record, printable(path)));
}

/** All lines of a history, by time; none when there is no file. */
export async function readHistory(
  files: Pick<RecordFiles, "readFile">,
  path: string,
): Promise<HistoryLine[]> {
  return parseHistory(await historyText(files, path), printable(path));
}

async function historyText(files: Pick<RecordFiles, "readFile">, path: string): Promise<string> {
  try {
    return await textOf(files, path, "bad-record");
  } catch (error) {
    const cause = error instanceof LiquidEdgeError ? (error.cause as { code?: string }) : undefined;
    if (cause?.code === "ENOENT") return "";
    throw error;
  }
}

async function textOf(
  files: Pick<RecordFiles, "readFile">,
  path: string,
  code: "bad-file" | "bad-record",
): Promise<string> {
  const bytes = await files.readFile(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw complain(code, printable(path), { expected: "text in UTF-8", found: "bytes that are not" });
  }
}

/** Node's `join` would take `./` away from what a user wrote; a slash works on all systems. */
function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder.replace(/[/\\]+$/, "")}/${name}`;
}
