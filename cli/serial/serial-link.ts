// A link over a serial port, which may be pulled out at any moment.

import { existsSync } from "node:fs";
import type { SerialPort } from "serialport";
import type { Link } from "../../bindings/device/link.ts";
import { complain, type LiquidEdgeError } from "../../bindings/errors.ts";
import { printable } from "../../bindings/network/printable.ts";
import { StreamLink } from "../firmware/stream-link.ts";
import { listPorts } from "./list-ports.ts";
import { loadSerialPort } from "./serial-port.ts";
import { findUsbId } from "./usb-ids.ts";

const DEFAULT_BAUD = 115200;
const BITS_A_BYTE = 10;
/**
 * How often a port is asked whether it is still there. One that is pulled out while bytes come may report nothing at all: its
 * reads then return at once with no bytes, for ever.
 */
const WATCH_MS = 250;

/**
 * Opens a port. Where its USB ids say that the modem lines reset the board, they are let go at once.
 * @throws LiquidEdgeError `device-lost` when it is not there, busy or forbidden; `bad-tool` without the package serialport
 */
export async function openSerial(path: string, baudRate = DEFAULT_BAUD): Promise<Link> {
  const port = await open(path, baudRate);
  if (await wantsLowLines(path)) await setLinesLow(port);
  const watch = setInterval(() => void watchPort(port, path), WATCH_MS);
  watch.unref();
  port.once("close", () => clearInterval(watch));
  return new StreamLink(port, port, {
    name: path,
    bytesPerSecond: baudRate / BITS_A_BYTE,
    close: () => close(port),
  });
}

/** Where the device of that port is: under another path after it was plugged in again, when its serial number says so. */
export async function portFinder(path: string): Promise<() => Promise<string>> {
  const list = () => listPorts().catch(() => []);
  const serialNumber = (await list()).find((port) => port.path === path)?.serialNumber ?? null;
  return async () => {
    if (serialNumber === null || existsSync(path)) return path;
    return (await list()).find((port) => port.serialNumber === serialNumber)?.path ?? path;
  };
}

async function open(path: string, baudRate: number): Promise<SerialPort> {
  const Port = await loadSerialPort();
  const port = new Port({ path, baudRate, hupcl: false, autoOpen: false });
  // One listener stays: an error that nobody hears ends the process.
  port.on("error", () => {});
  await new Promise<void>((settle, reject) => {
    port.open((error) => (error == null ? settle() : reject(openError(path, error.message))));
  });
  return port;
}

/** Pulling a port out is told by an event, by an error of the next call, or by the path that is gone. */
async function watchPort(port: SerialPort, path: string): Promise<void> {
  if (!port.isOpen) return;
  const gone = !existsSync(path) || (await answersWithError(port));
  if (gone && port.isOpen) port.close(() => {});
}

/** A pseudo-terminal has no modem lines ("Inappropriate ioctl"); one whose other end is gone says "Input/output error". */
function answersWithError(port: SerialPort): Promise<boolean> {
  return new Promise((settle) => {
    port.get((error) => settle(error != null && !/Inappropriate ioctl/.test(error.message)));
  });
}

async function wantsLowLines(path: string): Promise<boolean> {
  const ports = await listPorts().catch(() => []);
  const port = ports.find((candidate) => candidate.path === path);
  return port !== undefined && findUsbId(port.vendorId, port.productId)?.modemLines === "low";
}

function setLinesLow(port: SerialPort): Promise<void> {
  return new Promise((settle) => {
    // A port without such lines is as good.
    port.set({ dtr: false, rts: false }, () => settle());
  });
}

function close(port: SerialPort): Promise<void> {
  if (!port.isOpen) return Promise.resolve();
  return new Promise((settle) => port.close(() => settle()));
}

/** The package gives texts without codes. */
export function openError(path: string, message: string): LiquidEdgeError {
  const [, found, hint] = REASONS.find(([pattern]) => pattern.test(message)) ?? [/./, printable(message)];
  return complain("device-lost", printable(path), {
    expected: "a serial port that can be opened",
    found,
    ...(hint === undefined ? {} : { hint }),
  });
}

const REASONS: readonly [RegExp, string, string?][] = [
  [/No such file|File not found/i, "none there", '"liquid-edge board list" shows the ports that are'],
  [
    /Permission denied|Access denied/i,
    process.platform === "win32" ? "one that another program has open" : "no permission",
    process.platform === "linux"
      ? "sudo usermod -aG dialout $USER, then log in again; some systems call the group uucp"
      : "close that program",
  ],
  [
    /Cannot lock port|Resource temporarily unavailable|busy/i,
    "one that another program has open",
    "close it; fuser -v on the port names it",
  ],
  [/Inappropriate ioctl|Not a typewriter/i, "something that is no serial port"],
];
