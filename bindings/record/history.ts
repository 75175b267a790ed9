// The history: one line of JSON for each entry of each record, oldest first, never changed afterwards. Lines of different
// branches merge without conflict when git is told to keep both (`history.jsonl merge=union`).

import { complain } from "../errors.ts";
import { MAX_HISTORY_LINES } from "../limits.ts";
import { parseJson } from "../parse-json.ts";
import { canonicalJson } from "./canonical.ts";
import { type BenchmarkRecord, QUANTITIES } from "./record.ts";
import { HISTORY_FORMAT, type HistoryLine, parseHistoryLine } from "./schema.ts";

/** The lines that a record adds. */
export function historyLines(record: BenchmarkRecord): HistoryLine[] {
  return record.entries.map((entry) => ({
    format: HISTORY_FORMAT,
    at: record.createdAt,
    commit: record.git?.commit ?? null,
    version: record.version,
    id: entry.id,
    kind: entry.kind,
    ...Object.fromEntries(
      QUANTITIES.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]])),
    ),
    ...(entry.accuracy === undefined ? {} : { accuracy: withoutOutcomes(entry.accuracy) }),
  }));
}

/** The text of a history with the lines of a record at its end; without those that it has already. */
export function appendToHistory(text: string, record: BenchmarkRecord, source: string): string {
  const known = new Set(parseHistory(text, source).map(keyOf));
  const added = historyLines(record).filter((line) => !known.has(keyOf(line)));
  const complete = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return complete + added.map((line) => canonicalJson(line, 0)).join("");
}

/** All lines, by time. Throws `bad-record`, naming the line, for one that is broken or there twice. */
export function parseHistory(text: string, source: string): HistoryLine[] {
  const lines: HistoryLine[] = [];
  const seen = new Map<string, number>();
  const texts = text.split("\n");
  if (texts.length > MAX_HISTORY_LINES + 1) {
    throw complain("bad-record", source, {
      expected: `at most ${MAX_HISTORY_LINES} lines`,
      found: String(texts.length - 1),
    });
  }
  for (const [i, line] of texts.entries()) {
    if (line.trim() === "") continue;
    const where = `${source}, line ${i + 1}`;
    const parsed = parseHistoryLine(parseJson(line, where, "bad-record"), where);
    const key = keyOf(parsed);
    const before = seen.get(key);
    if (before !== undefined) {
      throw complain("bad-record", where, {
        field: "id",
        expected: "each id once in a record",
        found: `the one of line ${before} again`,
      });
    }
    seen.set(key, i + 1);
    lines.push(parsed);
  }
  // Sorting is stable: lines of one moment keep their order.
  return lines.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function keyOf({ at, commit, version, id }: HistoryLine): string {
  return JSON.stringify([at, commit, version, id]);
}

function withoutOutcomes({ outcomes: _, targetsHash: __, ...rest }: NonNullable<HistoryLine["accuracy"]>) {
  return rest;
}
