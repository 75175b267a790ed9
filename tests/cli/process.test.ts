// The bundled command as a process: exit codes, pipes, files, and what it loads.

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli } from "../../scripts/build-cli.ts";
import { ROOT, SINE, SINE_INPUT } from "./run-cli.ts";

let folder: string;
let command: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "liquid-edge-cli-"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  await buildCli(ROOT, folder);
  command = join(folder, "cli.js");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: string[], options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  return { status, stdout, stderr };
}

describe("the bundled command", () => {
  it("starts by its own name", () => {
    expect(readFileSync(command, "utf8").split("\n")[0]).toBe("#!/usr/bin/env node");
    expect(statSync(command).mode & 0o111).toBe(0o111);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(execFileSync(command, ["--version"], { encoding: "utf8" })).toBe(`${version}\n`);
  });

  it.each([
    ["report", "name a checkpoint, a suite or a record"],
    ["benchmark", "name a suite; docs/baselines.md says what one is"],
    ["baseline save v1", "name a suite; docs/baselines.md says what one is"],
  ])("says what %s asks for where there is no suite", (args, hint) => {
    const cwd = mkdtempSync(join(folder, "empty-"));
    const { status, stderr } = run(args.split(" "), { cwd });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `liquid-edge: baselines/suite.yaml: expected a readable file, found none there (${hint})\n`,
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("prints JSON and nothing else", () => {
    const { status, stdout, stderr } = run(["estimate", SINE, "--json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toHaveLength(12);
  });

  it("uses no colours in a pipe unless they are forced", () => {
    expect(run(["boards"]).stdout).not.toContain("\u001b");
    expect(run(["boards"], { env: { FORCE_COLOR: "1" } }).stdout).toContain("\u001b[1m");
  });

  it("ends with 2 and one line on standard error for bad input", () => {
    expect(run(["estimate", "nowhere.safetensors"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "liquid-edge: nowhere.safetensors: expected a readable file, found none there\n",
    });
  });

  it("says when a file may not be read", (context) => {
    const file = join(folder, "secret.safetensors");
    writeFileSync(file, "");
    chmodSync(file, 0);
    if (process.getuid?.() === 0) return context.skip("root may read everything");
    expect(run(["inspect", file]).stderr).toBe(
      `liquid-edge: ${file}: expected a readable file, found no permission\n`,
    );
  });

  it("reads standard input", () => {
    const input = readFileSync(SINE_INPUT, "utf8");
    expect(run(["run", SINE, "--input", "-", "--json"], { input }).stdout).toBe(
      run(["run", SINE, "--input", SINE_INPUT, "--json"]).stdout,
    );
  });

  it("writes a drawing at once, and leaves nothing else behind", () => {
    const drawings = mkdtempSync(join(folder, "drawings-"));
    const target = join(drawings, "net.svg");
    writeFileSync(target, "old");
    expect(run(["wiring", SINE, "--svg", target]).status).toBe(0);
    expect(readFileSync(target, "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(readdirSync(drawings)).toEqual(["net.svg"]);
    const { status, stderr } = run(["wiring", SINE, "--svg", join(drawings, "none", "net.svg")]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/net\.svg: expected a file that can be written, found no such folder\n$/);
  });

  it("prunes a network in its place, at once, and leaves nothing else behind", () => {
    const networks = mkdtempSync(join(folder, "networks-"));
    const target = join(networks, "net.safetensors");
    copyFileSync(SINE, target);
    expect(run(["prune", target, "--sparsity", "0.5", "--out", target]).status).toBe(0);
    expect(readdirSync(networks)).toEqual(["net.safetensors"]);
    const { synapses } = JSON.parse(run(["inspect", target, "--json"]).stdout);
    // Of 39 and 11.
    expect(synapses).toEqual({ recurrent: 20, sensory: 6 });
    const { status, stderr } = run([
      "prune",
      target,
      "--sparsity",
      "0.5",
      "--out",
      join(networks, "none", "a"),
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected a file that can be written, found no such folder\n$/);
  });

  it("ends quietly with 0 when the reader closes the pipe", (context) => {
    if (process.platform === "win32") return context.skip("needs a POSIX shell");
    // More than a pipe holds, so that the command is still writing when the pipe is closed.
    const script = '{ "$0" "$1" boards --json; echo "status $?" >&2; } | head -c 1';
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", script, process.execPath, command], {
      encoding: "utf8",
    });
    expect({ stdout, stderr }).toEqual({ stdout: "[", stderr: "status 0\n" });
  });

  it("says that standard output cannot be written", (context) => {
    if (process.platform !== "linux") return context.skip("needs /dev/full");
    const result = spawnSync("/bin/sh", ["-c", '"$0" "$1" boards > /dev/full', process.execPath, command], {
      encoding: "utf8",
    });
    expect(result.status).toBe(2);
    expect(result.stderr).toBe("liquid-edge: standard output: no space left\n");
  });

  it("loads neither the schema library nor a build of the core to start", () => {
    const files = loadedBy(["--version"]);
    expect(files.length).toBeLessThanOrEqual(3);
    expect(bytesOf(files)).toBeLessThan(150_000);
    for (const { text } of files) {
      expect(text).not.toContain("AGFzbQEAAAA");
      expect(text).not.toContain("ZodError");
    }
  });

  it("loads one build of the core and few files to estimate", () => {
    const files = loadedBy(["estimate", SINE]);
    expect(files.filter(({ text }) => text.includes("AGFzbQEAAAA")).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^chunks\/cli-counted-/),
    ]);
    // Node takes longer to load a file than to read 20 kB of it.
    expect(files.length).toBeLessThanOrEqual(6);
    expect(bytesOf(files)).toBeLessThan(670_000);
  });
});

/** The files of the command that Node loads to run it. */
function loadedBy(args: string[]): { name: string; text: string }[] {
  const hooks = `import { writeSync } from "node:fs";
    export function load(url, context, next) { writeSync(2, url + "\\n"); return next(url, context); }`;
  const preload = `import { register } from "node:module"; register(${JSON.stringify(asModule(hooks))});`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", asModule(preload), command, ...args], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  const own = pathToFileURL(realpathSync(folder)).href;
  return stderr
    .split("\n")
    .filter((url) => url.startsWith(own))
    .map((url) => ({ name: url.slice(own.length + 1), text: readFileSync(fileURLToPath(url), "utf8") }));
}

function bytesOf(files: { text: string }[]): number {
  return files.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
}

function asModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
