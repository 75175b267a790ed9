// The way to a board: its serial port, or an emulator; and the network onto it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeviceSession } from "../../../bindings/device/device-session.ts";
import type { Hello } from "../../../bindings/device/hello.ts";
import type { Link } from "../../../bindings/device/link.ts";
import { expectSameCore } from "../../../bindings/device/mcu-connection.ts";
import { complain } from "../../../bindings/errors.ts";
import type { ImagePlace } from "../../../bindings/estimate/memory-profiler.ts";
import { crc32 } from "../../../bindings/image/crc32.ts";
import type { Network } from "../../../bindings/network.ts";
import { buildFirmware } from "../../firmware/build-firmware.ts";
import { startEmulator } from "../../firmware/emulator.ts";
import { openLink } from "../../firmware/open-link.ts";
import type { Io } from "../../io.ts";
import { rankPorts } from "../../serial/list-ports.ts";
import { withImageFile } from "./build.ts";
import { identify } from "./identify.ts";
import type { Target } from "./targets.ts";

export interface ConnectOptions {
  port?: string;
  baud?: number;
  imageIn: ImagePlace;
}

/** The firmware behind --port, or an emulator with firmware that is built for this run. */
export async function linkTo(
  io: Io,
  { id, emulated }: Target,
  network: Network,
  { port, baud, imageIn }: ConnectOptions,
): Promise<Link> {
  if (port !== undefined || emulated === null) {
    return openLink(port ?? (await portOf(io, id)), {
      ...(baud === undefined ? {} : { baudRate: baud }),
      onChange: (isBack) =>
        io.warn(isBack ? "the device is back: going on" : "the device is gone; plug it in again within 30 s"),
    });
  }
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    io.progress(`building the firmware of ${id}`);
    const image = imageIn === "flash" ? network.compiled.image : undefined;
    const { elf } = await withImageFile(image, (file) =>
      buildFirmware(id, { out: folder, ...(file === undefined ? {} : { image: file }) }),
    );
    return await startEmulator(emulated, elf!, () => rm(folder, { recursive: true, force: true }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The serial port that the board answers on. Throws `unavailable` when it is not exactly one. */
export async function portOf(io: Io, board: string): Promise<string> {
  const hint = "--emulated where it has an emulator";
  const ports = rankPorts(await io.serialPorts().catch(() => [])).filter(({ usb }) => usb !== null);
  const asked = await Promise.all(ports.map(async ({ path }) => ({ path, answer: await identify(path) })));
  const found = asked.filter(({ answer }) => answer.board === board);
  if (found.length === 1) return found[0]!.path;
  throw complain("unavailable", board, {
    expected: "--port with a silicon board, or one serial port where it answers",
    found: found.length === 0 ? "none" : found.map(({ path }) => path).join(", "),
    ...(found.length === 0 ? { hint } : {}),
  });
}

/** What the board says of itself. Throws `device-refused` for another board, or firmware of another core. */
export async function greet(session: DeviceSession, board: string): Promise<Hello> {
  const hello = await session.hello();
  await expectSameCore(hello, board);
  if (hello.board === board) return hello;
  throw complain("device-refused", board, {
    expected: `firmware of ${board}`,
    found: `that of ${hello.board}`,
  });
}

/** Sees to it that the device holds the network; returns the bytes that it has for steps. */
export async function install(
  io: Io,
  session: DeviceSession,
  { board, model, floatOk }: Hello,
  { compiled, name }: Network,
  imageIn: "ram" | "flash",
): Promise<number> {
  if (!floatOk && compiled.integer === undefined) {
    throw complain("device-refused", board, {
      expected: "a float unit that passes the self-test",
      found: "one that does not",
      hint: 'networks of integers run there: "liquid-edge quantize"',
    });
  }
  if (imageIn === "flash") {
    const imageCrc = crc32(compiled.image);
    if (model?.inFlash === true && model.imageCrc === imageCrc) return model.dataBytes;
    throw complain("device-refused", board, {
      expected: `firmware with the image of ${name} in flash`,
      found: model === null ? "one without an image" : "another image",
      hint: "board build --image-in flash --image FILE",
    });
  }
  return session.upload(compiled.image, compiled.arenaBytes, (sent, total) =>
    io.progress(`sending the network: ${sent} of ${total} bytes`),
  );
}
