// Baselines and their history as files, as `liquid-edge baseline` keeps them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { complain } from "../bindings/errors.ts";
import { printable } from "../bindings/network/printable.ts";
import { parseJson } from "../bindings/parse-json.ts";
import { HISTORY_FILE, saveBaseline as keep, readHistory as read } from "../bindings/record/keep.ts";
import type { BenchmarkRecord } from "../bindings/record/record.ts";
import { type HistoryLine, parseRecord } from "../bindings/record/schema.ts";
import { checkVersion } from "../cli/baseline-files.ts";
import { nodeFiles } from "../cli/io.ts";

/** Where baselines lie unless somebody says otherwise. */
const FOLDER = "baselines";

/** Where baselines lie. */
export interface FolderOptions {
  /** Default: `baselines` under the current directory. */
  folder?: string;
}

/** How a baseline is kept. */
export interface SaveOptions extends FolderOptions {
  /** Replaces a baseline of this version. */
  force?: boolean;
}

/**
 * Keeps a record as `<folder>/<version>.json` and adds it to the history; the path of the file. Files are written at once
 * or not at all.
 * @throws LiquidEdgeError `bad-file` for a version that is there already, or a folder that cannot be written
 */
export async function saveBaseline(
  record: BenchmarkRecord,
  version: string,
  { folder = FOLDER, force = false }: SaveOptions = {},
): Promise<string> {
  const name = `${checkVersion(version)}.json`;
  if (!force && (await nodeFiles.listFolder(folder)).includes(name)) {
    throw complain("bad-file", printable(join(folder, name)), {
      expected: "a new version",
      found: "one that is there",
      hint: "force replaces it",
    });
  }
  return keep(nodeFiles, folder, { ...record, version });
}

/** All lines of a folder's history, the oldest first; none where there is no history. For `seriesOf` and `trendsOf`. */
export function readHistory({ folder = FOLDER }: FolderOptions = {}): Promise<HistoryLine[]> {
  return read(nodeFiles, join(folder, HISTORY_FILE));
}

/** The baseline of a version. Throws `no-baseline` or `bad-record`. */
export function loadBaseline(version: string, { folder = FOLDER }: FolderOptions = {}): BenchmarkRecord {
  const path = join(folder, `${checkVersion(version)}.json`);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw complain("no-baseline", printable(path), {
      expected: "a baseline",
      found: "no readable file",
      hint: 'saveBaseline or "liquid-edge baseline save" makes one',
    });
  }
  return parseRecord(parseJson(text, path, "bad-record"), path);
}
