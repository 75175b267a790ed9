// A few sessions with faults against the real firmware on an emulated board, in real time.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEmulatedBoard } from "../../bindings/board/emulated.ts";
import { DeviceSession } from "../../bindings/device/device-session.ts";
import type { Link } from "../../bindings/device/link.ts";
import { buildFirmware } from "../../cli/firmware/build-firmware.ts";
import { startEmulator } from "../../cli/firmware/emulator.ts";
import { missing } from "../../scripts/tools.ts";
import { TestRandom } from "../network/random-model.ts";
import { type Fault, faultCases, faulty, use } from "./faults.ts";
import { FULL } from "./full.ts";

const TOOLS = ["wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"];
const KINDS: Fault[] = ["dropped", "doubled", "flipped", "inserted"];
const SESSIONS = FULL ? 20 : 4;
/** Faults a byte: about one in every second frame of the greatest length. */
const RATE = 0.001;

describe.skipIf(missing(...TOOLS))("sessions with faults on QEMU", () => {
  let folder: string;
  let elf: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "faults-qemu-"));
    elf = (await buildFirmware("qemu-m4f", { out: folder })).elf!;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(`${SESSIONS} of them come to the right outputs`, async () => {
    const cases = await faultCases();
    const counter = { faults: 0, wantsReset: false };
    const link = await startEmulator(findEmulatedBoard("qemu-m4f"), elf);
    try {
      for (let seed = 0; seed < SESSIONS; seed++) {
        const wire = faulty(KINDS[seed % KINDS.length]!, RATE, new TestRandom(seed), counter);
        const through = (bytes: Uint8Array) =>
          Uint8Array.from(wire(bytes).flatMap((piece) => [...(piece?.bytes ?? [])]));
        const damaged: Link = {
          name: link.name,
          bytesPerSecond: link.bytesPerSecond,
          send: (bytes) => link.send(through(bytes)),
          receive: async (timeoutMs) => through(await link.receive(timeoutMs)),
          nowMs: () => link.nowMs(),
          close: async () => {},
        };
        expect(await use(new DeviceSession(damaged), cases[seed % cases.length]!), `seed ${seed}`).toBe(
          "success",
        );
      }
    } finally {
      await link.close();
    }
    expect(counter.faults).toBeGreaterThan(0);
  }, 300_000);
});
