// Quantization-aware training: outputs are those of the integers that quantization gives, executed by their second
// implementation; the gradient is that of the float network from their states; a training lowers the integers' loss.

import { describe, expect, it } from "vitest";
import type { Sequence } from "../../bindings/core/sequence.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import type { Model } from "../../bindings/network/model.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { CELLS, networkFor } from "../../bindings/train/cells.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { QuantizedNetwork } from "../../bindings/train/quantized-network.ts";
import { FULL } from "../firmware/full.ts";
import { MODEL_KINDS, type ModelKind, randomModel, randomSequence } from "../network/random-model.ts";
import { SMALL, trainOn } from "./small-training.ts";

const N_NETWORKS = FULL ? 100 : 8;
const N_STEPS = 10;
/** Of which there are no integers. */
const FLOAT_KINDS: readonly ModelKind[] = ["CT-RNN", "explicit LTC"];
const KINDS = MODEL_KINDS.filter((kind) => !FLOAT_KINDS.includes(kind));

function sequenceFor(seed: number, model: Model): Sequence {
  const { input, timespans } = randomSequence(seed, model, N_STEPS);
  return {
    batch: 1,
    steps: N_STEPS,
    features: input.length / N_STEPS,
    input,
    timespans,
    initialH: null,
    initialC: null,
  };
}

/** Outputs and states before each step, in real numbers. */
function integersOf(
  model: Model,
  precision: IntegerPrecision,
  calibration: Sequence,
  { input, timespans }: Sequence,
) {
  const network = quantizePlainly(model, { precision, calibration });
  const run = new IntegerRun(network);
  const width = input.length / N_STEPS;
  const real = (words: Int16Array, unit: Float64Array) => Array.from(words, (value, i) => value * unit[i]!);
  const output: number[] = [];
  const states: number[] = [];
  for (let t = 0; t < N_STEPS; t++) {
    const { hidden, cell, scales } = network;
    states.push(...real(run.words(hidden), scales.hidden), ...real(run.words(cell), scales.cell));
    const elapsed = toTimeUnits(network, timespans === null ? 1 : timespans[t]!);
    output.push(
      ...real(run.step(toRaw(network, input.subarray(t * width, (t + 1) * width)), elapsed), scales.output),
    );
  }
  return { output: Float32Array.from(output), states: Float32Array.from(states) };
}

/** Null where a network has no integers: an LTC whose synapses no 32-bit sum holds. */
async function unlessRefused<T>(make: () => T | Promise<T>): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    expect(error).toBeInstanceOf(LiquidEdgeError);
    expect((error as LiquidEdgeError).code).toBe("unavailable");
    return null;
  }
}

describe.each(KINDS)(`${N_NETWORKS} random networks: %s`, (kind) => {
  it("have the outputs of their integers, also with other weights", async () => {
    let count = 0;
    for (let seed = 0; count < N_NETWORKS; seed++) {
      expect(seed, "seeds until there are enough networks with integers").toBeLessThan(3 * N_NETWORKS);
      const model = randomModel(seed, { kind });
      const calibration = sequenceFor(seed, model);
      const precision = seed % 2 === 0 ? "int8" : "int4";
      const network = await unlessRefused(() => QuantizedNetwork.create(model, { precision, calibration }));
      if (network === null) continue;
      const shown = sequenceFor(seed + 1000, model);
      const sequence = { ...shown, timespans: calibration.timespans };
      const options = sequence.timespans === null ? {} : { timespans: sequence.timespans };
      const expected = integersOf(model, precision, calibration, sequence);
      expect(network.forward(sequence.input, options), `seed ${seed}`).toEqual(expected.output);
      for (let i = 0; i < network.parameters.length; i++) network.parameters[i]! *= 0.9 + 0.1 * Math.cos(i);
      if ((await unlessRefused(() => network.startEpoch())) === null) continue;
      count++;
      const changed = integersOf(network.model, precision, calibration, sequence);
      expect(network.forward(sequence.input, options), `seed ${seed}, changed`).toEqual(changed.output);
    }
  });
});

describe("the gradient of a quantized network", () => {
  it.each(KINDS)("is that of its floats from the states of its integers: %s", async (kind) => {
    const model = randomModel(2, { kind });
    const calibration = sequenceFor(2, model);
    const network = await QuantizedNetwork.create(model, { precision: "int8", calibration });
    const options = calibration.timespans === null ? {} : { timespans: calibration.timespans };
    const { states } = integersOf(model, "int8", calibration, calibration);
    const weights = network.forward(calibration.input, options).map((_, i) => Math.sin(i));
    network.backward(weights);
    const float = await Differentiator.create(model);
    float.forward(calibration.input, { ...options, states });
    float.backward(weights);
    expect(network.gradient).toEqual(float.gradient);
    expect(network.gradient.some((value) => value !== 0)).toBe(true);
  });

  it("has no outputs of weights that are not finite, and comes back from them", async () => {
    const model = randomModel(0, { kind: "GRU" });
    const calibration = sequenceFor(0, model);
    const network = await QuantizedNetwork.create(model, { precision: "int8", calibration });
    const before = network.forward(calibration.input);
    const weights = network.parameters.slice();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      network.parameters[3] = value;
      network.update();
      expect(network.forward(calibration.input).every(Number.isNaN)).toBe(true);
      network.parameters.set(weights);
      network.update();
      expect(network.forward(calibration.input)).toEqual(before);
    }
  });
});

describe("a training for integers", () => {
  it.each(
    CELLS.filter((cell) => cell !== "ctrnn").flatMap((cell) => [
      { cell, precision: "int8" as const },
      { cell, precision: "int4" as const },
    ]),
  )(
    "lowers the loss of its integers, to the same bits after a stop: $cell in $precision",
    async ({ cell, precision }) => {
      const model = initialModel(networkFor({ cell, units: 8 }, SMALL), 1);
      const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(SMALL);
      const create = () => QuantizedNetwork.create(model, { precision, ...calibration });
      const changes = { precision, epochs: 40, learningRate: 0.01 };
      const { trainer } = await trainOn(await create(), changes);
      const { history } = trainer.state;
      expect(history.at(-1)!.trainLoss).toBeLessThan(0.7 * history[0]!.trainLoss);
      const stopped = await trainOn(await create(), changes, null, ({ state }) => state.epoch === 7);
      const { state } = stopped.trainer;
      expect(state.epoch).toBe(7);
      const resumed = await trainOn(await create(), changes, structuredClone(state));
      expect(resumed.trainer.state).toEqual(trainer.state);
    },
  );
});
