// `sweep`: trains, scores and costs a declared space of networks. `pareto`: which of them are worth having.

import { type Command, Option } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, numberIn, wholeFrom, withCommon } from "../options.ts";

export interface SweepOptions extends CommonOptions {
  out: string;
  threads?: number;
  plot?: string;
}

export interface ParetoOptions extends CommonOptions {
  platform?: string[];
  cost: "energy" | "latency" | "ram" | "flash";
  maxEnergyUj?: number;
  maxLatencyMs?: number;
  maxRamKb?: number;
  maxFlashKb?: number;
  minAccuracy?: number;
  maxError?: number;
  all?: true;
  plot?: string;
}

const SWEEP_EXAMPLES = [
  "sweep examples/gesture.sweep.yaml --out gesture",
  "sweep space.yaml --out results --threads 2 --json",
];

const PARETO_EXAMPLES = [
  "pareto gesture --platform stm32h743 --plot front.svg",
  "pareto gesture --max-energy-uj 50 --max-ram-kb 64",
  "pareto gesture --cost latency --min-accuracy 0.95 --json",
];

export function addSweep(program: Command, io: Io): void {
  const command = program
    .command("sweep")
    .summary("train and cost a space of networks")
    .description(
      "Trains every network of a space on a data set, from several seeds, prunes and quantizes it, scores it on the test " +
        "part and costs it on boards. Uses all cores. What the folder holds already is not done again, so a sweep that was " +
        "stopped goes on where it was, and a space that grew costs only what is new. docs/sweep.md describes the file.",
    )
    .argument("<space>", "YAML or JSON that declares the networks")
    .requiredOption("-o, --out <folder>", "where results.jsonl and the trained networks go")
    .addOption(
      new Option("--threads <n>", "networks at a time (default: one a core)").argParser(wholeFrom(1)),
    )
    .option("--plot <file>", "draw the front of each board, .svg")
    .action(async (space: string, options: SweepOptions) => {
      const { sweep } = await import("../actions/sweep.ts");
      await sweep(io, space, options);
    });
  withCommon(command, SWEEP_EXAMPLES);
}

export function addPareto(program: Command, io: Io): void {
  const bound = (flags: string, description: string) =>
    new Option(flags, description).argParser(numberIn(0, undefined, true));
  const command = program
    .command("pareto")
    .summary("the networks of a sweep that are worth having")
    .description(
      "Per board, the networks that no other one of the sweep beats in both cost and metric; the mean over seeds with its " +
        "95 % interval; the knee; and the best that meets the given limits.",
    )
    .argument("<results...>", "folders or results.jsonl files of sweeps on the same data")
    .option("--platform <id...>", "boards to show (default: all of the results)")
    .addOption(
      new Option("--cost <what>", "what is weighed against the metric, a time step")
        .choices(["energy", "latency", "ram", "flash"])
        .default("energy"),
    )
    .addOption(bound("--max-energy-uj <x>", "typical energy of a time step"))
    .addOption(bound("--max-latency-ms <x>", "typical latency of a time step"))
    .addOption(bound("--max-ram-kb <x>", "RAM of image and arena"))
    .addOption(bound("--max-flash-kb <x>", "flash of the image"))
    .addOption(bound("--min-accuracy <x>", "mean metric of those of which more is better, 0 to 1"))
    .addOption(bound("--max-error <x>", "mean metric of those of which less is better"))
    .option("--all", "list dominated networks too")
    .option("--plot <file>", "draw the fronts, .svg")
    .action(async (results: string[], options: ParetoOptions) => {
      const { pareto } = await import("../actions/pareto.ts");
      await pareto(io, results, options);
    });
  withCommon(command, PARETO_EXAMPLES);
}
