// The command line as a whole. Commands load what they need when they run, so that asking for help costs nothing.

import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addBaseline } from "./commands/baseline.ts";
import { addBenchmark } from "./commands/benchmark.ts";
import { addBoard } from "./commands/board.ts";
import { addBoards } from "./commands/boards.ts";
import { addCompare } from "./commands/compare.ts";
import { addCrosscheck } from "./commands/crosscheck.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEnergy } from "./commands/energy.ts";
import { addEstimate } from "./commands/estimate.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addExplore } from "./commands/explore.ts";
import { addExport } from "./commands/export.ts";
import { addInspect } from "./commands/inspect.ts";
import { addProfile } from "./commands/profile.ts";
import { addPrune } from "./commands/prune.ts";
import { addQuantize } from "./commands/quantize.ts";
import { addReport } from "./commands/report.ts";
import { addRun } from "./commands/run.ts";
import { addPareto, addSweep } from "./commands/sweep.ts";
import { addTrain } from "./commands/train.ts";
import { addTrend } from "./commands/trend.ts";
import { addWiring } from "./commands/wiring.ts";
import type { Io } from "./io.ts";

type Add = (program: Command, io: Io) => void;

/** In the order of the help. */
const GROUPS: readonly (readonly [title: string, commands: Readonly<Record<string, Add>>])[] = [
  [
    "What a network costs:",
    {
      estimate: addEstimate,
      explore: addExplore,
      profile: addProfile,
      boards: addBoards,
      report: addReport,
    },
  ],
  ["What it computes:", { run: addRun, inspect: addInspect, wiring: addWiring, evaluate: addEvaluate }],
  [
    "Another network:",
    {
      train: addTrain,
      prune: addPrune,
      quantize: addQuantize,
      sweep: addSweep,
      pareto: addPareto,
      compare: addCompare,
    },
  ],
  ["On a board:", { board: addBoard, export: addExport, energy: addEnergy, crosscheck: addCrosscheck }],
  ["From version to version:", { benchmark: addBenchmark, baseline: addBaseline, trend: addTrend }],
  ["This machine:", { doctor: addDoctor }],
];

/**
 * The program; it prints through `io` and throws a CommanderError where commander would end the process. Of all commands it has only
 * `named` where that is one: the options of two dozen others take longer than reading the line.
 */
export function buildProgram(io: Io, named?: string): Command {
  const program = new Command("liquid-edge")
    // A command with subcommands has options of its own, and the subcommands have theirs.
    .enablePositionalOptions()
    .description(
      "what a trained liquid network (LTC, CfC) costs on a microcontroller: energy, latency, memory",
    )
    .version(manifest.version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .option("--debug", "print the stack of an error")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.print(text.replace(/\n$/, "")),
      writeErr: (text) => io.warn(text.replace(/\n$/, "")),
      // `execute` prints errors, in one line.
      outputError: () => {},
      getOutHasColors: () => io.colour,
    })
    .addHelpText(
      "after",
      `
Examples:
  $ liquid-edge estimate net.safetensors --platform all
  $ liquid-edge run net.safetensors --input in.json --json
  $ liquid-edge help estimate
  $ liquid-edge help board run

Exit codes: 0 done, 1 a run failed, 2 wrong usage or bad input, 70 our own fault.`,
    );
  const all = GROUPS.map(([, commands]) => commands);
  const alone =
    named === undefined ? undefined : all.find((commands) => Object.hasOwn(commands, named))?.[named];
  if (alone !== undefined) {
    alone(program, io);
    return program;
  }
  for (const [title, commands] of GROUPS) {
    program.commandsGroup(title);
    for (const add of Object.values(commands)) add(program, io);
  }
  return program;
}
