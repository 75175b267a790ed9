import { describe, expect, it } from "vitest";
import { Integrator } from "../../bindings/measure/integrate.ts";
import { Ppk2Decoder, parsePpk2Metadata } from "../../bindings/measure/ppk2-decoder.ts";
import { sampleCount, type Trace, traceSpan } from "../../bindings/measure/trace.ts";
import { type Current, repeating } from "../fakes/current.ts";
import { FakePpk2, type FakePpk2Options } from "../fakes/ppk2.ts";
import { DUTY, steady } from "./currents.ts";

const SUPPLY_MV = 3300;

/** Measures with a fake for `n` samples, handed over in pieces of odd sizes. */
function record(options: FakePpk2Options, n: number, pieceBytes = 4093) {
  const fake = new FakePpk2(options);
  fake.receive(Uint8Array.of(0x0d, SUPPLY_MV >> 8, SUPPLY_MV & 255, 0x19));
  const metadata = parsePpk2Metadata(new TextDecoder().decode(fake.produce(0)), "fake");
  fake.receive(Uint8Array.of(0x06));
  const decoder = new Ppk2Decoder(metadata, SUPPLY_MV);
  const bytes = fake.produce(n);
  for (let at = 0; at < bytes.length; at += pieceBytes) decoder.push(bytes.subarray(at, at + pieceBytes));
  decoder.finish();
  return { fake, decoder, trace: decoder.trace("fake") };
}

/** Energy of the trace over that of the current, less one. */
function relativeError(trace: Trace, current: Current): number {
  const { from, to } = traceSpan(trace);
  const { joules } = new Integrator(trace).between(from, to, "all");
  return joules / ((SUPPLY_MV / 1000) * current.charge(from, to)) - 1;
}

describe("PPK2 samples", () => {
  it("hold the charge that flowed, through all ranges and their switches", () => {
    const { fake, trace } = record({ current: DUTY }, 130_001);
    expect([...fake.ranges].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(fake.switches).toBeGreaterThanOrEqual(50);
    expect(Math.abs(relativeError(trace, DUTY))).toBeLessThan(1e-3);
  });

  it.each([20e-6, 200e-6, 2e-3, 20e-3, 0.25])("hold %f A within 0.1 % in one range", (amperes) => {
    const { fake, trace } = record({ current: steady(amperes) }, 100_001);
    expect(fake.ranges.size).toBeLessThan(3);
    expect(Math.abs(relativeError(trace, steady(amperes)))).toBeLessThan(1e-3);
  });

  it("carry the logic inputs", () => {
    const logic = (seconds: number) => (seconds >= 0.25 && seconds < 0.5 ? 0x81 : 0x80);
    const { trace } = record({ current: steady(1e-3), logic }, 100_000);
    const { bits } = trace.markers!;
    expect([bits[24_999], bits[25_000], bits[49_999], bits[50_000]]).toEqual([0x80, 0x81, 0x81, 0x80]);
  });

  it("mark the end of the top range", () => {
    const { trace } = record({ current: repeating([{ seconds: 1, amperes: 40 }]) }, 50);
    expect(trace.saturated.length).toBe(50);
  });

  it.each([1, 4, 37, 4093])("do not depend on how the bytes are cut, here every %i", (pieceBytes) => {
    const whole = record({ current: DUTY }, 2000, 1 << 20).trace;
    expect(record({ current: DUTY }, 2000, pieceBytes).trace).toEqual(whole);
  });
});

describe("a PPK2 that loses data", () => {
  it("leaves a gap of as many samples as are lost, up to 63", () => {
    const { decoder, trace } = record(
      {
        current: steady(5e-3),
        lost: [
          [1000, 1],
          [5000, 63],
        ],
      },
      10_000,
    ); // prettier-ignore
    expect(decoder.samples.lost).toBe(64);
    expect(sampleCount(trace)).toBe(10_000);
    const { quantity } = trace;
    if (quantity.kind !== "current") throw new Error("currents expected");
    const missing = [...quantity.amperes.keys()].filter((i) => Number.isNaN(quantity.amperes[i]));
    expect(missing).toEqual([1000, ...Array.from({ length: 63 }, (_, i) => 5000 + i)]);
  });

  it("finds the words again after single bytes, without a wrong current", () => {
    const current = steady(5e-3);
    const { decoder, trace } = record({ current, lostBytes: [100, 3000, 3001, 7777] }, 20_000);
    expect(decoder.rephased).toBeGreaterThanOrEqual(3);
    expect(sampleCount(trace)).toBe(20_000);
    const { quantity } = trace;
    if (quantity.kind !== "current") throw new Error("currents expected");
    const values = quantity.amperes.filter((value) => !Number.isNaN(value));
    expect(values.length).toBeGreaterThan(19_900);
    expect(Math.max(...values)).toBeLessThan(6e-3);
    expect(Math.min(...values)).toBeGreaterThan(4e-3);
    expect(Math.abs(relativeError(trace, current))).toBeLessThan(1e-3);
  });
});

describe("metadata", () => {
  it("keep the defaults where a device was never calibrated", () => {
    const fake = new FakePpk2({ current: DUTY, uncalibrated: true });
    fake.receive(Uint8Array.of(0x19));
    const { ranges, calibrated } = parsePpk2Metadata(new TextDecoder().decode(fake.produce(0)), "fake");
    expect(calibrated).toBe(false);
    expect(ranges.map(({ R }) => R)).toEqual([1031.64, 101.65, 10.15, 0.94, 0.043]);
    expect(ranges[0]).toMatchObject({ GS: 1, GI: 1, UG: 1, O: 0, S: 0, I: 0 });
  });

  it("of another device are refused in one line", () => {
    expect(() => parsePpk2Metadata("Zephyr shell\nuart:~$ ", "ttyACM1")).toThrow(
      'ttyACM1: expected metadata of a PPK2, with R0 to R4 and END, found "Zephyr shell uart:~$ "',
    );
  });
});
