// Post-training quantization: a float model and calibration data → a network of integers (docs/integers.md) and what that
// cost. Ranges are analytic where formulas give them (gates, states); inputs, activations without a bound, LSTM cells and
// the readout take theirs from the calibration data. One model and one calibration set give the same integers on every
// engine.

import type { Sequence } from "../core/sequence.ts";
import { complain, LiquidEdgeError, nearestName } from "../errors.ts";
import { lower } from "../image/lower.ts";
import type { LoweredNetwork } from "../image/lowered.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import type { Model } from "../network/model.ts";
import { printable } from "../network/printable.ts";
import { neuronsWithoutInputs } from "../prune/report.ts";
import { calibrate, checkCalibration } from "./calibration.ts";
import { type InputCounts, rawScale } from "./input-map.ts";
import { IntegerBuilder, type Plan } from "./integer-builder.ts";
import type { ActivationBits, Rounding, WeightBits } from "./matrix.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "./precisions.ts";
import { fidelity, type QuantizationReport } from "./report.ts";
import { type TimeRange, timeFormat } from "./time-format.ts";

/** Number format, calibration data, and what the integers must be ready for. */
export interface QuantizeOptions {
  /** Bits of the weights. */
  precision: IntegerPrecision;
  /** Inputs like those that the network will see, with their elapsed times. */
  calibration: Sequence | readonly Sequence[];
  /** Elapsed times to be ready for; default: those of the calibration data. */
  time?: TimeRange;
  /** What messages call the calibration data. */
  source?: string;
  /**
   * Names of the inputs where a data set declares them. Such an input may be 0 in all of the calibration data; it is then taken to
   * reach ±1. Without names that is refused.
   */
  inputNames?: readonly string[];
  /**
   * What the counts of the sensors are to the network, so that the image takes raw counts and a board needs no float.
   * Default: counts of the quantizer's own, powers of two.
   */
  counts?: InputCounts;
  /** What messages call the counts. */
  countsSource?: string;
  /** Bits of single layers' weights, by the layer's name; `precision` for the others. */
  layers?: Readonly<Record<string, IntegerPrecision>>;
  /**
   * Bits of what matrices read: inputs, states, hidden units. 8 suits int8 vector units; 16 is several times more exact,
   * costs a core without them hardly anything, and holds 512 columns of int8 weights. Default: 8, or 16 where all weights
   * have 8 bits and 8 bits of activations leave the error on the calibration data above 2 %.
   */
  activations?: ActivationBits;
  /**
   * How well integers do at what the network is for, more is better. Rounding each weight for itself, as a training for integers
   * did, is then tried too, and kept where it does better than what is nearest to the floats.
   */
  merit?: (network: IntNetwork) => number;
  /** Called after every time step of every run over the calibration data; `total` is an upper bound. */
  onStep?: (done: number, total: number) => void;
}

/** A network of integers, and how it came about. */
export interface Quantized {
  /** What `Network.fromInteger` and the file are made of. */
  network: IntNetwork;
  /** What it cost. */
  report: QuantizationReport;
}

interface Trial extends Rounding {
  /** Not tried where the least error so far is less; default: tried in any case. */
  below?: number;
}

/**
 * Ways of rounding that are tried unless the error is `below` that already; the one with the least error on the calibration
 * data is kept. Ranges of inputs or states without room are the last resort, and inputs that are clipped: a row's weights share one
 * scale, so inputs of which few reach far leave those of the states few steps.
 */
const TRIALS: readonly Trial[] = [
  { damping: 0.1, inputMargin: 1.1, fitsStates: false, below: 0 },
  { damping: 0.3, inputMargin: 1.25, fitsStates: false, below: 0.01 },
  { damping: 0.3, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 0.03, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 1, inputMargin: 1.1, fitsStates: false, below: 0.01 },
  { damping: 1, inputMargin: 1.25, fitsStates: false, below: 0.01 },
  { damping: 0.1, inputMargin: 1, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 0.3, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 1, inputMargin: 1.1, fitsStates: true, below: 0.02 },
  { damping: 0.1, inputMargin: 0.8, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.6, fitsStates: false, below: 0.02 },
  { damping: 1, inputMargin: 0.6, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.45, fitsStates: false, below: 0.02 },
  { damping: 1, inputMargin: 0.45, fitsStates: false, below: 0.02 },
  { damping: 0.1, inputMargin: 0.3, fitsStates: false, below: 0.02 },
];

