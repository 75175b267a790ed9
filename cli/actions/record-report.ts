// A record as a table.

import { printable } from "../../bindings/network/printable.ts";
import type { BenchmarkRecord, Entry, Reading } from "../../bindings/record/record.ts";
import { type Column, count, digits, paragraph, percent, range, table } from "../text.ts";

/** A head line, a row for each entry, and what was skipped. */
export function recordReport(record: BenchmarkRecord, colour: boolean): string {
  const { entries, skipped } = record;
  return [
    `${titleOf(record)}: ${count(entries.length, "entry", "entries")}`,
    "Typical value and 90 % interval.",
    "",
    entryTable(entries, colour),
    ...(skipped.length === 0 ? [] : ["", ...skippedLines(skipped)]),
  ].join("\n");
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

function entryTable(entries: readonly Entry[], colour: boolean): string {
  const withAccuracy = entries.some(({ accuracy }) => accuracy !== undefined);
  const columns: Column[] = [
    { title: "entry" },
    { title: "energy µJ", align: "right" },
    { title: "[min–max]", align: "right", gap: 1 },
    { title: "power mW", align: "right" },
    { title: "latency ms", align: "right" },
    { title: "RAM kB", align: "right" },
    { title: "flash kB", align: "right" },
    ...(withAccuracy ? [{ title: "quality" }] : []),
  ];
  const figure = (reading: Reading | undefined) => (reading === undefined ? "" : digits(reading.value));
  const rows = entries.map((entry) => [
    printable(entry.id),
    figure(entry.energyUj),
    entry.energyUj === undefined ? "" : `[${range(entry.energyUj)}]`,
    figure(entry.averagePowerMw),
    figure(entry.latencyMs),
    figure(entry.memoryKb),
    figure(entry.flashKb),
    ...(withAccuracy ? [accuracyText(entry)] : []),
  ]);
  return table(columns, rows, colour);
}

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
