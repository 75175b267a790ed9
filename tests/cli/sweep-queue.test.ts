// A sweep on a queue: a Redis of its own on loopback, workers as processes that are killed, and everything that may be wrong.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseRecords, recordKey } from "../../bindings/sweep/record.ts";
import { missing } from "../../scripts/tools.ts";
import { freePort, startRedis } from "../redis-server.ts";
import { cli, ROOT } from "./run-cli.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const COSTS = {
  inputs: 4,
  outputs: 2,
  // 300 networks: two jobs.
  networks: [{ cell: ["gru", "cfc", "lstm"], units: Array.from({ length: 100 }, (_, i) => 4 + i) }],
  platforms: ["nrf52840"],
};
const TRAINING = {
  data: "waves.csv",
  description: "waves.json",
  networks: [{ cell: ["gru", "lstm"], units: [4, 8] }],
  training: { epochs: 150, batchSize: 4, patience: 150 },
  precisions: ["fp32", "int8"],
  seeds: 2,
  platforms: ["nrf52840"],
};

const noRedis = missing("redis-server");
let folder: string;
let port: number;
let server: ChildProcess;
const children: ChildProcess[] = [];
const results = (out: string) => readFileSync(join(folder, out, "results.jsonl"), "utf8");
const url = () => `redis://127.0.0.1:${port}`;

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "close");
}

