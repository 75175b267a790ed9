// `baseline`: keeps records under a version, and holds new ones against them.

import { Argument, type Command, Option } from "commander";
import { FORMATS } from "../../bindings/record/formats/formats.ts";
import type { Io } from "../io.ts";
import { type CommonOptions, examplesText, numberIn, withCommon } from "../options.ts";
import { DEFAULT_SUITE } from "./benchmark.ts";

export interface FolderOptions extends CommonOptions {
  folder: string;
}

export interface RecordOptions extends FolderOptions {
  suite: string;
  record?: string;
}

export interface SaveOptions extends RecordOptions {
  force?: true;
}

export interface CheckOptions extends RecordOptions {
  baselineVersion: string;
  threshold: number;
  accuracyPoints: number;
  budget?: string;
  maxEnergyUj?: number;
  maxAveragePowerMw?: number;
  maxLatencyMs?: number;
  maxMemoryKb?: number;
  maxFlashKb?: number;
  strict?: true;
  markdown?: true;
  annotations?: true;
  junit?: string;
  verbose?: true;
}

export interface ExportOptions extends FolderOptions {
  baselineVersion?: string;
  record?: string;
  history?: string;
  entry?: string;
  out?: string;
}

const folderOption = () => new Option("--folder <path>", "where baselines lie").default("baselines");
const suiteOption = () => new Option("--suite <file>", "suite to run, YAML or JSON").default(DEFAULT_SUITE);
const recordOption = () => new Option("--record <file>", "record of an earlier run");

const EXAMPLES = [
  "baseline save v1.0.0 --suite suite.yaml",
  "baseline check --suite suite.yaml --baseline-version v1.0.0",
  "baseline list",
];

export function addBaseline(program: Command, io: Io): void {
  const group = program
    .command("baseline")
    .summary("keep what a suite costs under a version, and hold new runs against it")
    .description(
      "Keeps what a suite costs under a version, and holds new runs against it. docs/baselines.md explains files, " +
        "rules and exit codes.",
    )
    .addHelpText("after", examplesText(EXAMPLES));

  const save = group
    .command("save")
    .summary("run the suite and keep its record as a baseline")
    .description(
      "Runs the suite, or takes a record, and keeps it as <folder>/<version>.json and in the history.",
    )
    .argument("<version>", "name of the baseline: letters, digits, dots, hyphens, underscores")
    .addOption(folderOption())
    .addOption(suiteOption())
    .addOption(recordOption())
    .option("--force", "replace a baseline of this version")
    .action(async (version: string, options: SaveOptions) => {
      const { saveVersion } = await import("../actions/baseline/save.ts");
      await saveVersion(io, version, options);
    });
  withCommon(save, ["baseline save v1.0.0", "baseline save v1.0.0 --record record.json --force"]);

  const list = group
    .command("list")
    .summary("list the baselines of a folder")
    .description("Lists the baselines of a folder, the latest first.")
    .addOption(folderOption())
    .action(async (options: FolderOptions) => {
      const { listBaselines } = await import("../actions/baseline/list.ts");
      await listBaselines(io, options);
    });
  withCommon(list, ["baseline list", "baseline list --folder baselines --json"]);

  const show = group
    .command("show")
    .summary("show a baseline")
    .description("Shows a baseline: a file's, or the latest at a git reference.")
    .argument("<version>", "name of a baseline, or a git reference")
    .addOption(folderOption())
    .action(async (version: string, options: FolderOptions) => {
      const { showBaseline } = await import("../actions/baseline/list.ts");
      await showBaseline(io, version, options);
    });
  withCommon(show, ["baseline show v1.0.0", "baseline show main"]);

  const maximum = (name: string, what: string) =>
    new Option(
      `--max-${name} <n>`,
      `fail where an entry takes more ${what}, whatever the baseline`,
    ).argParser(numberIn(0, Number.POSITIVE_INFINITY, true));
  const check = group
    .command("check")
    .summary("fail when the suite costs more than a baseline")
    .description(
      "Runs the suite, or takes a record, and compares it with a baseline: computed figures exactly, measured ones by the " +
        "90 % interval of their ratio, accuracy on the same answers.",
    )
    .requiredOption(
      "--baseline-version <version>",
      "name of a baseline, or a git reference: the latest baseline there",
    )
    .addOption(
      new Option("--threshold <share>", "share by which a figure may be worse")
        .argParser(numberIn(0, 100, true))
        .default(0.05),
    )
    .addOption(
      new Option("--accuracy-points <n>", "points that accuracy may lose")
        .argParser(numberIn(0, 100, true))
        .default(1),
    )
    .addOption(folderOption())
    .addOption(suiteOption())
    .addOption(recordOption())
    .option("--budget <file>", "limits by entry, YAML or JSON")
    .addOption(maximum("energy-uj", "energy"))
    .addOption(maximum("average-power-mw", "power on average"))
    .addOption(maximum("latency-ms", "time"))
    .addOption(maximum("memory-kb", "RAM"))
    .addOption(maximum("flash-kb", "flash"))
    .option("--strict", "fail with 5 where a figure is undecided")
    .option("--markdown", "print Markdown, for a pull request or a step summary")
    .option("--annotations", "print annotations of GitHub on standard error")
    .option("--junit <file>", "write JUnit XML, a test for each figure")
    .option("--verbose", "a row for every figure, the same ones included")
    .addHelpText(
      "after",
      `
Exit codes: 0 pass, 1 a figure regressed, 2 wrong usage or bad input, 3 baseline missing or broken, 4 nothing to compare
or a figure missing, 5 undecided with --strict, 70 our own fault.`,
    )
    .action(async (options: CheckOptions) => {
      const { checkBaseline } = await import("../actions/baseline/check.ts");
      await checkBaseline(io, options);
    });
  withCommon(check, [
    "baseline check --baseline-version v1.0.0",
    "baseline check --baseline-version main --threshold 0.02 --markdown",
    "baseline check --baseline-version v1.0.0 --budget budget.yaml --strict --json",
  ]);

  const exporting = group
    .command("export")
    .summary("print a baseline, a record or a history as other tools read it")
    .description(
      "Prints a baseline, a record or the history of one entry as other tools read it: github-action-benchmark and " +
        "Nyrkiö (one format a direction), Bencher, Google Benchmark, OpenMetrics, CSV for Apache Otava.",
    )
    .addArgument(new Argument("<format>", "format").choices([...FORMATS, "csv"]))
    .option("--baseline-version <version>", "name of a baseline, or a git reference")
    .addOption(recordOption())
    .option("--history <file>", "of csv: the history (default: history.jsonl of the folder)")
    .option("--entry <id>", "of csv: whose history")
    .addOption(folderOption())
    .option("--out <file>", "write to a file instead of printing")
    .action(async (format: string, options: ExportOptions) => {
      const { exportRecord } = await import("../actions/baseline/export.ts");
      await exportRecord(io, format, options);
    });
  withCommon(exporting, [
    "baseline export bencher --record record.json --out bmf.json",
    "baseline export openmetrics --baseline-version v1.0.0",
    "baseline export csv --entry sine/nrf52840/fp32/0/sine --out history.csv",
  ]);
}
