// Results of sweeps that a command line names.

import { complain } from "../../bindings/errors.ts";
import type { Candidate } from "../../bindings/sweep/candidates.ts";
import { isScored, parseRecords, type SweepRecord } from "../../bindings/sweep/record.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { decodeText, fileName } from "../read-text.ts";

/** All records, at least one; `source` is what messages call them. Throws `bad-file` or `bad-input`. */
export async function readSweeps(
  io: Io,
  paths: readonly string[],
): Promise<{ records: SweepRecord[]; source: string }> {
  const records = (await Promise.all(paths.map((path) => readResults(io, path)))).flat();
  const source = paths.map(fileName).join(", ");
  refuseMixed(records, source);
  return { records, source };
}

async function readResults(io: Io, path: string): Promise<SweepRecord[]> {
  const file = /\.jsonl?$/.test(path) || path === "-" ? path : `${path.replace(/[\\/]+$/, "")}/results.jsonl`;
  const records = parseRecords(
    decodeText(await io.readFile(file), fileName(file), "bad-file"),
    fileName(file),
  );
  const scored = records.filter(isScored);
  if (scored.length < records.length) {
    throw complain("bad-file", fileName(file), {
      field: "metric",
      expected: "one in each result",
      found: "none",
      hint: "a sweep without data costs networks and weighs them against nothing",
    });
  }
  if (scored.length > 0) return scored;
  throw complain("bad-file", fileName(file), { expected: "results of a sweep, one a line", found: "none" });
}

/** Networks are weighed against each other only where they answered the same questions. */
function refuseMixed(records: readonly SweepRecord[], source: string): void {
  const first = records[0]!;
  for (const { data, metric, split } of records) {
    if (data.sha256 === first.data.sha256 && metric.name === first.metric.name && split === first.split)
      continue;
    throw complain("bad-input", source, {
      field: "data",
      expected: `results on one part of one data set, ${first.data.name} ${first.split}`,
      found: `${data.name} ${split}${data.sha256 === first.data.sha256 ? "" : " with other content"} as well`,
    });
  }
}

/** The boards that were asked for, all without a wish. Throws a usage error for one that has no results. */
export function chosenBoards(
  boards: ReadonlyMap<string, Candidate[]>,
  wanted: readonly string[] | undefined,
  source: string,
): ReadonlyMap<string, Candidate[]> {
  if (wanted === undefined) return boards;
  return new Map(
    wanted.map((platform) => {
      const candidates = boards.get(platform);
      if (candidates !== undefined) return [platform, candidates];
      throw usageError(
        `--platform ${platform}: expected one of ${[...boards.keys()].join(", ")}, the boards of ${source}`,
      );
    }),
  );
}
