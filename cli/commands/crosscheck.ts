// `crosscheck`: estimates against what a board counts.

import { type Command, Option } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, configOption, numberIn, withCommon } from "../options.ts";

export interface CrosscheckOptions extends CommonOptions {
  board: string;
  suite?: true;
  calibrate?: true;
  out?: string;
  tolerance?: number;
  plot?: string;
  config?: string;
}

export function addCrosscheck(program: Command, io: Io): void {
  const command = program
    .command("crosscheck")
    .summary("hold estimates against what an emulated board counts, and calibrate them")
    .description(
      "Runs networks on an emulated board, compares outputs with the core on this machine bit for bit, and what the board " +
        "counts with the estimate. An emulated board counts instructions, or cycles of memory without wait states; no silicon " +
        "is measured, and no other platform's coefficients change.",
    )
    .argument("[weights...]", "checkpoints, .safetensors")
    .requiredOption("-b, --board <id>", 'id of an emulated board; "liquid-edge board list" lists them')
    .option("--suite", "the networks of boards/crosscheck.json: cells, sizes, precisions and sparsities")
    .option(
      "--calibrate",
      "with --suite: fit to its first list, judge on its second, and write the calibration",
    )
    .option(
      "-o, --out <file>",
      "where the calibration goes (default: boards/<id>/calibration.json of the package)",
    )
    .addOption(
      new Option(
        "--tolerance <percent>",
        "mean error beyond which the exit code is 1 (default: none)",
      ).argParser(numberIn(0)),
    )
    .option("--plot <file>", "draw estimates against counts: scatter plot and Bland-Altman plot, .svg")
    .addOption(configOption())
    .action(async (weights: string[], options: CrosscheckOptions) => {
      const { crosscheck } = await import("../actions/crosscheck.ts");
      await crosscheck(io, weights, options);
    });
  withCommon(command, [
    "crosscheck net.safetensors --board qemu-m7",
    "crosscheck --suite --board rp2040js --tolerance 8",
    "crosscheck --suite --board qemu-m4f --plot agreement.svg",
    "crosscheck --suite --board qemu-m4f --calibrate",
  ]);
}
