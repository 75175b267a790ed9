// Post-training quantization of the golden networks, driven by their own inputs: fidelity, the promises that `check`
// proves, equal bits in the reference interpreter, and refusals.

import { describe, expect, it } from "vitest";
import type { Sequence } from "../../bindings/core/sequence.ts";
import { Session } from "../../bindings/core/session.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { lower } from "../../bindings/image/lower.ts";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { modelWidths, parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { calibrate, forEachStep } from "../../bindings/quantize/calibration.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import { type QuantizeOptions, quantize } from "../../bindings/quantize/quantize.ts";
import { fidelity, toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { randomModel } from "../network/random-model.ts";
import { brokenPromises } from "../reference/integer/proofs.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { runReference } from "../reference/run-model.ts";
import { caseOf, madeFor, ownCases, type QuantizeCase, quantizeCases, toCase } from "./cases.ts";

const cases = quantizeCases();
const quantized = (one: QuantizeCase, precision: "int8" | "int4" = "int8") =>
  quantize(one.model, { precision, calibration: one.calibration });

/** Largest relative rms errors of outputs; int4 rounds to 15 values and is stated, not promised. */
const INT8_LIMIT = 0.02;
/** With activations of 16 bits; what is left comes from the weights, most of all in a LiquidGate. */
const WIDE_LIMIT = 0.01;
const WIDE_GATE_LIMIT = 0.015;
const INT4_LIMIT = 0.2;

/** One neuron of these weights. */
function denseModel(weights: Float32Array): Model {
  const config = { input_size: weights.length, layer_sizes: [1] };
  return {
    ...parseConfig({ class: "liquid-edge.MLP", config }, "dense"),
    tensors: new Map([
      ["layers.0.weight", { shape: [1, weights.length], data: weights }],
      ["layers.0.bias", { shape: [1], data: new Float32Array(1) }],
    ]),
  } as Model;
}

/** Raw inputs and elapsed units of a row. */
function rawRow(network: IntNetwork, { steps, features, input, timespans }: Sequence, row: number) {
  const raw = new Int16Array(steps * features);
  for (let t = 0; t < steps; t++) {
    const from = (row * steps + t) * features;
    raw.set(toRaw(network, input.subarray(from, from + features)), t * features);
  }
  const elapsed = Uint16Array.from({ length: steps }, (_, t) =>
    toTimeUnits(network, timespans === null ? 1 : timespans[row * steps + t]!),
  );
  return { raw, elapsed };
}

describe("the float64 run that calibration watches", () => {
  it.each(cases)("computes $name as the reference does", ({ model, calibration }) => {
    const { batch, steps, features, input, timespans } = calibration;
    const times = timespans === null ? null : { shape: [batch, steps], data: timespans };
    const expected = runReference(
      model,
      { shape: [batch, steps, features], data: input },
      { timespans: times },
    );
    const { outputs } = calibrate(lower(model), [calibration]);
    // Folded parameters are float32.
    const difference = outputs.reduce((d, y, i) => Math.max(d, Math.abs(y - expected.output[i]!)), 0);
    expect(difference).toBeLessThan(2e-6);
  });
});

describe("quantize", () => {
  it.each(cases)("keeps $name near the float network with int8", (one) => {
    const { network, report } = quantized(one);
    expect(report.relativeRmsError).toBeLessThan(INT8_LIMIT);
    expect(brokenPromises(network)).toEqual([]);
  });

  it.each(cases)("keeps $name near with activations of 16 bits", (one) => {
    const { model, calibration } = one;
    const { network, report } = quantize(model, { precision: "int8", calibration, activations: 16 });
    const limit = one.name.startsWith("gate") ? WIDE_GATE_LIMIT : WIDE_LIMIT;
    expect(report.relativeRmsError).toBeLessThan(limit);
    expect(brokenPromises(network)).toEqual([]);
    const matrices = network.layers.flatMap((layer) =>
      "matrix" in layer ? [layer.matrix] : "heads" in layer ? layer.heads : [],
    );
    expect(matrices.every(({ activationBits }) => activationBits === 16)).toBe(true);
    expect(network.layers.every((layer) => !("narrowed" in layer) || layer.narrowed === null)).toBe(true);
  });

  it("refuses more columns than a 32-bit accumulator holds, with the way out", () => {
    const wide = (nIn: number, activations: 8 | 16) => {
      const model = denseModel(new Float32Array(nIn).fill(0.01));
      const input = Float32Array.from({ length: 2 * nIn }, (_, i) => Math.cos(i) + 1.5);
      const calibration: Sequence = {
        ...{ batch: 1, steps: 2, features: nIn, input },
        ...{ timespans: null, initialH: null, initialC: null },
      };
      return quantize(model, { precision: "int8", calibration, activations });
    };
    expect(brokenPromises(wide(512, 16).network)).toEqual([]);
    expect(brokenPromises(wide(516, 8).network)).toEqual([]);
    expect(() => wide(516, 16)).toThrow(
      "layer layers.0: 516 columns of int16, a 32-bit accumulator holds 512 (take activations of 8 bits, or split the layer)",
    );
  });

  it("leaves activations at 8 bits where 16 need more columns than an accumulator holds", () => {
    // What the inputs have in common cancels: little is left beside their rounding.
    const made = (nIn: number) => {
      const steps = 12;
      const input = Float32Array.from({ length: steps * nIn }, (_, k) => {
        const [t, i] = [Math.floor(k / nIn), k % nIn];
        return Math.cos(3 * t) + 0.01 * Math.cos(t * i + i * i);
      });
      const weights = Float32Array.from({ length: nIn }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01));
      const model = denseModel(weights);
      const sequence = {
        batch: 1,
        steps,
        features: nIn,
        input,
        timespans: null,
        initialH: null,
        initialC: null,
      };
      return quantize(model, { precision: "int8", calibration: sequence }).report;
    };
    expect(made(512).activations).toBe(16);
    const report = made(516);
    expect(report).toMatchObject({ activations: 8, errorWithBytes: null });
    expect(report.relativeRmsError).toBeGreaterThan(INT8_LIMIT);
  });

  it.each(cases)("makes an int4 network of $name that may run", (one) => {
    const { network, report } = quantized(one, "int4");
    expect(report.relativeRmsError).toBeLessThan(INT4_LIMIT);
    expect(report.activations).toBe(8);
    expect(brokenPromises(network)).toEqual([]);
    for (const layer of network.layers) {
      const matrices = "matrix" in layer ? [layer.matrix] : "heads" in layer ? layer.heads : [];
      for (const { bits, weights } of matrices) {
        expect(bits).toBe(4);
        expect(weights.every((w) => Math.abs(w) <= 7)).toBe(true);
      }
    }
  });

  it.each(cases)("runs $name with the bits of the reference interpreter", (one) => {
    const { network } = quantized(one);
    const run = new IntegerRun(network);
    const row = one.calibration.batch - 1;
    const { raw, elapsed } = rawRow(network, one.calibration, row);
    const expected = runIntegerReference(network, raw, { elapsed });
    const m = network.input.length;
    const output = Array.from(elapsed, (d, t) => [...run.step(raw.subarray(t * m, (t + 1) * m), d)]).flat();
    expect(output).toEqual([...expected.output]);
    expect([...run.words(network.hidden)]).toEqual([...expected.hidden]);
  });

  it("gives the same integers twice", () => {
    const one = caseOf("cfc-mixed-memory-16");
    expect(quantized(one).network).toEqual(quantized(one).network);
  });

  it("folds both time heads into one when the elapsed time is constant", () => {
    const heads = (name: string) => {
      const { network } = quantized(caseOf(name));
      return network.layers.flatMap((layer) => ("heads" in layer ? [layer.heads.length] : []));
    };
    expect(heads("cfc-default-32")).toEqual([3]);
    expect(heads("cfc-irregular-16")).toEqual([4]);
  });

  it("folds a constant elapsed time into LiquidGate's table", () => {
    const one = caseOf("gate-9");
    const n = one.calibration.batch * one.calibration.steps;
    for (const elapsed of [0.01, 1, 7.3, 3600]) {
      const tensors = new Map(one.model.tensors);
      // Rates that suit the time: softplus(a) T stays of the order of 1.
      const bias = tensors.get("a.bias")!;
      const lower = Math.min(Math.max(Math.log(elapsed), -4), 9);
      tensors.set("a.bias", { ...bias, data: bias.data.map((a) => a - lower) });
      const model = { ...one.model, tensors } as Model;
      const calibration = { ...one.calibration, timespans: new Float32Array(n).fill(elapsed) };
      const { network, report } = quantize(model, { precision: "int8", calibration });
      expect(network.layers.find(({ kind }) => kind === "int-gate")).toMatchObject({
        softplus: null,
        expNeg: null,
      });
      expect(report.relativeRmsError, `elapsed time ${elapsed}`).toBeLessThan(INT8_LIMIT);
      expect(brokenPromises(network)).toEqual([]);
    }
  });

  it("reports layers, scales and saturation", () => {
    const one = caseOf("cfc-default-32");
    const { report } = quantized(one);
    expect(report.layers.map(({ name, kind }) => [name, kind])).toEqual([
      ["input", "int-input"],
      ["backbone.0", "int-dense"],
      ["cfc", "int-cfc"],
    ]);
    for (const { values, saturated, outputUnit } of report.layers) {
      expect(values).toBeGreaterThan(0);
      expect(saturated).toBe(0);
      expect(outputUnit[0]).toBeGreaterThan(0);
    }
    expect(report.steps).toBe(120);
  });

  it("counts inputs beyond what calibration saw as saturated", () => {
    const one = caseOf("gru-9");
    const { network, report } = quantized(one);
    const loud = { ...one.calibration, input: one.calibration.input.map((x) => 3 * x) };
    const { outputs } = calibrate(lower(one.model), [loud]);
    fidelity(network, [loud], outputs, report.layers);
    expect(report.layers[0]!.saturated).toBeGreaterThan(0);
  });

  it("clips inputs that few reach, where 4 bits would leave the states' weights no steps", () => {
    const model = randomModel(1, { kind: "GRU" });
    const { inputs: features } = modelWidths(model);
    const steps = 600;
    // Of every input a value in 97 is ten times as far out as the others.
    const input = Float32Array.from(
      { length: steps * features },
      (_, i) => (i % 97 === 0 ? 10 : 1) * Math.sin(1.7 * i + i * i * 0.013),
    );
    const calibration = { ...caseOf("gru-9").calibration, batch: 1, steps, features, input };
    const spiky: QuantizeCase = { name: "spiky", model, calibration };
    const { network, report } = quantized(spiky, "int4");
    expect(report.layers[0]!.saturated).toBeGreaterThan(0);
    expect(report.relativeRmsError).toBeLessThan(INT4_LIMIT);
    expect(brokenPromises(network)).toEqual([]);
    expect(quantized(spiky, "int8").report.layers[0]!.saturated).toBe(0);
  });

  it("uses the whole of a channel that lies far from zero", () => {
    const one = caseOf("mlp-single");
    const shift = 100;
    const far = { ...one.calibration, input: one.calibration.input.map((x) => x + shift) };
    expect(quantize(one.model, { precision: "int8", calibration: far }).report.rmsError).toBeLessThan(
      2 * quantized(one).report.rmsError + 1e-3,
    );
  });
});

