// `evaluate`: how well a network does on a data set, with intervals, and against another network on the same samples.

import type { Command } from "commander";
import type { Engine } from "../../bindings/core/core.ts";
import type { Split } from "../../bindings/data/dataset.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  datasetOption,
  descriptionOption,
  numberIn,
  precisionOption,
  splitOption,
  threadsOption,
  wholeFrom,
  withCommon,
} from "../options.ts";
import type { DataOptions } from "../read-dataset.ts";

export interface EvaluateOptions extends CommonOptions, DataOptions {
  config?: string;
  precision?: string;
  split: Split;
  against?: string;
  againstConfig?: string;
  level: "90" | "95";
  seed: number;
  threshold: number;
  engine?: Engine;
  threads?: number;
}

const EXAMPLES = [
  "evaluate net.safetensors --data ../data/imu-wand",
  "evaluate net.safetensors --data pump.csv --description pump.json --json",
  "evaluate net.safetensors --precision fp16 --data ../data/occupancy --against net.safetensors",
  "evaluate small.safetensors --data ../data/occupancy --against net.safetensors",
];

export function addEvaluate(program: Command, io: Io): void {
  const command = program
    .command("evaluate")
    .summary("score a network on a data set, alone or against another one")
    .description(
      "Runs a network on a data set in the core itself and prints its metrics, each with an interval. With --against " +
        "both networks answer the same samples: the drop, how often they agree, and how far their outputs and states " +
        "are apart.",
    )
    .argument("<weights>", "checkpoint, .safetensors")
    .addOption(configOption())
    .addOption(precisionOption())
    .requiredOption("--data <path>", "folder of a data set, or a CSV")
    .addOption(datasetOption())
    .addOption(descriptionOption())
    .addOption(splitOption().default("test"))
    .option("--against <weights>", "a second network, the reference of the comparison")
    .option("--against-config <file>", "its configuration, as --config")
    .addOption(choiceOption("--level <percent>", "confidence of the intervals", ["90", "95"]).default("90"))
    .option("--seed <n>", "of the bootstrap", wholeFrom(0), 1)
    .option(
      "--threshold <x>",
      "a single binary output above it means the second class; 0 suits logits",
      numberIn(Number.NEGATIVE_INFINITY),
      0,
    )
    .addOption(
      choiceOption("--engine <name>", "build of the core; all give the same bits", [
        "simd",
        "scalar",
        "counted",
      ]),
    )
    .addOption(threadsOption("sequences"))
    .action(async (weights: string, options: EvaluateOptions) => {
      const { evaluate } = await import("../actions/evaluate.ts");
      await evaluate(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
