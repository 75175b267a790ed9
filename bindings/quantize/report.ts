// What quantization cost on the calibration data: errors against the float network, values that saturated.

import type { Sequence } from "../core/sequence.ts";
import type { IntLayer, IntNetwork } from "../image/lowered-integer.ts";
import type { PruneReport } from "../prune/report.ts";
import { type ConstantInput, forEachStep } from "./calibration.ts";
import { power2 } from "./elementary.ts";
import { IntegerRun } from "./integer-run.ts";
import type { ActivationBits, WeightBits } from "./matrix.ts";
import type { IntegerPrecision } from "./precisions.ts";
import { I16_MAX, roundHalfUp } from "./tables.ts";

/** Units and ranges of one layer of integers. */
export interface LayerReport {
  /** As `inspect` and profiles name it. */
  name: string;
  kind: IntLayer["kind"];
  /** Of its weights; null without weights. */
  bits: WeightBits | null;
  /** Real value of one unit of a weight, smallest and largest of all rows or neurons; null without weights. */
  weightScale: [min: number, max: number] | null;
  /** Real value of one unit of the output, smallest and largest. */
  outputUnit: [min: number, max: number];
  /** Of the values whose clamping changes a result, how many were clamped on the calibration data. */
  saturated: number;
  values: number;
}

/** What became of a network in integers. */
export interface QuantizationReport {
  /** Bits of the weights, unless a layer has its own. */
  precision: IntegerPrecision;
  /** Bits of what matrices read. */
  activations: ActivationBits;
  /** What `relativeRmsError` was with activations of 8 bits, where they have 16 because of it; null elsewhere. */
  errorWithBytes: number | null;
  /** In the order of execution. */
  layers: LayerReport[];
  /** Neurons into which no weight leads, by wiring or pruning. Such a network is allowed. */
  neuronsWithoutInputs: PruneReport["neuronsWithoutInputs"];
  /** Inputs that never move in the calibration data: how far they reach was guessed. */
  constantInputs: ConstantInput[];
  /** Whether each weight was rounded for itself, which the task judged better than rounding for the floats' outputs. */
  isPlain: boolean;
  /** Time steps of the calibration data. */
  steps: number;
  /** Root mean square of the output's error against the float network, in the output's own unit. */
  rmsError: number;
  /** The same divided by the root mean square of the float network's output. */
  relativeRmsError: number;
}

/** Raw inputs of an integer network for real ones. */
export function toRaw(network: IntNetwork, x: ArrayLike<number>): Int16Array {
  const { input, inputOffset } = network.scales;
  return Int16Array.from(x, (value, c) => {
    const count = roundHalfUp((value - inputOffset[c]!) / input[c]!);
    return Math.min(I16_MAX, Math.max(-I16_MAX - 1, count));
  });
}

/** Elapsed time in the units of an integer network; at least one. */
export function toTimeUnits({ time }: IntNetwork, elapsed: number): number {
  return Math.min(65_535, Math.max(1, roundHalfUp(elapsed * power2(time.exponent))));
}

/** Runs the integer network over the calibration data and compares with the float outputs [steps, outputs]. */
export function fidelity(
  network: IntNetwork,
  sequences: readonly Sequence[],
  expected: Float64Array,
  layers: readonly LayerReport[],
  onStep: () => void = () => {},
): Pick<QuantizationReport, "steps" | "rmsError" | "relativeRmsError"> {
  const run = new IntegerRun(network);
  const { output: unit } = network.scales;
  let [at, errors, squares] = [0, 0, 0];
  forEachStep(
    sequences,
    () => run.reset(),
    (x, elapsed) => {
      const output = run.step(toRaw(network, x), toTimeUnits(network, elapsed));
      for (const [i, y] of output.entries()) {
        const error = y * unit[i]! - expected[at]!;
        errors += error * error;
        squares += expected[at]! ** 2;
        at++;
      }
      onStep();
    },
  );
  for (const [l, { values, saturated }] of run.counts.entries())
    Object.assign(layers[l]!, { values, saturated });
  return {
    steps: at / network.output.length,
    rmsError: Math.sqrt(errors / at),
    relativeRmsError: squares === 0 ? 0 : Math.sqrt(errors / squares),
  };
}
