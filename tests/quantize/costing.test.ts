// How weights are rounded changes no cost: integers rounded plainly have the operations and the bytes of those for use.

import { describe, expect, it } from "vitest";
import type { IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { Network } from "../../bindings/network.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { INTEGER_PRECISIONS } from "../../bindings/quantize/precisions.ts";
import { quantize, quantizePlainly } from "../../bindings/quantize/quantize.ts";
import { quantizeCases } from "./cases.ts";

const cases = quantizeCases().map((one) => [one.name, one] as const);

describe.each(INTEGER_PRECISIONS)("integers rounded plainly, %s", (precision) => {
  it.each(cases)("cost %s what those for use cost", async (name, { model, calibration }) => {
    // A readout alone has nothing to prune.
    const pruned = name === "mlp-single" ? [] : [prune(model, { method: "4x1", sparsity: 0.6 }, name).model];
    for (const one of [model, ...pruned]) {
      const networkOf = (network: IntNetwork) =>
        Network.fromInteger({ config: one, precision, network }, name);
      const used = networkOf(quantize(one, { precision, calibration }).network);
      const plain = networkOf(quantizePlainly(one, { precision, calibration }));
      expect(plain.memory).toEqual(used.memory);
      expect(await plain.profileOperations()).toEqual(await used.profileOperations());
    }
  });
});
