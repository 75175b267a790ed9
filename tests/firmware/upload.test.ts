// Uploads: how fast, what is refused, and that they go on where they broke off.

import { describe, expect, it } from "vitest";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { compile } from "../../bindings/image/compile.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import { missing } from "../../scripts/tools.ts";
import { randomModel } from "../network/random-model.ts";
import { BYTE_US, eachWithDevice, type HostDevice, HostLink, PERFECT, type Wire } from "./host-device.ts";

const compiled = compile(randomModel(0, { kind: "ncps LTC", maxUnits: 32 }));

describe.skipIf(missing("wasm2c", "gcc"))("an upload", () => {
  let device: HostDevice;
  eachWithDevice((fresh) => {
    device = fresh;
  });

  const session = (toDevice: Wire = PERFECT) => new DeviceSession(new HostLink(device, toDevice));

  it("takes at least 80 % of the line rate of 115200 baud", async () => {
    // 16 KB that are no image: what counts here is how long they take to get there.
    const bytes = Uint8Array.from({ length: 16384 }, (_, i) => (i * i) >> 3);
    const started = device.nowUs;
    await expect(session().upload(bytes, 1024)).rejects.toThrow(/no image/);
    expect((bytes.length * BYTE_US) / (device.nowUs - started)).toBeGreaterThan(0.8);
  });

  it("is what the device says of itself afterwards", async () => {
    const talk = session();
    expect((await talk.hello()).model).toBeNull();
    const dataBytes = await talk.upload(compiled.image, compiled.arenaBytes);
    const { model, floatOk, board, poolBytes } = await talk.hello();
    expect({ floatOk, board, poolBytes }).toEqual({ floatOk: true, board: "host", poolBytes: 65536 });
    expect(model).toEqual({
      imageBytes: compiled.image.length,
      imageCrc: crc32(compiled.image),
      arenaBytes: compiled.arenaBytes,
      dataBytes,
      inFlash: false,
    });
  });

  it("goes on where it broke off", async () => {
    let left = 3000;
    const cut: Wire = (bytes) => {
      left -= bytes.length;
      return left < 0 ? [null] : [{ silenceUs: 0, bytes }];
    };
    await expect(session(cut).upload(compiled.image, compiled.arenaBytes)).rejects.toMatchObject({
      code: "device-lost",
    });
    const starts: number[] = [];
    await session().upload(compiled.image, compiled.arenaBytes, (sent) => starts.push(sent));
    expect(starts[0]).toBeGreaterThan(1500);
    expect(starts.at(-1)).toBe(compiled.image.length);
  });

  it("starts anew on a device that was reset meanwhile", async () => {
    let frames = 0;
    const talk = session((bytes) => {
      frames++;
      return [{ silenceUs: 0, bytes }];
    });
    const done = talk.upload(compiled.image, compiled.arenaBytes, () => {
      if (frames === 4) void device.reset();
    });
    await expect(done).resolves.toBeGreaterThan(0);
    expect((await talk.hello()).model?.imageCrc).toBe(crc32(compiled.image));
  });

  it("of an image that is too large is refused, with the room there is", async () => {
    const large = session().upload(new Uint8Array(70_000), 16);
    await expect(large).rejects.toThrow(/expected an image and arena of at most 65536 bytes together/);
  });

  it("of anything but an image is refused, and leaves nothing that could run", async () => {
    const talk = session();
    const broken = compiled.image.slice();
    broken[100]! ^= 1;
    await expect(talk.upload(broken, compiled.arenaBytes)).rejects.toThrow(/checksum differs/);
    expect((await talk.hello()).model).toBeNull();
    await expect(talk.run(1)).rejects.toThrow(LiquidEdgeError);
  });
});
