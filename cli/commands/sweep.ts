// `sweep`: trains, scores and costs a declared space of networks. `pareto`: which of them are worth having.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  numberIn,
  threadsOption,
  usageError,
  wholeFrom,
  withCommon,
} from "../options.ts";
import type { Shard } from "../sweep/run-sweep.ts";

export interface SweepOptions extends CommonOptions {
  out: string;
  threads?: number;
  plot?: string;
  shard?: Shard;
  engine: "threads" | "bullmq";
  redis?: string;
  queue?: string;
}

export interface SweepMergeOptions extends CommonOptions {
  out: string;
}

export interface SweepWorkerOptions extends CommonOptions {
  redis: string;
  queue?: string;
  threads?: number;
  data?: string;
  lockSeconds: number;
  untilEmpty?: true;
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
  "sweep examples/sweeps/costs.yaml --out costs",
  "sweep space.yaml --out results --threads 2 --json",
  "sweep space.yaml --shard 3/16 --out part-3",
  "sweep merge space.yaml part-1 part-2 part-3 --out results",
  "sweep space.yaml --out results --engine bullmq --redis redis://queue.local:6379",
  "sweep worker --redis redis://queue.local:6379",
];

const MERGE_EXAMPLES = ["sweep merge space.yaml part-1 part-2 --out results"];

const WORKER_EXAMPLES = [
  "sweep worker --redis redis://queue.local:6379",
  "sweep worker --redis rediss://user:password@queue.example:6380 --data /mnt/gestures --threads 4",
  "sweep worker --redis redis://queue.local:6379 --until-empty --json",
];

/** `3/16`. */
function shardOf(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of && shard.of <= 100_000) return shard;
  throw new InvalidArgumentError("Expected i/n, the i-th of n parts, counted from 1.");
}

const queueOption = () =>
  new Option("--queue <name>", 'queue on the server (default: "sweep")').argParser((text: string) => {
    if (/^[\w.-]{1,100}$/.test(text)) return text;
    throw new InvalidArgumentError("Expected 1 to 100 letters, digits, dots, dashes or underscores.");
  });

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
        "part and costs it on boards; a space with inputs and outputs instead of data is only costed. Uses all cores, or " +
        "several machines: each a --shard, or workers at a queue. What the folder holds already is not done again, so a sweep that was " +
        "stopped goes on where it was, and a space that grew costs only what is new. docs/sweep.md describes the file.",
    )
    .argument("<space>", "YAML or JSON that declares the networks")
    // Not required by Commander, which would ask it of `merge` and `worker` as well.
    .option("-o, --out <folder>", "where results.jsonl and the trained networks go (required)")
    .addOption(threadsOption("networks"))
    .option("--plot <file>", "draw the front of each board, .svg")
    .addOption(new Option("--shard <i/n>", "only the i-th of n parts, for `sweep merge`").argParser(shardOf))
    .addOption(
      choiceOption("--engine <name>", "who does it: threads here, or workers at a queue on Redis", [
        "threads",
        "bullmq",
      ]).default("threads"),
    )
    .option("--redis <url>", "server of the queue, redis://host:6379")
    .addOption(queueOption())
    .action(async (space: string, options: SweepOptions) => {
      if (options.out === undefined) throw usageError("required option '-o, --out <folder>' not specified");
      const { sweep } = await import("../actions/sweep.ts");
      await sweep(io, space, options);
    });
  withCommon(command, SWEEP_EXAMPLES);
  addMerge(command, io);
  addWorker(command, io);
}

function addMerge(sweep: Command, io: Io): void {
  const command = sweep
    .command("merge")
    .summary("put the shards of a sweep together")
    .description(
      "Results and weights of the shards of one space in one folder, in the order of the space: the bytes that one machine " +
        "would have written. Exit code 1 when networks are missing.",
    )
    .argument("<space>", "YAML or JSON that declares the networks")
    .argument("<folders...>", "what `sweep --shard` wrote")
    .requiredOption("-o, --out <folder>", "where all of it goes")
    .action(async (space: string, folders: string[], options: SweepMergeOptions) => {
      const { sweepMerge } = await import("../actions/sweep-merge.ts");
      await sweepMerge(io, space, folders, options);
    });
  withCommon(command, MERGE_EXAMPLES);
}

function addWorker(sweep: Command, io: Io): void {
  const command = sweep
    .command("worker")
    .summary("do the work of `sweep --engine bullmq`")
    .description(
      "Takes networks from a queue until Ctrl-C. Any number of workers on any machines; one that dies is replaced, what it was at " +
        "is done by another. Needs the packages bullmq and ioredis.",
    )
    .requiredOption("--redis <url>", "server of the queue, redis://host:6379")
    .addOption(queueOption())
    .addOption(threadsOption("networks"))
    .option("--data <path>", "the data set on this machine (default: the path that the sweep was given)")
    .addOption(
      new Option("--lock-seconds <n>", "a worker that is silent for longer counts as dead")
        .argParser(wholeFrom(1))
        .default(30),
    )
    .option("--until-empty", "end once nothing is waiting or at work")
    .action(async (options: SweepWorkerOptions) => {
      const { sweepWorker } = await import("../actions/sweep-worker.ts");
      await sweepWorker(io, options);
    });
  withCommon(command, WORKER_EXAMPLES);
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
