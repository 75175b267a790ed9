// A board behind a link: who it is, and the network onto it.

import type { DeviceSession } from "../../../bindings/device/device-session.ts";
import type { Hello } from "../../../bindings/device/hello.ts";
import { expectSameCore } from "../../../bindings/device/mcu-connection.ts";
import { complain } from "../../../bindings/errors.ts";
import { crc32 } from "../../../bindings/image/crc32.ts";
import type { Network } from "../../../bindings/network.ts";
import type { Io } from "../../io.ts";

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
