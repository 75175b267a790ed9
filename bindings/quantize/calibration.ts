// Calibration: what the network does on real inputs, for the ranges that no formula gives. A float64 run of the lowered
// network records, for every layer, the range and moments of what its products read and the range of what it writes.

import type { Sequence } from "../core/sequence.ts";
import { complain } from "../errors.ts";
import type { LoweredLayer, LoweredNetwork } from "../image/lowered.ts";
import { FloatRun, indexOf, type Openness } from "./float-run.ts";

/** Products of pairs are kept for layers of at most so many columns: 8 MB. */
const MAX_COLUMNS = 1024;

/** Ranges and moments of consecutive elements of the arena. */
export class Statistics {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  /** Sums of products of all pairs, [length, length], lower triangle; null where nobody asked for them. */
  readonly products: Float64Array | null;
  count = 0;

  constructor(length: number, withProducts = false) {
    this.products = withProducts && length <= MAX_COLUMNS ? new Float64Array(length * length) : null;
    this.min = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    this.sum = new Float64Array(length);
  }

  /** Takes note of `values[from]` and what follows. */
  add(values: ArrayLike<number>, from = 0): void {
    this.count++;
    for (let i = 0; i < this.sum.length; i++) {
      const x = values[from + i]!;
      if (x < this.min[i]!) this.min[i] = x;
      if (x > this.max[i]!) this.max[i] = x;
      this.sum[i]! += x;
      if (this.products === null) continue;
      const row = i * this.sum.length;
      for (let j = 0; j <= i; j++) this.products[row + j]! += x * values[from + j]!;
    }
  }

  /** Mean of the product of elements `i` and `j`, which products have been kept of; their variance above all else. */
  covariance(i: number, j: number): number {
    const [row, column] = i >= j ? [i, j] : [j, i];
    const product = this.products![row * this.sum.length + column]! / this.count;
    return product - (this.sum[i]! / this.count) * (this.sum[j]! / this.count);
  }

  /** Largest magnitude of element `i`. */
  peak(i: number): number {
    return Math.max(this.max[i]!, -this.min[i]!, 0);
  }

  /** Largest magnitude of all elements. */
  get peakOfAll(): number {
    return this.sum.reduce((largest, _, i) => Math.max(largest, this.peak(i)), 0);
  }
}

/** What one layer read and wrote. */
export interface LayerStatistics {
  /** The columns of its products, [x | state] where it reads both. */
  read: Statistics;
  /** Of a dense layer, before its activation; of other cells, what the elapsed time meets: see `Observer`. */
  pre: Statistics;
  out: Statistics;
  /** LSTM's second state; else of length 0. */
  cell: Statistics;
  /** Of an LTC, how far its synapses were open; else null. */
  synapses: { sensory: Openness; recurrent: Openness } | null;
}

export interface CalibrationRun {
  layers: LayerStatistics[];
  input: Statistics;
  elapsed: { min: number; max: number };
  /** Outputs of all steps of all rows, [steps, outputs]. */
  outputs: Float64Array;
}

/** Columns that the products of a layer read, from `in` on. */
function columnsOf(layer: LoweredLayer): number {
  switch (layer.kind) {
    case "dense":
    case "lstm":
      return layer.matrix.nIn;
    case "gru":
      return layer.resetUpdate.nIn;
    case "gate":
      return layer.target.nIn;
    default:
      return layer.in.length;
  }
}

/** Pre-activations that an observer of a layer sees. */
function preActivationsOf(layer: LoweredLayer): number {
  switch (layer.kind) {
    case "dense":
    case "gate":
      return layer.out.length;
    case "cfc":
      return layer.mode === "pure" ? layer.out.length : 2 * layer.out.length;
    default:
      return 0;
  }
}

/** Calls `step` for every time step of every row, `start` before each row. */
export function forEachStep(
  sequences: readonly Sequence[],
  start: () => void,
  step: (x: Float32Array, elapsed: number) => void,
): void {
  for (const { batch, steps, features, input, timespans } of sequences) {
    for (let row = 0; row < batch; row++) {
      start();
      for (let t = row * steps; t < (row + 1) * steps; t++) {
        step(input.subarray(t * features, (t + 1) * features), timespans === null ? 1 : timespans[t]!);
      }
    }
  }
}

function openness(length: number): Openness {
  return { sum: new Float64Array(length), squares: new Float64Array(length), count: 0 };
}