/** Each weight for itself. */
const PLAIN = { damping: 0, inputMargin: 1.1, fitsStates: false, isPlain: true } as const satisfies Rounding;
/** With 4 bits, inputs whose rare peaks reach far leave states no steps of a row's weights: their range is cut. */
const PLAIN_MARGINS = [1.1, 0.8, 0.6, 0.45, 0.3] as const;

/** Ways of rounding plainly that differ in what comes out. */
function plainRoundings({ bits }: Plan): Rounding[] {
  const margins = bits.includes(4) ? PLAIN_MARGINS : [PLAIN.inputMargin];
  return margins.map((inputMargin) => ({ ...PLAIN, inputMargin }));
}

/**
 * Quantizes a checked model.
 * @throws LiquidEdgeError `bad-input` for calibration data from which no scale follows; `unavailable` for what has no
 * integer form, with the layer and the neuron
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const prepared = prepare(model, options);
  const isolated = neuronsWithoutInputs(model);
  const attempt: Attempt = ({ lowered, sequences, onStep, run, plan, constantInputs }, rounding) => {
    const { network, layers } = new IntegerBuilder(lowered, run, plan, rounding).build();
    const measured = fidelity(network, sequences, run.outputs, layers, onStep);
    const report = {
      precision: options.precision,
      activations: plan.activations,
      errorWithBytes: null,
      layers,
      neuronsWithoutInputs: isolated,
      constantInputs,
      isPlain: rounding.isPlain === true,
      ...measured,
    };
    return { network, report };
  };
  let best = widened(prepared, options, leastError(prepared, attempt), attempt);
  const { merit } = options;
  if (merit === undefined) return best;
  let most = merit(best.network);
  for (const rounding of plainRoundings(prepared.plan)) {
    const quantized = attempt(prepared, rounding);
    const reached = merit(quantized.network);
    if (reached > most) [best, most] = [quantized, reached];
  }
  return best;
}

type Attempt = (prepared: Prepared, rounding: Rounding) => Quantized;

/** The searched rounding with the least error on the calibration data. */
function leastError(prepared: Prepared, attempt: Attempt): Quantized {
  let best: Quantized | null = null;
  for (const { below = 0, ...trial } of TRIALS) {
    if (best !== null && best.report.relativeRmsError < below) break;
    const quantized = attempt(prepared, trial);
    if (best === null || quantized.report.relativeRmsError < best.report.relativeRmsError) best = quantized;
  }
  return best!;
}

/** Activations of 8 bits that leave the relative rms error above this get 16. */
const WIDEN_ABOVE = 0.02;

/** `narrow`, or the same with activations of 16 bits where nobody chose, 8 are too few and 16 are better. */
function widened(
  prepared: Prepared,
  { activations }: QuantizeOptions,
  narrow: Quantized,
  attempt: Attempt,
): Quantized {
  const { relativeRmsError } = narrow.report;
  const mayWiden = activations === undefined && prepared.plan.bits.every((bits) => bits === 8);
  if (!mayWiden || relativeRmsError < WIDEN_ABOVE || !readsBytes(narrow.network)) return narrow;
  try {
    const wide = leastError({ ...prepared, plan: { ...prepared.plan, activations: 16 } }, attempt);
    if (wide.report.relativeRmsError >= relativeRmsError) return narrow;
    return { ...wide, report: { ...wide.report, errorWithBytes: relativeRmsError } };
  } catch (error) {
    // A layer has more columns than its accumulator then holds.
    if (error instanceof LiquidEdgeError && error.code === "unavailable") return narrow;
    throw error;
  }
}

/** Whether a matrix reads activations of 8 bits; an LTC by itself has none. */
function readsBytes({ layers }: IntNetwork): boolean {
  return layers.some(
    (layer) =>
      ("narrowed" in layer && layer.narrowed !== null) || (layer.kind === "int-input" && layer.width === 8),
  );
}

