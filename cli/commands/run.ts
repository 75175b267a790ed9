// `run`: outputs of every step, and the states after the last one.

import type { Command } from "commander";
import type { Engine } from "../../bindings/core/core.ts";
import type { Io } from "../io.ts";
import { type CommonOptions, choiceOption, configOption, precisionOption, withCommon } from "../options.ts";

export interface RunOptions extends CommonOptions {
  config?: string;
  precision?: string;
  input: string;
  engine?: Engine;
}

const EXAMPLES = [
  "run net.safetensors --input in.json",
  "run state_dict.safetensors --config net.json --input in.json --json",
];

export function addRun(program: Command, io: Io): void {
  const command = program
    .command("run")
    .summary("run a network on an input and print the outputs of every step")
    .description("Runs a network on an input and prints the outputs of every step.")
    .argument("<weights>", "checkpoint, .safetensors")
    .addOption(configOption())
    .requiredOption(
      "-i, --input <file>",
      'JSON with "input" [batch, steps, features], and "timespans", "initial_h", "initial_c" where wanted; ' +
        'each {"shape": […], "data": […]}, row-major; "-" is standard input',
    )
    .addOption(precisionOption())
    .addOption(
      choiceOption(
        "--engine <name>",
        "build of the core; all give the same bits (default: simd where the host has it)",
        ["simd", "scalar", "counted"],
      ),
    )
    .action(async (weights: string, options: RunOptions) => {
      const { run } = await import("../actions/run.ts");
      await run(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
