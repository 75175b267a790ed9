import { saveBaseline } from "../../../bindings/record/keep.ts";
import { baselineFiles, checkVersion } from "../../baseline-files.ts";
import type { SaveOptions } from "../../commands/baseline.ts";
import type { Io } from "../../io.ts";
import { usageError } from "../../options.ts";
import { fileName } from "../../read-text.ts";
import { count } from "../../text.ts";
import { recordOf } from "../benchmark.ts";

/** Keeps a run of the suite, or a record, as a baseline. Throws a usage error where one of this version is. */
export async function saveVersion(io: Io, version: string, options: SaveOptions): Promise<void> {
  const { folder, force } = options;
  const file = `${checkVersion(version)}.json`;
  if (force !== true && (await baselineFiles(io, folder)).includes(file)) {
    throw usageError(
      `${fileName(folder)}: "${version}" expected a new version, found a baseline of that name (--force replaces it)`,
    );
  }
  const record = { ...(await recordOf(io, options)), version };
  const path = await saveBaseline(io, folder, record);
  if (options.json) {
    io.print(JSON.stringify({ version, file: path, entries: record.entries.length }));
    return;
  }
  const { entries, skipped } = record;
  const left = skipped.length === 0 ? "" : `, ${count(skipped.length, "combination")} not costed`;
  io.print(`Baseline ${version}: ${count(entries.length, "entry", "entries")}${left}, in ${fileName(path)}.`);
}
