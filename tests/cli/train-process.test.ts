// `train` as a process that is stopped: by Ctrl-C and by a kill. What is left goes on to the same file.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli } from "../../scripts/build-cli.ts";
import { ROOT } from "./run-cli.ts";

let folder: string;
const SETTINGS = "--cell gru --units 8 --epochs 120 --batch 10 --noise 0.1".split(" ");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-train-"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  await buildCli(ROOT, folder);
  const description = { task: "regression", inputs: ["a"], target: "y", sequence: "run", targetsPer: "step" };
  const split = { train: 0.8, validation: 0.2, test: 0 };
  writeFileSync(join(folder, "waves.json"), JSON.stringify({ ...description, split }));
  const rows = Array.from({ length: 40 * 40 }, (_, i) => {
    const [run, t] = [Math.floor(i / 40), i % 40];
    return `${run},${Math.sin(0.3 * t + run).toFixed(4)},${Math.cos(0.3 * t + run).toFixed(4)}`;
  });
  writeFileSync(join(folder, "waves.csv"), `run,a,y\n${rows.join("\n")}\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Finished {
  status: number | null;
  stderr: string;
}

function start(args: readonly string[]): { child: ChildProcess; end: Promise<Finished> } {
  const words = ["train", "waves.csv", "--description", "waves.json", ...args];
  const child = spawn(process.execPath, [join(folder, "cli.js"), ...words], { cwd: folder });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const end = once(child, "close").then(([status]) => ({ status, stderr }));
  return { child, end };
}

const trained = (name: string) => readFileSync(join(folder, `${name}.safetensors`));

describe("a training that is stopped", () => {
  it.each([["SIGINT"], ["SIGKILL"]] as const)("by %s goes on to the same file", async (signal) => {
    const checkpoint = `${signal}.checkpoint.safetensors`;
    const { child, end } = start([...SETTINGS, "--out", `${signal}.safetensors`]);
    while (!existsSync(join(folder, checkpoint)) && child.exitCode === null) await wait(2);
    child.kill(signal);
    const { status, stderr } = await end;
    expect(status).toBe(signal === "SIGINT" ? 1 : null);
    if (signal === "SIGINT") {
      const again = `liquid-edge train waves.csv --description waves.json --resume ${checkpoint} --out ${signal}.safetensors`;
      expect(stderr).toMatch(/stopped after \d+ of 120 epochs; go on with: /);
      expect(stderr).toContain(again);
    }
    expect(existsSync(join(folder, `${signal}.safetensors`))).toBe(false);
    expect(await start(["--resume", checkpoint, "--out", `${signal}.safetensors`]).end).toEqual({
      status: 0,
      stderr: "",
    });
    if (!existsSync(join(folder, "whole.safetensors"))) {
      expect(await start([...SETTINGS, "--out", "whole.safetensors"]).end).toEqual({ status: 0, stderr: "" });
    }
    expect(trained(signal)).toEqual(trained("whole"));
    expect(readdirSync(folder).filter((name) => /checkpoint|tmp/.test(name))).toEqual([]);
  });
});
