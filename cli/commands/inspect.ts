// `inspect`: what is in a file — a network, plain tensors, a configuration, a board, an operation profile or an input.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, configOption, withCommon } from "../options.ts";

export interface InspectOptions extends CommonOptions {
  config?: string;
}

const EXAMPLES = [
  "inspect net.safetensors",
  "inspect state_dict.safetensors --config net.json --json",
  "inspect my-board.json",
];

export function addInspect(program: Command, io: Io): void {
  const command = program
    .command("inspect")
    .summary("say what is in a file")
    .description(
      "Says what is in a file: a network (class, configuration, tensors, parameters, synapses, metadata), a board, an " +
        "operation profile, a configuration or an input. Checks it on the way.",
    )
    .argument("<file>", ".safetensors or .json")
    .addOption(configOption())
    .action(async (file: string, options: InspectOptions) => {
      const { inspect } = await import("../actions/inspect.ts");
      await inspect(io, file, options);
    });
  withCommon(command, EXAMPLES);
}
