// `explore`: the page in which the core itself runs, written to a file or served to a browser on this machine.

import { type Command, Option } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, configOption, wholeFrom, withCommon } from "../options.ts";

export interface ExploreOptions extends CommonOptions {
  config?: string;
  out?: string;
  port: number;
  open: boolean;
}

const EXAMPLES = [
  "explore",
  "explore net.safetensors --out net.html",
  "explore state_dict.safetensors --config net.json",
  "explore net.safetensors --port 8080 --no-open",
];

export function addExplore(program: Command, io: Io): void {
  const command = program
    .command("explore")
    .summary("open a page that costs a network interactively, or write it to a file")
    .description(
      "Opens a page that costs a network by board, number format, sparsity, rate and battery while you watch. The page runs the " +
        "core itself and needs no network: with --out it is one file, else it is served to this machine alone until Ctrl+C.",
    )
    .argument("[weights]", "checkpoint, .safetensors, to be in the page beside the example")
    .addOption(configOption())
    .option("-o, --out <file>", "write the page to this file and end")
    .addOption(new Option("--port <n>", "port on 127.0.0.1").argParser(wholeFrom(0)).default(0, "a free one"))
    .option("--no-open", "do not open a browser")
    .action(async (weights: string | undefined, options: ExploreOptions) => {
      const { explore } = await import("../actions/explore.ts");
      await explore(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
