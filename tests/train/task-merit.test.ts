// Rounding that the task judges: of what is nearest to the floats and plain rounding the one of least loss is kept.

import { describe, expect, it } from "vitest";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { calibrationOf } from "../../bindings/quantize/calibration-data.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import { quantize, quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { taskMerit } from "../../bindings/train/task-merit.ts";
import { SMALL } from "./small-training.ts";

const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(SMALL);

/** Mean squared error of the last outputs over train and validation parts, by the second implementation. */
function lossOf(network: IntNetwork): number {
  const samples = [...SMALL.splits.train, ...SMALL.splits.validation];
  let sum = 0;
  for (const { input, nSteps, target } of samples) {
    const run = new IntegerRun(network);
    let output = new Int16Array(0);
    for (let t = 0; t < nSteps; t++) {
      const x = input.subarray(t * SMALL.nInputs, (t + 1) * SMALL.nInputs);
      output = run.step(toRaw(network, x), toTimeUnits(network, 1)).slice();
    }
    for (const [i, y] of output.entries()) sum += (y * network.scales.output[i]! - target[i]!) ** 2;
  }
  return sum / (samples.length * SMALL.nOutputs);
}

describe.each(["int8", "int4"] as const)("quantize to %s with a merit", (precision) => {
  it.each(["cfc", "gru", "liquid-gate", "ltc"] as const)("keeps what has most of it: %s", async (cell) => {
    const model = initialModel(networkFor({ cell, units: 6 }, SMALL), 3);
    const merit = (await taskMerit(SMALL))!;
    const seen: { network: IntNetwork; value: number }[] = [];
    const { network } = quantize(model, {
      precision,
      ...calibration,
      merit(one) {
        const value = merit(one);
        expect(-value).toBeCloseTo(lossOf(one), 6);
        seen.push({ network: one, value });
        return value;
      },
    });
    expect(lossOf(network)).toBeCloseTo(-Math.max(...seen.map(({ value }) => value)), 6);
    const plain = quantizePlainly(model, { precision, ...calibration });
    expect(seen.map((one) => one.network)).toContainEqual(plain);
  });
});

it("is nothing without a part that a training may see", async () => {
  const splits = { train: [], validation: [], test: SMALL.splits.train };
  expect(await taskMerit({ ...SMALL, splits })).toBeUndefined();
});