/**
 * The same structure, its weights rounded one by one: no search for weights whose errors cancel and no report, for those who ask what
 * a network costs and not what it answers. Throws as `quantize` does.
 */
export function quantizePlainly(model: Model, options: QuantizeOptions): IntNetwork {
  return plainQuantizer(model, options)(model);
}

/**
 * `quantizePlainly` of models that differ from `model` in their weights alone, all with what calibration saw of `model`: a
 * training, whose weights change from step to step, does not calibrate at each.
 */
export function plainQuantizer(model: Model, options: QuantizeOptions): (model: Model) => IntNetwork {
  const { lowered, run, plan, sequences } = prepare(model, options, false);
  const roundings = plainRoundings(plan);
  const errors = roundings.map((rounding) => {
    if (roundings.length === 1) return 0;
    const { network, layers } = new IntegerBuilder(lowered, run, plan, rounding).build();
    return fidelity(network, sequences, run.outputs, layers).rmsError;
  });
  const rounding = roundings[errors.indexOf(Math.min(...errors))]!;
  return (current) => new IntegerBuilder(lower(current), run, plan, rounding).build().network;
}

type Prepared = ReturnType<typeof prepare>;

/** Everything that precedes rounding; `withProducts` unless weights are rounded one by one. */
function prepare(model: Model, options: QuantizeOptions, withProducts = true) {
  const {
    precision,
    source = "calibration",
    inputNames = null,
    counts = null,
    countsSource = "counts",
    activations = 8,
  } = options;
  if (activations !== 8 && activations !== 16) {
    throw new RangeError(`"activations" expected 8 or 16, got ${String(activations)}`);
  }
  if (!INTEGER_PRECISIONS.includes(precision)) {
    throw new RangeError(`"precision" expected ${INTEGER_PRECISIONS.join(" or ")}, got ${String(precision)}`);
  }
  const lowered = lower(model);
  refuseUnavailable(lowered);
  const sequences: readonly Sequence[] =
    "input" in options.calibration ? [options.calibration] : options.calibration;
  const constantInputs = checkCalibration(sequences, lowered.input.length, source, inputNames);
  const onStep = stepCounter(sequences, options.onStep);
  const run = calibrate(lowered, sequences, onStep, withProducts);
  const usesTime = lowered.layers.some(({ kind }) => TIMED_KINDS.includes(kind));
  const format = timeFormat(options.time ?? run.elapsed, usesTime, source);
  const plan: Plan = {
    format,
    raw: rawScale(run.input, counts, countsSource),
    bits: bitsByLayer(lowered, precision, options.layers ?? {}),
    activations,
  };
  return { lowered, sequences, onStep, run, plan, constantInputs };
}

/** Counts the steps of the runs over the calibration data. */
function stepCounter(sequences: readonly Sequence[], onStep: QuantizeOptions["onStep"]): () => void {
  if (onStep === undefined) return () => {};
  const steps = sequences.reduce((sum, sequence) => sum + sequence.batch * sequence.steps, 0);
  // Twice where activations are widened.
  const total = steps * (1 + 2 * (TRIALS.length + PLAIN_MARGINS.length));
  let done = 0;
  return () => onStep(++done, total);
}

const BITS = { int8: 8, int4: 4 } as const;

/** Bits of every layer's weights. Throws `unknown-name` for a layer that has none. */
function bitsByLayer(
  { layers }: LoweredNetwork,
  precision: IntegerPrecision,
  own: Readonly<Record<string, IntegerPrecision>>,
): WeightBits[] {
  const names = layers.filter(({ kind }) => kind !== "affine").map(({ name }) => name);
  for (const [name, wanted] of Object.entries(own)) {
    if (!names.includes(name)) {
      const nearest = nearestName(name, names);
      throw complain("unknown-name", "layers", {
        field: printable(name),
        expected: `one of ${names.join(", ")}`,
        found: "no such layer with weights",
        ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
      });
    }
    if (!INTEGER_PRECISIONS.includes(wanted)) {
      throw new RangeError(
        `"layers.${name}" expected ${INTEGER_PRECISIONS.join(" or ")}, got ${String(wanted)}`,
      );
    }
  }
  return layers.map(({ name }) => BITS[own[name] ?? precision]);
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
