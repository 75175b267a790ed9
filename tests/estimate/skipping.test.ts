// Networks that skip unchanged inputs, priced on data: which figures come from the mean step, which from the worst, and on which steps.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBoard } from "../../bindings/board/load.ts";
import { profileOnData } from "../../bindings/core/profile-on-data.ts";
import type { Dataset, Sample } from "../../bindings/data/dataset.ts";
import { BoardSimulator } from "../../bindings/estimate/board-simulator.ts";
import { PROFILING_STEPS, profilingData } from "../../bindings/estimate/profiling-data.ts";
import { besideDense, estimateOnData } from "../../bindings/estimate/skipping.ts";
import { Network } from "../../bindings/network.ts";
import { quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { caseOf } from "../quantize/cases.ts";

/** Samples of the lengths given, whose one input counts the steps of all. */
function datasetOf(lengths: readonly number[], withTimes = false): Dataset {
  let next = 0;
  const test = lengths.map((nSteps) => {
    const input = Float32Array.from({ length: nSteps }, () => next++);
    return { nSteps, input, timespans: withTimes ? input : null, targets: new Float32Array(1) };
  });
  return { name: "count", nInputs: 1, splits: { train: [], validation: [], test } } as unknown as Dataset;
}

describe("the steps that are counted", () => {
  it("are all of a small part, sample by sample", () => {
    const dataset = datasetOf([3, 5, 4000], true);
    const { sequences, source, ofSteps } = profilingData(dataset);
    expect({ source, ofSteps }).toEqual({ source: "count, test", ofSteps: 4008 });
    expect(sequences.map(({ steps }) => steps)).toEqual([3, 5, 4000]);
    for (const [i, { input, timespans }] of sequences.entries()) {
      expect([...input]).toEqual([...(dataset.splits.test[i] as Sample).input]);
      expect(timespans).toEqual(input);
    }
    expect(profilingData(dataset, "train").sequences).toEqual([]);
    expect(profilingData(dataset, "train").source).toBe("count, train");
  });

  it("are about as many as are wanted of a large one, from all over it, none twice", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(lengths, (steps) => {
        const all = steps.reduce((a, b) => a + b, 0);
        fc.pre(all > PROFILING_STEPS);
        const { sequences, ofSteps } = profilingData(datasetOf(steps));
        expect(ofSteps).toBe(all);
        const counted = sequences.flatMap(({ input }) => [...input]);
        expect(new Set(counted).size).toBe(counted.length);
        // Pieces have up to 2,048 steps, and as many of them are taken as their share says.
        for (const sequence of sequences) expect(sequence.steps).toBeLessThanOrEqual(2048);
        const pieces = steps.reduce((sum, n) => sum + Math.ceil(n / 2048), 0);
        const share = PROFILING_STEPS / all;
        expect(Math.abs(sequences.length - pieces * share)).toBeLessThanOrEqual(1);
        const firsts = sequences.map(({ input }) => input[0]!);
        expect(firsts[0]).toBe(0);
        expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("an estimate on data", () => {
  const { model, calibration } = caseOf("cfc-no_gate-32");
  const network = quantizePlainly(model, { precision: "int8", calibration });
  const whole = Network.fromInteger({ config: model, precision: "int8", network }, "gated");
  const skipping = whole.withSkipping({ of: "all", threshold: 2 });
  const simulator = new BoardSimulator(findBoard("nrf52840"), { rateHz: 50 });

  it("has the worst step's time and the mean step's energy", async () => {
    const profile = await profileOnData(skipping, [calibration], { source: "calibration" });
    const [mean, worst] = [profile.mean, profile.worst].map((one) =>
      simulator.estimate(one, skipping.memory),
    );
    const found = estimateOnData(simulator, profile, skipping.memory, { precision: "int8" });
    expect(found.cycles.typ).toBe(worst!.cycles.typ);
    expect(found.latencyUs).toEqual(worst!.latencyUs);
    expect(found.realTime).toEqual(worst!.realTime);
    expect(found.perStep.cycles).toEqual(worst!.perStep.cycles);
    expect(found.corner.cycles).toEqual(worst!.corner.cycles);
    expect(found.corner.latencyUs).toEqual(worst!.corner.latencyUs);
    expect(found.energyUj).toEqual(mean!.energyUj);
    expect(found.perStep.energyUj).toEqual(mean!.perStep.energyUj);
    expect(found.corner.energyUj).toEqual(mean!.corner.energyUj);
    expect(found.averagePowerUw).toEqual(mean!.averagePowerUw);
    expect(mean!.energyUj.typ).toBeLessThan(worst!.energyUj.typ);
    expect(found.precision).toBe("int8");
    expect(found.assumed).toEqual([]);
    expect(found.skipping).toMatchObject({ of: "all", threshold: 2, basis: "data", without: null });
  });

  it("says without data that all inputs have changed", async () => {
    const estimate = simulator.estimate(await skipping.profileOperations(), skipping.memory, {
      assumed: ["this"],
    });
    expect(estimate.assumed).toEqual([
      "this",
      "unchanged inputs are skipped: the worst case, in which all change",
    ]);
    expect(estimate.skipping).toMatchObject({ basis: "worst case", data: null, without: null });
    const plain = simulator.estimate(await whole.profileOperations(), whole.memory);
    expect(plain.skipping).toBeUndefined();
    expect(plain.assumed).toEqual([]);
  });

  it("stands beside what the network takes when it skips nothing", async () => {
    const estimate = simulator.estimate(await skipping.profileOperations(), skipping.memory);
    const plain = simulator.estimate(await whole.profileOperations(), whole.memory);
    const { skipping: found, ...rest } = await besideDense(simulator, estimate, skipping.withSkipping(null));
    expect(found!.without).toEqual({ energyUj: plain.energyUj, latencyUs: plain.latencyUs });
    expect(rest).toEqual((({ skipping: _, ...others }) => others)(estimate));
    expect(found!.without!.energyUj.typ).toBeLessThan(estimate.energyUj.typ);
  });
});
