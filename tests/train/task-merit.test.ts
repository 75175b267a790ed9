// Rounding that the task judges: plain rounding is kept where it has less loss than what is nearest to the floats, by more than
// chance.

import { describe, expect, it } from "vitest";
import type { Dataset } from "../../bindings/data/dataset.ts";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import { quantize, quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { summarise } from "../../bindings/statistics/samples.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { meritSamples, taskMerit } from "../../bindings/train/task-merit.ts";
import { SMALL } from "./small-training.ts";

const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(SMALL);

/** Mean squared error of the last outputs of each train and validation sequence, by the second implementation. */
function lossesOf(network: IntNetwork): number[] {
  const samples = [...SMALL.splits.train, ...SMALL.splits.validation];
  return samples.map(({ input, nSteps, target }) => {
    const run = new IntegerRun(network);
    let output = new Int16Array(0);
    for (let t = 0; t < nSteps; t++) {
      const x = input.subarray(t * SMALL.nInputs, (t + 1) * SMALL.nInputs);
      output = run.step(toRaw(network, x), toTimeUnits(network, 1)).slice();
    }
    const errors = [...output].map((y, i) => y * network.scales.output[i]! - target[i]!);
    return errors.reduce((sum, error) => sum + error ** 2, 0) / SMALL.nOutputs;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the paired differences in units of its standard error. */
function standardErrors(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, i) => value - b[i]!);
  const { n, mean, variance } = summarise(differences);
  return mean / Math.sqrt(variance / n);
}

describe.each(["int8", "int4"] as const)("quantize to %s with a merit", (precision) => {
  it.each(["cfc", "gru", "liquid-gate", "ltc"] as const)(
    "keeps plain rounding where it is better beyond chance: %s",
    async (cell) => {
      const model = initialModel(networkFor({ cell, units: 6 }, SMALL), 3);
      const merit = (await taskMerit(SMALL))!;
      const seen: IntNetwork[] = [];
      const { network, report } = quantize(model, {
        precision,
        ...calibration,
        merit(one) {
          const values = merit(one);
          for (const [i, loss] of lossesOf(one).entries()) expect(-values[i]!).toBeCloseTo(loss, 6);
          seen.push(one);
          return values;
        },
      });
      const [nearest, ...plain] = seen;
      expect(plain).toContainEqual(quantizePlainly(model, { precision, ...calibration }));
      const losses = plain.map(lossesOf);
      const least = Math.min(...losses.map(mean));
      const best = losses.findIndex((one) => mean(one) === least);
      expect(report.isPlain).toBe(standardErrors(lossesOf(nearest!), losses[best]!) > 2);
      expect(network).toEqual(report.isPlain ? plain[best] : nearest);
    },
  );
});

describe("plain rounding", () => {
  const model = initialModel(networkFor({ cell: "gru", units: 6 }, SMALL), 3);
  /** Of what is nearest to the floats the first, of plain rounding the second. */
  const kept = (nearest: readonly number[], plain: readonly number[]) => {
    const answers = [nearest, plain];
    return quantize(model, { precision: "int8", ...calibration, merit: () => answers.shift()! }).report
      .isPlain;
  };
  it.each([
    ["is kept where every part is better by as much", [1, 2, 3], [2, 3, 4], true],
    ["is kept at more than two standard errors", [0, 0, 0, 0], [1, 3, 1, 3], true],
    ["is not kept at less", [0, 0, 0, 0], [-1, 3, -1, 3], false],
    ["is not kept where it is worse, however surely", [2, 3, 4], [1, 2, 3], false],
    ["is not kept where nothing differs", [1, 2], [1, 2], false],
    ["is not kept for a single part", [1], [2], false],
  ] as const)("%s", (_, nearest, plain, expected) => {
    expect(kept(nearest, plain)).toBe(expected);
  });
});

it("judges a stream by its blocks", async () => {
  const [sample] = SMALL.splits.train;
  const target = Float32Array.from({ length: 2 * sample!.nSteps }, (_, i) => Math.cos(i));
  const stream: Dataset = {
    ...SMALL,
    targetsPer: "step",
    readout: "step",
    blockSteps: 4,
    splits: { train: [{ ...sample!, target }], validation: [], test: [] },
  };
  const merit = (await taskMerit(stream))!;
  const model = initialModel(networkFor({ cell: "gru", units: 6 }, SMALL), 3);
  const network = quantizePlainly(model, { precision: "int8", ...calibration });
  const run = new IntegerRun(network);
  const losses = Array.from({ length: 6 }, (_, t) => {
    const output = run.step(
      toRaw(network, sample!.input.subarray(3 * t, 3 * t + 3)),
      toTimeUnits(network, 1),
    );
    return mean([...output].map((y, i) => (y * network.scales.output[i]! - target[2 * t + i]!) ** 2));
  });
  const [first, second] = merit(network);
  expect(merit(network)).toHaveLength(2);
  expect(-first!).toBeCloseTo(mean(losses.slice(0, 4)), 6);
  expect(-second!).toBeCloseTo(mean(losses.slice(4)), 6);
});

it("is nothing without a part that a training may see", async () => {
  const splits = { train: [], validation: [], test: SMALL.splits.train };
  expect(await taskMerit({ ...SMALL, splits })).toBeUndefined();
});

it("has samples that a thread can be given, whatever those of the data set are", async () => {
  const computed = [...SMALL.splits.train, ...SMALL.splits.validation].map(
    (sample) =>
      new (class {
        readonly id = sample.id;
        readonly group = sample.group;
        readonly nSteps = sample.nSteps;
        readonly timespans = sample.timespans;
        readonly target = sample.target;
        get input() {
          return sample.input;
        }
      })(),
  );
  const dataset = { ...SMALL, splits: { train: computed, validation: [], test: [] } };
  const received = structuredClone(meritSamples(dataset));
  const model = initialModel(networkFor({ cell: "gru", units: 6 }, SMALL), 3);
  const network = quantizePlainly(model, { precision: "int8", ...calibration });
  const merit = (await taskMerit(SMALL))!;
  const bare = { ...SMALL, splits: { train: [], validation: [], test: [] } };
  expect((await taskMerit(bare, undefined, received))!(network)).toEqual(merit(network));
});