/**
 * Runs the float network over the calibration data. States begin at zero in every row. `withProducts`: keeps what rounding
 * the weights of a row together needs.
 */
export function calibrate(
  network: LoweredNetwork,
  sequences: readonly Sequence[],
  onStep: () => void = () => {},
  withProducts = true,
): CalibrationRun {
  const layers = network.layers.map(
    (layer): LayerStatistics => ({
      read: new Statistics(columnsOf(layer), withProducts && layer.kind !== "ltc" && layer.kind !== "affine"),
      pre: new Statistics(preActivationsOf(layer)),
      out: new Statistics(layer.out.length),
      cell: new Statistics(layer.kind === "lstm" ? layer.cell.length : 0),
      synapses:
        layer.kind === "ltc"
          ? { sensory: openness(layer.sensory.mask.length), recurrent: openness(layer.recurrent.mask.length) }
          : null,
    }),
  );
  const run = new FloatRun(network, {
    before: (l, arena) => layers[l]!.read.add(arena, indexOf(network.layers[l]!.in)),
    synapses: (l) => layers[l]!.synapses,
    preActivations: (l, values) => layers[l]!.pre.add(values),
    after(l, arena) {
      const layer = network.layers[l]!;
      layers[l]!.out.add(arena, indexOf(layer.out));
      if (layer.kind === "lstm") layers[l]!.cell.add(arena, indexOf(layer.cell));
    },
  });
  const input = new Statistics(network.input.length);
  const elapsed = { min: Number.POSITIVE_INFINITY, max: 0 };
  const total = sequences.reduce((sum, { batch, steps }) => sum + batch * steps, 0);
  const outputs = new Float64Array(total * network.output.length);
  let at = 0;
  forEachStep(
    sequences,
    () => run.reset(),
    (x, dt) => {
      input.add(x);
      elapsed.min = Math.min(elapsed.min, dt);
      elapsed.max = Math.max(elapsed.max, dt);
      outputs.set(run.step(x, dt), at);
      at += network.output.length;
      onStep();
    },
  );
  return { layers, input, elapsed, outputs };
}

/** An input that has one value throughout the calibration data. */
export interface ConstantInput {
  /** Its number, from 0. */
  input: number;
  /** Null where nobody named the inputs. */
  name: string | null;
  /** What it was throughout. */
  value: number;
}

/**
 * Refuses calibration data from which no scale follows, and returns the inputs that never move. `names` are what a data set
 * calls its inputs: such an input may be 0 throughout, since the data set says that it is there.
 * @throws LiquidEdgeError `bad-input`
 */
export function checkCalibration(
  sequences: readonly Sequence[],
  features: number,
  source: string,
  names: readonly string[] | null = null,
): ConstantInput[] {
  const fail = (field: string, expected: string, found: string, hint?: string) =>
    complain("bad-input", source, { field, expected, found, ...(hint === undefined ? {} : { hint }) });
  if (!sequences.some(({ batch, steps }) => batch * steps > 0)) {
    throw fail("input", "at least one time step of calibration data", "none");
  }
  const range = new Statistics(features);
  for (const sequence of sequences) {
    if (sequence.features !== features) {
      throw fail("input", `${features} channels, the network's inputs`, `${sequence.features}`);
    }
    const bad = sequence.input.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw fail(`input.data[${bad}]`, "a finite number", String(sequence.input[bad]));
    const badTime = sequence.timespans?.findIndex((t) => !(t > 0 && Number.isFinite(t))) ?? -1;
    if (badTime >= 0) {
      const found = String(sequence.timespans![badTime]);
      throw fail(`timespans.data[${badTime}]`, "an elapsed time above 0", found);
    }
    forEachStep(
      [sequence],
      () => {},
      (x) => range.add(x),
    );
  }
  const varies = range.min.some((low, c) => low !== range.max[c]);
  if (!varies) {
    const hint = "calibrate on data like those that the network will see";
    throw fail("input", "values that vary", `${range.max[0]} in every step`, hint);
  }
  const silent = range.sum.findIndex((_, c) => range.peak(c) === 0);
  if (silent >= 0 && names === null) {
    const hint = "its scale would be 0; calibrate on data in which it occurs, or leave the channel out";
    throw fail("input", `values other than 0 in channel ${silent}`, "0 in every step", hint);
  }
  return Array.from(range.min, (value, input) => ({ input, name: names?.[input] ?? null, value })).filter(
    ({ input, value }) => value === range.max[input],
  );
}
