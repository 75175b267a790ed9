// Whatever a file holds, it is read or refused in one line.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { parseMarks, readRunnerResults } from "../../bindings/measure/read-mlperf.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { TRACE_FORMATS } from "../../bindings/measure/trace-format.ts";
import { FakeLpm01a } from "../fakes/lpm01a.ts";
import { FakePpk2 } from "../fakes/ppk2.ts";
import { meterText } from "../fakes/text-meter.ts";
import { steady } from "./currents.ts";

const golden = readFileSync(join(import.meta.dirname, "../golden/energy/l4r5-st-v1.1-ic.energy.bin.gz"));

function ppk2Log(): Uint8Array {
  const fake = new FakePpk2({ current: steady(1e-3) });
  fake.receive(Uint8Array.of(0x19, 0x06));
  return fake.produce(300);
}

function lpm01aLog(format: string): Uint8Array {
  const fake = new FakeLpm01a({ current: steady(1e-3) });
  for (const command of ["htc", `format ${format}`, "freq 5k", "output current", "volt 3000m", "start"]) {
    fake.receive(Buffer.from(`${command}\r\n`));
  }
  return fake.produce(300);
}

const METER = meterText(
  {
    chip: "INA226",
    current: steady(0.02),
    shuntOhm: 0.1,
    samplesPerSecond: 1000,
    supplyMv: 3300,
    trigger: (seconds) => seconds > 0.1 && seconds < 0.2,
  },
  0.3,
);

const FILES: Record<string, Uint8Array> = {
  mlperf: gunzipSync(golden).subarray(0, 2005),
  gzip: golden.subarray(0, 3000),
  ppk2: ppk2Log(),
  "lpm01a decimal": lpm01aLog("ascii_dec"),
  "lpm01a binary": lpm01aLog("bin_hexa"),
  meter: Buffer.from(METER),
  csv: Buffer.from("Timestamp(ms),Current(uA),D0-D7\n0,1.5,00000000\n1,2.5,10000000\n2,1,00000000\n"),
  json: Buffer.from(
    JSON.stringify([
      {
        power: {
          samples: [1e-5, 2e-5],
          timestamps: [
            ["00", 0],
            ["01", 1],
          ],
        },
      },
    ]),
  ), // prettier-ignore
};

/** Reads, and measures the whole; nothing but the library's own complaints may come out. */
async function tryToRead(bytes: Uint8Array, format?: (typeof TRACE_FORMATS)[number]): Promise<void> {
  try {
    const { trace } = await readTrace(bytes, "f", { volts: 3, ...(format === undefined ? {} : { format }) });
    measureEnergy(trace, { windows: { by: "whole" } });
  } catch (error) {
    expect(error).toBeInstanceOf(LiquidEdgeError);
    expect((error as Error).message).not.toContain("\n");
  }
}

describe("any bytes", () => {
  it.each(Object.keys(FILES))("made from a file of %s are read or refused in one line", async (name) => {
    const file = FILES[name]!;
    const edit = fc.record({
      at: fc.nat(file.length - 1),
      drop: fc.nat(40),
      insert: fc.uint8Array({ maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 4 }),
        fc.option(fc.nat(file.length)),
        async (edits, end) => {
          let bytes = Buffer.from(file).subarray(0, end ?? file.length);
          for (const { at, drop, insert } of edits) {
            bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
          }
          await tryToRead(bytes);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it("read as any format are read or refused in one line", async () => {
    for (const format of TRACE_FORMATS) {
      for (const file of Object.values(FILES)) await tryToRead(file, format);
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) => tryToRead(bytes, format)),
        { numRuns: 100, seed: 7 },
      );
    }
  });
});

describe("results.json of MLCommons' runner", () => {
  const entry = (first: number, joules: number) => ({
    infer: { iterations: 20 },
    power: {
      samples: Array.from({ length: 200 }, (_, i) => (i >= first && i < first + 100 ? joules : 1e-6)),
      timestamps: [
        ["05", 3],
        ["06", first],
        ["07", first + 100],
      ], // prettier-ignore
      voltage: 1.8,
    },
  });

  it("has a window for each input, between its last two marks", () => {
    const recording = readRunnerResults([entry(40, 2e-5), entry(60, 3e-5), entry(20, 4e-5)], "results.json");
    const { trace, windows, inferences } = recording;
    const report = measureEnergy(trace, { windows: windows!, inferences: inferences! });
    expect(inferences).toBe(20);
    expect(report.windows.map(({ energyUj }) => Math.round(energyUj))).toEqual([2000, 3000, 4000]);
    expect(report.medianEnergyPerInferenceUj).toBeCloseTo(150, 9);
  });

  it("of a performance run is refused", () => {
    expect(() => readRunnerResults([{ infer: { iterations: 20 }, power: null }], "results.json")).toThrow(
      'results.json: "[0].power" expected "samples" and "timestamps" of an energy run, found none',
    );
    expect(() => readRunnerResults([{ power: { samples: [1], timestamps: [["00", 9]] } }], "r")).toThrow(
      /^r: "\[0\]\.power\.timestamps" expected pairs of a counter and the index of a sample, at least two/,
    );
  });
});

describe("marks", () => {
  it.each([[[0.1, 2, 3]], [{ timestamps_s: [0.1, 2, 3] }], [{ seconds: [0.1, 2, 3] }]])(
    "are read from %j",
    (json) => {
      expect(parseMarks(json, "t.json").seconds).toEqual([0.1, 2, 3]);
    },
  );

  it.each([[null], [[1, null]], ["text"], [{ timestamps_s: 3 }], [{ windows: [] }]])(
    "are none in %j",
    (json) => {
      expect(() => parseMarks(json, "t.json")).toThrow(/^t\.json: /);
    },
  );
});
