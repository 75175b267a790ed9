// Devices behind a serial port that can be pulled out and plugged in again: the firmware of tests, fake instruments.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { buildHostFirmware, HostDevice } from "./firmware/host-device.ts";

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
    const child = spawn("python3", [join(import.meta.dirname, "pseudo-terminal.py")], { stdio: "pipe" });
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

/**
 * Lets the device live behind the port, in real time; returns how to end that.
 * @param holdMs how long the answer to these bytes of the host is kept back
 */
export function attach(
  device: HostDevice,
  port: PtyPort,
  holdMs: (bytes: Uint8Array) => number = () => 0,
): () => Promise<void> {
  let queue: Promise<void> = Promise.resolve();
  // The device does one thing at a time.
  const then = (act: () => Promise<Uint8Array>, delayMs: number) => {
    queue = queue.then(async () => {
      const bytes = await act();
      if (delayMs > 0) await new Promise((settle) => setTimeout(settle, delayMs));
      if (bytes.length > 0) port.write(bytes);
    });
  };
  port.onData = (bytes) => then(() => device.take(bytes), holdMs(bytes));
  const timer = setInterval(() => then(() => device.pass(1000 * TICK_MS), 0), TICK_MS);
  return async () => {
    clearInterval(timer);
    port.onData = () => {};
    await queue;
  };
}

/** An nRF52840 behind a port, for each test of the suite that calls this: firmware on this machine, 250 µs an inference. */
export function boardOnPort(holdMs?: (bytes: Uint8Array) => number) {
  let firmware: ReturnType<typeof buildHostFirmware>;
  let folder: string;
  let port: PtyPort;
  let device: HostDevice;
  let detach: () => Promise<void>;
  beforeAll(() => {
    firmware = buildHostFirmware([
      '-DHOST_BOARD="nrf52840"',
      "-DHOST_EMULATED=false",
      "-DHOST_INFERENCE_US=250",
    ]);
  });
  afterAll(() => firmware?.dispose());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pty-"));
    port = new PtyPort(join(folder, "tty"));
    await port.plug();
    device = new HostDevice(firmware.file);
    await device.banner;
    detach = attach(device, port, holdMs);
  });
  afterEach(async () => {
    await detach();
    device.dispose();
    await port.unplug();
    rmSync(folder, { recursive: true });
  });
  return {
    /** For files of the test; taken away after it. */
    get folder() {
      return folder;
    },
    get port() {
      return port;
    },
  };
}

interface FakeInstrument {
  readonly running: boolean;
  receive(bytes: Uint8Array): void;
  /** What it sends with n samples more. */
  produce(n: number): Uint8Array;
}

/** Lets a fake instrument live behind the port, in real time; returns how to end that. */
export function follow(fake: FakeInstrument, port: PtyPort, samplesPerSecond: number): () => void {
  let startedMs: number | null = null;
  let sent = 0;
  port.onData = (bytes) => {
    fake.receive(bytes);
    port.write(fake.produce(0));
  };
  const timer = setInterval(() => {
    if (!fake.running) {
      startedMs = null;
      sent = 0;
      return;
    }
    startedMs ??= performance.now();
    const due = Math.floor(((performance.now() - startedMs) / 1000) * samplesPerSecond);
    port.write(fake.produce(due - sent));
    sent = due;
  }, TICK_MS);
  return () => clearInterval(timer);
}
