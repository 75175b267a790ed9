// How many estimates a second a sweep of costs makes: 10,000, each of one network in one number format on one board. The
// built command runs it, start and finish included; then the same through a queue on Redis with two workers of one thread, 250
// networks a job, workers up before. Rounds alternate.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../bindings/statistics/samples.ts";
import { freePort, startRedis } from "../tests/redis-server.ts";
import { findCommand } from "./tools.ts";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const ROUNDS = 3;
const MIN_PER_SECOND = 2000;
const MIN_SHARE = 0.6;

/** 5 cells, 50 sizes, 2 sparsities, 2 number formats, 10 boards. */
const SPACE = {
  inputs: 6,
  outputs: 4,
  networks: [
    { cell: ["cfc", "gru", "lstm", "liquid-gate"], units: Array.from({ length: 50 }, (_, i) => 4 + i) },
    { cell: "ltc", units: Array.from({ length: 50 }, (_, i) => 8 + i), wiring: "auto-ncp" },
  ],
  sparsities: [0, 0.5],
  precisions: ["fp32", "int8"],
  platforms: [
    "nrf52840",
    "nrf5340",
    "stm32h743",
    "stm32f407",
    "stm32f446",
    "stm32l4r5",
    "stm32u585",
    "rp2350",
    "rp2040",
    "esp32s3",
  ],
};
const NETWORKS = 500;
const ESTIMATES = NETWORKS * 2 * SPACE.platforms.length;

/** Prints the figures; whether both bounds hold. Needs a built dist/; without redis-server the second is not measured. */
export async function benchSweep(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-bench-sweep-"));
  const children: ChildProcess[] = [];
  try {
    writeFileSync(join(folder, "space.json"), JSON.stringify(SPACE));
    const hasRedis = findCommand("redis-server") !== undefined;
    const port = await freePort();
    if (hasRedis) {
      children.push(await startRedis(folder, port));
      const worker = ["worker", "--redis", `redis://127.0.0.1:${port}`, "--threads", "1"];
      for (let i = 0; i < 2; i++) children.push(start(folder, worker));
    }
    const times = { threads: [] as number[], queue: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      const threads = await seconds(folder, ["space.json", "--out", `threads${round}`, "--threads", "2"]);
      const queued = ["--engine", "bullmq", "--redis", `redis://127.0.0.1:${port}`];
      const queue = hasRedis ? await seconds(folder, ["space.json", "--out", `queue${round}`, ...queued]) : 0;
      // Else the server would still have the results of the round before.
      if (hasRedis)
        await once(spawn("redis-cli", ["-p", String(port), "flushall"], { stdio: "ignore" }), "close");
      if (round < 0) continue;
      times.threads.push(threads);
      times.queue.push(queue);
    }
    const [local, queue] = [median(times.threads), median(times.queue)];
    const perSecond = ESTIMATES / local;
    console.log(
      `sweep: ${ESTIMATES} estimates (${NETWORKS} networks in 2 formats on ${SPACE.platforms.length} boards) in ${local.toFixed(2)} s on two ` +
        `threads, start and finish included: ${perSecond.toFixed(0)} a second (median of ${ROUNDS}, must be at least ${MIN_PER_SECOND})`,
    );
    if (!hasRedis) {
      console.log("  no redis-server (Debian package redis-server): the queue was not measured");
      return perSecond >= MIN_PER_SECOND;
    }
    const same = readFileSync(join(folder, "queue0/results.jsonl")).equals(
      readFileSync(join(folder, "threads0/results.jsonl")),
    );
    console.log(
      `  the same through Redis with two workers in ${queue.toFixed(2)} s: ${((100 * local) / queue).toFixed(0)} % of the rate ` +
        `(must be at least ${100 * MIN_SHARE} %), ${same ? "the same bytes" : "OTHER BYTES"}`,
    );
    return perSecond >= MIN_PER_SECOND && local / queue >= MIN_SHARE && same;
  } finally {
    await Promise.all(children.toReversed().map((child) => stop(child)));
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(folder: string, args: readonly string[]): ChildProcess {
  if (!existsSync(CLI)) throw new Error("dist/cli.js is missing: npm run build");
  return spawn(process.execPath, [CLI, "sweep", ...args], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function seconds(folder: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const [code] = await once(start(folder, args), "close");
  if (code !== 0) throw new Error(`sweep ${args.join(" ")} ended with ${code}`);
  return (performance.now() - started) / 1000;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, "close");
}
