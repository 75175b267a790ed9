import type { SweepWorkerOptions } from "../commands/sweep.ts";
import type { Io } from "../io.ts";
import { workAtQueue } from "../sweep/queue-worker.ts";
import { count } from "../text.ts";
import { DEFAULT_QUEUE, localRunner } from "./sweep.ts";

export async function sweepWorker(io: Io, options: SweepWorkerOptions): Promise<void> {
  const {
    redis: url,
    queue = DEFAULT_QUEUE,
    threads,
    data = null,
    lockSeconds,
    untilEmpty = false,
  } = options;
  const done = await io.interruptible(async (signal) => {
    const runner = await localRunner(io, threads);
    try {
      return await workAtQueue(io, runner, {
        url,
        queue,
        data,
        lockSeconds,
        untilEmpty,
        signal,
        onProgress: ({ jobs, networks }) =>
          io.progress(`${count(networks, "network")} in ${count(jobs, "job")}`),
      });
    } finally {
      await runner.close();
      io.progress(null);
    }
  });
  if (options.json) io.print(JSON.stringify(done));
  else io.print(`${count(done.networks, "network")} in ${count(done.jobs, "job")}`);
}
