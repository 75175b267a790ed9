// `export`: a network as source code for somebody's own product.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, choiceOption, configOption, precisionOption, withCommon } from "../options.ts";

export interface ExportOptions extends CommonOptions {
  to: "c";
  out: string;
  name?: string;
  force?: true;
  config?: string;
  precision?: string;
}

export function addExport(program: Command, io: Io): void {
  const command = program
    .command("export")
    .summary("write a network as C, to link it into a product of your own")
    .description(
      "Writes a folder of C that holds a network: the part of the core that it executes, its image as a constant array, five " +
        "functions (init, reset, inputs, step, outputs), a CMake file, and an example that compares itself with this machine, " +
        "bit for bit.",
    )
    .argument("<weights>", "checkpoint, .safetensors, or a file of quantize")
    .addOption(choiceOption("--to <language>", "what to write", ["c"]).default("c"))
    .requiredOption("-o, --out <folder>", "where the files go; it must be empty or not exist")
    .option("--name <prefix>", "what its functions are called (default: the file's name)")
    .option("--force", "replace files of the same name in a folder that is not empty")
    .addOption(configOption())
    .addOption(precisionOption())
    .action(async (weights: string, options: ExportOptions) => {
      const { exportNetwork } = await import("../actions/export.ts");
      await exportNetwork(io, weights, options);
    });
  withCommon(command, [
    "export net.safetensors --to c --out net",
    "export state_dict.safetensors --config net.json --to c --name gesture --out src/gesture",
  ]);
}