describe("elapsed times", () => {
  const scaled = (name: string, factor: number): QuantizeCase => {
    const one = caseOf(name);
    const timespans =
      one.calibration.timespans ?? new Float32Array(one.calibration.batch * one.calibration.steps).fill(1);
    return { ...one, calibration: { ...one.calibration, timespans: timespans.map((t) => t * factor) } };
  };

  /** The case with elapsed times from `shortest` on. */
  const from = (name: string, shortest: number): QuantizeCase => {
    const { timespans } = caseOf(name).calibration;
    return scaled(name, shortest / Math.min(...(timespans ?? [1])));
  };

  it.each([
    ["ltc-fc-8", 0.01],
    ["ltc-irregular-12", 0.01],
    ["ltc-ncp-64", 0.01],
    ["cfc-default-32", 0.01],
    ["cfc-irregular-16", 0.01],
    ["ltc-fc-8", 3600],
    ["ltc-ncp-64", 3600],
    ["cfc-wired-pure-irregular-20", 120],
  ])("%s from %d s on", (name, shortest) => {
    const { network, report } = quantized(from(name, shortest));
    expect(brokenPromises(network)).toEqual([]);
    expect(report.relativeRmsError).toBeLessThan(INT8_LIMIT);
  });

  describe.each([
    { unit: 0.01, isConstant: true, times: "of 0.01 s" },
    { unit: 0.01, isConstant: false, times: "of about 0.01 s that vary" },
    { unit: 3600, isConstant: true, times: "of an hour" },
    { unit: 3600, isConstant: false, times: "of about an hour that vary" },
  ])("$times suit a network that was made for them", ({ unit, isConstant }) => {
    it.each([
      "ltc-irregular-12",
      "ltc-ncp-64",
      "cfc-irregular-16",
      "cfc-default-32",
      "cfc-mixed-memory-16",
      "cfc-wired-32",
      "cfc-no_gate-32",
      "cfc-pure-32",
      "cfc-wired-pure-irregular-20",
      "gate-9",
      "gate-readout-14",
      "gate-irregular-11",
    ])("%s", (name) => {
      const { model, calibration } = madeFor(unit, caseOf(name), isConstant);
      const { network, report } = quantize(model, { precision: "int8", calibration });
      expect(report.relativeRmsError).toBeLessThan(INT8_LIMIT);
      expect(brokenPromises(network)).toEqual([]);
      const row = rawRow(network, calibration, 0);
      const run = new IntegerRun(network);
      const m = network.input.length;
      const steps = [...row.elapsed].flatMap((d, t) => [
        ...run.step(row.raw.subarray(t * m, (t + 1) * m), d),
      ]);
      expect(steps).toEqual([...runIntegerReference(network, row.raw, { elapsed: row.elapsed }).output]);
    });
  });

  it.each([{ unit: 0.01 }, { unit: 3600 }])(
    "of about $unit s that vary widen activations where 8 bits leave more than 2 %",
    ({ unit }) => {
      const { model, calibration } = madeFor(unit, caseOf("cfc-no_gate-32"), false);
      const made = (more: Partial<QuantizeOptions> = {}) =>
        quantize(model, { precision: "int8", calibration, ...more });
      const { network, report } = made();
      const narrow = made({ activations: 8 });
      expect(narrow.report).toMatchObject({ activations: 8, errorWithBytes: null });
      expect(narrow.report.relativeRmsError).toBeGreaterThan(INT8_LIMIT);
      expect(report).toMatchObject({ activations: 16, errorWithBytes: narrow.report.relativeRmsError });
      expect(network).toEqual(made({ activations: 16 }).network);
      // The image keeps its size but for a layer's padding, and the arena loses the copies.
      const [wide, bytes] = [network, narrow.network].map((one) => compileInteger(one));
      expect(Math.abs(wide!.image.length - bytes!.image.length)).toBeLessThan(0.01 * bytes!.image.length);
      expect(network.arenaEnd).toBeLessThanOrEqual(narrow.network.arenaEnd);
    },
  );

  it("give states units of their own where the error would be above 2 %", async () => {
    const { model, calibration } = madeFor(0.01, caseOf("cfc-wired-pure-irregular-20"), false);
    const { network } = quantize(model, { precision: "int8", calibration });
    const { hidden } = network.scales;
    expect(new Set(hidden).size).toBe(hidden.length);
    const run = new IntegerRun(network);
    const m = network.input.length;
    const peaks = network.layers.map((layer) => new Int32Array(layer.out.length));
    for (let row = 0; row < calibration.batch; row++) {
      const { raw, elapsed } = rawRow(network, calibration, row);
      run.reset();
      for (const [t, d] of elapsed.entries()) {
        run.step(raw.subarray(t * m, (t + 1) * m), d);
        for (const [l, { kind, out }] of network.layers.entries()) {
          if (kind !== "int-cfc") continue;
          run.words(out).forEach((h, j) => {
            peaks[l]![j] = Math.max(peaks[l]![j]!, Math.abs(h));
          });
        }
      }
    }
    // The i8 copies fill their range with a tenth to spare, but those of neurons that hardly move.
    const copies = network.layers.flatMap((layer, l) =>
      layer.kind === "int-cfc" && layer.narrowed !== null
        ? [...peaks[l]!].map((peak) => peak / 2 ** layer.narrowed!.shift)
        : [],
    );
    expect(Math.max(...copies)).toBeLessThan(127.5);
    expect(copies.filter((peak) => peak > 100).length).toBeGreaterThan(0.8 * copies.length);
    const { raw, elapsed } = rawRow(network, calibration, 0);
    const session = await Session.create(compileInteger(network), { engine: "scalar" });
    for (const [t, d] of elapsed.entries()) session.stepRaw(raw.subarray(t * m, (t + 1) * m), d);
    const { hidden: last } = runIntegerReference(network, raw, { elapsed });
    expect(session.state).toEqual(Float32Array.from(last, (h, j) => h * hidden[j]!));
  });

  it("follow the range that is asked for", () => {
    const one = caseOf("ltc-fc-8");
    const time = { min: 0.5, max: 4, exponent: 8 };
    const { network } = quantize(one.model, { precision: "int8", calibration: one.calibration, time });
    expect(network.time).toEqual({ exponent: 8, min: 128, max: 1024 });
  });

  it("are refused beyond 16 bits", () => {
    const one = scaled("ltc-fc-8", 1e6);
    expect(() => quantized(one)).toThrow(
      'calibration: "timespans" expected elapsed times from 1 to 65535, found 1000000 to 1000000',
    );
    expect(() => quantized(scaled("ltc-fc-8", 1e-6))).toThrow(/"timespans" expected elapsed times from/);
  });

  it("so short that a capacity leaves no room for weights are refused with the neuron", () => {
    expect(() => quantized(scaled("ltc-fc-8", 2e-4))).toThrow(
      /^layer ltc, neuron \d+: its capacity of .* at the shortest elapsed time/,
    );
  });
});

