// `report`: one HTML page and a PDF of what networks cost.

import { type Command, Option } from "commander";
import type { Split } from "../../bindings/data/dataset.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  configOption,
  datasetOption,
  descriptionOption,
  inParts,
  listOf,
  numberIn,
  PRECISIONS,
  sharesBelowOne,
  splitOption,
  wholeFrom,
  withCommon,
} from "../options.ts";
import { DEFAULT_SUITE } from "./benchmark.ts";

export interface ReportOptions extends CommonOptions {
  out: string;
  /** True: beside the HTML. */
  pdf?: string | true;
  title?: string;
  config?: string;
  platform?: string;
  precision?: string[];
  sparsity?: number[];
  rateHz?: number;
  steps?: number;
  data?: string;
  dataset?: string;
  description?: string;
  split?: Split;
  batteryMah: number;
  batteryV: number;
  entry?: string;
  baselineVersion?: string;
  threshold?: number;
  accuracyPoints?: number;
  budget?: string;
  folder: string;
  history?: string;
  crosscheck?: string[];
}

const EXAMPLES = [
  "report net.safetensors --platform nrf52840,stm32u585 --rate-hz 50 --battery-mah 230 --battery-v 3",
  "report suite.yaml --baseline-version v1.0.0 --pdf",
  "report record.json --baseline-version main --out build/report.html",
  "report net.safetensors --precision all --sparsity 0,0.75 --data ../data/imu-wand --pdf report.pdf",
];

export function addReport(program: Command, io: Io): void {
  const command = program
    .command("report")
    .summary("write what networks cost as an HTML page and a PDF")
    .description(
      "Writes a report in twelve sections, from the verdict to how to reproduce it, as one HTML file that loads nothing, and " +
        "with --pdf as a tagged PDF. The input is a suite, which is run, a record of an earlier run, or a checkpoint. A gate " +
        "that fails does not fail the report: it says so. docs/report.md explains the sections.",
    )
    .argument("[input]", "suite (YAML, JSON), record (JSON) or checkpoint (.safetensors)", DEFAULT_SUITE)
    .option("-o, --out <file>", "the HTML file", "report.html")
    .option("--pdf [file]", "write a PDF as well (default: beside the HTML)")
    .option("--title <text>", "title (default: what the input is called)")
    .option("--entry <text>", "show entries in detail whose id contains this (default: one of each model)")
    .addOption(new Option("--battery-mah <n>", "capacity of the battery").argParser(numberIn(0)).default(230))
    .addOption(new Option("--battery-v <n>", "mean voltage of the battery").argParser(numberIn(0)).default(3))
    .option("--baseline-version <version>", "hold it against a baseline: a name, or a git reference")
    .addOption(
      new Option("--threshold <share>", "share by which a figure may be worse (default: 0.05)").argParser(
        numberIn(0, 100, true),
      ),
    )
    .addOption(
      new Option("--accuracy-points <n>", "points that accuracy may lose (default: 1)").argParser(
        numberIn(0, 100, true),
      ),
    )
    .option("--budget <file>", "limits by entry, YAML or JSON")
    .option("--folder <path>", "where baselines lie", "baselines")
    .option("--history <file>", "lines of JSON (default: history.jsonl of the folder)")
    .option("--crosscheck <files...>", "what `crosscheck --json` printed, for the agreement with measurement")
    .addOption(configOption())
    .option(
      "-p, --platform <ids>",
      'of a checkpoint: platforms separated by commas, or "all" (default: all)',
      inParts,
    )
    .addOption(
      new Option(
        "--precision <ids>",
        `of a checkpoint: number formats separated by commas: ${PRECISIONS.join(", ")}, or "all" (default: the file's)`,
      ).argParser(listOf(PRECISIONS)),
    )
    .addOption(
      new Option(
        "--sparsity <shares>",
        "of a checkpoint: shares of weights to prune, separated by commas",
      ).argParser(sharesBelowOne),
    )
    .addOption(
      new Option("--rate-hz <n>", "of a checkpoint: inferences a second (default: 100)").argParser(
        numberIn(0),
      ),
    )
    .addOption(
      new Option("--steps <n>", "of a checkpoint: time steps that make an inference (default: 1)").argParser(
        wholeFrom(1),
      ),
    )
    .option("--data <path>", "of a checkpoint: folder of a data set, or a CSV, to score it on")
    .addOption(datasetOption())
    .addOption(descriptionOption())
    .addOption(splitOption())
    .action(async (input: string, options: ReportOptions) => {
      const { report } = await import("../actions/report.ts");
      await report(io, input, options);
    });
  withCommon(command, EXAMPLES);
}
