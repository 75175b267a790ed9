// LiquidGate against a matrix exponential in numpy (tests/golden/gate/PROVENANCE.md).

import { expect, it } from "vitest";
import { expectGolden } from "./expect-golden.ts";
import { ownCases } from "./golden-case.ts";
import { runReference } from "./run-model.ts";

const FLOAT64_LIMIT = 1e-12;

it.each(ownCases("gate"))(
  "the reference computes $name as numpy does",
  ({ model, input, float64, ...run }) => {
    expect(model.class).toBe("liquid-edge.LiquidGate");
    expectGolden(runReference(model, input, run), float64!, FLOAT64_LIMIT);
  },
);
