// All that commands see of the world: files, the terminal, other programs. Tests pass their own.

import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { LiquidEdgeError } from "../bindings/errors.ts";
import { expectAtMost, MAX_FILE_BYTES } from "../bindings/limits.ts";
import { printable } from "../bindings/network/printable.ts";
import { withDraft, writeSynced } from "./drafts.ts";
import type { PortInfo } from "./serial/list-ports.ts";

/** What another program printed, first on standard output. */
export interface ToolOutput {
  text: string;
}

export interface Io {
  /** Bytes of a file, or of standard input for "-". Throws `bad-file` when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** Writes a file at once or not at all, a text in UTF-8. Throws `bad-file` when it cannot be written. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Names of what lies in a folder, in order; empty when there is no such folder. Throws `bad-file`. */
  listFolder(path: string): Promise<string[]>;
  /** Makes a folder and those that it lies in, unless it is there. Throws `bad-file`. */
  makeFolder(path: string): Promise<void>;
  /** Takes a file away; one that is not there is none the worse. */
  removeFile(path: string): Promise<void>;
  /** A text on standard output, with a line feed. */
  print(text: string): void;
  /** A line on standard error. */
  warn(line: string): void;
  /** Shows how far a long run is, where a person is looking; null clears it. */
  progress(text: string | null): void;
  /** Whether standard output understands colours and the user wants them. */
  readonly colour: boolean;
  /** Runs another program without a shell, its output on standard error as it comes; its exit code. */
  streamTool(command: string, args: readonly string[]): Promise<number>;
  /** Serial ports of this machine. Throws `bad-tool` without the package serialport. */
  serialPorts(): Promise<PortInfo[]>;
  /** Output of another program, null when there is none of that name or it does not end within 5 s. */
  runTool(command: string, args: readonly string[]): Promise<ToolOutput | null>;
  /** Runs `work`, which Ctrl-C aborts in good order instead of ending the process; a second one ends it. */
  interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

const TOOL_TIMEOUT_MS = 5000;
/** A file of a repository may come out of git; more than this is none of ours. */
const TOOL_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Files as they are on the disk. */
export const nodeFiles: Pick<Io, "readFile" | "writeFile" | "removeFile" | "listFolder" | "makeFolder"> = {
  readFile: readBytes,
  writeFile: writeAtomically,
  removeFile: (path) => rm(path, { force: true }),
  listFolder,
  makeFolder,
};

/** The real one. A reader that closes the pipe (`| head -1`) has seen enough: the process ends quietly with 0. */
export function nodeIo(): Io {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      // Standard error may be what failed, so there is nobody to tell when this fails as well.
      if (stream === stdout) stderr.write(`liquid-edge: standard output: ${reasonOf(error)}\n`);
      process.exit(2);
    });
  }
  return {
    ...nodeFiles,
    print: (text) => void stdout.write(`${text}\n`),
    warn: (line) => void stderr.write(`${line}\n`),
    progress(text) {
      if (stderr.isTTY) stderr.write(text === null ? "\r\u001b[K" : `\r\u001b[K${text}`);
    },
    colour: wantsColour(env, stdout.isTTY),
    streamTool,
    async serialPorts() {
      const { listPorts } = await import("./serial/list-ports.ts");
      return listPorts();
    },
    runTool,
    interruptible,
  };
}

/** NO_COLOR and FORCE_COLOR count when they are not empty; NO_COLOR wins (https://no-color.org). */
export function wantsColour(env: Record<string, string | undefined>, isTty: boolean | undefined): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTty === true && env.TERM !== "dumb";
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path !== "-") return await readFile(path);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of process.stdin) {
      bytes += chunk.length;
      expectAtMost(MAX_FILE_BYTES, bytes, "standard input");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    if (cause instanceof LiquidEdgeError) throw cause;
    const name = path === "-" ? "standard input" : printable(path);
    throw new LiquidEdgeError("bad-file", `${name}: expected a readable file, found ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Writes beside the target and renames, so that no reader ever sees half a file. */
async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}-${process.hrtime.bigint()}.tmp`;
  try {
    await withDraft(draft, async () => {
      await writeSynced(draft, content);
      await rename(draft, path);
    });
    await syncFolder(dirname(path));
  } catch (cause) {
    throw new LiquidEdgeError(
      "bad-file",
      `${printable(path)}: expected a file that can be written, found ${writeReasonOf(cause)}`,
      { cause },
    );
  }
}

/** A name is on the disk when its folder is. Systems that cannot open a folder keep their names themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  if (folder === null) return;
  try {
    await folder.sync();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EINVAL" && code !== "EPERM" && code !== "EISDIR") throw cause;
  } finally {
    await folder.close();
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new LiquidEdgeError(
      "bad-file",
      `${printable(path)}: expected a readable folder, found ${reasonOf(cause)}`,
      { cause },
    );
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new LiquidEdgeError(
      "bad-file",
      `${printable(path)}: expected a folder that can be made, found ${reasonOf(cause)}`,
      { cause },
    );
  }
}

async function runTool(command: string, args: readonly string[]): Promise<ToolOutput | null> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { timeout: TOOL_TIMEOUT_MS, maxBuffer: TOOL_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        resolve(error === null ? { text: stdout.trim() || stderr.trim() } : null);
      },
    );
  });
}

async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once("SIGINT", abort);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", abort);
  }
}

async function streamTool(command: string, args: readonly string[]): Promise<number> {
  const { spawn } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    // Standard output is for our own results.
    const child = spawn(command, args, { stdio: ["ignore", process.stderr, process.stderr] });
    child.on("error", (cause) => {
      const message = `${command}: expected a program that can be started, found ${reasonOf(cause)}`;
      reject(new LiquidEdgeError("bad-tool", message, { cause }));
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "none there",
  EACCES: "no permission",
  EPERM: "no permission",
  EEXIST: "a file of that name",
  EISDIR: "a folder",
  ENOTDIR: "something that is no folder",
  ENOSPC: "no space left",
  EROFS: "a read-only file system",
  ERR_FS_FILE_TOO_LARGE: "a file of more than 2 GiB",
};

/** Of something that is to be written, and whose folder is what may be absent. */
export function writeReasonOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such folder" : reasonOf(cause);
}

/** Why the operating system refused, in a few words. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? printable(message);
}
