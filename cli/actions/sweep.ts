import { findBoard } from "../../bindings/board/load.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { candidatesOf } from "../../bindings/sweep/candidates.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import type { SweepOptions } from "../commands/sweep.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { barOf } from "../progress.ts";
import { fileName } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";
import { runSweep, type SweepOutcome, type TaskRunner } from "../sweep/run-sweep.ts";
import { runTask } from "../sweep/task.ts";
import { count, paragraph } from "../text.ts";
import { writeFronts } from "./pareto.ts";
import { frontTable } from "./pareto-report.ts";

/** From the chunk of the built command that this is in. From its sources everything runs in this thread. */
const WORKER = new URL("../sweep-worker.js", import.meta.url);

export async function sweep(io: Io, path: string, options: SweepOptions): Promise<void> {
  const space = parseSpace(await readYaml(io, path, "bad-config"), fileName(path));
  for (const platform of space.platforms) findBoard(platform);
  const outcome = await io.interruptible(async (signal) => {
    const runner = await runnerOf(io, options.threads);
    let bar: ReturnType<typeof barOf> | null = null;
    try {
      return await runSweep(io, space, runner, {
        out: options.out,
        spacePath: path,
        signal,
        onProgress: ({ networks, done, begun }) => {
          bar ??= barOf(io, begun);
          bar(done, networks, `${done} of ${count(networks, "network")}`);
        },
      });
    } finally {
      await runner.close();
      io.progress(null);
    }
  });
  const { records, failures } = outcome;
  if (options.plot !== undefined && records.length > 0)
    await writeFronts(io, options.plot, records, "energy");
  if (options.json) io.print(JSON.stringify({ out: options.out, ...outcome }));
  else io.print(describeOutcome(outcome, options.out, io.colour));
  if (outcome.stopped) {
    throw new RunFailure(
      `stopped; the same command goes on: what is in ${fileName(options.out)} is not done again`,
    );
  }
  if (records.length === 0 && failures.length > 0) {
    throw new LiquidEdgeError(
      "unavailable",
      `${fileName(path)}: no network could be trained: ${failures[0]!.reason}`,
    );
  }
}

type ClosableRunner = TaskRunner & { close(): Promise<void> };

async function runnerOf(io: Io, threads: number | undefined): Promise<ClosableRunner> {
  if (import.meta.url.endsWith(".ts")) {
    return { threads: 1, run: (task) => runTask(io, task), close: async () => {} };
  }
  const { threadPool } = await import("../sweep/pool.ts");
  return threadPool(WORKER, threads);
}

function describeOutcome(outcome: SweepOutcome, out: string, colour: boolean): string {
  const { records, trained, reused, skipped, failures } = outcome;
  const parts = [`${count(trained, "network")} trained`];
  if (reused > 0) parts.push(`${reused} scored anew`);
  if (skipped > 0) parts.push(`${skipped} done before`);
  if (failures.length > 0) parts.push(`${failures.length} impossible`);
  const boards = candidatesOf(records);
  return [
    `${parts.join(", ")}; ${count(records.length, "result")} in ${fileName(out)}/results.jsonl`,
    ...failures.map(({ network, reason }) => paragraph(`Not possible: ${network}: ${reason}`)),
    ...[...boards].flatMap(([platform, candidates]) => [
      "",
      frontTable(platform, candidates, "energy", { all: false, colour }),
    ]),
    ...(records.length === 0
      ? []
      : ["", paragraph(`Choose: liquid-edge pareto ${fileName(out)} --max-energy-uj X --plot front.svg`)]),
  ].join("\n");
}
