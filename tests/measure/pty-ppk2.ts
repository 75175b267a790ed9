// A driver's way to the fake PPK2 on a pseudo-terminal.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ReadStream, WriteStream } from "node:tty";
import type { Link } from "../../bindings/device/link.ts";
import { StreamLink } from "../../cli/firmware/stream-link.ts";

export interface PtyPpk2 {
  link: Link;
  /** Coulombs a second of the fake's current, over whole periods of 0.5 s. */
  chargePerSecond: number;
  /** Ends the fake; the number of samples that it sent. */
  end(): Promise<number>;
}

export async function ppk2OnPty(): Promise<PtyPpk2> {
  const script = join(import.meta.dirname, "../fakes/ppk2-on-pty.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { path, chargePerSecond } = JSON.parse((await lines.next()).value!);
  return {
    link: openTerminal(path),
    chargePerSecond,
    async end() {
      child.stdin.end();
      const { sent } = JSON.parse((await lines.next()).value!);
      await exited(child);
      return sent;
    },
  };
}

function openTerminal(path: string): Link {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const input = new ReadStream(fd);
  const output = new WriteStream(fd);
  input.setRawMode(true);
  return new StreamLink(input, output, {
    name: path,
    bytesPerSecond: 400_000,
    async close() {
      input.destroy();
      output.destroy();
      try {
        closeSync(fd);
      } catch {
        // The streams have closed it.
      }
    },
  });
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