/** `liquid-edge sweep …args` as a process. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [join(ROOT, "dist/cli.js"), "sweep", ...args], { cwd: folder });
  children.push(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const end = once(child, "close").then(([status]) => ({ status, stdout, stderr }));
  return { child, end };
}
const submit = (space: string, out: string, queue: string) =>
  start(space, "--out", out, "--engine", "bullmq", "--redis", url(), "--queue", queue);
const worker = (queue: string, ...args: string[]) =>
  start("worker", "--redis", url(), "--queue", queue, "--threads", "1", "--lock-seconds", "1", ...args);

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await wait(20);
}

describe.skipIf(noRedis)("a sweep on a queue", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "liquid-edge-queue-"));
    port = await freePort();
    server = await startRedis(folder, port);
    writeFileSync(join(folder, "waves.csv"), waves());
    writeFileSync(join(folder, "waves.json"), JSON.stringify(WAVES_DESCRIPTION));
    writeFileSync(join(folder, "costs.json"), JSON.stringify(COSTS));
    writeFileSync(join(folder, "training.json"), JSON.stringify(TRAINING));
    for (const space of ["costs", "training"]) {
      expect(await start(`${space}.json`, "--out", space).end).toMatchObject({ status: 0, stderr: "" });
    }
  }, 120_000);
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => stop(child)));
  });
  afterAll(async () => {
    await stop(server);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["costs", "training"])(
    "has the bytes of one machine: %s",
    async (space) => {
      const workers = [worker(`same-${space}`), worker(`same-${space}`)];
      const out = `queued-${space}`;
      expect(await submit(`${space}.json`, out, `same-${space}`).end).toMatchObject({
        status: 0,
        stderr: "",
      });
      expect(results(out)).toBe(results(space));
      // The weights came along: another board is scored without training.
      expect(await start(`${space}.json`, "--out", out).end).toMatchObject({
        stdout: expect.stringMatching(/^0 networks/),
      });
      for (const { child, end } of workers) {
        child.kill("SIGINT");
        expect(await end).toMatchObject({ status: 0, stderr: "" });
      }
    },
    120_000,
  );

  it("loses and doubles nothing when workers are killed three times at their work", async () => {
    const sweep = submit("training.json", "killed", "killed");
    const queue = new Queue("killed", { connection: { host: "127.0.0.1", port } });
    for (let kill = 0; kill < 3; kill++) {
      const one = worker("killed");
      // Its own job, not what the one before left behind: BullMQ counts the times that a job was begun.
      await until(async () => (await queue.getActive()).some((job) => job.attemptsStarted === kill + 1));
      one.child.kill("SIGKILL");
      expect((await one.end).status).toBeNull();
    }
    worker("killed");
    expect(await sweep.end).toMatchObject({
      status: 0,
      stderr: expect.not.stringMatching(/expected a result/),
    });
    await queue.close();
    expect(results("killed")).toBe(results("training"));
    const keys = results("killed")
      .trimEnd()
      .split("\n")
      .map((line) => recordKey(parseRecords(`${line}\n`, "r")[0]!));
    expect(new Set(keys).size).toBe(keys.length);
  }, 180_000);

  it("goes on when the sweep is killed and submitted again, without doing anything twice", async () => {
    const one = submit("training.json", "again", "again");
    const queue = new Queue("again", { connection: { host: "127.0.0.1", port } });
    await until(async () => (await queue.getWaitingCount()) === 8);
    one.child.kill("SIGKILL");
    await one.end;
    const work = worker("again", "--until-empty", "--json");
    const done = await work.end;
    expect(JSON.parse(done.stdout)).toEqual({ jobs: 8, networks: 8 });
    // Nobody works any more: all results wait at the server.
    expect(await submit("training.json", "again", "again").end).toMatchObject({ status: 0, stderr: "" });
    expect(results("again")).toBe(results("training"));
    await queue.close();
  }, 120_000);

  it("waits for a server that goes away, and submits again what it forgot", async () => {
    const at = await freePort();
    const own = await startRedis(folder, at);
    const here = `redis://127.0.0.1:${at}`;
    const sweep = start("training.json", "--out", "away", "--engine", "bullmq", "--redis", here);
    const work = start("worker", "--redis", here, "--threads", "1", "--lock-seconds", "1");
    const queue = new Queue("sweep", { connection: { host: "127.0.0.1", port: at } });
    queue.on("error", () => {});
    await until(async () => (await queue.getCompletedCount()) > 0);
    await queue.close();
    await stop(own);
    await wait(1500);
    const next = await startRedis(folder, at);
    const { status, stderr } = await sweep.end;
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/: away \(.*\n.*: back/),
    });
    expect(results("away")).toBe(results("training"));
    await stop(work.child);
    await stop(next);
  }, 120_000);

  describe("refuses in one line", () => {
    const run = (...args: string[]) =>
      cli([
        "sweep",
        join(folder, "costs.json"),
        "--out",
        join(folder, "refused"),
        "--engine",
        "bullmq",
        ...args,
      ]);
    const work = (...args: string[]) => cli(["sweep", "worker", ...args]);

    it.each([
      ["no URL", ["--redis", "localhost"], /--redis: expected a URL like redis:\/\/host:6379/],
      ["another protocol", ["--redis", "http://127.0.0.1:1"], /found one of http:/],
      [
        "nobody who listens",
        ["--redis", "redis://127.0.0.1:1"],
        /127\.0\.0\.1:1: expected a Redis server, found nobody/,
      ],
    ])("%s", async (_, args, message) => {
      for (const outcome of [await run(...args), await work(...args)]) {
        expect(outcome).toMatchObject({ code: 2, err: [expect.stringMatching(message)] });
        expect(outcome.written.size).toBe(0);
      }
    });

    it("a queue without a server, and a server without a queue", async () => {
      expect(await run()).toMatchObject({ code: 2, err: [expect.stringMatching(/--redis is missing/)] });
      const local = ["sweep", join(folder, "costs.json"), "--out", "x", "--redis", url()];
      expect(await cli(local)).toMatchObject({ code: 2, err: [expect.stringMatching(/--redis: only with/)] });
    });

    it("no password, and a wrong one", async () => {
      const at = await freePort();
      const guarded = await startRedis(folder, at, "--requirepass", "secret");
      const none = await run("--redis", `redis://127.0.0.1:${at}`);
      expect(none).toMatchObject({
        code: 2,
        err: [expect.stringMatching(/found one that wants a password/)],
      });
      const wrong = await run("--redis", `redis://:guess@127.0.0.1:${at}`);
      expect(wrong).toMatchObject({ code: 2, err: [expect.stringMatching(/refuses the user or password/)] });
      expect(wrong.err[0]).not.toContain("guess");
      await stop(guarded);
    });

    it("a server of something else", async () => {
      const other = createServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
        0,
        "127.0.0.1",
      );
      await once(other, "listening");
      const { port: at } = other.address() as { port: number };
      const { code, err } = await run("--redis", `redis://127.0.0.1:${at}`);
      expect({ code, err }).toEqual({
        code: 2,
        err: [expect.stringMatching(/expected a Redis server, found /)],
      });
      other.close();
    });

    it("another program's queue", async () => {
      const queue = new Queue("mails", { connection: { host: "127.0.0.1", port } });
      await queue.add("send", { to: "somebody" });
      for (const outcome of [
        await run("--redis", url(), "--queue", "mails"),
        await work("--redis", url(), "--queue", "mails"),
      ]) {
        expect(outcome).toMatchObject({
          code: 2,
          err: [expect.stringMatching(/queue mails: expected a queue of sweeps/)],
        });
      }
      expect(await queue.getWaitingCount()).toBe(1);
      await queue.close();
    });

    it.each(["version", "core", "boards"] as const)(
      "a worker whose %s differs",
      async (field) => {
        const name = `other-${field}`;
        const one = submit("costs.json", name, name);
        const redis = new Redis(port, "127.0.0.1");
        const marker = `bull:${name}:liquid-edge-sweep`;
        await until(async () => (await redis.llen(`bull:${name}:wait`)) > 0);
        await stop(one.child);
        const text = JSON.parse((await redis.get(marker))!);
        text.identity[field] = "other";
        await redis.set(marker, JSON.stringify(text));
        const message = {
          version: /"version" expected other/,
          core: /"SHA-256 of the core"/,
          boards: /"SHA-256 of the boards"/,
        };
        for (const outcome of [
          await work("--redis", url(), "--queue", name),
          await run("--redis", url(), "--queue", name),
        ]) {
          expect(outcome).toMatchObject({ code: 2, err: [expect.stringMatching(message[field])] });
        }
        await redis.quit();
      },
      60_000,
    );

    it("data that differ, and leaves the work to others", async () => {
      const name = "other-data";
      const sweep = submit("training.json", name, name);
      writeFileSync(join(folder, "other.csv"), waves().replace(/\d\.\d+/, "0.123"));
      const odd = await worker(name, "--data", "other.csv").end;
      expect(odd).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^liquid-edge: other\.csv: .*\n$/),
      });
      worker(name);
      expect(await sweep.end).toMatchObject({ status: 0 });
      expect(results(name)).toBe(results("training"));
    }, 120_000);
  });
});
