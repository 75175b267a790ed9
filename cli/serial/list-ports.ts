// The serial ports of this machine, those first that a board may be behind.

import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadSerialPort } from "./serial-port.ts";
import { findUsbId, type UsbId } from "./usb-ids.ts";

export interface PortInfo {
  /** What opens it: /dev/ttyACM0, COM3. */
  path: string;
  /** Four hexadecimal digits in lower case, null for a port that is not USB's. */
  vendorId: string | null;
  productId: string | null;
  serialNumber: string | null;
}

export interface RankedPort extends PortInfo {
  /** Null for ids that are not in boards/usb-ids.json. */
  usb: UsbId | null;
}

/** Ports as the operating system lists them. Throws `bad-tool` without the package serialport. */
export async function listPorts(): Promise<PortInfo[]> {
  const serialPort = await loadSerialPort();
  try {
    return (await serialPort.list()).map(({ path, vendorId, productId, serialNumber }) => ({
      path,
      vendorId: hex4(vendorId),
      productId: hex4(productId),
      serialNumber: serialNumber ?? null,
    }));
  } catch (error) {
    // On Linux it runs udevadm, which containers lack.
    if (process.platform === "linux") return portsOfSysfs();
    throw error;
  }
}

/** Ports that may be a board's first, then those of USB, then the rest; of equal rank by path. */
export function rankPorts(ports: readonly PortInfo[]): RankedPort[] {
  const rank = ({ usb, vendorId }: RankedPort) =>
    usb !== null && usb.boards.length > 0 ? 0 : usb !== null ? 1 : vendorId !== null ? 2 : 3;
  return ports
    .map((port) => ({ ...port, usb: findUsbId(port.vendorId, port.productId) }))
    .sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}

/** Ports that have a device behind them, from the kernel's own files. */
export async function portsOfSysfs(root = "/sys/class/tty"): Promise<PortInfo[]> {
  const names = await readdir(root).catch(() => []);
  const ports = await Promise.all(names.map((name) => portOfSysfs(root, name)));
  return ports.filter((port) => port !== null);
}

async function portOfSysfs(root: string, name: string): Promise<PortInfo | null> {
  const device = await realpath(join(root, name, "device")).catch(() => null);
  // The serial8250 driver claims ports that are not there.
  if (device === null || /\/serial8250(\/|$)/.test(device)) return null;
  const path = `/dev/${name}`;
  const read = async (folder: string, file: string) =>
    (await readFile(join(folder, file), "utf8").catch(() => "")).trim() || null;
  // The ids stand at the device, the port belongs to one of its interfaces: some folders further down.
  for (let folder = device; folder !== dirname(folder); folder = dirname(folder)) {
    const vendorId = hex4(await read(folder, "idVendor"));
    if (vendorId === null) continue;
    const productId = hex4(await read(folder, "idProduct"));
    return { path, vendorId, productId, serialNumber: await read(folder, "serial") };
  }
  return { path, vendorId: null, productId: null, serialNumber: null };
}

/** Systems write ids in either case, some with 0x. */
function hex4(id: string | null | undefined): string | null {
  if (id == null || id === "") return null;
  return id.toLowerCase().replace(/^0x/, "").padStart(4, "0");
}
