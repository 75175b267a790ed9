// An LTC's linear readout: what it computes in floats and integers, what may be taken out of it, what is refused.

import { describe, expect, it } from "vitest";
import { Session } from "../../bindings/core/session.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { readModel, toNcpsStateDict, writeModel } from "../../bindings/network/checkpoint.ts";
import { configToJson, modelWidths, parseConfig } from "../../bindings/network/config.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { brokenPromises } from "../reference/integer/proofs.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { runReference } from "../reference/run-model.ts";
import { thrownBy } from "./golden.ts";
import { ltcWithReadout } from "./ltc-with-readout.ts";

const CASES = [
  {},
  { mixed_memory: true },
  { solver: "euler" },
  { solver: "rk4", implicit_param_constraints: false },
  { wiring: { type: "AutoNCP", args: { units: 9, output_size: 2 } } },
];
const STEPS = 20;
const input = Float32Array.from({ length: 3 * STEPS }, (_, i) => Math.sin(0.7 * i));

describe.each(CASES.map((options) => ({ options, name: JSON.stringify(options) })))(
  "$name",
  ({ options }) => {
    const model = ltcWithReadout(4, options);

    it("is W v + b of all neurons, as the reference has it", async () => {
      expect(modelWidths(model)).toMatchObject({ inputs: 3, outputs: 7 });
      const { output } = runReference(model, { shape: [1, STEPS, 3], data: input });
      for (const engine of ["scalar", "simd"] as const) {
        const session = await Session.create(compile(model), { engine });
        const own = Array.from({ length: STEPS }, (_, t) => [
          ...session.step(input.subarray(3 * t, 3 * t + 3)),
        ]).flat();
        for (const [i, value] of own.entries()) expect(value).toBeCloseTo(output[i]!, 4);
      }
    });

    it("comes back from its file, and is none of ncps'", () => {
      expect(readModel(writeModel(model), undefined, { weights: "w" })).toEqual(model);
      expect(parseConfig(configToJson(model), "json")).toEqual({ class: model.class, config: model.config });
      expect(() => toNcpsStateDict(model)).toThrow(/ncps has no counterpart/);
    });

    it("can lose any neuron but those of an NCP's motor layer", () => {
      const { model: smaller, report } = prune(model, { method: "neurons", sparsity: 0.5 });
      const before = modelWidths(model);
      expect(modelWidths(smaller)).toMatchObject({ inputs: 3, outputs: 7 });
      expect(modelWidths(smaller).state).toBe(
        before.state - report.removedNeurons.reduce((sum, { neurons }) => sum + neurons.length, 0),
      );
      expect(modelWidths(smaller).state).toBeLessThan(before.state);
      expect(smaller.tensors.get("fc.weight")!.shape).toEqual([7, modelWidths(smaller).state]);
    });
  },
);

it.each(["int8", "int4"] as const)("has integers of the reference's bits, %s", async (precision) => {
  for (const options of [{}, { mixed_memory: true }]) {
    const model = ltcWithReadout(2, options);
    const calibration = {
      batch: 1,
      steps: STEPS,
      features: 3,
      input,
      timespans: null,
      initialH: null,
      initialC: null,
    };
    const { network, report } = quantize(model, { precision, calibration });
    expect(report.relativeRmsError).toBeLessThan(precision === "int8" ? 0.02 : 0.2);
    expect(brokenPromises(network)).toEqual([]);
    const raw = Int16Array.from({ length: 3 * STEPS }, (_, i) => ((i * 7919) % 2001) - 1000);
    const { output } = runIntegerReference(network, raw);
    const session = await Session.create(compileInteger(network), { engine: "scalar" });
    const own = Array.from({ length: STEPS }, (_, t) => [...session.stepRaw(raw.subarray(3 * t, 3 * t + 3))]);
    expect(own.flat()).toEqual([...output]);
  }
});

it("is what `projection` asks for, with fewer neurons than outputs", () => {
  const widths = { nInputs: 6, nOutputs: 13 };
  const config = networkFor({ cell: "ltc", units: 8, projection: true }, widths);
  expect(config).toMatchObject({
    class: "liquid-edge.LTC",
    config: { units: 8, output_size: 13, output_mapping: null },
  });
  const { data } = initialModel(config, 0).tensors.get("fc.weight")!;
  // torch.nn.Linear's distribution.
  expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(8));
  expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(0.9 / Math.sqrt(8));
  expect(networkFor({ cell: "ltc", units: 16 }, widths).class).toBe("ncps.torch.LTC");
  expect(thrownBy(() => networkFor({ cell: "gru", units: 8, projection: true }, widths))).toMatch(
    /^bad-config gru: "projection" expected only with ltc, found true/,
  );
});

it("is refused beside an output map, and in ncps' class", () => {
  const config = { input_size: 2, units: 3, output_size: 2 };
  expect(thrownBy(() => parseConfig({ class: "ncps.torch.LTC", config }, "c"))).toMatch(
    /"config.output_size".*only class liquid-edge.LTC has it/,
  );
  const mapped = { ...config, output_mapping: "affine" };
  expect(thrownBy(() => parseConfig({ class: "liquid-edge.LTC", config: mapped }, "c"))).toMatch(
    /"config.output_mapping" expected null beside output_size/,
  );
});
