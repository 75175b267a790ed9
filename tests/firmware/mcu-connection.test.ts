// The library's connection to a device, over a link to the firmware's own C on this machine.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../bindings/core/session.ts";
import { McuConnection } from "../../bindings/device/mcu-connection.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import { missing } from "../../scripts/tools.ts";
import { randomModel } from "../network/random-model.ts";
import { randomCase } from "../reference/integer/random-network.ts";
import { buildHostFirmware, HostDevice, HostLink } from "./host-device.ts";

const NETWORKS = {
  float: compile(randomModel(3, { kind: "ncps LTC" })),
  integer: compileInteger(randomCase("cfc-default", 2, 1, CONTROL_BYTES).network),
};

describe.skipIf(missing("wasm2c", "gcc"))("a connection", () => {
  let firmware: ReturnType<typeof buildHostFirmware>;
  let device: HostDevice;
  beforeAll(() => {
    firmware = buildHostFirmware();
  });
  afterAll(() => firmware?.dispose());
  beforeEach(async () => {
    device = new HostDevice(firmware.file);
    await device.banner;
    return () => device.dispose();
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

  it("gives the link back when nobody answers", async () => {
    const deaf = new HostLink(device, () => []);
    await expect(McuConnection.open(deaf)).rejects.toMatchObject({ code: "device-silent" });
    expect(deaf.isClosed).toBe(true);
  });
});
