// Raw counts of sensors, bits by layer, and data sets as calibration data.

import { describe, expect, it } from "vitest";
import { Session } from "../../bindings/core/session.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import type { InputCounts } from "../../bindings/quantize/input-map.ts";
import { readIntegerModel, writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { made } from "../evaluate/made-networks.ts";
import { caseOf, type QuantizeCase } from "./cases.ts";

/** Counts of a 16-bit sensor that rests far from zero, another one for each channel. */
const sensor = (n: number): InputCounts => ({
  offset: Float64Array.from({ length: n }, (_, c) => 9000 - 700 * c),
  scale: Float64Array.from({ length: n }, (_, c) => 1500 + 250 * c),
});

/** The case with its inputs rounded to what the sensor can say. */
function measured(one: QuantizeCase, { offset, scale }: InputCounts): QuantizeCase & { counts: Int16Array } {
  const { features, input } = one.calibration;
  const counts = Int16Array.from(input, (x, i) =>
    Math.round(x * scale[i % features]! + offset[i % features]!),
  );
  const rounded = Float32Array.from(
    counts,
    (count, i) => (count - offset[i % features]!) / scale[i % features]!,
  );
  return { ...one, counts, calibration: { ...one.calibration, input: rounded } };
}

describe("raw counts", () => {
  it.each(["cfc-default-32", "ltc-ncp-19", "gru-readout-12", "mlp-single"])(
    "go straight into %s",
    async (name) => {
      const plain = caseOf(name);
      const counts = sensor(plain.calibration.features);
      const one = measured(plain, counts);
      const { network, report } = quantize(one.model, {
        precision: "int8",
        calibration: one.calibration,
        counts,
      });
      expect(report.relativeRmsError).toBeLessThan(0.02);
      const { features, steps } = one.calibration;
      const session = await Session.create(compileInteger(network), { engine: "scalar" });
      const real = await Session.create(compileInteger(network), { engine: "scalar" });
      for (let t = 0; t < steps; t++) {
        const row = one.counts.subarray(t * features, (t + 1) * features);
        const y = real.step(one.calibration.input.subarray(t * features, (t + 1) * features));
        expect(Float32Array.from(session.stepRaw(row), (v, i) => v * network.scales.output[i]!)).toEqual(y);
      }
    },
  );

  it("are what the file remembers", () => {
    const one = caseOf("gru-9");
    const counts = sensor(one.calibration.features);
    const { network } = quantize(one.model, { precision: "int8", calibration: one.calibration, counts });
    const file = writeIntegerModel({ config: one.model, precision: "int8", network });
    const { scales } = readIntegerModel(file, "gru.safetensors").network;
    expect([...scales.input]).toEqual(Array.from(counts.scale, (s) => 1 / s));
    expect([...scales.inputOffset]).toEqual(Array.from(counts.scale, (s, c) => -counts.offset[c]! / s));
  });

  it.each([
    [{ offset: [0], scale: [1] }, /^counts: "offset" expected \d+ numbers, one an input, found 1$/],
    [{ scale: 0 }, /^counts: "scale\[0\]" expected a number above 0, found 0$/],
    [{ scale: -2 }, /^counts: "scale\[0\]" expected a number above 0, found -2$/],
    [{ offset: Number.NaN }, /^counts: "offset\[0\]" expected a finite number, found NaN$/],
    [
      { scale: 1e6 },
      /^counts: "counts" expected counts from -32768 to 32767 in channel 0, found -?\d+ \(shift the readings right, and scale with them\)$/,
    ],
  ])("of %j are refused", (change, message) => {
    const { model, calibration } = caseOf("gru-9");
    const all = (x: unknown, otherwise: ArrayLike<number>) =>
      typeof x === "number" ? new Float64Array(calibration.features).fill(x) : ((x as number[]) ?? otherwise);
    const usual = sensor(calibration.features);
    const counts = {
      offset: all("offset" in change ? change.offset : undefined, usual.offset),
      scale: all("scale" in change ? change.scale : undefined, usual.scale),
    };
    expect(() => quantize(model, { precision: "int8", calibration, counts })).toThrow(message);
  });
});

describe("bits by layer", () => {
  const { model, calibration } = caseOf("cfc-default-32");
  const mixed = (layers: Record<string, "int8" | "int4">, precision: "int8" | "int4" = "int4") =>
    quantize(model, { precision, calibration, layers });

  it("are kept and reported", () => {
    const { network, report } = mixed({ cfc: "int8" });
    expect(report.layers.map(({ name, bits }) => [name, bits])).toEqual([
      ["input", null],
      ["backbone.0", 4],
      ["cfc", 8],
    ]);
    const imageBytes = (layers: Parameters<typeof mixed>[0], precision: "int8" | "int4" = "int4") =>
      compileInteger(mixed(layers, precision).network).image.length;
    expect(compileInteger(network).image.length).toBeLessThan(imageBytes({}, "int8"));
    expect(compileInteger(network).image.length).toBeGreaterThan(imageBytes({}));
    expect(imageBytes({ cfc: "int4", "backbone.0": "int4" }, "int8")).toBe(imageBytes({}));
  });

  it("lie between the errors of both", () => {
    const error = (layers: Parameters<typeof mixed>[0]) => mixed(layers).report.relativeRmsError;
    expect(error({ cfc: "int8" })).toBeLessThan(error({}));
    expect(error({ "backbone.0": "int8" })).toBeLessThan(error({}));
  });

  it("of a layer that does not exist are refused with the nearest name", () => {
    expect(() => mixed({ "backbone.1": "int8" })).toThrow(
      'layers: "backbone.1" expected one of backbone.0, cfc, found no such layer with weights (did you mean "backbone.0"?)',
    );
  });
});

describe("calibration data from a data set", () => {
  const sequences = Array.from({ length: 40 }, (_, s) => ({
    input: Array.from({ length: 10 }, (_, t) => [s + t / 10]),
    target: [0],
  }));
  const { splits, ...rest } = made({ task: "regression", sequences });
  const dataset = { ...rest, splits: { ...splits, train: splits.test } };

  it("are evenly spaced, and the extremes of each input among them", () => {
    const all = calibrationOf(dataset);
    expect(all.calibration).toHaveLength(40);
    expect(all).toMatchObject({ source: "made, train", steps: 400, ofSteps: 400, time: { min: 1, max: 1 } });
    const some = calibrationOf(dataset, "train", 100);
    const first = some.calibration.map(({ input }) => Math.floor(input[0]!));
    expect(first).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 39]);
    expect(some.calibration.every(({ steps, features }) => steps === 10 && features === 1)).toBe(true);
    expect(some).toMatchObject({ steps: 110, ofSteps: 400 });
  });

  it("are pieces of one long stream", () => {
    const stream = Array.from({ length: 3000 }, (_, t) => [t === 1300 ? 9 : Math.sin(t)]);
    const one = made({ task: "regression", sequences: [{ input: stream, target: [0] }] });
    const { calibration } = calibrationOf(one, "test", 600);
    expect(calibration.every(({ steps }) => steps <= 256)).toBe(true);
    expect(calibration.some(({ input }) => input.includes(9))).toBe(true);
    expect(calibration.length).toBeLessThan(6);
  });

  it("know the elapsed times of the whole part", () => {
    const timed = sequences.map((sequence, s) => ({
      ...sequence,
      timespans: new Array(10).fill(s === 17 ? 0.25 : 2),
    }));
    const part = made({ task: "regression", sequences: timed });
    expect(calibrationOf(part, "test", 100).time).toEqual({ min: 0.25, max: 2 });
  });

  it("come from a part that has samples", () => {
    expect(() => calibrationOf(dataset, "validation")).toThrow(
      'made: "split" expected a part with samples to calibrate on (train or test), found validation, which is empty',
    );
  });
});
