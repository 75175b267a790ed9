// Uploads that end in the middle, as when the command is killed: the device never takes a part for a network.

import { describe, expect, it } from "vitest";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import { compile } from "../../bindings/image/compile.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import { missing } from "../../scripts/tools.ts";
import { randomModel, TestRandom } from "../network/random-model.ts";
import { FULL } from "./full.ts";
import { eachWithDevice, type HostDevice, HostLink, type Wire } from "./host-device.ts";

const KILLS = FULL ? 200 : 12;
const before = compile(randomModel(1, { kind: "ncps LTC", maxUnits: 8 }));
const after = compile(randomModel(2, { kind: "ncps LTC", maxUnits: 16 }));

/** Passes `count` bytes on and is dead from then on. */
function deadAfter(count: number): Wire {
  let left = count;
  return (bytes) => {
    const passed = bytes.subarray(0, Math.max(0, left));
    left -= bytes.length;
    return left < 0 ? [{ silenceUs: 0, bytes: passed }, null] : [{ silenceUs: 0, bytes }];
  };
}

describe.skipIf(missing("wasm2c", "gcc"))("an upload", () => {
  let device: HostDevice;
  eachWithDevice((fresh) => {
    device = fresh;
  });

  it(`killed at ${KILLS} random bytes leaves a whole network or none, and can be done again`, async () => {
    const session = (wire?: Wire) => new DeviceSession(new HostLink(device, wire));
    const crcs = [before, after].map(({ image }) => crc32(image));
    let sent = 0;
    const counting: Wire = (bytes) => {
      sent += bytes.length;
      return [{ silenceUs: 0, bytes }];
    };
    await session(counting).upload(after.image, after.arenaBytes);
    const random = new TestRandom(1);
    const left = { whole: 0, none: 0 };
    for (let i = 0; i < KILLS; i++) {
      await device.reset();
      await session().upload(before.image, before.arenaBytes);
      const killed = session(deadAfter(random.integer(0, sent - 1)));
      await expect(killed.upload(after.image, after.arenaBytes)).rejects.toMatchObject({
        code: "device-lost",
      });
      // What was on the way is given up.
      await device.pass(2_000_000);
      const { model } = await session().hello();
      if (model === null) left.none++;
      else {
        left.whole++;
        expect(crcs).toContain(model.imageCrc);
        expect([before.image.length, after.image.length]).toContain(model.imageBytes);
      }
      await session().upload(after.image, after.arenaBytes);
      expect((await session().hello()).model?.imageCrc).toBe(crcs[1]);
    }
    expect(left.none).toBeGreaterThan(0);
    expect(left.whole + left.none).toBe(KILLS);
  }, 600_000);
});
