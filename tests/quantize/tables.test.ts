// The quantizer's tables against those that the reference builds in exact integers, and how far their entries are from
// ties: far enough for float64 to round every one of them correctly.

import { describe, expect, it } from "vitest";
import {
  ACTIVATION,
  expOfMinus,
  power2,
  sigmoid,
  softplus64,
  tanh,
} from "../../bindings/quantize/elementary.ts";
import {
  activationTable,
  expNegTable,
  GATE_UNIT,
  PRE_UNIT,
  remainderTable,
  sigmoidTable,
  softplusTable,
  synapseTable,
  tanhTable,
} from "../../bindings/quantize/tables.ts";
import { buildActivationTable, buildTables } from "../reference/integer/build-tables.ts";

const reference = buildTables();

describe("tables of the quantizer", () => {
  it("are those of the reference", () => {
    expect(tanhTable()).toEqual(reference.tanh);
    expect(sigmoidTable()).toEqual(reference.sigmoid);
    expect(expNegTable()).toEqual(reference.expNeg);
    expect(softplusTable(-8, 8, PRE_UNIT)).toEqual(reference.softplus);
    expect(synapseTable()).toEqual(reference.sigmoidNearest);
  });

  it("what is left of LiquidGate's state after T = 1 is the sigmoid, and else the exact share", () => {
    expect(remainderTable(1)).toEqual(sigmoidTable());
    for (const elapsed of [1e-3, 0.01, 0.3, 2, 60, 3600, 60_000]) {
      const { lo, k, entries } = remainderTable(elapsed);
      const share = (x: number) => Math.exp(-elapsed * Math.log1p(Math.exp(-x)));
      const width = 2 ** k;
      for (const [i, entry] of entries.entries()) {
        expect(Math.abs(entry / 32768 - share((lo + i * width) / 2048))).toBeLessThan(1.6e-5 + 2 ** -15);
      }
      // Beyond its ends, as far as pre-activations go, the curve hardly moves.
      expect(share(Math.max(lo / 2048, -16)) - share(-16)).toBeLessThan(3.5e-4);
      expect(share(16) - share(Math.min((lo + 256 * width) / 2048, 16))).toBeLessThan(3.5e-4);
    }
  });

  it.each(["tanh", "sigmoid", "lecun_tanh", "silu", "gelu", "relu"] as const)("%s as well", (activation) => {
    expect(activationTable(activation, PRE_UNIT, 1 / 2000)).toEqual(buildActivationTable(activation, 2000));
  });

  it("have no entry within 2^-30 of a tie but 1/2 itself", () => {
    let nearest = 1;
    const look = (value: number) => {
      const distance = Math.abs(value - Math.floor(value) - 0.5);
      nearest = Math.min(nearest, distance);
    };
    for (let i = 0; i <= 256; i++) {
      look(tanh((i - 128) / 32) / GATE_UNIT);
      look(sigmoid((i - 128) / 16) / GATE_UNIT);
      look(expOfMinus(i / 16) / GATE_UNIT);
      look(softplus64((i - 128) / 16) / PRE_UNIT);
    }
    for (let i = 0; i < 1024; i++) look(sigmoid((32 * i + 16 - 16_384) / 2048) / GATE_UNIT);
    expect(nearest).toBeGreaterThan(2 ** -30);
  });
});

describe("elementary functions", () => {
  it("are near to the engine's own", () => {
    for (let x = -30; x <= 30; x += 0.37) {
      expect(Math.abs(expOfMinus(Math.abs(x)) / Math.exp(-Math.abs(x)) - 1)).toBeLessThan(1e-14);
      expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-15);
      expect(Math.abs(ACTIVATION.silu(x) - x / (1 + Math.exp(-x)))).toBeLessThan(1e-13);
    }
  });

  it("know powers of two exactly, and the ends of exp", () => {
    expect([power2(3), power2(0), power2(-1), power2(-62)]).toEqual([8, 1, 0.5, 2 ** -62]);
    expect([expOfMinus(0), expOfMinus(800), expOfMinus(Number.POSITIVE_INFINITY)]).toEqual([1, 0, 0]);
    expect(expOfMinus(Number.NaN)).toBeNaN();
  });
});
