// The meter's firmware on rp2040js, with a shunt monitor on its I2C bus and a marker on GP6: what it prints is read back.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsoleLogger, LogLevel, Simulator } from "rp2040js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { readSegments } from "../../cli/firmware/elf.ts";
import { missing } from "../../scripts/tools.ts";
import { type Current, repeating } from "../fakes/current.ts";
import { type FakeMonitorOptions, FakeShuntMonitor } from "../fakes/shunt-monitor.ts";

const SRAM = 0x20000000;
const ADDRESS = 0x40;
const CURRENT = repeating([{ seconds: 0.04, amperes: 0.05, ripple: { amperes: 0.01, hertz: 75 } }]);
const TRIGGER = (seconds: number) => seconds >= 0.0503 && seconds < 0.1507;

let folder: string;

/** What the firmware prints in so many seconds; "?" is sent half way. */
async function print(
  chip: FakeMonitorOptions["chip"],
  seconds: number,
  { configRegister = 0, current = CURRENT }: { configRegister?: number; current?: Current } = {},
): Promise<{ text: string; config?: number }> {
  const simulator = new Simulator();
  const { rp2040, clock } = simulator;
  rp2040.logger = new ConsoleLogger(LogLevel.Error);
  for (const { address, bytes } of await readSegments(join(folder, "meter.elf"))) {
    rp2040.sram.set(bytes, address - SRAM);
  }
  rp2040.core.PC = SRAM;
  const now = () => clock.nanos / 1e9;
  const monitor = new FakeShuntMonitor({ chip, current, shuntOhm: 0.1, supplyMv: 3300, now });
  const bus = rp2040.i2c[0]!;
  bus.onConnect = (address, mode) => {
    if (mode === 0) monitor.begin();
    bus.completeConnect(address === ADDRESS);
  };
  bus.onWriteByte = (byte) => {
    monitor.write(byte);
    bus.completeWrite(true);
  };
  bus.onReadByte = () => bus.completeRead(monitor.read());
  let text = "";
  rp2040.uart[0]!.onByte = (byte) => {
    text += String.fromCharCode(byte);
  };
  let level = false;
  let asked = false;
  while (now() < seconds) {
    clock.tick((rp2040.core.executeInstruction() * 1e9) / rp2040.clkSys);
    if (TRIGGER(now()) !== level) {
      level = !level;
      rp2040.gpio[6]!.setInputValue(level);
    }
    if (!asked && now() > seconds / 2) {
      asked = true;
      rp2040.uart[0]!.feedByte("?".charCodeAt(0));
    }
  }
  return { text: text.slice(0, text.lastIndexOf("\n") + 1), config: monitor.registers.get(configRegister)! };
}

describe.skipIf(missing("make", "arm-none-eabi-gcc"))("the meter's firmware", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meter-"));
    const meter = join(import.meta.dirname, "../../boards/meter");
    execFileSync("make", ["-s", "-C", meter, `OUT=${folder}`]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["INA226", 1373, 0, 0x401f, 0.005],
    ["INA219", 939, 0, 0x399f, 0.005],
    // What is left is the window's edges: a cycle is a 145th of it.
    ["INA228", 1449, 1, 0xb500, 0.003],
  ] as const)(
    "prints what an %s measures, and the edges of the marker",
    async (chip, rate, configRegister, config, bound) => {
      const { text, config: written } = await print(chip, 0.2, { configRegister });
      expect(written).toBe(config);
      expect(
        text.match(new RegExp(`# liquid-edge-meter v1 dev=${chip} shunt_ohm=0.1 fs=${rate}\r\n`, "g"))!
          .length,
      ).toBe(2);
      const { trace } = await readTrace(Buffer.from(text), "meter");
      expect(Math.abs(trace.clock.samplesPerSecond / rate - 1)).toBeLessThan(0.2);
      const [window] = measureEnergy(trace, { windows: { by: "marker" }, subtractIdle: 0 }).windows;
      expect(Math.abs(window!.durationSeconds - 0.1004)).toBeLessThan(10e-6);
      const flowedUj = CURRENT.charge(0.0503, 0.1507) * 3.3 * 1e6;
      expect(Math.abs(window!.energyUj / flowedUj - 1)).toBeLessThan(bound);
    },
  );

  it("resolves 3 µA with an INA228 at 0.1 Ω, both signs, and says when it is beyond the range", async () => {
    const shuntOf = async (amperes: number) => {
      const { text } = await print("INA228", 0.02, { current: repeating([{ seconds: 1, amperes }]) });
      return [...text.matchAll(/^\d+,([^,]+),3300\.\d\d,[01]\r$/gm)].map((line) => line[1]!).slice(1);
    };
    // 12.5 µA on 0.1 Ω are 1.25 µV, four steps of 312.5 nV.
    expect(new Set(await shuntOf(12.5e-6))).toEqual(new Set(["1.2500"]));
    expect(new Set(await shuntOf(-15.625e-6))).toEqual(new Set(["-1.5625"]));
    expect(new Set(await shuntOf(1.6))).toEqual(new Set(["160000.0000"]));
    expect(new Set(await shuntOf(1.7))).toEqual(new Set(["ovf"]));
    expect(new Set(await shuntOf(-1.7))).toEqual(new Set(["ovf"]));
  });
});