describe("bad calibration data are refused in one line", () => {
  const one = caseOf("gru-9");
  const { features } = one.calibration;
  const refused = (change: Partial<Sequence>, model: Model = one.model) => {
    try {
      quantize(model, {
        precision: "int8",
        calibration: { ...one.calibration, ...change },
        source: "data.json",
      });
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };

  it("of another width", () => {
    expect(refused({ features: features + 1 })).toBe(
      `data.json: "input" expected ${features} channels, the network's inputs, found ${features + 1}`,
    );
  });
  it("empty", () => {
    expect(refused({ batch: 0, input: new Float32Array(0) })).toBe(
      'data.json: "input" expected at least one time step of calibration data, found none',
    );
  });
  it("constant", () => {
    expect(refused({ input: one.calibration.input.map(() => 0.5) })).toMatch(
      /^data\.json: "input" expected values that vary, found 0\.5 in every step/,
    );
  });
  it("with a channel that is always 0", () => {
    const input = one.calibration.input.map((x, i) => (i % features === 1 ? 0 : x));
    expect(refused({ input })).toMatch(/expected values other than 0 in channel 1, found 0 in every step/);
  });
  it("but not for such a channel of a data set, which declares it", () => {
    const input = one.calibration.input.map((x, i) => (i % features === 1 ? 0 : x));
    const calibration = { ...one.calibration, input };
    const inputNames = Array.from({ length: features }, (_, c) => `x${c}`);
    const { network, report } = quantize(one.model, { precision: "int8", calibration, inputNames });
    expect(report.constantInputs).toEqual([{ input: 1, name: "x1", value: 0 }]);
    expect(report.relativeRmsError).toBeLessThan(INT8_LIMIT);
    expect(brokenPromises(network)).toEqual([]);
    // It is heard all the same, up to 1.
    const last = one.calibration.batch * one.calibration.steps - 1;
    const heard = { ...calibration, input: input.map((x, i) => (i === last * features + 1 ? 1 : x)) };
    const { outputs } = calibrate(lower(one.model), [heard]);
    expect(fidelity(network, [heard], outputs, report.layers).relativeRmsError).toBeLessThan(INT8_LIMIT);
    expect(outputs.at(-1)).not.toBe(calibrate(lower(one.model), [calibration]).outputs.at(-1));
    const still = { ...calibration, input: input.map(() => 0) };
    expect(() => quantize(one.model, { precision: "int8", calibration: still, inputNames })).toThrow(
      'calibration: "input" expected values that vary, found 0 in every step',
    );
  });
  it("with NaN", () => {
    const input = one.calibration.input.slice();
    input[7] = Number.NaN;
    expect(refused({ input })).toBe('data.json: "input.data[7]" expected a finite number, found NaN');
  });
  it("with an elapsed time of 0", () => {
    const timespans = new Float32Array(one.calibration.batch * one.calibration.steps);
    expect(refused({ timespans })).toBe(
      'data.json: "timespans.data[0]" expected an elapsed time above 0, found 0',
    );
  });
});

describe("what has no integer form is refused", () => {
  it("another precision", () => {
    const { model, calibration } = caseOf("gru-9");
    expect(() => quantize(model, { precision: "int2" as never, calibration })).toThrow(
      '"precision" expected int8 or int4, got int2',
    );
  });

  it.each(
    ownCases("solvers")
      .map(toCase)
      .filter(({ name }) => !name.includes("fused")),
  )("$name", (one) => {
    expect(() => quantized(one)).toThrow(/^layer \w+: .* has no integer form \(.*keep it in f32\)$/);
  });

  it("negative conductances", () => {
    const one = caseOf("ltc-explicit-linear-10");
    const tensors = new Map(one.model.tensors);
    const w = tensors.get("rnn_cell.w")!;
    tensors.set("rnn_cell.w", { ...w, data: w.data.map((x) => -x) });
    expect(() => quantized({ ...one, model: { ...one.model, tensors } as Model })).toThrow(
      /^layer ltc, neuron \d+: w from \d+ is -/,
    );
  });
});

describe("calibration data", () => {
  it("of several sequences count together", () => {
    const one = caseOf("gru-9");
    let steps = 0;
    forEachStep(
      [one.calibration, one.calibration],
      () => {},
      () => steps++,
    );
    const { report } = quantize(one.model, {
      precision: "int8",
      calibration: [one.calibration, one.calibration],
    });
    expect(report.steps).toBe(steps);
  });
});
