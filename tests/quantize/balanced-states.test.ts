// Activations of 16 bits where inputs reach far beyond the states, whose weights share a row's scale with theirs.

import { describe, expect, it } from "vitest";
import type { Sequence } from "../../bindings/core/sequence.ts";
import type { Model } from "../../bindings/network/model.ts";
import { type QuantizeOptions, quantizationTrials, quantize } from "../../bindings/quantize/quantize.ts";
import { toRaw } from "../../bindings/quantize/report.ts";
import { type CellOptions, networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import { brokenPromises } from "../reference/integer/proofs.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { runReference } from "../reference/run-model.ts";

const [N_INPUTS, STEPS] = [3, 400];

/** Values about 1, and of each input a peak of `peak` now and then. */
function calibration(peak: number): Sequence {
  const input = Float32Array.from({ length: N_INPUTS * STEPS }, (_, i) =>
    i % 127 === 0 ? peak * Math.sign(Math.cos(i)) : Math.sin(1.3 * i) + 0.4 * Math.sin(0.11 * i),
  );
  return {
    batch: 1,
    steps: STEPS,
    features: N_INPUTS,
    input,
    timespans: null,
    initialH: null,
    initialC: null,
  };
}

const modelOf = (cell: CellOptions): Model =>
  initialModel(networkFor(cell, { nInputs: N_INPUTS, nOutputs: 2 }), 4);

const options = (peak: number): QuantizeOptions => ({
  precision: "int8",
  calibration: calibration(peak),
  activations: 16,
});

/** One rounding, with states of units as they come or balanced. */
function attempt(model: Model, peak: number, fitsStates: boolean) {
  const rounding = { damping: 0.1, inputMargin: 1.1, fitsStates };
  const request = { kind: "attempt", rounding, activations: 16, withMerit: false } as const;
  return quantizationTrials(model, options(peak))(request).quantized!;
}

const BALANCED: readonly CellOptions[] = [
  { cell: "cfc", units: 12 },
  { cell: "cfc", units: 12, mode: "no_gate" },
  { cell: "cfc", units: 12, wiring: "auto-ncp" },
  { cell: "gru", units: 12 },
  { cell: "liquid-gate", units: 12 },
  { cell: "lstm", units: 12 },
];
const UNCHANGED: readonly CellOptions[] = [
  { cell: "cfc", units: 12, mode: "pure" },
  { cell: "cfc", units: 12, mixedMemory: true },
  { cell: "ltc", units: 12 },
];

describe("states of 16 bits", () => {
  it.each(BALANCED)("take coarser units beside inputs that reach far: $cell $mode $wiring", (cell) => {
    const model = modelOf(cell);
    const [own, balanced] = [false, true].map((fits) => attempt(model, 30, fits));
    const { network, report } = balanced!;
    expect(report.relativeRmsError).toBeLessThan(0.6 * own!.report.relativeRmsError);
    // Inputs in ±30 with half as much room have units of 45 / 32767, above 2^-11: the states keep 11 bits.
    expect([...network.scales.hidden]).toEqual(Array(12).fill(2 ** -11));
    expect(brokenPromises(network)).toEqual([]);
    // The reported error, by two other implementations: integers against float64.
    const sequence = calibration(30);
    const { output: expected } = runReference(model, {
      shape: [1, STEPS, N_INPUTS],
      data: sequence.input,
    });
    const raw = new Int16Array(sequence.input.length);
    for (let t = 0; t < STEPS; t++)
      raw.set(toRaw(network, sequence.input.subarray(t * N_INPUTS, (t + 1) * N_INPUTS)), t * N_INPUTS);
    const output = runIntegerReference(network, raw).output;
    let [errors, squares] = [0, 0];
    for (const [i, y] of [...output].entries()) {
      errors += (y * network.scales.output[i % 2]! - expected[i]!) ** 2;
      squares += expected[i]! ** 2;
    }
    expect(Math.sqrt(errors / squares)).toBeCloseTo(report.relativeRmsError, 6);
  });

  it("keep their own beside inputs that reach no further than they do", () => {
    for (const cell of BALANCED.filter(({ mode }) => mode === undefined)) {
      const model = modelOf(cell);
      const { network } = attempt(model, 0.5, true);
      const reach = Math.max(...calibration(0.5).input.map(Math.abs));
      const bits = Math.floor(-Math.log2((1.5 * reach) / 32_767));
      expect([...network.scales.hidden]).toEqual(Array(12).fill(2 ** -Math.min(15, bits)));
    }
  });

  it.each(UNCHANGED)("keep the cell's format where others share it or bound it: $cell $mode", (cell) => {
    const model = modelOf(cell);
    expect(attempt(model, 30, true).network).toEqual(attempt(model, 30, false).network);
  });

  it("are balanced by a search only where the error would be above 2 %", () => {
    const model = modelOf({ cell: "gru", units: 12 });
    for (const peak of [1.4, 30]) {
      const { network, report } = quantize(model, options(peak));
      const isAbove = attempt(model, peak, false).report.relativeRmsError >= 0.02;
      if (!isAbove) expect(network.scales.hidden[0]).toBe(2 ** -15);
      expect(report.relativeRmsError).toBeLessThanOrEqual(
        attempt(model, peak, false).report.relativeRmsError,
      );
    }
  });
});
