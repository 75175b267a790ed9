import { describe, expect, it } from "vitest";
import { Integrator } from "../../bindings/measure/integrate.ts";
import { Lpm01aDecoder } from "../../bindings/measure/lpm01a-decoder.ts";
import { sampleCount, type Trace, traceSpan, valuesOf } from "../../bindings/measure/trace.ts";
import { windowsByMarker } from "../../bindings/measure/windows.ts";
import { type Current, repeating } from "../fakes/current.ts";
import { FakeLpm01a, type FakeLpm01aOptions } from "../fakes/lpm01a.ts";

const VOLTS = 3;
/** Within the board's 50 mA, from sleep to work. */
const CURRENT = repeating([
  { seconds: 0.4, amperes: 3e-6, ripple: { amperes: 1e-6, hertz: 11 } },
  { seconds: 0.3, amperes: 900e-6, ripple: { amperes: 400e-6, hertz: 7 } },
  { seconds: 0.5, amperes: 14e-3, ripple: { amperes: 5e-3, hertz: 13 } },
]);

function record(options: FakeLpm01aOptions, setup: readonly string[], n: number, pieceBytes = 1021) {
  const fake = new FakeLpm01a(options);
  const decoder = new Lpm01aDecoder();
  const pass = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) decoder.push(bytes.subarray(at, at + pieceBytes));
  };
  for (const command of ["htc", ...setup, `volt ${VOLTS * 1000}m`, "start"]) {
    fake.receive(Buffer.from(`${command}\r\n`));
  }
  pass(fake.produce(n));
  fake.receive(Buffer.from("stop\r\n"));
  pass(fake.produce(0));
  return { decoder, trace: decoder.trace("fake") };
}

function relativeError(trace: Trace, current: Current): number {
  const { from, to } = traceSpan(trace);
  const { joules } = new Integrator(trace).between(from, to, "all");
  return joules / (VOLTS * current.charge(from, to)) - 1;
}

const DECIMAL = ["format ascii_dec", "freq 5k", "output current"];
const BINARY = ["format bin_hexa", "freq 100k", "output current"];

describe("LPM01A samples", () => {
  it.each([
    ["decimal currents", DECIMAL, 12_001],
    ["decimal energies", ["format ascii_dec", "freq 1k", "output energy"], 2400],
    ["binary currents", BINARY, 240_001],
  ])("as %s hold the charge that flowed", (_, setup, n) => {
    const { decoder, trace } = record({ current: CURRENT }, setup, n);
    expect(decoder.completed).toBe(true);
    expect(sampleCount(trace)).toBe(n);
    expect(Math.abs(relativeError(trace, CURRENT))).toBeLessThan(1e-3);
  });

  it.each([1, 3, 1021])("do not depend on how the bytes are cut, here every %i", (pieceBytes) => {
    const options = { current: CURRENT, noteAt: 700 };
    const whole = record(options, BINARY, 3000, 1 << 20).trace;
    expect(record(options, BINARY, 3000, pieceBytes).trace).toEqual(whole);
  });

  it("come with the edges of D7", () => {
    const d7 = (seconds: number) => seconds % 1 >= 0.20003 && seconds % 1 < 0.70007;
    const { trace } = record({ current: CURRENT, d7 }, DECIMAL, 10_000);
    const { windows } = windowsByMarker(trace);
    expect(windows.length).toBe(2);
    windows.forEach(({ startSeconds, endSeconds, edgeSeconds }, i) => {
      expect(Math.abs(startSeconds - (i + 0.20003))).toBeLessThanOrEqual(edgeSeconds);
      expect(Math.abs(endSeconds - (i + 0.70007))).toBeLessThanOrEqual(edgeSeconds);
    });
  });

  it("stay apart from overcurrent and notes in the binary stream", () => {
    const { trace } = record({ current: CURRENT, overcurrentAt: 500, noteAt: 800 }, BINARY, 2000);
    expect(trace.saturated).toEqual([499]);
    expect(sampleCount(trace)).toBe(2000);
    expect(trace.notes).toEqual(["the board reported overcurrent"]);
  });

  it.each([
    ["decimal", DECIMAL, 5000],
    ["binary", BINARY, 100_000],
  ])(
    // prettier-ignore
    "that were lost show in the board's clock (%s)",
    (_, setup, rate) => {
      const { trace } = record({ current: CURRENT, slip: { at: 2000, ms: 20 } }, setup, 6000);
      const missing = Array.from(valuesOf(trace.quantity)).filter(Number.isNaN).length;
      expect(missing).toBe(0.02 * rate);
    },
  );

  it("that a damaged log claims for years are none", () => {
    expect(() => record({ current: CURRENT, slip: { at: 1000, ms: 4e9 } }, BINARY, 3000)).toThrow(
      /^fake: expected a clock of the board that goes on, .* found a jump of 4000000\.\d s$/,
    );
  });

  it("without the board's answers are refused", () => {
    const decoder = new Lpm01aDecoder();
    decoder.push(Buffer.from("6409-07\r\n6409-07\r\n"));
    expect(() => decoder.trace("lpm.log")).toThrow(
      "lpm.log: expected samples after the board's answers to freq and output, found samples only (the log must begin " +
        "before the board is set up)",
    );
  });
});
