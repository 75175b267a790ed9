// `compare`: whether liquid networks of a sweep beat the dense ones.

import { type Command, Option } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, numberIn, withCommon } from "../options.ts";

export interface CompareOptions extends CommonOptions {
  platform?: string[];
  cost: "energy" | "latency" | "ram" | "flash";
  margin?: number;
}

const EXAMPLES = [
  "sweep examples/sweeps/gesture.yaml --out gesture",
  "compare gesture",
  "compare gesture --platform nrf52840 --cost latency --margin 0.01 --json",
];

export function addCompare(program: Command, io: Io): void {
  const command = program
    .command("compare")
    .summary("liquid networks against dense ones of the same accuracy")
    .description(
      "Of a sweep that trained both: the cheapest liquid network (ltc, cfc, liquid-gate, ctrnn) against the cheapest dense one " +
        "(gru, lstm, mlp) among those as accurate as both families can be, and against the one of as many parameters. " +
        "Means over seeds, 95 % intervals, and a verdict in words, also when dense wins.",
    )
    .argument("<results...>", "folders or results.jsonl files of sweeps on the same data")
    .option("--platform <id...>", "boards to compare on (default: all of the results)")
    .addOption(
      new Option("--cost <what>", "what is compared, a time step")
        .choices(["energy", "latency", "ram", "flash"])
        .default("energy"),
    )
    .addOption(
      new Option(
        "--margin <x>",
        "how much below the common best still counts as equal, in the metric's unit (default: 0.01, of errors 5 %)",
      ).argParser(numberIn(0, undefined, true)),
    )
    .action(async (results: string[], options: CompareOptions) => {
      const { compare } = await import("../actions/compare.ts");
      await compare(io, results, options);
    });
  withCommon(command, EXAMPLES);
}
