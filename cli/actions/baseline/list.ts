import { join } from "node:path";
import { printable } from "../../../bindings/network/printable.ts";
import { recordText } from "../../../bindings/record/keep.ts";
import { baselineFiles, findBaseline, readRecord } from "../../baseline-files.ts";
import type { FolderOptions } from "../../commands/baseline.ts";
import type { Io } from "../../io.ts";
import { fileName } from "../../read-text.ts";
import { table } from "../../text.ts";
import { recordReport } from "../record-report.ts";

/** Lists what a folder holds, the latest first. */
export async function listBaselines(io: Io, { folder, json }: FolderOptions): Promise<void> {
  const names = await baselineFiles(io, folder);
  const records = await Promise.all(names.map((name) => readRecord(io, join(folder, name))));
  const rows = names
    .map((name, i) => ({ version: name.slice(0, -5), record: records[i]! }))
    .sort((a, b) => Date.parse(b.record.createdAt) - Date.parse(a.record.createdAt))
    .map(({ version, record: { createdAt, suite, git, entries } }) => ({
      version,
      createdAt,
      suite,
      commit: git?.commit ?? null,
      entries: entries.length,
    }));
  if (json) {
    io.print(JSON.stringify(rows));
    return;
  }
  if (rows.length === 0) {
    io.print(`No baseline in ${fileName(folder)}; "liquid-edge baseline save <version>" makes one.`);
    return;
  }
  io.print(
    table(
      [
        { title: "version" },
        { title: "made" },
        { title: "commit" },
        { title: "suite" },
        { title: "entries", align: "right" },
      ],
      rows.map(({ version, createdAt, commit, suite, entries }) => [
        version,
        createdAt.slice(0, 10),
        commit?.slice(0, 9) ?? "",
        printable(suite),
        String(entries),
      ]),
      io.colour,
    ),
  );
}

/** Shows one baseline. */
export async function showBaseline(io: Io, version: string, { folder, json }: FolderOptions): Promise<void> {
  const { record } = await findBaseline(io, folder, version);
  io.print(json ? recordText(record).trimEnd() : recordReport(record, io.colour));
}
