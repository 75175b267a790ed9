// Units of what the elapsed time multiplies: fine enough for the longest time, and what leaves their range has no effect that
// the shortest time would show.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Statistics } from "../../bindings/quantize/calibration.ts";
import { timeFormat } from "../../bindings/quantize/time-format.ts";
import {
  largestTau,
  pureFineness,
  rateTables,
  timeHeadFineness,
} from "../../bindings/quantize/time-units.ts";
import { decay } from "../reference/integer/cells.ts";
import { lookUp } from "../reference/integer/table.ts";

const RUNS = { seed: 3, numRuns: 400 };
/** Largest i16 in units of 2^-11. */
const RANGE = 32767 / 2048;
const logarithmic = (low: number, high: number) =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map((x) => Math.exp(x));
/** Elapsed times that one u16 holds. */
const formats = fc
  .tuple(logarithmic(1e-3, 20_000), logarithmic(1, 1000))
  .filter(([min, ratio]) => min * ratio < 30_000)
  .map(([min, ratio]) => timeFormat({ min, max: min * ratio }, true, "test"));

/** Statistics of values that reach ±peaks[i]. */
function reaching(...peaks: number[]): Statistics {
  const statistics = new Statistics(peaks.length);
  statistics.add(peaks);
  statistics.add(peaks.map((peak) => -peak));
  return statistics;
}

describe("CfC's time head", () => {
  it("keeps what calibration saw twice, or what moves the gate at the shortest time", () => {
    fc.assert(
      fc.property(formats, logarithmic(1e-4, 1e4), logarithmic(1e-2, 100), (format, a, b) => {
        const k = timeHeadFineness(reaching(a, b), 1, format);
        expect(Math.abs(k)).toBeLessThanOrEqual(11);
        const { exponent, max } = format.time;
        const shift = exponent + k;
        expect(shift).toBeGreaterThanOrEqual(0);
        expect(32767 * max + 2 ** shift / 2).toBeLessThan(2 ** 31);
        const range = RANGE * 2 ** -k;
        const isSaturated = (margin: number) => range * format.min - Math.min(margin * b, RANGE) >= 8 - 1e-9;
        if (k > 0) expect(range >= 2 * a || isSaturated(2)).toBe(true);
        // Coarse units only where they are needed, and as far as the time's own unit lets them.
        if (k < 0) expect(range / 2 < a).toBe(true);
        if (range < a && !isSaturated(1)) expect(shift === 0 || k === -11).toBe(true);
      }),
      RUNS,
    );
  });

  it("is as fine as the sigmoid's argument at the longest time, where its range allows", () => {
    const of = (min: number, max: number, a: number, b = 1) =>
      timeHeadFineness(reaching(a, b), 1, timeFormat({ min, max }, true, "test"));
    expect(of(0.5, 1, 3)).toBe(0);
    expect(of(1, 4, 1.5)).toBe(2);
    expect(of(1, 4, 3.9)).toBe(1); // a range of 4 holds neither 2 * 3.9 nor (8 + 2) / 1, one of 8 does
    expect(of(1800, 3600, 1e-3)).toBe(11);
    expect(of(1800, 3600, 1e3)).toBe(11); // saturated: 10 / 1800 is all that matters
    expect(of(0.008, 0.012, 200)).toBe(-4);
    expect(of(0.008, 0.012, 2)).toBe(0);
  });
});

describe("CfC pure", () => {
  it("loses no rate that is still to be seen at the shortest time, nor a decay", () => {
    fc.assert(
      fc.property(formats, logarithmic(1e-4, 100), logarithmic(1e-4, 100), (format, peak, tau) => {
        const k = pureFineness(reaching(peak), Float32Array.of(tau), format);
        expect(k).toBeGreaterThanOrEqual(0);
        expect(k).toBeLessThanOrEqual(11);
        if (k === 0) return;
        const range = RANGE * 2 ** -k;
        const swing = (f1: number) => f1 * Math.exp(-format.min * f1);
        const isGone = range * format.min >= 1 && swing(range) < 2 ** -12;
        expect(isGone || range >= 2 * peak).toBe(true);
        const kept = largestTau(format) * 2 ** -(11 + k);
        expect(kept >= tau * (1 - 1e-6) || Math.exp(-format.min * kept) < 2 ** -15).toBe(true);
      }),
      RUNS,
    );
  });
});

describe("LiquidGate's tables", () => {
  it("give the share of the old state at every rate that calibration saw", () => {
    const pre = fc.tuple(
      fc.double({ min: -14, max: 8, noNaN: true }),
      fc.double({ min: 0.5, max: 8, noNaN: true }),
    );
    fc.assert(
      fc.property(formats, pre, fc.double({ min: 0, max: 1, noNaN: true }), (format, [low, width], share) => {
        const statistics = new Statistics(1);
        statistics.add([low]);
        statistics.add([low + width]);
        const { softplus, expNeg, timeShift } = rateTables(statistics, format);
        expect(timeShift).toBeGreaterThanOrEqual(0);
        expect(timeShift).toBeLessThanOrEqual(30);
        for (const table of [softplus, expNeg]) expect(Math.min(...table.entries)).toBeGreaterThanOrEqual(0);
        const { exponent, min, max } = format.time;
        // A rate that ends at the shortest time what is left needs no more room, nor one e^2 beyond calibration.
        const fastest = Math.min(Math.log1p(Math.exp(low + width + 2)), (12 / min) * 2 ** exponent);
        const rateUnit = 2 ** -Math.floor(Math.log2(32767 / fastest));
        for (const d of [min, Math.floor(Math.sqrt(min * max)), max]) {
          const pa = Math.floor((low + share * width) * 2048);
          const time = d * 2 ** -exponent;
          const exact = Math.exp(-time * Math.log1p(Math.exp(pa / 2048)));
          const actual = decay(pa, softplus, expNeg, d, timeShift) / 32768;
          // A unit of the rate, of its product and of the result; chords of both tables, h^2 / 8 of what they meet.
          const allowed = 2 ** -14 + exact * (time * rateUnit + 2 ** -11 + 2 ** -11) + 0.002 * 0.37;
          expect(Math.abs(actual - exact)).toBeLessThan(allowed);
        }
      }),
      RUNS,
    );
  });

  it("have finer products for shorter times", () => {
    const pre = new Statistics(1);
    pre.add([-3]);
    pre.add([1]);
    const last = (min: number, max: number) => {
      const { expNeg } = rateTables(pre, timeFormat({ min, max }, true, "test"));
      return lookUp(expNeg, 32767) / 32768;
    };
    expect(last(0.5, 20)).toBeLessThan(2e-5);
    // 0.02 softplus(3) = 0.061: the table ends soon behind it.
    expect(last(0.005, 0.02)).toBeGreaterThan(Math.exp(-0.13));
    expect(last(0.005, 0.02)).toBeLessThan(Math.exp(-0.06));
  });
});
