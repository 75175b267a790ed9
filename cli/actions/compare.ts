import { complain } from "../../bindings/errors.ts";
import { type Candidate, type Cost, candidatesOf, formatOf } from "../../bindings/sweep/candidates.ts";
import { type Match, type Rivalry, rivalry } from "../../bindings/sweep/rivals.ts";
import type { CompareOptions } from "../commands/compare.ts";
import type { Io } from "../io.ts";
import { type Column, digits, paragraph, styled, table, whole } from "../text.ts";
import { METRIC_TITLES, shown } from "./evaluate-report.ts";
import { labelOf, nameOf, sparsityOf } from "./pareto-report.ts";
import { chosenBoards, readSweeps } from "./read-sweeps.ts";

/** Shares of accuracy, or of an error's best mean, that still count as equal. */
const SHARE_MARGIN = 0.01;
const ERROR_MARGIN = 0.05;

export async function compare(io: Io, results: readonly string[], options: CompareOptions): Promise<void> {
  const { records, source } = await readSweeps(io, results);
  const boards = chosenBoards(candidatesOf(records), options.platform, source);
  const { cost } = options;
  const rivalries: Rivalry[] = [];
  for (const [platform, candidates] of boards) {
    const made = rivalry(platform, candidates, { cost, margin: options.margin ?? marginOf(candidates) });
    if (made !== null) rivalries.push(made);
  }
  if (rivalries.length === 0) {
    throw complain("bad-input", source, {
      expected: "liquid and dense networks of at least two seeds that fit a board",
      found: "one family, or one seed, only",
      hint: "a sweep with ltc, cfc or liquid-gate and gru, lstm or mlp has both",
    });
  }
  if (options.json) io.print(JSON.stringify(rivalries.map((each) => ({ ...each, cost }))));
  else {
    const { data, split, metric } = records[0]!;
    const name = metric.name as MetricName;
    io.print(
      [
        paragraph(
          `${data.name}, ${split}: liquid against dense networks of one sweep: the same data, training, pruning, integers and ` +
            "seeds. Metrics: mean over seeds. Difference: 95 % interval (Welch).",
        ),
        ...rivalries.flatMap((each) => ["", ...describe(each, name, cost, io.colour)]),
      ].join("\n"),
    );
  }
}

type MetricName = keyof typeof METRIC_TITLES;

function marginOf(candidates: readonly Candidate[]): number {
  const { better } = candidates[0]!.metric;
  if (better === "higher") return SHARE_MARGIN;
  return ERROR_MARGIN * Math.min(...candidates.map(({ metric }) => metric.mean));
}

function describe(
  { platform, equalAccuracy, equalParameters }: Rivalry,
  name: MetricName,
  cost: Cost,
  colour: boolean,
): string[] {
  const right = (title: string): Column => ({ title, align: "right" });
  const columns: Column[] = [
    { title: "" },
    { title: "network" },
    right("sparsity"),
    { title: "precision" },
    right("parameters"),
    right(METRIC_TITLES[name]),
    right("± s.d."),
    right("energy µJ"),
    right("latency µs"),
    right("RAM kB"),
    right("flash kB"),
  ];
  const row = (label: string, c: Candidate) => [
    label,
    nameOf(c),
    sparsityOf(c),
    formatOf(c),
    whole(Math.round(c.parameters)),
    shown(name, c.metric.mean),
    shown(name, c.metric.deviation),
    digits(c.energyUj.typ),
    digits(c.latencyUs.typ),
    digits(c.ramBytes / 1024),
    digits(c.flashBytes / 1024),
  ];
  const rows = [
    row("equal accuracy", equalAccuracy.liquid),
    row("", equalAccuracy.dense),
    row("equal parameters", equalParameters.liquid),
    row("", equalParameters.dense),
  ];
  return [
    styled(colour, "bold", platform),
    "",
    table(columns, rows, colour),
    "",
    paragraph(`At equal accuracy: ${verdict(equalAccuracy, name, cost)}`),
    paragraph(`At equal parameters: ${verdict(equalParameters, name, cost)}`),
  ];
}

const NEEDS: Readonly<Record<Cost, [less: string, more: string]>> = {
  energy: ["less energy", "more energy"],
  latency: ["less time", "more time"],
  ram: ["less RAM", "more RAM"],
  flash: ["less flash", "more flash"],
};

/** One sentence, whoever wins. */
function verdict({ liquid, dense, metric, ratio }: Match, name: MetricName, cost: Cost): string {
  const [less, more] = NEEDS[cost];
  const isLess = ratio.typ >= 1;
  const times = (value: number) => digits(isLess ? value : 1 / value);
  const ends = [times(ratio.min), times(ratio.max)].sort((a, b) => Number(a) - Number(b)).join("–");
  const costs =
    ratio.typ === 1
      ? `as much as ${labelOf(dense)}`
      : `${times(ratio.typ)} times [${ends}] ${isLess ? less : more} than ${labelOf(dense)}`;
  const sign = (value: number) => `${value < 0 ? "−" : "+"}${shown(name, Math.abs(value))}`;
  const better = liquid.metric.better === "higher" ? metric.difference > 0 : metric.difference < 0;
  const isClear = metric.min > 0 || metric.max < 0;
  const accuracy = isClear
    ? `and is ${better ? "better" : "worse"}`
    : "and a difference in accuracy is not shown";
  return `${labelOf(liquid)} needs ${costs}, ${accuracy}: ${sign(metric.difference)} [${sign(metric.min)}, ${sign(metric.max)}] ${METRIC_TITLES[name]}.`;
}
