// Every reference network in every number format through all that the library does with a network. What each of these does
// in detail is tested elsewhere; here no combination is left out.

import { describe, expect, it } from "vitest";
import { parseSequence } from "../../bindings/core/sequence.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { EnergySimulator } from "../../bindings/estimate/energy-simulator.ts";
import { evaluate } from "../../bindings/evaluate/evaluate.ts";
import { measureFidelity } from "../../bindings/evaluate/fidelity.ts";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { Network } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { readIntegerModel, writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { made } from "../evaluate/made-networks.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";

const cases = [...ncpsCases(), ...["gated", "gate", "solvers"].flatMap(ownCases)];
const rows = cases.flatMap((golden) =>
  (["fp32", "fp16", "int8", "int4"] as const).map((precision) => ({ name: golden.name, precision, golden })),
);
const simulator = new EnergySimulator({ platform: "rp2040" });

/**
 * Largest error of the outputs relative to the golden ones, rms. docs/precision.md and docs/quantize.md have the figures of
 * each case; these bounds tell a network that works from one that does not.
 */
const LIMITS = { fp32: 1e-5, fp16: 5e-3, int8: 0.04, int4: 0.4 };

const modelOf = ({ name, model }: GoldenCase): Model =>
  ({ ...parseConfig({ class: model.class, config: model.config }, name), tensors: model.tensors }) as Model;
const inputOf = ({ input, timespans, initialH, initialC }: GoldenCase) => ({
  input,
  timespans,
  initial_h: initialH,
  initial_c: initialC,
});

/** The network as its file gives it back; null where there is no integer form of it. */
function inPrecision(golden: GoldenCase, precision: (typeof rows)[number]["precision"]): Network | null {
  const { name } = golden;
  const model = readModel(writeModel(modelOf(golden)), undefined, { weights: name });
  const network = Network.fromModel(model, name);
  if (precision === "fp32" || precision === "fp16") return network.withPrecision(precision);
  try {
    return Network.fromInteger(readIntegerModel(quantized(golden, network, precision), name), name);
  } catch (error) {
    if (!(error instanceof LiquidEdgeError) || error.code !== "unavailable") throw error;
    return null;
  }
}

function quantized(golden: GoldenCase, { model, compiled }: Network, precision: IntegerPrecision) {
  const calibration = parseSequence(inputOf(golden), compiled, golden.name);
  const { network } = quantize(model, { precision, calibration });
  return writeIntegerModel({ config: model, precision, network });
}

/** The case as a data set whose targets are the golden outputs. */
function dataOf({ input, timespans, float64 }: GoldenCase) {
  const [batch, steps, features] = input.shape as [number, number, number];
  const nOutputs = float64!.output.shape[2]!;
  const row = (values: ArrayLike<number>, at: number, width: number) =>
    Array.from({ length: width }, (_, i) => values[at * width + i]!);
  const sequences = Array.from({ length: batch }, (_, b) => ({
    input: Array.from({ length: steps }, (_, t) => row(input.data, b * steps + t, features)),
    target: row(float64!.output.data, b, steps * nOutputs),
    ...(timespans === null ? {} : { timespans: row(timespans.data, b, steps) }),
  }));
  return made({ task: "regression", sequences, changes: { nOutputs, nTargets: nOutputs } });
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [errors, squares] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    errors += (actual[i]! - expected[i]!) ** 2;
    squares += expected[i]! ** 2;
  }
  expect(actual).toHaveLength(expected.length);
  return Math.sqrt(errors / squares);
}

/** Explicit solvers and CT-RNN stay in floats (docs/quantize.md). */
const staysFloat = ({ model }: GoldenCase) =>
  model.class === "liquid-edge.CTRNN" || ("solver" in model.config && model.config.solver !== "fused");

describe("every reference network", () => {
  it("is here: 18 of ncps, and those of the other cells", () => {
    expect(new Set(cases.map(({ model }) => model.class)).size).toBe(8);
    expect(cases.length).toBeGreaterThan(35);
  });

  it.each(rows)(
    "$name in $precision runs, is counted, priced, pruned and scored",
    async ({ precision, golden }) => {
      const network = inPrecision(golden, precision);
      if (network === null) {
        // LiquidGate may or may not have an integer form; the others have none.
        expect(staysFloat(golden) || golden.model.class === "liquid-edge.LiquidGate").toBe(true);
        return;
      }
      expect(staysFloat(golden) && precision.startsWith("int")).toBe(false);
      expect(network.compiled.precision).toBe(precision);

      const result = await network.run(inputOf(golden));
      expect(result.sawNonFinite).toBe(false);
      expect(relativeError(result.output.data, golden.float64!.output.data)).toBeLessThan(LIMITS[precision]);

      const profile = await network.profileOperations();
      const estimate = simulator.estimate(profile, network.memory);
      expect(estimate.energyUj.typ).toBeGreaterThan(0);
      expect(estimate.flashBytes).toBe(network.compiled.image.length);

      const data = dataOf(golden);
      const { metric, nonFinite } = await evaluate(network, data);
      expect([metric.name, nonFinite]).toEqual(["mse", null]);
      const fidelity = await measureFidelity(network, Network.fromModel(modelOf(golden)), data);
      expect(fidelity.output.relative).toBeLessThan(LIMITS[precision]);
      expect(fidelity.saturation === null).toBe(precision.startsWith("fp"));
      expect(fidelity.state === null).toBe(network.compiled.hidden.length === 0);
    },
  );

  it.each(cases)("$name is pruned, written, read and costs no more", async (golden) => {
    const whole = Network.fromModel(modelOf(golden));
    let pruned: ReturnType<typeof prune>;
    try {
      pruned = prune(whole.model, { method: "4x1", sparsity: 0.75 }, golden.name);
    } catch (error) {
      // A single layer is all readout.
      expect([golden.name, (error as LiquidEdgeError).code]).toEqual(["mlp-single", "bad-config"]);
      return;
    }
    const model = readModel(writeModel(pruned.model), undefined, { weights: golden.name });
    for (const precision of ["fp32", "fp16"] as const) {
      const small = Network.fromModel(model).withPrecision(precision);
      const large = whole.withPrecision(precision);
      expect(small.compiled.image.length).toBeLessThanOrEqual(large.compiled.image.length);
      const [a, b] = [await small.profileOperations(), await large.profileOperations()];
      expect(a.operations).toBeLessThanOrEqual(b.operations);
      expect((await small.run(inputOf(golden))).sawNonFinite).toBe(false);
    }
  });
});
