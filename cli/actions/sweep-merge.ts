import { join } from "node:path";
import { complain } from "../../bindings/errors.ts";
import { type AnyRecord, isScored, parseRecords, recordKey } from "../../bindings/sweep/record.ts";
import type { SweepMergeOptions } from "../commands/sweep.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { decodeText, fileName } from "../read-text.ts";
import { ResultsFile } from "../sweep/results-file.ts";
import { runSweep, type TaskRunner } from "../sweep/run-sweep.ts";
import { modelPath, readIfThere } from "../sweep/task.ts";
import { count } from "../text.ts";
import { readSpace } from "./sweep.ts";
import { describeOutcome } from "./sweep-report.ts";

/** `sweep merge`: results and weights of shards in one folder, in the order of the space: the bytes of one machine. */
export async function sweepMerge(
  io: Io,
  path: string,
  parts: readonly string[],
  options: SweepMergeOptions,
): Promise<void> {
  const { out } = options;
  const space = await readSpace(io, path);
  const records = new Map<string, { record: AnyRecord; text: string; from: string }>();
  for (const part of new Set([...parts, out])) {
    for (const record of await recordsOf(io, part, part === out)) {
      const key = recordKey(record);
      const text = JSON.stringify(record);
      const before = records.get(key);
      if (before !== undefined && before.text !== text) {
        throw complain("bad-input", `${fileName(part)}/results.jsonl`, {
          field: `${record.network.slice(0, 12)}… ${record.precision}`,
          expected: `the result that ${fileName(before.from)} has of this network`,
          found: "another one",
          hint: "shards of one sweep come from one version and one space",
        });
      }
      if (before === undefined) records.set(key, { record, text, from: part });
    }
  }
  const weights = await weightsOf(io, records.values(), out);

  await io.makeFolder(space.source === null ? out : join(out, "models"));
  for (const [to, bytes] of weights) await io.writeFile(to, bytes);
  const file = await ResultsFile.open(io, join(out, "results.jsonl"));
  for (const [key, { record }] of records) file.known.set(key, record);
  await file.save();
  let missing = 0;
  // It does nothing: what is missing, the user may have on a machine of its own.
  const nobody: TaskRunner = {
    threads: 1,
    async run({ networks }) {
      missing += networks.length;
      return { records: [], trained: 0, costed: 0, reused: 0, failures: [] };
    },
  };
  const { signal } = new AbortController();
  const outcome = await runSweep(io, space, nobody, { out, spacePath: path, signal });
  const merged = { ...outcome, merged: parts.length, missing };
  if (options.json) io.print(JSON.stringify({ out, ...merged }));
  else io.print(describeOutcome(outcome, out, io.colour));
  if (missing > 0) {
    throw new RunFailure(
      `${count(missing, "network")} of ${fileName(path)} in none of ${parts.map(fileName).join(", ")}: merge their shard too, or let \`sweep\` with --out ${fileName(out)} do them`,
    );
  }
}

/** A part must have results; the target may be new. */
async function recordsOf(io: Io, folder: string, isTarget: boolean): Promise<AnyRecord[]> {
  const path = join(folder, "results.jsonl");
  const bytes = isTarget ? await readIfThere(io, path) : await io.readFile(path);
  const name = `${fileName(folder)}/results.jsonl`;
  return bytes === null ? [] : parseRecords(decodeText(bytes, name, "bad-file"), name);
}

/** Weights that the target lacks, by their path there. */
async function weightsOf(
  io: Io,
  records: Iterable<{ record: AnyRecord; from: string }>,
  out: string,
): Promise<Map<string, Uint8Array>> {
  const there = new Set(await io.listFolder(join(out, "models")));
  const weights = new Map<string, Uint8Array>();
  for (const { record, from } of records) {
    const to = modelPath(join(out, "models"), record.network);
    if (!isScored(record) || from === out || there.has(fileName(to)) || weights.has(to)) continue;
    weights.set(to, await io.readFile(modelPath(join(from, "models"), record.network)));
  }
  return weights;
}
