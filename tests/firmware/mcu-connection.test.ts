// The library's connection to a device, over a link to the firmware's own C on this machine.

import { describe, expect, it } from "vitest";
import { Session } from "../../bindings/core/session.ts";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import { encodeFrame, FrameReader } from "../../bindings/device/frame.ts";
import { parseHello } from "../../bindings/device/hello.ts";
import { McuConnection } from "../../bindings/device/mcu-connection.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import { missing } from "../../scripts/tools.ts";
import { randomModel } from "../network/random-model.ts";
import { randomCase } from "../reference/integer/random-network.ts";
import {
  buildHostFirmware,
  eachWithDevice,
  HostDevice,
  HostLink,
  PERFECT,
  type Wire,
} from "./host-device.ts";
import { selfTestHash } from "./self-test.ts";

const NETWORKS = {
  float: compile(randomModel(3, { kind: "ncps LTC" })),
  integer: compileInteger(randomCase("cfc-default", 2, 1, CONTROL_BYTES).network),
};

describe.skipIf(missing("wasm2c", "gcc"))("a connection", () => {
  let device: HostDevice;
  eachWithDevice((fresh) => {
    device = fresh;
  });

  it.each(Object.entries(NETWORKS))("steps a %s network as a session here does", async (_, compiled) => {
    await using mcu = await McuConnection.open(new HostLink(device));
    await mcu.flashModel({ compiled });
    const here = await Session.create(compiled, { engine: "scalar" });
    for (let step = 0; step < 5; step++) {
      const input = Array.from({ length: compiled.input.length }, (_, i) => Math.sin(step + i));
      const { output, ticks, latencyUs } = await mcu.runInference(input, 1 + step / 4);
      expect(output).toEqual(here.step(input, 1 + step / 4));
      expect(ticks).toBeGreaterThanOrEqual(0);
      expect(latencyUs).toBeNull();
      if (step === 2) {
        await mcu.reset();
        here.reset();
      }
    }
  });

  it("tells the device's time", async () => {
    const mcu = await McuConnection.open(new HostLink(device));
    const first = (await mcu.timestamp())!;
    await device.pass(50_000);
    expect((await mcu.timestamp())! - first).toBeGreaterThan(50_000);
  });

  it("refuses a step before there is a network, and one that is none", async () => {
    const mcu = await McuConnection.open(new HostLink(device));
    await expect(mcu.runInference([1])).rejects.toThrow(/expected a network on the device/);
    await mcu.flashModel({ compiled: NETWORKS.float });
    await expect(mcu.runInference([])).rejects.toThrow(/"input" expected length/);
    const input = new Array<number>(NETWORKS.float.input.length).fill(0);
    await expect(mcu.runInference(input, 0)).rejects.toThrow(/"elapsed" expected a positive/);
    await expect(mcu.runInference(input.map(() => Number.NaN))).rejects.toThrow(/finite/);
  });

  it("runs integers only where the float unit fails the self-test", async () => {
    const wrong = buildHostFirmware(["-DSELF_TEST_HASH=1u"]);
    const other = new HostDevice(wrong.file);
    try {
      await other.banner;
      const mcu = await McuConnection.open(new HostLink(other));
      expect(mcu.hello).toMatchObject({ floatOk: false, floatHash: selfTestHash() });
      await expect(mcu.flashModel({ compiled: NETWORKS.float })).rejects.toThrow(
        /networks of integers run there/,
      );
      // The device refuses as well, whoever asks.
      const { image, arenaBytes } = NETWORKS.float;
      const upload = new DeviceSession(new HostLink(other)).upload(image, arenaBytes);
      await expect(upload).rejects.toThrow(/expected an image of integers, found one of floats/);
      await mcu.flashModel({ compiled: NETWORKS.integer });
      const inputs = new Array<number>(NETWORKS.integer.input.length).fill(0);
      expect((await mcu.runInference(inputs)).output).toHaveLength(NETWORKS.integer.output.length);
    } finally {
      other.dispose();
      wrong.dispose();
    }
  });

  it("refuses firmware of another protocol or another core", async () => {
    expect(() => parseHello(Uint8Array.of(2, 0, 0, 0), "port")).toThrow(
      "port: expected firmware of protocol version 1, found version 2",
    );
    // The core's CRC stands in bytes 4 to 7 of the greeting.
    const changed: Wire = (bytes) => {
      const [frame] = new FrameReader().push(bytes);
      if (frame === undefined) return PERFECT(bytes);
      frame.body[4]! ^= 1;
      return PERFECT(encodeFrame(frame));
    };
    const link = new HostLink(device, PERFECT, changed);
    await expect(McuConnection.open(link)).rejects.toThrow(
      /expected firmware with this version's core [0-9a-f]{8}/,
    );
    expect(link.isClosed).toBe(true);
  });

  it("gives the link back when nobody answers", async () => {
    const deaf = new HostLink(device, () => []);
    await expect(McuConnection.open(deaf)).rejects.toMatchObject({ code: "device-silent" });
    expect(deaf.isClosed).toBe(true);
  });
});
