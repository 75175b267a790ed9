import { complain } from "../../bindings/errors.ts";
import { printable } from "../../bindings/network/printable.ts";
import { parseHistory } from "../../bindings/record/history.ts";
import { type LevelChange, seriesOf, type Trend, trendsOf } from "../../bindings/record/trend.ts";
import type { TrendOptions } from "../commands/trend.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { fileName, readText } from "../read-text.ts";
import { type Cell, type Column, count, digits, paragraph, table } from "../text.ts";
import { FIGURE_NAMES } from "./baseline/gate-rows.ts";

/** Prints what became better or worse and since when; throws RunFailure when asked to and something is worse. */
export async function trend(io: Io, history: string, options: TrendOptions): Promise<void> {
  const { entry, figure, last, alpha, minChange } = options;
  const lines = parseHistory(await readText(io, history, "bad-record"), fileName(history));
  const series = seriesOf(lines).filter(
    ({ id, quantity }) =>
      (entry === undefined || id.includes(entry)) && (figure === undefined || quantity === figure),
  );
  if (series.length === 0) {
    throw complain("bad-record", fileName(history), {
      expected: `at least one figure${entry === undefined && figure === undefined ? "" : " that the options name"}`,
      found: lines.length === 0 ? "an empty history" : "none",
    });
  }
  const trends = trendsOf(series, { alpha, minChange, ...(last === undefined ? {} : { last }) });
  if (options.plot !== undefined) {
    const [{ trendChart }, { renderSvg }] = await Promise.all([
      import("./trend-plot.ts"),
      import("../chart/render-svg.ts"),
    ]);
    await io.writeFile(options.plot, await renderSvg(trendChart(trends)));
  }
  const worse = trends.filter(({ worsening }) => worsening);
  if (options.json) io.print(JSON.stringify(trends));
  else io.print(report(trends, worse.length, options, io.colour));
  if (options.failOnWorsening && worse.length > 0) {
    throw new RunFailure(`trend: ${count(worse.length, "figure")} of ${trends.length} got worse`);
  }
}

function report(trends: readonly Trend[], worse: number, options: TrendOptions, colour: boolean): string {
  const runs = Math.max(...trends.map(({ points }) => points.length));
  const shown = options.verbose
    ? trends
    : trends.filter(({ worsening, changes }) => worsening || changes.length > 0);
  const few = trends.filter(({ points }) => points.length < 6).length;
  const lines = [
    `${count(trends.length, "series", "series")} of up to ${count(runs, "run")}: ${worse} worse, ${trends.length - worse} not`,
  ];
  if (few > 0)
    lines.push(`A change of level takes at least 6 runs to be seen; ${few} of the series have fewer.`);
  if (shown.length > 0) lines.push("", trendTable(shown, colour), "");
  if (shown.length > 0) {
    lines.push(
      paragraph(
        `slope: least squares, a run; p of the slope and of Mann and Kendall's test. Levels last for at least 3 runs and differ by at least ${options.minChange * 100} %. All decisions are adjusted for ${count(trends.length, "series", "series")}, false discoveries below ${options.alpha * 100} %.`,
      ),
    );
  }
  return lines.join("\n");
}

function trendTable(trends: readonly Trend[], colour: boolean): string {
  const right = { align: "right" } as const;
  const columns: Column[] = [
    { title: "" },
    { title: "entry" },
    { title: "figure" },
    { title: "runs", ...right },
    { title: "first", ...right },
    { title: "last", ...right },
    { title: "change", ...right },
    { title: "slope", ...right },
    { title: "p", ...right },
    { title: "MK p", ...right },
    { title: "changes of level" },
  ];
  const rows = trends.map(({ id, quantity, points, slope, total, changes, worsening }): Cell[] => [
    worsening ? { text: "worse", style: ["bold", "red"] } : changes.length > 0 ? "changed" : "steady",
    printable(id),
    FIGURE_NAMES[quantity],
    String(points.length),
    digits(points[0]!.value),
    digits(points.at(-1)!.value),
    total === null ? "" : share(total),
    slope === null ? "" : share(slope.leastSquares),
    slope === null ? "" : probability(slope.p),
    slope === null ? "" : probability(slope.mannKendallP),
    changes.map(changeText).join("; "),
  ]);
  return table(columns, rows, colour);
}

/** "+5.0 % since 2026-02-01 (4f5c7eb11)" */
export function changeText({ at, commit, change, recovered }: LevelChange): string {
  const where = commit === null ? "" : ` (${printable(commit.slice(0, 9))})`;
  return `${share(change)} since ${at.slice(0, 10)}${where}${recovered ? ", recovered" : ""}`;
}

function share(value: number): string {
  const percent = value * 100;
  const decimals = Math.abs(percent) < 0.95 && percent !== 0 ? 2 : 1;
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(decimals)} %`;
}

export function probability(p: number): string {
  return p < 1e-12 ? "<1e-12" : p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}
