import { describe, expect, it } from "vitest";
import type { Link } from "../../bindings/device/link.ts";
import { measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { TextMeter } from "../../bindings/measure/text-meter.ts";
import { zeroCurrent } from "../../bindings/measure/zero-current.ts";
import { repeating } from "../fakes/current.ts";
import { type FakeMeterOptions, meterText } from "../fakes/text-meter.ts";
import { steady } from "./currents.ts";

const WINDOW = (seconds: number) => seconds % 1 >= 0.250_3 && seconds % 1 < 0.750_7;
const METER: FakeMeterOptions = {
  chip: "INA226",
  current: steady(0.04),
  shuntOhm: 0.1,
  samplesPerSecond: 1700,
  supplyMv: 3300,
  trigger: WINDOW,
};

async function traceOf(options: FakeMeterOptions, seconds = 3) {
  return (await readTrace(Buffer.from(meterText(options, seconds)), "meter.log")).trace;
}

describe("a meter of text lines", () => {
  it.each<[string, Partial<FakeMeterOptions>]>([
    ["INA226", {}],
    ["INA228 on 1 Ohm", { chip: "INA228", shuntOhm: 1 }],
    ["INA219", { chip: "INA219", shuntOhm: 1, current: steady(0.1) }],
    ["INA226 whose clock wraps, with CRLF", { startUs: 2 ** 32 - 1_300_000, lineEnd: "\r\n" }],
    ["INA226 whose port was opened within a line", { halfFirstLine: true }],
  ])("holds the charge that flowed, %s", async (_, options) => {
    const made = { ...METER, ...options };
    const trace = await traceOf(made);
    const { windows, problems } = measureEnergy(trace, { windows: { by: "marker" }, subtractIdle: 0 });
    expect(problems).toEqual([]);
    expect(windows.length).toBe(3);
    // The meter knows no voltage finer than its own steps.
    const { quantity } = trace;
    if (quantity.kind !== "current" || typeof quantity.volts === "number")
      throw new Error("voltages expected");
    windows.forEach(({ energyUj, durationSeconds, startSeconds }, i) => {
      expect(durationSeconds).toBeCloseTo(0.5004, 5);
      const flowed = made.current.charge(i + 0.2503, i + 0.7507) * (quantity.volts as Float64Array)[0]! * 1e6;
      expect(Math.abs(energyUj / flowed - 1)).toBeLessThan(1e-3);
      expect(startSeconds).toBeGreaterThan(i);
    });
  });

  it("knows its chip, and what the chip may be off", async () => {
    const { instrument, accuracy } = await traceOf({ ...METER, chip: "INA219" });
    expect(instrument).toBe("meter with INA219");
    // 200 uV at PGA /8 on 0.1 Ohm: TI SBOS448, electrical characteristics.
    expect(accuracy!.offsetA).toBeCloseTo(2e-3, 12);
  });

  it("has its offset taken out by a capture at zero current", async () => {
    const made: FakeMeterOptions = { ...METER, chip: "INA219", offsetUv: 150, current: steady(0.03) };
    const trace = await traceOf(made);
    expect(() => measureEnergy(trace, { windows: { by: "marker" } })).toThrow(/capture at zero current/);
    const unplugged = repeating([{ seconds: 1, amperes: 0, ripple: { amperes: 5e-5, hertz: 50 } }]);
    const zero = zeroCurrent(await traceOf({ ...made, current: unplugged, trigger: () => false }));
    const { windows } = measureEnergy(trace, { windows: { by: "marker" }, zero });
    const flowed = made.current.charge(0.2503, 0.7507) * 3.3 * 1e6;
    expect(Math.abs(windows[0]!.energyUj / flowed - 1)).toBeLessThan(5e-3);
  });

  it("that skips lines is found out", async () => {
    const trace = await traceOf({ ...METER, missing: [800, 801, 802] });
    expect(() => measureEnergy(trace, { windows: { by: "marker" } })).toThrow(
      /"window 1" expected no sample missing or NaN, found 3 of/,
    );
  });

  it("that leaves its range is refused", async () => {
    const current = repeating([
      { seconds: 1, amperes: 0.5 },
      { seconds: 1, amperes: 0.9 },
    ]); // prettier-ignore
    const trace = await traceOf({ ...METER, current });
    expect(trace.saturated.length).toBe(1700);
    expect(() => measureEnergy(trace, { windows: { by: "marker" } })).toThrow(
      /"window 2" expected no saturated sample, found 851 \(/,
    );
  });
});

describe("the header of a live meter", () => {
  it("is no line of samples in which one overflowed, also not half of one", async () => {
    const text =
      "f,3300,0\n35000,ovf,3300,0\n# liquid-edge-meter v1 dev=INA228 shunt_ohm=1 fs=700\nt_us,shunt_uV,bus_mV,trig\n";
    const parts = [text];
    const link: Link = {
      name: "port",
      bytesPerSecond: 1e5,
      send: async () => {},
      receive: async () => new TextEncoder().encode(parts.shift() ?? ""),
      nowMs: () => 0,
      close: async () => {},
    };
    expect((await TextMeter.open(link)).samplesPerSecond).toBe(700);
  });
});
