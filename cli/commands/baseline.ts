// `baseline`: keeps records under a version, and holds new ones against them.

import { type Command, Option } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, withCommon } from "../options.ts";
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

const folderOption = () => new Option("--folder <path>", "where baselines lie").default("baselines");
const suiteOption = () => new Option("--suite <file>", "suite to run, YAML or JSON").default(DEFAULT_SUITE);
const recordOption = () =>
  new Option("--record <file>", "record of an earlier run, instead of running the suite");

export function addBaseline(program: Command, io: Io): void {
  const group = program
    .command("baseline")
    .summary("keep what a suite costs under a version, and hold new runs against it")
    .description(
      "Keeps what a suite costs under a version, and holds new runs against it. docs/baselines.md explains files, " +
        "rules and exit codes.",
    );

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
    .description("Lists the baselines of a folder, the latest first.")
    .addOption(folderOption())
    .action(async (options: FolderOptions) => {
      const { listBaselines } = await import("../actions/baseline/list.ts");
      await listBaselines(io, options);
    });
  withCommon(list, ["baseline list", "baseline list --folder baselines --json"]);

  const show = group
    .command("show")
    .description("Shows a baseline: a file's, or the latest at a git reference.")
    .argument("<version>", "name of a baseline, or a git reference")
    .addOption(folderOption())
    .action(async (version: string, options: FolderOptions) => {
      const { showBaseline } = await import("../actions/baseline/list.ts");
      await showBaseline(io, version, options);
    });
  withCommon(show, ["baseline show v1.0.0", "baseline show main"]);
}
