// A record as a table.

import { printable } from "../../bindings/network/printable.ts";
import type { BenchmarkRecord, Entry, Quantity } from "../../bindings/record/record.ts";
import { type Column, count, digits, paragraph, percent, range, table, whole } from "../text.ts";

/** A head line, a row for each entry, and what was skipped. */
export function recordReport(record: BenchmarkRecord, colour: boolean): string {
  const { entries, skipped } = record;
  return [
    `${titleOf(record)}: ${count(entries.length, "entry", "entries")}`,
    ...kindLines(entries),
    "",
    entryTable(entries, colour),
    ...(skipped.length === 0 ? [] : ["", ...skippedLines(skipped)]),
  ].join("\n");
}

/** Where the figures come from. */
function kindLines(entries: readonly Entry[]): string[] {
  const has = (kind: Entry["kind"]) => entries.some((entry) => entry.kind === kind);
  return [
    ...(has("model") ? ["Typical value and 90 % interval."] : []),
    ...(has("measured") ? ["Measured: mean of the readings and 90 % interval."] : []),
    ...(has("emulated") ? ["Emulated: what the board counts an inference; no silicon was measured."] : []),
  ];
}

/** What a record is, in a few words. */
export function titleOf({ suite, version, createdAt, git }: BenchmarkRecord): string {
  const commit = git === null ? "" : `, commit ${git.commit.slice(0, 9)}${git.dirty ? " with changes" : ""}`;
  const name =
    version === null
      ? `Suite ${printable(suite)}`
      : `Baseline ${printable(version)} of suite ${printable(suite)}`;
  return `${name}, ${createdAt.slice(0, 16).replace("T", " ")} UTC${commit}`;
}

/** A column for each figure that an entry has, the interval beside those that are uncertain. */
function entryTable(entries: readonly Entry[], colour: boolean): string {
  const figures = FIGURES.filter(({ quantity }) => entries.some((entry) => entry[quantity] !== undefined));
  const withAccuracy = entries.some(({ accuracy }) => accuracy !== undefined);
  const columns: Column[] = [
    { title: "entry" },
    ...figures.flatMap(({ title, withRange }): Column[] => [
      { title, align: "right" },
      ...(withRange ? [{ title: "[min–max]", align: "right", gap: 1 } as const] : []),
    ]),
    ...(withAccuracy ? [{ title: "quality" }] : []),
  ];
  const rows = entries.map((entry) => [
    printable(entry.id),
    ...figures.flatMap(({ quantity, withRange, text = digits }) => {
      const reading = entry[quantity];
      const value = reading === undefined ? "" : text(reading.value);
      return withRange ? [value, reading === undefined ? "" : `[${range(reading)}]`] : [value];
    }),
    ...(withAccuracy ? [accuracyText(entry)] : []),
  ]);
  return table(columns, rows, colour);
}

const FIGURES: readonly {
  quantity: Quantity;
  title: string;
  withRange?: true;
  text?: (value: number) => string;
}[] = [
  { quantity: "instructions", title: "instructions", text: whole },
  { quantity: "cycles", title: "cycles", text: whole },
  { quantity: "energyUj", title: "energy µJ", withRange: true },
  { quantity: "averagePowerMw", title: "power mW" },
  { quantity: "latencyMs", title: "latency ms" },
  { quantity: "memoryKb", title: "RAM kB" },
  { quantity: "flashKb", title: "flash kB" },
];

function accuracyText({ accuracy }: Entry): string {
  if (accuracy === undefined) return "";
  const { metric, value, min, max } = accuracy;
  const asShare = metric !== "mse" && metric !== "mae";
  const figures = asShare
    ? `${percent(value)} [${percent(min)}–${percent(max)}]`
    : `${digits(value)} [${range({ min, max })}]`;
  return `${printable(metric)} ${figures}`;
}

/** Reasons, each with the entries that share it. */
function skippedLines(skipped: BenchmarkRecord["skipped"]): string[] {
  const idsBy = new Map<string, string[]>();
  for (const { id, reason } of skipped) idsBy.set(reason, [...(idsBy.get(reason) ?? []), printable(id)]);
  return Array.from(idsBy, ([reason, ids]) =>
    paragraph(`Not costed: ${ids.join(", ")}: ${printable(reason)}.`),
  );
}
