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
import type { ActivationBits, WeightBits } from "./matrix.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "./precisions.ts";
import { fidelity, type QuantizationReport } from "./report.ts";
import { type Answer, MAX_ATTEMPTS, plainRoundings, type Request, search, searchAhead } from "./search.ts";
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
   * How well integers do at what the network is for, more is better: one number for each independent part of some data, the same
   * parts every time. Rounding each weight for itself, as a training for integers did, is then tried too, and kept where it does
   * better than what is nearest to the floats by more than chance: the mean of the paired differences, with that of the other parts,
   * is above two of its standard errors. Two numbers at least; one says nothing about chance.
   */
  merit?: (network: IntNetwork) => ArrayLike<number>;
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

/**
 * Quantizes a checked model.
 * @throws LiquidEdgeError `bad-input` for calibration data from which no scale follows; `unavailable` for what has no
 * integer form, with the layer and the neuron
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const answer = quantizationTrials(model, options);
  const search = searchOf(model, options);
  let step = search.next();
  while (!step.done) {
    let found: Answer;
    try {
      found = answer(step.value.request);
    } catch (error) {
      step = search.throw(error);
      continue;
    }
    step = search.next(found);
  }
  return step.value;
}

/** Options that a thread can be given: without functions, of which the thread brings `merit` itself. */
export type PlainQuantizeOptions = Omit<QuantizeOptions, "merit" | "onStep">;

/**
 * As `quantize`, but what it tries is tried elsewhere, up to `threads` at a time: by functions that `quantizationTrials` made of the
 * same model and options. The result has the bits of `quantize`.
 * @param hasMerit whether those functions know a merit
 */
export async function quantizeElsewhere(
  model: Model,
  { onStep, ...options }: PlainQuantizeOptions & Pick<QuantizeOptions, "onStep">,
  hasMerit: boolean,
  ask: (request: Request) => Promise<Answer>,
  threads: number,
): Promise<Quantized> {
  const sequences = sequencesOf(options);
  const steps = stepCounter(sequences, onStep);
  const stepsEach = sequences.reduce((sum, { batch, steps }) => sum + batch * steps, 0);
  const reporting = async (request: Request) => {
    const answer = await ask(request);
    steps(stepsEach);
    return answer;
  };
  const merit = hasMerit ? { merit: () => [] } : {};
  return searchAhead(searchOf(model, { ...options, ...merit }), reporting, threads);
}

/** Answers the questions of a search, after one calibration. Throws as `quantize`. */
export function quantizationTrials(model: Model, options: QuantizeOptions): (request: Request) => Answer {
  const prepared = prepare(model, options);
  const { lowered, sequences, onStep, run, constantInputs } = prepared;
  const isolated = neuronsWithoutInputs(model);
  const { merit } = options;
  return (request) => {
    if (request.kind === "merit") return { merit: merit!(request.network) };
    const { rounding, activations, withMerit } = request;
    const plan = { ...prepared.plan, activations };
    const { network, layers } = new IntegerBuilder(lowered, run, plan, rounding).build();
    const measured = fidelity(network, sequences, run.outputs, layers, onStep);
    const report = {
      precision: options.precision,
      activations,
      errorWithBytes: null,
      layers,
      neuronsWithoutInputs: isolated,
      constantInputs,
      isPlain: rounding.isPlain === true,
      ...measured,
    };
    return { quantized: { network, report }, ...(withMerit ? { merit: merit!(network) } : {}) };
  };
}

function searchOf(model: Model, { precision, layers, activations, merit }: QuantizeOptions) {
  const bits = bitsByLayer(lower(model), precision, layers ?? {});
  return search({ bits, activations: activations ?? null, hasMerit: merit !== undefined });
}

function sequencesOf({ calibration }: QuantizeOptions): readonly Sequence[] {
  return "input" in calibration ? [calibration] : calibration;
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
  const roundings = plainRoundings(plan.bits);
  const errors = roundings.map((rounding) => {
    if (roundings.length === 1) return 0;
    const { network, layers } = new IntegerBuilder(lowered, run, plan, rounding).build();
    return fidelity(network, sequences, run.outputs, layers).rmsError;
  });
  const rounding = roundings[errors.indexOf(Math.min(...errors))]!;
  return (current) => new IntegerBuilder(lower(current), run, plan, rounding).build().network;
}

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
  const sequences = sequencesOf(options);
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
function stepCounter(
  sequences: readonly Sequence[],
  onStep: QuantizeOptions["onStep"],
): (steps?: number) => void {
  if (onStep === undefined) return () => {};
  const steps = sequences.reduce((sum, sequence) => sum + sequence.batch * sequence.steps, 0);
  const total = steps * (1 + MAX_ATTEMPTS);
  let done = 0;
  return (steps = 1) => {
    done += steps;
    onStep(done, total);
  };
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
