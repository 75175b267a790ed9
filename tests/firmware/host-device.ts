// The firmware's protocol as a process of this machine, in simulated time, and a link to it that can be made to fail.

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Link } from "../../bindings/device/link.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { coreSource } from "../../cli/firmware/core-source.ts";

const ROOT = join(import.meta.dirname, "../..");
const COMMON = join(ROOT, "boards/common");
const SOURCES = ["dispatch", "frames", "mlperf", "text", "device", "self-test", "bytes"];
/** Of the board's RAM that is simulated. */
const POOL_BYTES = 65536;

/** Compiles the firmware for this machine, with the sanitizers of gcc. */
export function buildHostFirmware(defines: readonly string[] = []): { file: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), "host-firmware-"));
  const wasm = join(ROOT, "build/core.wasm");
  const generated = join(folder, "core.wasm2c.c");
  execFileSync("wasm2c", ["--module-name=core", wasm, "-o", generated]);
  const { source, header } = coreSource(readFileSync(generated, "utf8"), readFileSync(wasm));
  writeFileSync(join(folder, "core.c"), source);
  writeFileSync(join(folder, "core.h"), header);
  const file = join(folder, "firmware");
  const symbols = {
    pool_start: "linear_memory+0x1000",
    pool_end: `linear_memory+0x${(0x1000 + POOL_BYTES).toString(16)}`,
    image_start: "linear_memory",
    image_end: "linear_memory",
  };
  execFileSync("gcc", [
    ..."-std=gnu11 -O1 -g -no-pie -ffp-contract=off -fwrapv -Wall -Wextra -Wno-unused -Wno-parentheses".split(
      " ",
    ),
    "-fsanitize=undefined",
    "-fno-sanitize-recover=undefined",
    "-fno-sanitize=pointer-overflow",
    "-DHOSTED",
    "-DWASM_MEMORY_BASE=linear_memory",
    ...defines,
    `-I${COMMON}`,
    `-I${folder}`,
    join(import.meta.dirname, "host.c"),
    join(folder, "core.c"),
    ...SOURCES.map((name) => join(COMMON, `${name}.c`)),
    ...Object.entries(symbols).map(([name, value]) => `-Wl,--defsym,${name}=${value}`),
    "-o",
    file,
  ]);
  return { file, dispose: () => rmSync(folder, { recursive: true }) };
}

/** A device that lives until `dispose`. */
export class HostDevice {
  readonly #child: ChildProcessWithoutNullStreams;
  #arrived = Buffer.alloc(0);
  #wake: () => void = () => {};
  #ended: string | null = null;
  /** Told of edges of the marker, of firmware in real time: seconds of this machine's clock. */
  onMarker: (high: boolean, seconds: number) => void = () => {};
  /** What the device sent at its start. */
  readonly banner: Promise<Uint8Array>;
  /** Microseconds since the start. */
  nowUs = 0;

  constructor(file: string) {
    this.#child = spawn(file, [], { stdio: "pipe" });
    let complaint = "";
    this.#child.stderr.on("data", (chunk) => {
      complaint += String(chunk);
      complaint = complaint.replace(/^marker ([01]) (\d+)\n/gm, (_, level: string, us: string) => {
        this.onMarker(level === "1", Number(us) / 1e6);
        return "";
      });
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#arrived = Buffer.concat([this.#arrived, chunk]);
      this.#wake();
    });
    this.#child.on("close", (code) => {
      this.#ended = `the firmware ended with ${code}: ${complaint}`;
      this.#wake();
    });
    this.banner = this.#answer();
  }

  dispose(): void {
    this.#child.kill("SIGKILL");
  }

  pass(us: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(us);
    this.nowUs += us;
    return this.#do(0, bytes);
  }

  take(bytes: Uint8Array): Promise<Uint8Array> {
    this.nowUs += BYTE_US * bytes.length;
    return this.#do(1, bytes);
  }

  reset(): Promise<Uint8Array> {
    return this.#do(2, new Uint8Array(0));
  }

  async #do(op: number, bytes: Uint8Array): Promise<Uint8Array> {
    const head = Buffer.alloc(5);
    head[0] = op;
    head.writeUInt32LE(bytes.length, 1);
    this.#child.stdin.write(Buffer.concat([head, bytes]));
    return this.#answer();
  }

  async #answer(): Promise<Uint8Array> {
    const has = () => this.#arrived.length >= 4 && this.#arrived.length >= 4 + this.#arrived.readUInt32LE(0);
    while (!has()) {
      if (this.#ended !== null) throw new Error(this.#ended);
      await new Promise<void>((settle) => {
        this.#wake = settle;
      });
    }
    const length = this.#arrived.readUInt32LE(0);
    const bytes = this.#arrived.subarray(4, 4 + length);
    this.#arrived = this.#arrived.subarray(4 + length);
    return bytes;
  }
}

