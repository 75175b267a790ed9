// Quantized golden networks in the core: every engine accepts their images and gives the bits of the reference interpreter.

import { describe, expect, it } from "vitest";
import { ENGINES } from "../../bindings/core/core.ts";
import { Session } from "../../bindings/core/session.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { caseOf, quantizeCases } from "./cases.ts";

const cases = quantizeCases();

describe.each([
  ["int8", 8],
  ["int4", 8],
  ["int8", 16],
  ["int4", 16],
] as const)("%s networks with activations of %d bits in the core", (precision, activations) => {
  it.each(cases)("$name", async ({ model, calibration }) => {
    const { network } = quantize(model, { precision, calibration, activations });
    const { steps, features, input, timespans } = calibration;
    const raw = new Int16Array(steps * features);
    for (let t = 0; t < steps; t++) {
      raw.set(toRaw(network, input.subarray(t * features, (t + 1) * features)), t * features);
    }
    const elapsed = Uint16Array.from({ length: steps }, (_, t) => toTimeUnits(network, timespans?.[t] ?? 1));
    const expected = runIntegerReference(network, raw, { elapsed });
    const compiled = compileInteger(network);
    for (const engine of ENGINES) {
      const session = await Session.create(compiled, { engine });
      const output: number[] = [];
      for (let t = 0; t < steps; t++) {
        output.push(...session.stepRaw(raw.subarray(t * features, (t + 1) * features), elapsed[t]!));
      }
      expect(output).toEqual([...expected.output]);
      expect(session.clampedSteps).toBe(0);
    }
  });
});

it("make the image of a large CfC less than a third of its f32 size", () => {
  const { model, calibration } = caseOf("cfc-default-32");
  const share = (precision: "int8" | "int4") =>
    compileInteger(quantize(model, { precision, calibration }).network).image.length /
    compile(model).image.length;
  expect(share("int8")).toBeLessThan(0.31);
  expect(share("int4")).toBeLessThan(0.2);
});
