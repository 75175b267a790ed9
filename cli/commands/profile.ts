// `profile`: the operations that one time step executes, by class, by layer and by kernel.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, configOption, precisionOption, stepsOption, withCommon } from "../options.ts";

export interface ProfileOptions extends CommonOptions {
  config?: string;
  precision?: string;
  steps: number;
}

const EXAMPLES = [
  "profile net.safetensors",
  "profile state_dict.safetensors --config net.json --json > profile.json",
  "profile net.safetensors --precision int8",
  "estimate --ops profile.json --platform nrf52840",
];

export function addProfile(program: Command, io: Io): void {
  const command = program
    .command("profile")
    .summary("count the operations of a network by class, layer and kernel")
    .description(
      "Counts the operations that one time step of a network executes, by class, by layer and by kernel. Counts are " +
        "exact and depend on the network's structure alone, so no input is needed. Integers are " +
        "those of a file of quantize, or, with --precision, for costing only, as in estimate.",
    )
    .argument("<weights>", "checkpoint, .safetensors")
    .addOption(configOption())
    .addOption(precisionOption())
    .addOption(stepsOption())
    .action(async (weights: string, options: ProfileOptions) => {
      const { profile } = await import("../actions/profile.ts");
      await profile(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
