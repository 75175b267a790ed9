// Post-training quantization: a float model and calibration data → a network of integers (docs/integers.md) and what that
// cost. Ranges are analytic where formulas give them (gates, states); inputs, activations without a bound, LSTM cells and
// the readout take theirs from the calibration data. One model and one calibration set give the same integers on every
// engine.

import type { Sequence } from "../core/sequence.ts";
import { LiquidEdgeError } from "../errors.ts";
import { lower } from "../image/lower.ts";
import type { LoweredNetwork } from "../image/lowered.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import type { Model } from "../network/model.ts";
import { neuronsWithoutInputs } from "../prune/report.ts";
import { calibrate, checkCalibration } from "./calibration.ts";
import { IntegerBuilder } from "./integer-builder.ts";
import type { WeightBits } from "./matrix.ts";
import { fidelity, type QuantizationReport } from "./report.ts";
import { type TimeRange, timeFormat } from "./time-format.ts";

export const INTEGER_PRECISIONS = ["int8", "int4"] as const;
export type IntegerPrecision = (typeof INTEGER_PRECISIONS)[number];

export interface QuantizeOptions {
  precision: IntegerPrecision;
  /** Inputs like those that the network will see, with their elapsed times. */
  calibration: Sequence | readonly Sequence[];
  /** Elapsed times to be ready for; default: those of the calibration data. */
  time?: TimeRange;
  /** What messages call the calibration data. */
  source?: string;
}

export interface Quantized {
  network: IntNetwork;
  report: QuantizationReport;
}

/** Ways of rounding that are tried; the one with the least error on the calibration data is kept. */
const TRIALS = [
  { damping: 0.1, inputMargin: 1.1 },
  { damping: 0.3, inputMargin: 1.25 },
  { damping: 0.3, inputMargin: 1.1 },
  { damping: 0.03, inputMargin: 1.1 },
  { damping: 1, inputMargin: 1.1 },
  { damping: 1, inputMargin: 1.25 },
] as const;
/** Relative error below which no other way of rounding is tried. */
const GOOD_ENOUGH = 0.01;

/**
 * Quantizes a checked model.
 * @throws LiquidEdgeError `bad-input` for calibration data from which no scale follows; `unavailable` for what has no
 * integer form, with the layer and the neuron
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const { precision, source = "calibration" } = options;
  if (!INTEGER_PRECISIONS.includes(precision)) {
    throw new RangeError(`"precision" expected ${INTEGER_PRECISIONS.join(" or ")}, got ${String(precision)}`);
  }
  const lowered = lower(model);
  refuseUnavailable(lowered);
  const sequences: readonly Sequence[] =
    "input" in options.calibration ? [options.calibration] : options.calibration;
  checkCalibration(sequences, lowered.input.length, source);
  const run = calibrate(lowered, sequences);
  const usesTime = lowered.layers.some(({ kind }) => TIMED_KINDS.includes(kind));
  const format = timeFormat(options.time ?? run.elapsed, usesTime, source);
  const bits: WeightBits = precision === "int8" ? 8 : 4;
  const isolated = neuronsWithoutInputs(model);
  let best: Quantized | null = null;
  for (const trial of TRIALS) {
    const { network, layers } = new IntegerBuilder(lowered, run, format, { bits, ...trial }).build();
    const measured = fidelity(network, sequences, run.outputs, layers);
    const report = { precision, layers, neuronsWithoutInputs: isolated, ...measured };
    if (best === null || report.relativeRmsError < best.report.relativeRmsError) best = { network, report };
    if (report.relativeRmsError < GOOD_ENOUGH) break;
  }
  return best!;
}

/** Layers that integer-cells.ts has an integer form of; a new kind of cell is refused until it has one. */
const INTEGER_KINDS: readonly string[] = ["affine", "dense", "cfc", "lstm", "gru", "ltc", "gate"];
/** Those that look at the elapsed time. */
const TIMED_KINDS: readonly string[] = ["cfc", "ltc", "gate"];

function refuseUnavailable({ layers }: LoweredNetwork): void {
  for (const layer of layers) {
    const isExplicit = layer.kind === "ltc" && layer.solver !== "fused";
    if (INTEGER_KINDS.includes(layer.kind) && !isExplicit) continue;
    const what = isExplicit ? `solver ${layer.solver}` : layer.kind;
    const hint = isExplicit ? "only the fused one does; keep it in f32" : "keep it in f32";
    throw new LiquidEdgeError("unavailable", `layer ${layer.name}: ${what} has no integer form (${hint})`);
  }
}
