// The firmware of tests behind a serial port that can be pulled out and plugged in again.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { HostDevice } from "./host-device.ts";

const TICK_MS = 5;

/** A pseudo-terminal at `path`, a symbolic link that stays the same when it is plugged in again. */
export class PtyPort {
  readonly path: string;
  /** Bytes that came from the host, over all plugs. */
  received = 0;
  onData: (bytes: Uint8Array) => void = () => {};
  #child: ChildProcessWithoutNullStreams | null = null;

  constructor(path: string) {
    this.path = path;
  }

  async plug(): Promise<void> {
    const child = spawn("python3", [join(import.meta.dirname, "../pseudo-terminal.py")], { stdio: "pipe" });
    child.stdin.on("error", () => {});
    child.stdout.on("data", (bytes: Buffer) => {
      this.received += bytes.length;
      this.onData(bytes);
    });
    const line = String((await once(child.stderr, "data"))[0]).trim();
    if (!line.startsWith("/dev/")) throw new Error(`pseudo-terminal.py: ${line}`);
    this.#child = child;
    symlinkSync(line, this.path);
  }

  async unplug(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    rmSync(this.path, { force: true });
    child.kill("SIGKILL");
    await once(child, "close");
  }

  write(bytes: Uint8Array): void {
    this.#child?.stdin.write(bytes);
  }
}

/** Lets the device live behind the port, in real time; returns how to end that. */
export function attach(device: HostDevice, port: PtyPort): () => Promise<void> {
  let queue: Promise<void> = Promise.resolve();
  // The device does one thing at a time.
  const then = (act: () => Promise<Uint8Array>) => {
    queue = queue.then(async () => {
      const bytes = await act();
      if (bytes.length > 0) port.write(bytes);
    });
    return queue;
  };
  port.onData = (bytes) => void then(() => device.take(bytes));
  const timer = setInterval(() => void then(() => device.pass(1000 * TICK_MS)), TICK_MS);
  return async () => {
    clearInterval(timer);
    port.onData = () => {};
    await queue;
  };
}
