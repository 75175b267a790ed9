// A link to firmware that runs already, by the address of its UART: a serial port, or a TCP or Unix socket, behind which is an
// emulator or a program that passes on a serial port (ser2net, socat).

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import type { Link } from "../../bindings/device/link.ts";
import { ReconnectingLink } from "../../bindings/device/reconnecting-link.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { usageError } from "../options.ts";
import { StreamLink } from "./stream-link.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** For plugging a board in again. */
const REPLUG_MS = 30_000;
/** What is behind the socket is unknown; a UART at 115200 baud is the slowest that is usual. */
const BYTES_PER_SECOND = 2000;

/** Where a port is, as the command line says it. */
export type PortAddress = { host: string; port: number } | { path: string } | { serial: string };

/** Throws a usage error for anything but the path of a serial port, `tcp:HOST:PORT` and `unix:PATH`. */
export function parsePort(text: string): PortAddress {
  const tcp = /^tcp:(.+):(\d{1,5})$/.exec(text);
  if (tcp !== null && Number(tcp[2]) >= 1 && Number(tcp[2]) <= 65535)
    return { host: tcp[1]!, port: Number(tcp[2]) };
  const unix = /^unix:(.+)$/.exec(text);
  if (unix !== null) return { path: unix[1]! };
  if (/^(\/|COM\d+$|\\\\\.\\)/.test(text)) return { serial: text };
  throw usageError(
    `--port: expected a serial port (/dev/ttyACM0, COM3), tcp:HOST:PORT or unix:PATH, found "${text}"`,
  );
}

export interface OpenOptions {
  /** Of a serial port; default 115200. */
  baudRate?: number;
  /** Told when a serial port is gone, and when it is back. */
  onChange?: (isBack: boolean) => void;
}

/** Connects. Throws `device-lost` when nobody answers there. A serial port may be pulled out and plugged in again. */
export async function openLink(text: string, { baudRate, onChange }: OpenOptions = {}): Promise<Link> {
  const address = parsePort(text);
  if ("serial" in address) {
    const { openSerial, portFinder } = await import("../serial/serial-link.ts");
    const find = await portFinder(address.serial);
    return ReconnectingLink.open(async () => openSerial(await find(), baudRate), {
      patienceMs: REPLUG_MS,
      ...(onChange === undefined ? {} : { onChange }),
    });
  }
  const socket = createConnection(address);
  const timer = setTimeout(() => socket.destroy(new Error("nobody answered in time")), CONNECT_TIMEOUT_MS);
  try {
    await once(socket, "connect");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LiquidEdgeError(
      "device-lost",
      `${text}: expected a device, found ${REASONS[code ?? ""] ?? message}`,
    );
  } finally {
    clearTimeout(timer);
  }
  socket.setNoDelay(true);
  return new StreamLink(socket, socket, {
    name: text,
    bytesPerSecond: BYTES_PER_SECOND,
    close: () => closed(socket),
  });
}

async function closed(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.destroy();
  await once(socket, "close");
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listening",
  ENOENT: "no such socket",
  ENOTFOUND: "no such host",
  EACCES: "no permission",
};
