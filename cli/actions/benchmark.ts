import { addToHistory, recordText } from "../../bindings/record/keep.ts";
import type { BenchmarkRecord } from "../../bindings/record/record.ts";
import { readRecord } from "../baseline-files.ts";
import { type BenchmarkOptions, DEFAULT_SUITE } from "../commands/benchmark.ts";
import type { Io } from "../io.ts";
import { fileName, hinted } from "../read-text.ts";
import { recordReport } from "./record-report.ts";
import { runSuite } from "./run-suite.ts";

/** Runs a suite, writes its record where the options say, and prints it as a table or JSON. */
export async function benchmark(io: Io, suite: string, options: BenchmarkOptions): Promise<void> {
  const record = await (options.hardware === undefined
    ? runSuite(withSuite(io), suite)
    : (await import("./run-hardware.ts")).runHardware(withSuite(io), suite, options.hardware));
  if (options.out !== undefined) await io.writeFile(options.out, recordText(record));
  if (options.history !== undefined) await addToHistory(io, options.history, record);
  if (options.json) {
    io.print(recordText(record).trimEnd());
    return;
  }
  io.print(recordReport(record, io.colour));
  for (const [done, file] of [
    ["Record written to", options.out],
    ["Added to", options.history],
  ] as const) {
    if (file !== undefined) io.print(`${done} ${fileName(file)}.`);
  }
}

/** The suite that is run unless another one is named may not be there. */
function withSuite(io: Io): Io {
  return hinted(io, (path) => path === DEFAULT_SUITE, "name a suite; docs/baselines.md says what one is");
}

/** Runs a suite unless a record of an earlier run is named. */
export async function recordOf(
  io: Io,
  { record, suite }: { record?: string; suite: string },
): Promise<BenchmarkRecord> {
  return record === undefined ? runSuite(withSuite(io), suite) : readRecord(io, record);
}
