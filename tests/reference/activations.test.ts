// Scalar functions against 50-digit values (tests/golden/gated/PROVENANCE.md).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS, erf, gelu, lecunTanh, sigmoid, softplus } from "./activations.ts";
import { maxDifference } from "./golden-case.ts";

const golden = JSON.parse(
  readFileSync(new URL("../golden/gated/activations.json", import.meta.url), "utf8"),
) as { x: number[]; values: Record<string, number[]> };

const FUNCTIONS = {
  erf,
  gelu,
  sigmoid,
  softplus,
  silu: ACTIVATIONS.silu,
  tanh: ACTIVATIONS.tanh,
  lecun_tanh: lecunTanh,
};

describe("activation functions", () => {
  it.each(Object.entries(FUNCTIONS))("%s is within 1e-14 of the exact value", (name, activate) => {
    expect(maxDifference(golden.x.map(activate), golden.values[name]!)).toBeLessThan(1e-14);
  });

  it("erf is within a relative error of 4e-15 of the exact value", () => {
    const relative = golden.x
      .map((x, i) => Math.abs(erf(x) / golden.values.erf![i]! - 1))
      .filter((error) => !Number.isNaN(error));
    expect(Math.max(...relative)).toBeLessThan(4e-15);
  });

  it("erf is odd, keeps zeros and NaN, and ends at 1", () => {
    expect(erf(0)).toBe(0);
    expect(erf(-0)).toBe(-0);
    expect(erf(Number.NaN)).toBeNaN();
    expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(erf(-7)).toBe(-1);
    expect(erf(-0.3)).toBe(-erf(0.3));
  });

  it("softplus is the identity only above PyTorch's threshold", () => {
    expect(softplus(20)).toBeGreaterThan(20);
    expect(softplus(20.0001)).toBe(20.0001);
  });

  it("relu and linear leave positive values alone", () => {
    expect([-2, -0.5, 0, 0.5, 3].map(ACTIVATIONS.relu)).toEqual([0, 0, 0, 0.5, 3]);
    expect([-2, 0, 3].map(ACTIVATIONS.linear)).toEqual([-2, 0, 3]);
  });
});
