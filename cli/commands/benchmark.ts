// `benchmark`: costs a declared suite in one go.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, withCommon } from "../options.ts";

export const DEFAULT_SUITE = "baselines/suite.yaml";

export interface BenchmarkOptions extends CommonOptions {
  hardware?: string;
  out?: string;
  history?: string;
}

const EXAMPLES = [
  "benchmark suite.yaml --out record.json",
  "benchmark suite.yaml --hardware hardware.yaml --out measured.json",
  "benchmark suite.yaml --history baselines/history.jsonl --json",
];

export function addBenchmark(program: Command, io: Io): void {
  const command = program
    .command("benchmark")
    .summary("cost a declared suite: networks, platforms, number formats, sparsities, tasks")
    .description(
      "Costs every network of a suite on every platform, in every number format, at every sparsity, on every task, and " +
        "writes a record. docs/baselines.md has the fields of a suite, " +
        "docs/performance-gate.md those of --hardware.",
    )
    .argument("[suite]", "YAML or JSON", DEFAULT_SUITE)
    .option(
      "--hardware <file>",
      "run it on boards and instruments instead, YAML or JSON; emulated boards count and take no energy",
    )
    .option("--out <file>", "write the record to a file")
    .option("--history <file>", "add the record to a history, one line an entry")
    .action(async (suite: string, options: BenchmarkOptions) => {
      const { benchmark } = await import("../actions/benchmark.ts");
      await benchmark(io, suite, options);
    });
  withCommon(command, EXAMPLES);
}
