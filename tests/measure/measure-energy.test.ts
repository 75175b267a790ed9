import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { energyInterval, errorBudget } from "../../bindings/measure/accuracy.ts";
import { Integrator } from "../../bindings/measure/integrate.ts";
import { type MeasureOptions, measureEnergy } from "../../bindings/measure/measure-energy.ts";
import type { Trace } from "../../bindings/measure/trace.ts";
import { zeroCurrent } from "../../bindings/measure/zero-current.ts";
import { listed, madeTrace, powerTrace } from "./traces.ts";

const pairs = (...seconds: number[]): MeasureOptions => ({
  windows: { by: "pairs", marks: { seconds, source: "times.json" } },
});
const between = (trace: Trace, from: number, to: number) =>
  new Integrator(trace).between(from, to, "window 1");

describe("the integral", () => {
  it("is exact for a power that rises linearly, wherever the window lies", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0.03, max: 1, noNaN: true }),
        (slope, start, share) => {
          const to = start + share * (0.998 - start);
          const trace = powerTrace(1000, (seconds) => 3 + slope * seconds);
          const exact = 3 * (to - start) + (slope * (to * to - start * start)) / 2;
          for (const made of [trace, listed(trace, 1000)]) {
            expect(Math.abs(between(made, start, to).joules - exact)).toBeLessThan(1e-12);
          }
        },
      ),
    );
  });

  it("of two windows side by side is that of both together", () => {
    const trace = powerTrace(1000, (seconds) => 1 + Math.sin(40 * seconds));
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 0.9, noNaN: true }), (middle) => {
        const sum = between(trace, 0.05, middle).joules + between(trace, middle, 0.95).joules;
        expect(Math.abs(sum - between(trace, 0.05, 0.95).joules)).toBeLessThan(1e-12);
      }),
    );
  });

  it("of energies counts the samples with from <= t < to", () => {
    const microjoules = Float64Array.from({ length: 100 }, (_, i) => i);
    const trace = madeTrace({ quantity: { kind: "energy", microjoules } });
    expect(between(trace, 0.01, 0.05).joules * 1e6).toBeCloseTo(1180, 9); // 10 + … + 49
    expect(between(trace, 0.0101, 0.0501).joules * 1e6).toBeCloseTo(1220, 9); // 11 + … + 50
  });

  it("multiplies currents by voltages sample by sample", () => {
    const amperes = Float64Array.from({ length: 101 }, (_, i) => 0.001 * (i % 2));
    const volts = Float64Array.from({ length: 101 }, (_, i) => (i % 2 === 1 ? 3 : 5));
    const trace = madeTrace({ quantity: { kind: "current", amperes, volts } });
    expect(between(trace, 0, 0.1).joules).toBeCloseTo(0.1 * 0.0015, 12);
  });

  it("bridges what is missing on a line, where that is allowed", () => {
    const trace = powerTrace(1000, (seconds) => (seconds > 0.3 && seconds < 0.31 ? Number.NaN : 2 + seconds));
    const options = { ...pairs(0.1, 0.9), maxMissingShare: 0.05 };
    const report = measureEnergy(trace, options);
    expect(report.windows[0]!.energyUj / 1e6).toBeCloseTo(2 * 0.8 + (0.81 - 0.01) / 2, 9);
    expect(report.windows[0]!.missingSamples).toBe(9);
    expect(report.valid).toBe(false);
    expect(report.problems).toEqual(["9 samples are missing in the windows and were bridged"]);
  });
});

describe("windows", () => {
  const pulse = (seconds: number) => (seconds % 0.5 >= 0.2004 && seconds % 0.5 < 0.4004 ? 0.05 : 0.01);

  it("start and end half way between the samples where a marker changes", () => {
    const bits = Uint8Array.from({ length: 1500 }, (_, i) => (pulse(i / 1000) > 0.02 ? 4 : 0));
    const names = ["D0", "D1", "D2"];
    const trace = { ...powerTrace(1500, pulse), markers: { bits, names } };
    for (const channel of [undefined, "D2"]) {
      const windows = channel === undefined ? { by: "marker" as const } : { by: "marker" as const, channel };
      const report = measureEnergy(trace, { windows });
      expect(report.windows.length).toBe(3);
      for (const { window: number, startSeconds, durationSeconds } of report.windows) {
        expect(startSeconds).toBeCloseTo(0.5 * (number - 1) + 0.2005, 9);
        expect(durationSeconds).toBeCloseTo(0.2, 9);
      }
    }
    expect(() => measureEnergy(trace, { windows: { by: "marker", channel: "D1" } })).toThrow(
      'made.csv: "D1" expected a marker that goes high and low again, found one that never toggles',
    );
  });

  it("come from a threshold, without those that the trace cuts off", () => {
    const report = measureEnergy(powerTrace(1350, pulse), { windows: { by: "threshold", watts: 0.03 } });
    expect(report.windows.length).toBe(2);
    report.windows.forEach(({ startSeconds, durationSeconds }) => {
      expect(Math.abs((startSeconds % 0.5) - 0.2004)).toBeLessThan(0.001);
      expect(Math.abs(durationSeconds - 0.2)).toBeLessThan(0.002);
    });
    expect(report.notes.join()).toMatch(/above the threshold at the end/);
  });

  it("have the energy of idling taken out when asked", () => {
    const report = measureEnergy(powerTrace(1500, pulse), {
      windows: { by: "threshold", watts: 0.03 },
      subtractIdle: "outside",
      inferences: 10,
    });
    expect(report.idlePowerMw).toBeCloseTo(10, 6);
    expect(report.windows[0]!.energyUj).toBeCloseTo(0.04 * 0.2 * 1e6, -2);
    expect(report.windows[0]!.energyPerInferenceUj).toBe(report.windows[0]!.energyUj / 10);
  });
});

