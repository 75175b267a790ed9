// Sessions of integer networks: real numbers in and out, raw counts, elapsed times.

import { describe, expect, it } from "vitest";
import { ENGINES } from "../../bindings/core/core.ts";
import { Session } from "../../bindings/core/session.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { randomModel } from "../network/random-model.ts";
import { randomCase } from "../reference/integer/random-network.ts";
import { runIntegerReference } from "../reference/integer/run.ts";

const { network: unscaled, raw } = randomCase("cfc-mixed-memory", 3, 6, CONTROL_BYTES);
const nInputs = unscaled.input.length;
const scaled = (vector: Float64Array, unit: number) => vector.map((_, i) => unit * (i + 1));
const network: IntNetwork = {
  ...unscaled,
  time: { exponent: 4, min: 4, max: 100 },
  scales: {
    input: scaled(unscaled.scales.input, 0.25),
    inputOffset: scaled(unscaled.scales.input, -1.5),
    output: scaled(unscaled.scales.output, 1 / 2048),
    hidden: scaled(unscaled.scales.hidden, 2 ** -15),
    cell: scaled(unscaled.scales.cell, 2 ** -12),
  },
};
const compiled = compileInteger(network);
const create = (engine: (typeof ENGINES)[number] = "scalar") => Session.create(compiled, { engine });
/** What a count of input `i` stands for. */
const realInput = (count: number, i: number) =>
  count * network.scales.input[i]! + network.scales.inputOffset[i]!;
const countsOf = (step: number) => raw.slice(step * nInputs, (step + 1) * nInputs);

describe.each(ENGINES)("on the %s core", (engine) => {
  it("a step in real numbers is the step in raw counts, scaled", async () => {
    const [real, counts] = [await create(engine), await create(engine)];
    for (let step = 0; step < 6; step++) {
      const y = counts.stepRaw(countsOf(step), 24);
      const x = Array.from(countsOf(step), (count, i) => realInput(count, i));
      const expected = Float32Array.from(y, (value, i) => value * network.scales.output[i]!);
      expect(real.step(x, 1.5)).toEqual(expected);
    }
    expect(real.sawNonFinite).toBe(false);
  });
});

it("real inputs are rounded half up and saturate", async () => {
  const [real, counts] = [await create(), await create()];
  const [unit] = network.scales.input;
  const [offset] = network.scales.inputOffset;
  for (const [x, count] of [
    [2.5 * unit!, 3],
    [-2.5 * unit!, -2],
    [1e30, 32767],
    [-1e30, -32768],
  ] as const) {
    const row = new Int16Array(nInputs);
    row[0] = count;
    const y = counts.stepRaw(row);
    const expected = Float32Array.from(y, (value, i) => value * network.scales.output[i]!);
    expect(real.step(Array.from(row, (c, i) => (i === 0 ? x + offset! : realInput(c, i))))).toEqual(expected);
  }
});

it("elapsed times outside of the image's range are clamped and counted until a reset", async () => {
  const session = await create();
  const counts = countsOf(0);
  for (const units of [4, 100, 16]) session.stepRaw(counts, units);
  session.stepRaw(counts);
  expect(session.clampedSteps).toBe(0);
  for (const units of [1, 3, 101, 65535]) session.stepRaw(counts, units);
  session.step(new Float32Array(nInputs), 1e-9);
  session.step(new Float32Array(nInputs), 1e30);
  expect(session.clampedSteps).toBe(6);
  session.reset();
  expect(session.clampedSteps).toBe(0);
  const short = await create();
  const shortest = await create();
  expect(short.stepRaw(counts, 1)).toEqual(shortest.stepRaw(counts, 4));
});

it("initial states go through the reference's rounding, and so do their i8 copies", async () => {
  const session = await create();
  const row = (vector: Float64Array, unit: number) => Float32Array.from(vector, (_, i) => unit * (7 - 3 * i));
  const initialH = row(network.scales.hidden, 0.03);
  const initialC = row(network.scales.cell, 0.2);
  const steps = 2;
  const input = Float32Array.from(raw.subarray(0, steps * nInputs), (c, i) => realInput(c, i % nInputs));
  const result = session.run({
    ...{ batch: 1, steps, features: nInputs, input, timespans: null, initialH, initialC },
  });
  const quantized = (values: Float32Array, scales: Float64Array) =>
    Int16Array.from(values, (x, i) => Math.max(-32767, Math.min(32767, Math.floor(x / scales[i]! + 0.5))));
  const expected = runIntegerReference(network, raw.slice(0, steps * nInputs), {
    hidden: quantized(initialH, network.scales.hidden),
    cell: quantized(initialC, network.scales.cell),
  });
  const real = (values: Int16Array, scales: Float64Array) =>
    Float32Array.from(values, (v, i) => v * scales[i % scales.length]!);
  expect(result.output.data).toEqual(real(expected.output, network.scales.output));
  expect(result.finalH.data).toEqual(real(expected.hidden, network.scales.hidden));
  expect(result.finalC!.data).toEqual(real(expected.cell, network.scales.cell));
});

describe("refuses, and keeps the state:", () => {
  it.each([
    ["a width", (s: Session) => s.step(new Float32Array(nInputs + 1)), `"input" expected length ${nInputs}`],
    ["a raw width", (s: Session) => s.stepRaw(new Int16Array(0)), `"input" expected length ${nInputs}`],
    ["NaN", (s: Session) => s.step(new Float32Array(nInputs).fill(Number.NaN)), '"input" expected finite'],
    ["no time", (s: Session) => s.step(new Float32Array(nInputs), 0), '"elapsed" expected a positive'],
    [
      "endless time",
      (s: Session) => s.step(new Float32Array(nInputs), Infinity),
      '"elapsed" expected a positive',
    ],
    ["no units", (s: Session) => s.stepRaw(countsOf(0), 0), '"elapsedUnits" expected a whole number'],
    ["half a unit", (s: Session) => s.stepRaw(countsOf(0), 1.5), '"elapsedUnits" expected a whole number'],
    [
      "too many units",
      (s: Session) => s.stepRaw(countsOf(0), 65536),
      '"elapsedUnits" expected a whole number',
    ],
  ])("%s", async (_, run, message) => {
    const [session, untouched] = [await create(), await create()];
    session.stepRaw(countsOf(0));
    untouched.stepRaw(countsOf(0));
    expect(() => run(session)).toThrow(message);
    expect(session.stepRaw(countsOf(1))).toEqual(untouched.stepRaw(countsOf(1)));
  });

  it("raw counts for a network of floats", async () => {
    const floats = await Session.create(compile(randomModel(1)), { engine: "scalar" });
    expect(() => floats.stepRaw(new Int16Array(1))).toThrow("expected an integer network");
    expect(floats.clampedSteps).toBe(0);
  });
});
