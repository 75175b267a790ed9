// `sweep` as a process with threads: stopped, killed, and with a file that is broken.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SweepRecord } from "../../bindings/sweep/record.ts";
import { parseSpace } from "../../bindings/sweep/space.ts";
import { type Io, nodeFiles } from "../../cli/io.ts";
import { runSweep } from "../../cli/sweep/run-sweep.ts";
import type { SweepTask, TaskResult } from "../../cli/sweep/task.ts";
import { FULL } from "../firmware/full.ts";
import { ROOT } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const SPACE = {
  data: "waves.csv",
  description: "waves.json",
  networks: [{ cell: ["gru", "lstm"], units: [4, 8] }],
  training: { epochs: 30, batchSize: 4 },
  precisions: ["fp32", "int8"],
  seeds: 2,
  platforms: ["nrf52840"],
};
/** Kills, at moments spread over a sweep. */
const KILLS = FULL ? 200 : 4;

let folder: string;
const results = (out: string) => readFileSync(join(folder, out, "results.jsonl"), "utf8");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-sweep-process-"));
  writeFileSync(join(folder, "waves.csv"), waves());
  writeFileSync(join(folder, "waves.json"), JSON.stringify(WAVES_DESCRIPTION));
  writeFileSync(join(folder, "space.json"), JSON.stringify(SPACE));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(out: string): {
  child: ChildProcess;
  end: Promise<{ status: number | null; stderr: string }>;
} {
  const args = [join(ROOT, "dist/cli.js"), "sweep", "space.json", "--out", out, "--threads", "2"];
  const child = spawn(process.execPath, args, { cwd: folder });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return { child, end: once(child, "close").then(([status]) => ({ status, stderr })) };
}

describe("a sweep in threads", () => {
  let lastsMs: number;
  beforeAll(async () => {
    const started = performance.now();
    expect(await start("whole").end).toEqual({ status: 0, stderr: "" });
    lastsMs = performance.now() - started;
  }, 60_000);

  it("goes on to the same bytes after Ctrl-C", async () => {
    const { child, end } = start("stopped");
    await wait(0.6 * lastsMs);
    child.kill("SIGINT");
    const { status, stderr } = await end;
    // A machine that was quicker this time has finished.
    if (status !== 0) expect({ status, stderr }).toMatchObject({ status: 1, stderr: /stopped/ });
    expect(await start("stopped").end).toEqual({ status: 0, stderr: "" });
    expect(results("stopped")).toBe(results("whole"));
  }, 60_000);

  it(
    `goes on to the same bytes after each of ${KILLS} kills`,
    async () => {
      for (let i = 0; i < KILLS; i++) {
        rmSync(join(folder, "killed"), { recursive: true, force: true });
        const { child, end } = start("killed");
        await wait(((i + 0.5) / KILLS) * lastsMs);
        child.kill("SIGKILL");
        await end;
        expect(await start("killed").end).toEqual({ status: 0, stderr: "" });
        expect(results("killed")).toBe(results("whole"));
      }
    },
    KILLS * 30_000,
  );

  it("says which file of a network is broken, in one line", async () => {
    const models = join(folder, "whole/models");
    const name = readdirSync(models)[0]!;
    const bytes = readFileSync(join(models, name));
    writeFileSync(join(models, name), "broken");
    const kept = results("whole");
    rmSync(join(folder, "whole/results.jsonl"));
    const { status, stderr } = await start("whole").end;
    expect(status).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(new RegExp(`^liquid-edge: .*${name}: `));
    writeFileSync(join(models, name), bytes);
    expect(await start("whole").end).toEqual({ status: 0, stderr: "" });
    expect(results("whole")).toBe(kept);
  }, 60_000);
});

it("leaves the newest results on the disk, however slow a write before it is", async () => {
  const networks = [{ cell: "gru", units: 4 }];
  const space = parseSpace({ ...SPACE, networks, precisions: ["fp32"], seeds: 3 }, "space");
  let disk = "";
  let writes = 0;
  const io = {
    ...nodeFiles,
    listFolder: async () => [],
    makeFolder: async () => {},
    async writeFile(_: string, content: string) {
      // The first write, of two networks at most, lasts until the third has long been written.
      await wait(writes++ === 0 ? 2500 : 10);
      disk = content;
    },
  } as unknown as Io;
  const runner = {
    threads: 2,
    async run({ networks: [network], rateHz }: SweepTask): Promise<TaskResult> {
      await wait(1100);
      const record = { network: network!.key, precision: network!.precisions[0], split: "test", rateHz };
      const records = [record as unknown as SweepRecord];
      return { records, trained: 1, costed: 0, reused: 0, failures: [] };
    },
  };
  const options = { out: "out", spacePath: join(folder, "space.json"), signal: new AbortController().signal };
  const { records, trained } = await runSweep(io, space, runner, options);
  expect({ trained, writes }).toEqual({ trained: 3, writes: 2 });
  expect(disk).toBe(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}, 30_000);
