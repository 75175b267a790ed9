// The reference against the published PyTorch code of ncps, run in float64 (tests/golden/ncps/PROVENANCE.md).

import { describe, expect, it } from "vitest";
import { expectGolden } from "./expect-golden.ts";
import { benchCases, hasFullSets, ncpsCases } from "./golden-case.ts";
import { runReference } from "./run-model.ts";

/** float64 sums in another order differ by about 1e-14; a wrong formula by 1e-9 (epsilon left out) or more. */
const FLOAT64_LIMIT = 1e-12;

describe("the reference, on the cases of ncps", () => {
  const cases = ncpsCases();

  it("has all 18 of them", () => {
    expect(cases.length).toBe(18);
  });

  it.each(cases)("computes $name as ncps does in float64", ({ model, input, float64, ...options }) => {
    expectGolden(runReference(model, input, options), float64!, FLOAT64_LIMIT);
  });
});

describe.skipIf(!hasFullSets)("the reference, on the networks of the speed comparisons", () => {
  it.each(benchCases())(
    "computes $name within 1e-5 of ncps in float32",
    ({ model, input, float32, ...options }) => {
      expectGolden(runReference(model, input, options), float32!, 1e-5);
    },
    60_000,
  );
});