describe("refusals", () => {
  const steady = powerTrace(1000, () => 0.01);
  const withNan = powerTrace(1000, (seconds) => (seconds === 0.5 ? Number.NaN : 0.01));

  it.each<[string, Trace, MeasureOptions, RegExp]>([
    [
      "too few samples",
      steady,
      pairs(0.1, 0.115),
      /^made.csv: "window 1" expected at least 20 samples, found 15 \(/,
    ],
    ["a NaN", withNan, pairs(0.4, 0.6), /"window 1" expected no sample missing or NaN, found 1 of 200/],
    [
      "saturation",
      { ...steady, saturated: [500] },
      pairs(0.4, 0.6),
      /expected no saturated sample, found 1 \(/,
    ],
    [
      "a window beyond the trace",
      steady,
      pairs(0.9, 1.2),
      /within 0 to 0.999 s of the trace, found 0.9 to 1.2 s/,
    ],
    [
      "times that go back",
      steady,
      pairs(0.4, 0.3),
      /^times.json: "mark 1" expected a time after 0.4 s, found 0.3/,
    ],
    [
      "an odd number of times",
      steady,
      pairs(0.1, 0.2, 0.3),
      /^times.json: expected start and end of each window/,
    ],
    [
      "no marker",
      steady,
      { windows: { by: "marker" } },
      /"marker" expected a column or input with the marker/,
    ],
    [
      "a threshold that is never reached",
      steady,
      { windows: { by: "threshold", watts: 1 } },
      /one that stays below/,
    ],
  ])("%s", (_, trace, options, message) => {
    expect(() => measureEnergy(trace, options)).toThrow(message);
  });

  it("a NaN outside of the windows is none", () => {
    expect(measureEnergy(withNan, pairs(0.1, 0.4)).valid).toBe(true);
  });

  it("a gap between listed times", () => {
    const trace = listed(steady, 1000);
    if (trace.clock.kind !== "listed") throw new Error("listed times expected");
    const keep = [...Array(1000).keys()].filter((i) => i < 450 || i >= 455);
    const cut = {
      ...trace,
      clock: { ...trace.clock, seconds: Float64Array.from(keep, (i) => i / 1000) },
      quantity: { kind: "power" as const, watts: new Float64Array(keep.length).fill(0.01) },
    };
    expect(() => measureEnergy(cut, pairs(0.4, 0.6))).toThrow(/no sample missing or NaN, found 5 of/);
    const report = measureEnergy(cut, { ...pairs(0.4, 0.6), maxMissingShare: 0.1 });
    expect(report.windows[0]!.energyUj).toBeCloseTo(2000, 6);
  });
});

describe("the error budget", () => {
  /** An INA219 of grade A at PGA /1 on 0.1 Ohm of 1 %: 1 mA of offset, 0.5 % of current error. */
  const accuracy = {
    name: "INA219",
    offsetA: 1e-3,
    gain: 0.005,
    shunt: 0.01,
    voltage: 0,
    zeroCapture: true,
    source: "data sheet",
  };
  const amperes = (level: number) => Float64Array.from({ length: 2000 }, (_, i) => level + (i % 2) * 1e-5);
  const trace = (level: number) =>
    madeTrace({ quantity: { kind: "current", amperes: amperes(level), volts: 3.3 }, accuracy });

  it("adds limits in squares: 1.5 % at 100 mA", () => {
    const [window] = measureEnergy(trace(0.1), pairs(0.2, 1.8)).windows;
    const budget = window!.budgetUj!;
    // Limits, not standard uncertainties: sqrt(1² + 1² + 0.5²) = 1.5 %.
    const limits = Math.sqrt(3) * Math.hypot(budget.offset, budget.gain, budget.shunt);
    expect(limits / window!.energyUj).toBeCloseTo(0.015, 4);
    expect(budget.edges / window!.energyUj).toBeCloseTo(0.001 / (Math.sqrt(6) * 1.6), 6);
    const { typ, min, max } = window!.energyRangeUj!;
    expect(typ).toBe(window!.energyUj);
    expect((max - min) / 2 / typ).toBeCloseTo((1.645 * 0.015) / Math.sqrt(3), 4);
  });

  it("asks for a capture at zero current where the offset is large, and takes it", () => {
    expect(() => measureEnergy(trace(0.01), pairs(0.2, 1.8))).toThrow(
      'made.csv: "window 1" expected a capture at zero current beside it, because the offset of INA219 may be 1000 µA, ' +
        "found none, and a mean current of 10000 µA (record the disconnected supply and pass it as --zero, or subtract idle)",
    );
    const zero = zeroCurrent(trace(-0.0007));
    expect(zero.offsetA).toBeCloseTo(-0.000695, 9);
    const [window] = measureEnergy(trace(0.01), { ...pairs(0.2, 1.8), zero }).windows;
    expect(window!.energyUj).toBeCloseTo(1e6 * 3.3 * 1.6 * 0.0107, 0);
    expect(window!.budgetUj!.offset / window!.energyUj).toBeLessThan(1e-4);
  });

  it("loses the offset with the idle power", () => {
    const [window] = measureEnergy(trace(0.01), { ...pairs(0.2, 1.8), subtractIdle: 0.001 }).windows;
    expect(window!.budgetUj!.offset).toBe(0);
  });

  it("covers the true energy nine times of ten", () => {
    // Devices with offset and gain anywhere within their limits, each alike.
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return 2 * (seed / 2 ** 32) - 1;
    };
    let covered = 0;
    const devices = 4000;
    for (let i = 0; i < devices; i++) {
      const reading = 0.1 * (1 + 0.005 * random()) * (1 + 0.01 * random()) + 1e-3 * random();
      const energyUj = reading * 3.3 * 1e6;
      const budget = errorBudget(accuracy, {
        energyUj,
        durationSeconds: 1,
        edgeSeconds: 0,
        stepW: 0,
        samples: 1000,
        volts: 3.3,
        bridgedSeconds: 0,
        spanW: 0,
        offsetCancels: false,
      });
      const { min, max } = energyInterval(energyUj, budget);
      if (min <= 0.1 * 3.3e6 && max >= 0.1 * 3.3e6) covered++;
    }
    expect(covered / devices).toBeGreaterThan(0.88);
    expect(covered / devices).toBeLessThan(0.93);
  });
});

describe("a session", () => {
  it("is doubtful when its windows do not last as the throughput says", () => {
    const trace = powerTrace(4000, () => 0.01);
    const measure = (throughputPerSecond: number) =>
      measureEnergy(trace, { ...pairs(0.5, 1.5, 2, 3), inferences: 100, throughputPerSecond });
    expect(measure(101.5).valid).toBe(true);
    expect(measure(103).problems[0]).toMatch(
      /2 of 2 windows do not last 100 inferences at 103 a second \(1.030 times/,
    );
  });

  it("is doubtful when timestamps and marker disagree", () => {
    const bits = Uint8Array.from({ length: 10_000 }, (_, i) => (i % 2000 >= 500 && i % 2000 < 1500 ? 1 : 0));
    const trace = { ...powerTrace(10_000, () => 0.01), markers: { bits, names: ["D0"] } };
    const seconds = [0, 1, 2, 3, 4].flatMap((k) => [2 * k + 0.5, 2 * k + 1.5]);
    const measure = (change: (time: number) => number) =>
      measureEnergy(trace, pairs(...seconds.map(change))).problems;
    expect(measure((time) => time)).toEqual([]);
    expect(measure((time) => 1.004 * time)).toEqual([
      "the timestamps run 0.40 % faster than the instrument's clock, by the marker in the trace",
    ]);
    expect(measure((time) => time + 0.3)).toEqual([
      "the timestamps are 0.301 s away from the marker in the trace",
    ]);
  });

  it("of MLPerf Tiny lasts ten seconds and ten inferences a window", () => {
    const trace = powerTrace(4000, () => 0.01);
    const { problems } = measureEnergy(trace, { ...pairs(0.5, 1.5), mlperfRules: true });
    expect(problems).toEqual([
      "window 1 lasts 1.00 s: MLPerf Tiny asks for 10 s",
      "1 inferences a window: MLPerf Tiny asks for 10",
    ]);
  });
});
