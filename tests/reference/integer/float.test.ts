// What integers cost: golden float networks, made into integers by hand, against the float64 reference on their own inputs.
// The errors are those of these networks and formats, measured and bounded with some room; nothing is calibrated.

import { describe, expect, it } from "vitest";
import type { IntNetwork } from "../../../bindings/image/lowered-integer.ts";
import type { Model } from "../../../bindings/network/model.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../golden-case.ts";
import { runReference, type Values } from "../run-model.ts";
import { toInteger } from "./arithmetic.ts";
import { COUNTS, cfcByHand, gruByHand, ltcByHand } from "./by-hand.ts";
import { brokenPromises } from "./proofs.ts";
import { runIntegerReference } from "./run.ts";

const row = ({ data, shape }: Values, index: number) => {
  const length = data.length / shape[0]!;
  return Array.from({ length }, (_, i) => data[index * length + i]!);
};

/** Rms error of all outputs relative to their rms, the same weights in float64 and in integers. `elapsed`: in units of time. */
function relativeError(network: IntNetwork, golden: GoldenCase, elapsed = 1): number {
  const { model, input, initialH } = golden;
  const [batch, steps] = input.shape as [number, number];
  const timespans = { shape: [batch, steps], data: new Float64Array(batch * steps).fill(elapsed) };
  const expected = runReference(model, input, { timespans, initialH });
  const unit = 1 / network.scales.hidden[0]!;
  const outputs: number[] = [];
  for (let b = 0; b < batch; b++) {
    const hidden =
      initialH === null ? undefined : Int16Array.from(row(initialH, b), (h) => toInteger(h * unit));
    const run = runIntegerReference(
      network,
      Int16Array.from(row(input, b), (x) => toInteger(x * COUNTS)),
      {
        elapsed: new Uint16Array(steps).fill(toInteger(elapsed * 2 ** network.time.exponent)),
        ...(hidden && { hidden }),
      },
    );
    expect(run.clamped).toBe(0);
    outputs.push(...Array.from(run.output, (y) => y * network.scales.output[0]!));
  }
  const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, y) => sum + y * y, 0);
  return Math.sqrt(squares(outputs.map((y, i) => y - expected.output[i]!)) / squares(expected.output));
}

/** A golden case by name, with its class. */
function caseOf<C extends Model["class"]>(name: string, cases: GoldenCase[]) {
  const golden = cases.find((each) => each.name === name)!;
  return { golden, model: golden.model as Extract<Model, { class: C }> };
}

describe("integers against float64", () => {
  const gru = caseOf<"torch.nn.GRU">("gru-9", ownCases("gated"));
  const cfc = caseOf<"ncps.torch.CfC">("cfc-no-backbone-10", ncpsCases());
  const ltc = caseOf<"ncps.torch.LTC">("ltc-fc-8", ncpsCases());
  const networks = {
    gru: gruByHand(gru.model, 2 ** -5),
    cfc: cfcByHand(cfc.model, 2 ** -6),
    ltc: ltcByHand(ltc.model, 2, 13, 12),
  };

  it("networks made by hand keep every promise", () => {
    for (const network of Object.values(networks)) expect(brokenPromises(network)).toEqual([]);
  });

  it("GRU, 9 units", () => {
    expect(relativeError(networks.gru, gru.golden)).toBeLessThan(0.015);
  });

  it.each([0.25, 1, 3.5])("CfC, 10 units, elapsed time %d", (elapsed) => {
    expect(relativeError(networks.cfc, cfc.golden, elapsed)).toBeLessThan(0.015);
  });

  it.each([
    { elapsed: 3600, exponent: 0, k: 11 },
    { elapsed: 2 ** -7, exponent: 16, k: -5 },
  ])("CfC made for an elapsed time of $elapsed, its time head in units of 2^-(11 + $k)", (given) => {
    const { elapsed, exponent, k } = given;
    const tensors = new Map(cfc.model.tensors);
    for (const name of ["rnn_cell.time_a.weight", "rnn_cell.time_a.bias"]) {
      const { shape, data } = tensors.get(name)!;
      tensors.set(name, { shape, data: data.map((x) => x / elapsed) });
    }
    const model = { ...cfc.model, tensors };
    const network = cfcByHand(model, 2 ** -6, exponent, k);
    expect(brokenPromises(network)).toEqual([]);
    expect(relativeError(network, { ...cfc.golden, model }, elapsed)).toBeLessThan(0.015);
    // In units of 2^-11 it is lost.
    const coarse = cfcByHand(model, 2 ** -6, exponent);
    expect(relativeError(coarse, { ...cfc.golden, model }, elapsed)).toBeGreaterThan(0.05);
  });

  it.each([0.25, 1, 60])("LTC, 8 units, elapsed time %d", (elapsed) => {
    expect(relativeError(networks.ltc, ltc.golden, elapsed)).toBeLessThan(0.008);
  });
});
