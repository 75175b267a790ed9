// The way to a board: the port where its firmware answers, or an emulator with its firmware.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBoard } from "../../../bindings/board/load.ts";
import type { Link } from "../../../bindings/device/link.ts";
import { complain } from "../../../bindings/errors.ts";
import { buildFirmware } from "../../firmware/build-firmware.ts";
import { startEmulator } from "../../firmware/emulator.ts";
import { openLink } from "../../firmware/open-link.ts";
import { readyFirmware } from "../../firmware/ready-firmware.ts";
import type { Io } from "../../io.ts";
import { rankPorts } from "../../serial/list-ports.ts";
import { withImageFile } from "./build.ts";
import { identify } from "./identify.ts";
import { emulatorHint, type Target } from "./targets.ts";

export type LinkIo = Pick<Io, "progress" | "warn" | "serialPorts">;

export interface LinkToOptions {
  /** A serial port, tcp:HOST:PORT or unix:PATH; default: the serial port where the board answers, or its emulator. */
  port?: string;
  baudRate?: number;
  /** Linked into the flash of an emulated board. */
  image?: Uint8Array;
}

/** The firmware behind a port, or an emulator with its firmware, which is built for this run if it holds an image or the package lacks it. */
export async function linkTo(
  io: LinkIo,
  { id, emulated }: Target,
  { port, baudRate, image }: LinkToOptions = {},
): Promise<Link> {
  if (port !== undefined || emulated === null) {
    return openLink(port ?? (await portOf(io, id)), {
      ...(baudRate === undefined ? {} : { baudRate }),
      onChange: (isBack) =>
        io.warn(isBack ? "the device is back: going on" : "the device is gone; plug it in again within 30 s"),
    });
  }
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    const building = () => io.progress(`building the firmware of ${id}`);
    const elf = await withImageFile(image, async (file) => {
      if (file === undefined) return readyFirmware(id, folder, building);
      building();
      return (await buildFirmware(id, { out: folder, image: file })).elf!;
    });
    return await startEmulator(emulated, elf, () => rm(folder, { recursive: true, force: true }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The serial port that the board answers on. Throws `unavailable` when it is not exactly one. */
export async function portOf(io: Pick<LinkIo, "serialPorts">, board: string): Promise<string> {
  const ports = rankPorts(await io.serialPorts().catch(() => [])).filter(({ usb }) => usb !== null);
  const asked = await Promise.all(ports.map(async ({ path }) => ({ path, answer: await identify(path) })));
  const found = asked.filter(({ answer }) => answer.board === board);
  if (found.length === 1) return found[0]!.path;
  throw complain("unavailable", board, {
    expected: "--port with a silicon board, or one serial port where it answers",
    found: found.length === 0 ? "none" : found.map(({ path }) => path).join(", "),
    ...(found.length === 0 ? { hint: emulatorHint(findBoard(board)) } : {}),
  });
}
