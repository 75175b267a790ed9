// Evaluation in the core against what known networks must answer.

import { describe, expect, it } from "vitest";
import { loadDataset } from "../../bindings/data/load.ts";
import { compareNetworks } from "../../bindings/evaluate/compare.ts";
import { evaluate } from "../../bindings/evaluate/evaluate.ts";
import { measureFidelity } from "../../bindings/evaluate/fidelity.ts";
import { wilson } from "../../bindings/evaluate/intervals.ts";
import { Network } from "../../bindings/network.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { noSharedData, SHARED_DATA } from "../data/shared-data.ts";
import { randomModel, TestRandom } from "../network/random-model.ts";
import { caseOf } from "../quantize/cases.ts";
import { linear, made } from "./made-networks.ts";

/** Classes by the larger of two inputs; `wrong` of them are labelled otherwise. */
function twoClasses(n: number, wrong: number) {
  const sequences = Array.from({ length: n }, (_, i) => {
    const isOne = i % 2;
    return { input: [[9, 9], isOne ? [0, 1] : [1, 0]], target: [i < wrong ? 1 - isOne : isOne] };
  });
  return made({ task: "classification", sequences });
}

const IDENTITY = linear([
  [1, 0],
  [0, 1],
]);
const SWAPPED = linear(
  [
    [0, 1],
    [1, 0],
  ],
  [0, 0],
  "swapped",
);

describe("evaluate", () => {
  it("gives accuracy of sequences with Wilson's interval", async () => {
    const evaluation = await evaluate(IDENTITY, twoClasses(200, 10));
    expect(evaluation).toMatchObject({
      dataset: "made",
      split: "test",
      n: 200,
      sequences: 200,
      warnings: [],
    });
    const { name, value, min, max, constant, method } = evaluation.metric;
    expect({ name, value, constant, method }).toEqual({
      name: "accuracy",
      value: 0.95,
      constant: 0.5,
      method: "wilson",
    });
    expect({ min, max }).toEqual(wilson(190, 200, 0.9));
    expect(evaluation.metrics.map((m) => m.name)).toEqual(["accuracy", "balancedAccuracy", "f1"]);
    const wider = await evaluate(IDENTITY, twoClasses(200, 10), { level: 0.95 });
    expect(wider.metric.min).toBeLessThan(min);
  });

  it("reads the last step, the mean of all, or every step", async () => {
    const sequences = [{ input: [[1], [2], [6]], target: [0] }];
    const of = (changes: object) => made({ task: "regression", sequences, changes });
    const value = async (changes: object) => (await evaluate(linear([[1]]), of(changes))).metric.value;
    expect(await value({ readout: "last" })).toBe(36);
    expect(await value({ readout: "mean" })).toBe(9);
    const perStep = made({ task: "regression", sequences: [{ input: [[1], [2], [6]], target: [0, 0, 0] }] });
    const evaluation = await evaluate(linear([[1]]), perStep);
    expect(evaluation).toMatchObject({ n: 3, sequences: 1, units: 1 });
    expect(evaluation.metric.value).toBeCloseTo(41 / 3, 12);
  });

  it("starts each sequence from zeros and hands elapsed times on", async () => {
    const network = Network.fromModel(randomModel(4, { kind: "ncps LTC" }));
    const { input, output } = network.compiled;
    const random = new TestRandom(1);
    const sequences = [1, 2].map(() => ({
      input: Array.from({ length: 3 }, () =>
        Array.from({ length: input.length }, () => random.between(-1, 1)),
      ),
      timespans: [0.5, 1, 2],
      target: [0],
    }));
    const session = await network.session();
    let squares = 0;
    for (const sequence of sequences) {
      session.reset();
      const outputs = sequence.input.map((x, i) => session.step(x, sequence.timespans[i]));
      for (const y of outputs.at(-1)!) squares += y * y;
    }
    const nTargets = output.length;
    const data = made({
      task: "regression",
      sequences: sequences.map((s) => ({ ...s, target: new Array(nTargets).fill(0) })),
      changes: { nTargets, nOutputs: nTargets, targetsPer: "sequence", readout: "last" },
    });
    expect((await evaluate(network, data)).metric.value).toBeCloseTo(squares / (2 * nTargets), 12);
  });

  it("takes one binary output for a logit and two for classes", async () => {
    const sequences = Array.from({ length: 60 }, (_, i) => ({
      input: [[i < 30 ? -1 - i : i]],
      target: [i < 30 ? 0 : 1],
    }));
    const data = made({ task: "binary", sequences });
    const one = await evaluate(linear([[1]]), data);
    const two = await evaluate(linear([[0], [1]]), data);
    expect(one.metric).toMatchObject({ name: "auc", value: 1 });
    expect(two.metrics).toEqual(one.metrics);
    expect(one.metrics.find(({ name }) => name === "accuracy")!.value).toBe(1);
    const shifted = await evaluate(linear([[1]]), data, { threshold: 1000 });
    expect(shifted.metrics.find(({ name }) => name === "accuracy")!.value).toBe(0.5);
  });

  it("gives the same figures on every engine and for equal seeds", async () => {
    const random = new TestRandom(3);
    const network = Network.fromModel(randomModel(2, { kind: "wired CfC" }));
    const [nIn, nOut] = [network.compiled.input.length, network.compiled.output.length];
    const sequences = Array.from({ length: 30 }, () => ({
      input: Array.from({ length: 4 }, () => Array.from({ length: nIn }, () => random.between(-2, 2))),
      target: Array.from({ length: nOut }, () => random.between(-1, 1)),
    }));
    const data = made({
      task: "regression",
      sequences,
      changes: { nTargets: nOut, nOutputs: nOut, targetsPer: "sequence", readout: "mean" },
    });
    const [simd, scalar, other] = [
      await evaluate(network, data, { engine: "simd" }),
      await evaluate(network, data, { engine: "scalar" }),
      await evaluate(network, data, { seed: 2 }),
    ];
    expect(scalar).toEqual(simd);
    expect(other.metric.value).toBe(simd.metric.value);
    expect(other.metric.min).not.toBe(simd.metric.min);
  });
});

