// The image of a quantized network in the core; tests/hashes has the bits of all of them.

import { expect, it } from "vitest";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { caseOf } from "./cases.ts";

it("is, of a large CfC, less than a third of its f32 size", () => {
  const { model, calibration } = caseOf("cfc-default-32");
  const share = (precision: "int8" | "int4") =>
    compileInteger(quantize(model, { precision, calibration }).network).image.length /
    compile(model).image.length;
  expect(share("int8")).toBeLessThan(0.31);
  expect(share("int4")).toBeLessThan(0.2);
});