/** What becomes of bytes on the way: pieces, with silence in front of each; null: the connection is cut there. */
export type Wire = (bytes: Uint8Array) => ({ silenceUs: number; bytes: Uint8Array } | null)[];

export const PERFECT: Wire = (bytes) => [{ silenceUs: 0, bytes }];

const STEP_US = 5000;
/** At 115200 baud. */
export const BYTE_US = 87;

export class HostLink implements Link {
  readonly name = "host";
  readonly bytesPerSecond = 11520;
  readonly #device: HostDevice;
  readonly #toDevice: Wire;
  readonly #fromDevice: Wire;
  #arrived: number[] = [];
  #isCut = false;
  isClosed = false;

  constructor(device: HostDevice, toDevice: Wire = PERFECT, fromDevice: Wire = PERFECT) {
    this.#device = device;
    this.#toDevice = toDevice;
    this.#fromDevice = fromDevice;
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#throwIfCut();
    for (const piece of this.#toDevice(bytes)) {
      if (piece === null) {
        this.#isCut = true;
        break;
      }
      if (piece.silenceUs > 0) await this.#hear(await this.#device.pass(piece.silenceUs));
      await this.#hear(await this.#device.take(piece.bytes));
    }
    this.#throwIfCut();
  }

  async receive(timeoutMs: number): Promise<Uint8Array> {
    const deadline = this.#device.nowUs + 1000 * timeoutMs;
    while (this.#arrived.length === 0 && this.#device.nowUs < deadline && !this.#isCut) {
      await this.#hear(await this.#device.pass(Math.min(STEP_US, Math.ceil(deadline - this.#device.nowUs))));
    }
    if (this.#arrived.length === 0) this.#throwIfCut();
    const bytes = Uint8Array.from(this.#arrived);
    this.#arrived = [];
    return bytes;
  }

  nowMs(): number {
    return this.#device.nowUs / 1000;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  async #hear(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    // The way back takes its time as well.
    const more = await this.#device.pass(BYTE_US * bytes.length);
    if (more.length > 0) bytes = Buffer.concat([bytes, more]);
    for (const piece of this.#fromDevice(bytes)) {
      if (piece === null) this.#isCut = true;
      else this.#arrived.push(...piece.bytes);
    }
  }

  #throwIfCut(): void {
    if (this.#isCut) throw new LiquidEdgeError("device-lost", "host: the connection was cut");
  }
}

/** Builds the firmware once for the tests of a `describe`, and hands each of them a device that has just started. */
export function eachWithDevice(use: (device: HostDevice) => void): void {
  let firmware: ReturnType<typeof buildHostFirmware> | null = null;
  beforeAll(() => {
    firmware = buildHostFirmware();
  });
  afterAll(() => firmware?.dispose());
  beforeEach(async () => {
    const device = new HostDevice(firmware!.file);
    await device.banner;
    use(device);
    return () => device.dispose();
  });
}