describe("evaluate flags or refuses what proves little", () => {
  it("a test set that is too small", async () => {
    const { warnings } = await evaluate(IDENTITY, twoClasses(12, 2));
    expect(warnings).toEqual([
      expect.stringMatching(/^the test set is too small: the interval of accuracy is as wide as \d+ points$/),
    ]);
  });

  it("a network that a constant answer equals, classes that are absent", async () => {
    const sequences = Array.from({ length: 100 }, () => ({ input: [[1, 0, 0]], target: [0] }));
    const data = made({ task: "classification", sequences, classes: ["a", "b", "c"] });
    const identity = linear([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const { warnings } = await evaluate(identity, data);
    expect(warnings).toEqual([
      "not told apart from a constant answer, whose accuracy is 1",
      "no sequence of b, c in this part",
    ]);
    expect((await evaluate(SWAPPED, twoClasses(200, 10))).warnings).toContain(
      "worse than a constant answer, whose accuracy is 0.5",
    );
  });

  it("one event in one stream", async () => {
    const input = Array.from({ length: 400 }, (_, i) => [i >= 300 && i < 310 ? 1 : 0]);
    const sequences = [{ input, target: input.map(([x]) => x!) }];
    const data = made({ task: "binary", sequences, changes: { metric: "averagePrecision", blockSteps: 20 } });
    const { units, metric, warnings } = await evaluate(linear([[1]]), data);
    expect({ units, value: metric.value }).toEqual({ units: 20, value: 1 });
    expect(warnings).toContain("all 10 answers of class yes come from 1 of 20 blocks of 20 steps");
    expect(
      warnings.some((text) => /^averagePrecision is undefined in 3\d % of the resamples$/.test(text)),
    ).toBe(true);
  });

  it("answers that are right throughout keep an interval", async () => {
    const sequences = Array.from({ length: 40 }, (_, i) => ({
      input: [[i % 2], [1 - (i % 2)]],
      target: [i % 2, 1 - (i % 2)],
    }));
    const data = made({ task: "binary", sequences, changes: { metric: "accuracy" } });
    const { metric, n } = await evaluate(linear([[1]], [-0.5]), data);
    expect({ n, value: metric.value, max: metric.max, method: metric.method }).toEqual({
      n: 80,
      value: 1,
      max: 1,
      method: "wilson",
    });
    expect(metric.min).toBeCloseTo(wilson(40, 40, 0.9).min, 12);
  });

  it.each([
    ["inputs", linear([[1], [1]]), twoClasses(4, 0), 'linear: "inputs" expected 2 for made, found 1'],
    [
      "outputs",
      linear([[1, 1]]),
      twoClasses(4, 0),
      'linear: "outputs" expected 2 for made, one a class, found 1',
    ],
    [
      "an empty part",
      IDENTITY,
      made({ task: "classification", sequences: [] }),
      'made: "test" expected at least one sequence, found none',
    ],
    [
      "one class where the metric needs both",
      linear([[1]]),
      made({ task: "binary", sequences: [{ input: [[1]], target: [1] }] }),
      'made: "test" expected sequences of both classes, which auc needs, found only yes',
    ],
  ])("%s", async (_, network, data, message) => {
    const fitting = { ...data, nInputs: data.splits.test.length === 0 ? 2 : data.nInputs };
    await expect(evaluate(network, fitting)).rejects.toMatchObject({ name: "LiquidEdgeError", message });
  });

  it("outputs that are not finite", async () => {
    const data = made({ task: "regression", sequences: [{ input: [[1], [3e38]], target: [0, 0] }] });
    expect((await evaluate(linear([[10]]), data)).nonFinite).toBe("s0 step 1");
  });
});

describe("a comparison", () => {
  it("counts agreement and who was right alone", async () => {
    // Right: the identity on all, the other on those whose second input is smaller.
    const sequences = Array.from({ length: 100 }, (_, i) => ({
      input: [i < 80 ? [2, 0] : [0, 2]],
      target: [i < 80 ? 0 : 1],
    }));
    const data = made({ task: "classification", sequences });
    const always = linear(
      [
        [0, 0],
        [0, 0],
      ],
      [1, 0],
      "always 0",
    );
    const { evaluation, reference, comparison } = await compareNetworks(always, IDENTITY, data);
    expect([evaluation.metric.value, reference.metric.value]).toEqual([0.8, 1]);
    const { drop, agreement, mcNemar, deviation } = comparison;
    expect(drop).toMatchObject({ name: "accuracy", relative: null });
    expect(drop.value).toBeCloseTo(0.2, 12);
    expect(drop.min).toBeGreaterThan(0.1);
    expect(drop.max).toBeLessThan(0.3);
    expect(agreement).toEqual({ value: 0.8, ...wilson(80, 100, 0.9), method: "wilson" });
    expect(mcNemar).toMatchObject({ onlyFirst: 0, onlySecond: 20 });
    expect(mcNemar!.exact).toBeCloseTo(2 ** -19, 12);
    // Outputs [1, 0] against [2, 0] 80 times, against [0, 2] 20 times.
    expect(deviation!.rms).toBeCloseTo(Math.sqrt((80 + 20 * 5) / 200), 12);
    expect(deviation!.relative).toBeCloseTo(Math.sqrt((80 + 20 * 5) / 400), 12);
    expect(deviation!.max).toBe(2);
  });

  it("of a network with itself is nothing, for sure", async () => {
    const { comparison } = await compareNetworks(IDENTITY, IDENTITY, twoClasses(50, 5));
    expect(comparison.drop).toMatchObject({ value: 0, min: 0, max: 0 });
    expect(comparison.agreement!.value).toBe(1);
    expect(comparison.mcNemar).toMatchObject({ onlyFirst: 0, onlySecond: 0, exact: 1, midP: 1 });
    expect(comparison.deviation).toEqual({ rms: 0, max: 0, relative: 0 });
  });

  it("is much narrower than two intervals, and relative for errors", async () => {
    const random = new TestRandom(5);
    const sequences = Array.from({ length: 60 }, () => {
      const x = random.between(-1, 1);
      const steps = Array.from({ length: 5 }, () => [x]);
      const noise = random.between(-2, 2);
      return { input: steps, target: steps.map(() => x + noise) };
    });
    const data = made({ task: "regression", sequences });
    const { evaluation, comparison } = await compareNetworks(linear([[0.9]]), linear([[1]]), data);
    const { drop, agreement, mcNemar } = comparison;
    const width = evaluation.metric.max - evaluation.metric.min;
    expect(drop.max - drop.min).toBeLessThan(width / 5);
    expect(drop.relative!.value).toBeCloseTo(drop.value / (evaluation.metric.value - drop.value), 12);
    expect({ agreement, mcNemar }).toEqual({ agreement: null, mcNemar: null });
  });
});

describe("fidelity", () => {
  it("follows outputs and states step by step", async () => {
    const sequences = [
      { input: [[1], [2]], target: [0, 0] },
      { input: [[3]], target: [0] },
    ];
    const data = made({ task: "regression", sequences });
    const fidelity = await measureFidelity(linear([[1.5]]), linear([[1]], [0], "one"), data);
    expect(fidelity).toMatchObject({ reference: "one", sequences: 2, steps: 3, state: null });
    const { rms, max, maxAt, relative, rmsByStep } = fidelity.output;
    expect({ max, maxAt, relative }).toEqual({ max: 1.5, maxAt: "s1 step 0", relative: 0.5 });
    expect(rms).toBeCloseTo(Math.sqrt((0.25 + 1 + 2.25) / 3), 12);
    expect([...rmsByStep]).toEqual([Math.sqrt(2.5 / 2), 1]);
  });

  it("sees no difference of a network to itself, states included", async () => {
    const network = Network.fromModel(randomModel(4, { kind: "ncps LTC" }));
    const [nIn, nOut] = [network.compiled.input.length, network.compiled.output.length];
    const input = Array.from({ length: 9 }, (_, i) => new Array(nIn).fill(i / 9));
    const data = made({
      task: "regression",
      sequences: [{ input, target: new Array(nOut).fill(0) }],
      changes: { nTargets: nOut, nOutputs: nOut },
    });
    const { output, state } = await measureFidelity(network, network, data);
    expect(output).toMatchObject({ rms: 0, max: 0, maxAt: null, relative: 0 });
    expect(state).toMatchObject({ rms: 0, max: 0, relative: 0 });
    expect(state!.rmsByStep).toHaveLength(9);
  });
});

describe("saturation of an integer network", () => {
  /** y = x1 - x2, calibrated on inputs in ±1. */
  const model = linear([[1, -1]]).model;
  const calibration = {
    ...{ batch: 1, steps: 4, features: 2, timespans: null, initialH: null, initialC: null },
    input: Float32Array.of(1, -1, -1, 1, 0.5, 0.5, 0, 0),
  };
  const { network: integers } = quantize(model, { precision: "int8", calibration });
  const network = Network.fromInteger({ config: model, precision: "int8", network: integers }, "q");

  const follow = async (input: number[][]) => {
    const data = made({
      task: "regression",
      sequences: [
        { input, target: [0] },
        { input, target: [0] },
      ],
    });
    const { saturation } = await measureFidelity(network, Network.fromModel(model), data);
    return saturation!;
  };

  it("is none on inputs as calibrated, where every value is counted", async () => {
    const saturation = await follow([
      [1, -1],
      [-0.25, 0.5],
      [0, 1],
    ]);
    expect(saturation).toEqual({
      layers: [
        { name: "input", kind: "int-input", values: 12, saturated: 0 },
        { name: "layers.0", kind: "int-dense", values: 6, saturated: 0 },
      ],
      inputs: 12,
      clippedInputs: 0,
      clampedSteps: 0,
    });
  });

  it("counts what lies beyond, layer by layer, and inputs beyond the raw counts", async () => {
    // 2 is beyond the calibrated range and within the counts; 1e6 is beyond both.
    const { layers, clippedInputs } = await follow([
      [2, 0],
      [0, -1e6],
      [1e6, 1e6],
    ]);
    expect(layers[0]).toMatchObject({ values: 12, saturated: 8 });
    const [unit] = integers.scales.input;
    expect([2 / unit! < 32_767, 1e6 / unit! > 32_767]).toEqual([true, true]);
    expect(clippedInputs).toBe(6);
  });

  it("counts the steps whose elapsed time the core clamps", async () => {
    const irregular = caseOf("ltc-irregular-12");
    const { network: ltc } = quantize(irregular.model, { ...irregular, precision: "int8" });
    const { min, max, exponent } = ltc.time;
    const [low, high] = [min / 2 ** exponent, max / 2 ** exponent];
    const timespans = [low, high, low / 3, high * 2, (low + high) / 2, high * 100];
    const [nInputs, nOutputs] = [ltc.input.length, ltc.output.length];
    const input = timespans.map(() => new Array(nInputs).fill(0));
    const data = made({
      task: "regression",
      sequences: [{ input, target: new Array(nOutputs).fill(0), timespans }],
      changes: { nTargets: nOutputs, nOutputs },
    });
    const pair = Network.fromInteger({ config: irregular.model, precision: "int8", network: ltc }, "q");
    const fidelity = await measureFidelity(pair, Network.fromModel(irregular.model), data);
    expect(fidelity.saturation!.clampedSteps).toBe(3);
    expect(fidelity.state!.rmsByStep).toHaveLength(6);
  });

  it("does not concern floats", async () => {
    const data = made({ task: "regression", sequences: [{ input: [[1, 2]], target: [0] }] });
    const fidelity = await measureFidelity(Network.fromModel(model), network, data);
    expect(fidelity.saturation).toBeNull();
  });

  it.each(["cfc-mixed-memory-16", "ltc-ncp-19", "lstm-9"])(
    "counts in the steps that the core does: %s",
    async (name) => {
      const { model: floats, calibration: own } = caseOf(name);
      const { network: ints } = quantize(floats, { precision: "int8", calibration: own });
      const quantized = Network.fromInteger({ config: floats, precision: "int8", network: ints }, "q");
      const session = await quantized.session();
      const run = new IntegerRun(ints);
      for (let t = 0; t < own.steps; t++) {
        const y = session.step(
          own.input.subarray(t * own.features, (t + 1) * own.features).map((x) => 100 * x),
        );
        const { input, elapsedUnits } = session.rawStep!;
        const counted = run.step(input, elapsedUnits);
        expect(Float32Array.from(counted, (value, i) => value * ints.scales.output[i]!)).toEqual(y);
      }
      // Inputs of an LTC keep all 16 bits of the raw counts: these are clipped before anything saturates.
      expect(run.counts[0]!.saturated + session.clippedInputs).toBeGreaterThan(0);
    },
  );
});

describe.skipIf(noSharedData())("on real data", () => {
  it("a network that reads the light meter scores what the README of occupancy says", async () => {
    const data = await loadDataset("occupancy", `${SHARED_DATA}/occupancy`);
    const { offset, scale } = data.normalisation!;
    const at = data.inputs.indexOf("light");
    const reader = linear([data.inputs.map((_, i) => (i === at ? scale[at]! : 0))], [offset[at]! - 365]);
    const right: string[] = [];
    for (const group of ["test1", "test2"]) {
      const test = data.splits.test.filter((sample) => sample.group === group);
      const { metric } = await evaluate(reader, { ...data, splits: { ...data.splits, test } });
      right.push((100 * metric.value).toFixed(2));
      expect(metric.constant.toFixed(3)).toBe(group === "test1" ? "0.635" : "0.790");
    }
    expect(right).toEqual(["97.86", "99.31"]);
  });

  it("a network that answers 0 has an MSE of 0.1673 on the lidar's test runs", async () => {
    const data = await loadDataset("lidar-steering", `${SHARED_DATA}/lidar-steering`);
    const { metric, warnings, n } = await evaluate(linear([data.inputs.map(() => 0)]), data);
    expect(n).toBe(2153);
    expect(metric.value.toFixed(4)).toBe("0.1673");
    // The README: about ±30 % at 95 % by a bootstrap over the 7 runs.
    expect(metric.max / metric.value).toBeGreaterThan(1.1);
    expect(warnings).toContain("the interval rests on 7 sequences only; the true one is wider");
  });

  it("any constant answer has an AUC of 0.5 on physionet2012, and 1 in 13 right on imu-wand", async () => {
    const stays = await loadDataset("physionet2012", `${SHARED_DATA}/physionet2012`);
    const constant = await evaluate(linear([stays.inputs.map(() => 0)], [1]), stays);
    expect(constant.metric).toMatchObject({ name: "auc", value: 0.5 });
    expect(constant.metrics.find(({ name }) => name === "averagePrecision")!.value).toBeCloseTo(
      102 / 800,
      12,
    );
    const gestures = await loadDataset("imu-wand", `${SHARED_DATA}/imu-wand`);
    const wave = linear(
      gestures.classes!.map(() => gestures.inputs.map(() => 0)),
      gestures.classes!.map((c) => (c === "Wave" ? 1 : 0)),
    );
    expect((await evaluate(wave, gestures)).metric).toMatchObject({ value: 30 / 390, constant: 30 / 390 });
  });
});
