// `estimate`: what one inference costs on each platform.

import { type Command, Option } from "commander";
import type { IdleMode } from "../../bindings/board/board.ts";
import type { Split } from "../../bindings/data/dataset.ts";
import type { ImagePlace } from "../../bindings/estimate/memory-profiler.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  datasetOption,
  descriptionOption,
  inParts,
  listOf,
  numberIn,
  PRECISIONS,
  sharesBelowOne,
  splitOption,
  stepsOption,
  wholeFrom,
  withCommon,
} from "../options.ts";

export interface EstimateOptions extends CommonOptions {
  config?: string;
  ops?: string;
  platform?: string;
  boardFile?: string;
  point?: string;
  option?: string;
  portKernels: boolean;
  firmware: boolean;
  /** Number formats; several: each of them. */
  precision?: string[];
  /** At least one. */
  sparsity: number[];
  data?: string;
  dataset?: string;
  description?: string;
  split?: Split;
  rateHz: number;
  steps: number;
  idle?: IdleMode;
  imageIn?: ImagePlace;
  ramLimitKb?: number;
  batteryMah?: number;
  batteryV?: number;
  seed: number;
  sources?: true;
  verbose?: true;
}

const EXAMPLES = [
  "estimate net.safetensors",
  "estimate state_dict.safetensors --config net.json --platform nrf52840,stm32h743 --rate-hz 50",
  "estimate net.safetensors --platform rp2040 --option rom-float --sources",
  "estimate net.safetensors --platform nrf52840 --battery-mah 230 --battery-v 3 --verbose",
  "estimate net.safetensors --platform nrf52840,rp2040 --precision all --sparsity 0,0.75",
  "estimate net.safetensors --platform nrf52840 --precision fp32,int8 --data ../data/imu-wand",
  "estimate --ops profile.json --platform stm32u585 --json",
];

export function addEstimate(program: Command, io: Io): void {
  const command = program
    .command("estimate")
    .summary("estimate energy, latency and memory of one inference on each platform")
    .description(
      "Estimates energy, latency and memory of one inference on each platform. Every figure has a typical value and a " +
        "90 % interval. docs/estimate.md explains the model and what it leaves out.",
    )
    .argument("[weights]", "checkpoint, .safetensors; or --ops")
    .addOption(configOption())
    .option(
      "--ops <file>",
      "operation profile from elsewhere instead of a network: JSON with classes and macs",
    )
    .option("-p, --platform <ids>", 'platforms separated by commas, or "all" (default: all)', inParts)
    .option("--board-file <file>", "a board file of your own; without --platform the only platform")
    .option("--point <id>", "operating point: clock, voltage, regulator (default: the platform's)")
    .option("--option <name>", "alternative cycle table of the platform, e.g. rom-float of rp2040")
    .option("--no-port-kernels", "price the core's own kernels where the platform's firmware has others")
    .option("--no-firmware", "what fits: the network alone, for firmware of your own")
    .addOption(
      new Option(
        "--precision <ids>",
        `number formats of the weights, separated by commas: ${PRECISIONS.join(", ")}, or "all" (default: the file's); ` +
          "integers are calibrated on --data, without it they are for costing only",
      ).argParser(listOf(PRECISIONS)),
    )
    .addOption(
      new Option("--sparsity <shares>", "shares of weights to prune by magnitude, separated by commas")
        .argParser(sharesBelowOne)
        .default([0], "0"),
    )
    .option("--data <path>", "folder of a data set, or a CSV: accuracy as well")
    .addOption(datasetOption())
    .addOption(descriptionOption())
    .addOption(splitOption())
    .addOption(new Option("--rate-hz <n>", "inferences a second").argParser(numberIn(0)).default(100))
    .addOption(stepsOption())
    .addOption(
      choiceOption(
        "--idle <mode>",
        "waiting between inferences (default: wfi where sourced, else stop, else run)",
        ["run", "wfi", "stop"],
      ),
    )
    .addOption(
      choiceOption("--image-in <place>", "where the core reads the network (default: RAM where it fits)", [
        "ram",
        "flash",
      ]),
    )
    .addOption(
      new Option("--ram-limit-kb <n>", "RAM that the network may use, in 1024 bytes").argParser(
        numberIn(0, 1e9, true),
      ),
    )
    .addOption(new Option("--battery-mah <n>", "capacity of a battery, for its life").argParser(numberIn(0)))
    .addOption(new Option("--battery-v <n>", "mean voltage of the battery").argParser(numberIn(0)))
    .addOption(
      new Option("--seed <n>", "of the intervals' random draws, the accuracy's included")
        .argParser(wholeFrom(0))
        .default(1),
    )
    .option("--sources", "print the coefficients in use, with source and grade")
    .option("--verbose", "print outer bounds, power, memory sections, and costs by layer and operation class")
    .action(async (weights: string | undefined, options: EstimateOptions) => {
      const { estimate } = await import("../actions/estimate.ts");
      await estimate(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
