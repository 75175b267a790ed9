// `wiring`: the synapse graph of a network, as a table or as a drawing.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, configOption, withCommon } from "../options.ts";

export interface WiringOptions extends CommonOptions {
  config?: string;
  svg?: string;
}

const EXAMPLES = [
  "wiring net.safetensors",
  "wiring net.safetensors --svg net.svg",
  "wiring state_dict.safetensors --config net.json --svg - > net.svg",
  "wiring --config net.json --json",
];

export function addWiring(program: Command, io: Io): void {
  const command = program
    .command("wiring")
    .summary("print or draw the synapses between sensors and neurons")
    .description(
      "Prints the synapses of a network, or draws them. A checkpoint shows the synapses it has; a configuration alone " +
        "those that ncps draws for its wiring.",
    )
    .argument("[weights]", "checkpoint, .safetensors; or --config alone")
    .addOption(configOption())
    .option("--svg <file>", 'draw into an SVG file; "-" is standard output')
    .action(async (weights: string | undefined, options: WiringOptions) => {
      const { wiring } = await import("../actions/wiring.ts");
      await wiring(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
