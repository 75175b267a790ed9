// Runs a command line without a process: files are real unless given, what is printed is collected.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execute } from "../../cli/execute.ts";
import { type Io, nodeFiles } from "../../cli/io.ts";
import type { PortInfo } from "../../cli/serial/list-ports.ts";

export const ROOT = join(import.meta.dirname, "../..");
export const SINE = join(ROOT, "examples/sine.safetensors");
export const SINE_INPUT = join(ROOT, "examples/sine.input.json");
export const GOLDEN = join(ROOT, "tests/golden/ncps");

export interface World {
  /** Files by path; others come from the disk. */
  files?: Record<string, Uint8Array | string>;
  /** Version texts of installed tools by command; none by default. */
  tools?: Record<string, string>;
  /** Of a tool whose output is passed on; default 0. */
  toolExitCode?: number;
  /** None by default. */
  ports?: PortInfo[];
  colour?: boolean;
  /** Whether files are really written; else they are only collected. */
  disk?: boolean;
  /** Other programs, instead of `tools`; null or an error: there is none, or it fails. */
  runTool?: (command: string, args: readonly string[]) => Promise<{ text: string } | null>;
  /** Called before each file that is written. */
  onWrite?: (path: string) => void;
  /** Ctrl-C, for commands that can be stopped. */
  interrupt?: AbortSignal;
}

export interface Outcome {
  code: number;
  out: string;
  /** Lines on standard error. */
  err: string[];
  written: Map<string, string>;
  /** Paths of files that were taken away. */
  removed: string[];
  /** Files that are no text. */
  writtenBytes: Map<string, Uint8Array>;
  progress: string[];
  /** Commands whose output was passed on. */
  streamed: string[][];
}

/** What `liquid-edge ...args` does. */
export async function cli(args: readonly string[], world: World = {}): Promise<Outcome> {
  const out: string[] = [];
  const outcome: Outcome = {
    code: 0,
    out: "",
    err: [],
    written: new Map(),
    writtenBytes: new Map(),
    progress: [],
    removed: [],
    streamed: [],
  };
  const io: Io = {
    async readFile(path) {
      const given = world.files?.[path];
      if (given === undefined) return nodeFiles.readFile(path);
      return typeof given === "string" ? new TextEncoder().encode(given) : given;
    },
    async writeFile(path, content) {
      world.onWrite?.(path);
      if (typeof content === "string") outcome.written.set(path, content);
      else outcome.writtenBytes.set(path, content);
      if (world.disk) await nodeFiles.writeFile(path, content);
    },
    listFolder: (path) => nodeFiles.listFolder(path),
    async makeFolder(path) {
      if (world.disk) await nodeFiles.makeFolder(path);
    },
    async removeFile(path) {
      outcome.removed.push(path);
    },
    print: (text) => void out.push(text),
    warn: (line) => void outcome.err.push(line),
    progress: (text) => {
      if (text !== null) outcome.progress.push(text);
    },
    colour: world.colour ?? false,
    async streamTool(command, toolArgs) {
      outcome.streamed.push([command, ...toolArgs]);
      return world.toolExitCode ?? 0;
    },
    async serialPorts() {
      return world.ports ?? [];
    },
    interruptible: (work) => work(world.interrupt ?? new AbortController().signal),
    async runTool(command, args) {
      if (world.runTool !== undefined) return world.runTool(command, args).catch(() => null);
      const text = world.tools?.[command];
      return text === undefined ? null : { text };
    },
  };
  outcome.code = await execute(args, io);
  outcome.out = out.join("\n");
  return outcome;
}

/** The JSON that a command prints; fails when it did not succeed or printed anything else. */
export async function cliJson(args: readonly string[], world: World = {}): Promise<unknown> {
  const { code, out, err } = await cli([...args, "--json"], world);
  if (code !== 0) throw new Error(`exit code ${code}: ${err.join("\n")}`);
  return JSON.parse(out);
}

/** A reference case of tests/golden/ncps: paths of its files, and its JSON. */
export async function golden(name: string) {
  const base = join(GOLDEN, name);
  return {
    weights: `${base}.safetensors`,
    config: `${base}.json`,
    json: JSON.parse(await readFile(`${base}.json`, "utf8")),
  };
}
