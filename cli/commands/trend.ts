// `trend`: since when the figures of a history are what they are.

import { type Command, Option } from "commander";
import { QUANTITIES } from "../../bindings/record/record.ts";
import type { Io } from "../io.ts";
import { type CommonOptions, choiceOption, numberIn, wholeFrom, withCommon } from "../options.ts";

export interface TrendOptions extends CommonOptions {
  entry?: string;
  figure?: string;
  last?: number;
  alpha: number;
  minChange: number;
  plot?: string;
  failOnWorsening?: true;
  verbose?: true;
}

const EXAMPLES = [
  "trend",
  "trend --entry sine --figure energyUj --plot energy.svg",
  "trend ci/history.jsonl --last 50 --fail-on-worsening --json",
];

export function addTrend(program: Command, io: Io): void {
  const command = program
    .command("trend")
    .summary("since when the figures of a history are better or worse")
    .description(
      "Looks in a history for changes of level (E-divisive, decided by Student's t-test) and for slopes (least squares, " +
        "Theil-Sen, Mann-Kendall). All tests are adjusted for the number of series, so that the share of false " +
        "discoveries stays below --alpha. docs/baselines.md explains them.",
    )
    .argument("[history]", "lines of JSON", "baselines/history.jsonl")
    .option("--entry <text>", "only entries whose id contains this")
    .addOption(choiceOption("--figure <name>", "only this figure", [...QUANTITIES, "accuracy"]))
    .addOption(new Option("--last <n>", "only the last runs of each series").argParser(wholeFrom(1)))
    .addOption(
      new Option("--alpha <share>", "false discoveries among what is reported")
        .argParser(numberIn(0, 0.5))
        .default(0.01),
    )
    .addOption(
      new Option("--min-change <share>", "changes below this share are left out")
        .argParser(numberIn(0, 10, true))
        .default(0.005),
    )
    .option("--plot <file>", "write the worst series as an SVG plot")
    .option("--fail-on-worsening", "exit with 1 where a figure got worse and is not good again")
    .option("--verbose", "a row for every series, steady ones included")
    .action(async (history: string, options: TrendOptions) => {
      const { trend } = await import("../actions/trend.ts");
      await trend(io, history, options);
    });
  withCommon(command, EXAMPLES);
}
