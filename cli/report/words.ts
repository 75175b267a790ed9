// Figures and names as a report's cells have them.

import { printable } from "../../bindings/network/printable.ts";
import type { CostRow, Span } from "../../bindings/report/costs.ts";
import type { ReportData } from "../../bindings/report/report.ts";
import { digits, range } from "../text.ts";
import type { Cell, Column, Level } from "./document.ts";

/** Rows of a table; the rest is in the embedded JSON. */
export const MOST_ROWS = 60;

export const right = (title: string, weight = 1): Column => ({ title, align: "right", weight });

export const left = (title: string, weight = 1): Column => ({ title, weight });

/** "1.23" and "[1.01–1.50]", or what says that there is no interval. */
export function spanCells(span: Span | null): [Cell, Cell] {
  if (span === null) return ["–", "–"];
  const { value, min, max } = span;
  return [digits(value), min === max ? { text: "exact", level: "quiet" } : `[${range({ min, max })}]`];
}

export const KIND_NAMES = { model: "model", emulated: "emulated", measured: "measured" } as const;

export function signedPercent(share: number): string {
  const percent = 100 * share;
  const decimals = Math.abs(percent) < 9.95 ? 1 : 0;
  const text = Math.abs(percent).toFixed(decimals);
  return `${Number(text) === 0 ? "" : percent < 0 ? "−" : "+"}${text} %`;
}

/** A table's rows cut to what a page can hold, and the note that says so. */
export function cutRows<T>(rows: readonly T[], most = MOST_ROWS): { shown: readonly T[]; note?: string } {
  if (rows.length <= most) return { shown: rows };
  return {
    shown: rows.slice(0, most),
    note: `${rows.length - most} more of ${rows.length} rows are in the data embedded in this file.`,
  };
}

/** Platforms of a report, those that take least energy first: the order of every section. */
export function platformOrder({ rows }: ReportData): string[] {
  const least = new Map<string, number>();
  for (const { platform, energyUj } of rows) {
    const value = energyUj?.value ?? Number.POSITIVE_INFINITY;
    least.set(platform, Math.min(least.get(platform) ?? Number.POSITIVE_INFINITY, value));
  }
  return [...least].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([platform]) => platform);
}

/** Rows by network, then by platform in the order of all sections. */
export function inOrder(data: ReportData, rows: readonly CostRow[] = data.rows): CostRow[] {
  const networks = [...new Set(data.rows.map(({ network }) => network))];
  const platforms = platformOrder(data);
  return rows.toSorted(
    (a, b) =>
      networks.indexOf(a.network) - networks.indexOf(b.network) ||
      platforms.indexOf(a.platform) - platforms.indexOf(b.platform),
  );
}

/** The entry in detail that comes first, and its network on all platforms. */
export function firstFocus(data: ReportData): { row: CostRow; siblings: CostRow[] } | null {
  const row = data.rows.find(({ id }) => id === data.focus[0]);
  if (row === undefined) return null;
  return {
    row,
    siblings: inOrder(
      data,
      data.rows.filter(({ network }) => network === row.network),
    ),
  };
}

export const VERDICT_LEVEL: Record<"yes" | "likely" | "no", Level> = {
  yes: "good",
  likely: "doubtful",
  no: "bad",
};

export const name = (text: string): string => printable(text);

/** Of a life: hours below two days, days below two years, then years. */
export function life(hours: number): string {
  if (hours < 48) return `${digits(hours)} h`;
  return hours < 2 * 365.25 * 24 ? `${digits(hours / 24)} days` : `${digits(hours / 24 / 365.25)} years`;
}

/** A value of a metric: shares in per cent, errors as they are. */
export function metricText(metric: string, value: number): string {
  return isError(metric) ? digits(value) : `${(100 * value).toFixed(1)} %`;
}

export function isError(metric: string): boolean {
  return metric === "mse" || metric === "mae";
}

/** "sine int8 on nrf52840" */
export function entryLabel({ rows }: ReportData, id: string): string {
  const row = rows.find((one) => one.id === id);
  return row === undefined ? name(id) : `${name(row.network)} on ${name(row.platform)}`;
}

/** Figure and unit in one line: the space between them does not break. */
export function tied(text: string): string {
  return text.replace(/(\d) (?=(?:%|µJ|ms|kB|B|mW|h|days|years)(?![\w]))/g, "$1\u00a0");
}
