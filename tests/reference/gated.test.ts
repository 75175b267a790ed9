// GRU, LSTM and dense layers against PyTorch in float64 (tests/golden/gated/PROVENANCE.md).

import { describe, expect, it } from "vitest";
import { expectGolden } from "./expect-golden.ts";
import { ownCases } from "./golden-case.ts";
import { runReference } from "./run-model.ts";

const FLOAT64_LIMIT = 1e-12;

describe("the reference, on gated and dense networks", () => {
  const cases = ownCases("gated");

  it("has cases of each class", () => {
    expect(new Set(cases.map(({ model }) => model.class))).toEqual(
      new Set(["torch.nn.GRU", "torch.nn.LSTM", "liquid-edge.MLP"]),
    );
  });

  it.each(cases)("computes $name as PyTorch does", ({ model, input, float64, ...options }) => {
    expectGolden(runReference(model, input, options), float64!, FLOAT64_LIMIT);
  });

  it.each(cases)("computes $name the same whatever the elapsed times are", ({ model, input, ...options }) => {
    const [batch, steps] = input.shape as [number, number];
    const data = Float64Array.from({ length: batch * steps }, (_, i) => 0.25 * (i + 1));
    const timespans = { shape: [batch, steps], data };
    expect(runReference(model, input, { ...options, timespans })).toEqual(
      runReference(model, input, { ...options, timespans: null }),
    );
  });
});
