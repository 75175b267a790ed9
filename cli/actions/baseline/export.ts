import { join } from "node:path";
import { complain } from "../../../bindings/errors.ts";
import { type Format, formatRecord, historyCsv } from "../../../bindings/record/formats/formats.ts";
import { HISTORY_FILE, readHistory } from "../../../bindings/record/keep.ts";
import { findBaseline, readRecord } from "../../baseline-files.ts";
import type { ExportOptions } from "../../commands/baseline.ts";
import type { Io } from "../../io.ts";
import { usageError } from "../../options.ts";
import { fileName } from "../../read-text.ts";

/** Prints or writes a record, or the history of an entry, in a format of other tools. */
export async function exportRecord(io: Io, format: string, options: ExportOptions): Promise<void> {
  const text =
    format === "csv" ? await csvOf(io, options) : await recordTextOf(io, format as Format, options);
  if (options.out !== undefined) await io.writeFile(options.out, text);
  else io.print(text.replace(/\n$/, ""));
}

async function recordTextOf(io: Io, format: Format, options: ExportOptions): Promise<string> {
  const { record, baselineVersion, folder } = options;
  if ((record === undefined) === (baselineVersion === undefined)) {
    const found = record === undefined ? "neither" : "both";
    throw usageError(`export: expected --record or --baseline-version, found ${found}`);
  }
  const made =
    record === undefined
      ? (await findBaseline(io, folder, baselineVersion!)).record
      : await readRecord(io, record);
  return formatRecord(made, format);
}

async function csvOf(io: Io, { history, folder, entry }: ExportOptions): Promise<string> {
  if (entry === undefined)
    throw usageError("--entry: expected with csv, found none: a file holds one entry's history");
  const path = history ?? join(folder, HISTORY_FILE);
  const lines = await readHistory(io, path);
  if (lines.some(({ id }) => id === entry)) return historyCsv(lines, entry);
  throw complain("bad-record", fileName(path), {
    field: "id",
    expected: `lines of "${fileName(entry)}"`,
    found: "none",
  });
}
