// One lowered layer → its integer layer.

import type { LoweredLayer } from "../image/lowered.ts";
import type { IntTable } from "../image/lowered-integer.ts";
import type { Matrix } from "../image/parameters.ts";
import { ACTIVATION_BOUND, ACTIVATION_FLAT, power2 } from "./elementary.ts";
import { elementMap } from "./input-map.ts";
import { type IntegerBuilder, WORD_MARGIN, wordUnit } from "./integer-builder.ts";
import { LARGEST_WEIGHT } from "./matrix.ts";
import { quantizeLtc } from "./quantize-ltc.ts";
import { ACTIVATION_MARGIN, cellFormat, I8_MAX, pureBound } from "./state-format.ts";
import {
  activationTable,
  expNegTable,
  GATE_UNIT,
  I16_MAX,
  PRE_UNIT,
  remainderTable,
  roundHalfUp,
  sigmoidTable,
  synapseTable,
  tanhTable,
} from "./tables.ts";
import { largestTau, pureFineness, rateTables, timeHeadFineness } from "./time-units.ts";

type Kind<K extends LoweredLayer["kind"]> = Extract<LoweredLayer, { kind: K }>;

/** Shift from an i16 activation over its own range to i8. */
const NARROW_SHIFT = 8;
/** Pre-activations of a dense layer have room for this much more than calibration saw. */
const PRE_MARGIN = 1.5;

/** Adds the integer form of layer number `l`. A new kind of cell has its place here and in `Kind` of calibration.ts. */
export function addCell(builder: IntegerBuilder, layer: LoweredLayer, l: number): void {
  switch (layer.kind) {
    case "dense":
      addDense(builder, layer, l);
      break;
    case "cfc":
      addCfc(builder, layer, l);
      break;
    case "lstm":
      addLstm(builder, layer, l);
      break;
    case "gru":
      addGru(builder, layer, l);
      break;
    case "gate":
      addGate(builder, layer, l);
      break;
    case "ltc":
      addLtc(builder, layer, l);
      break;
    case "affine":
      addOutputMap(builder, layer, l);
      break;
    case "ctrnn":
      throw new Error("refused before: quantize.ts");
  }
}

/** Tables of a layer whose state is made of tanh, in units of `tanhUnit`. */
const tables = (tanhUnit = GATE_UNIT): { tanh: IntTable; sigmoid: IntTable } => ({
  tanh: tanhTable(tanhUnit),
  sigmoid: sigmoidTable(),
});

/** Units of activations between layers fill i8 with what calibration saw; those of outputs leave room. */
function addDense(builder: IntegerBuilder, layer: Kind<"dense">, l: number): void {
  const { layout, run } = builder;
  const { activation, matrix, out } = layer;
  const { pre, out: written } = run.layers[l]!;
  const isRead = builder.isReadByProducts(out);
  const bound = ACTIVATION_BOUND[activation];
  const peak = written.peakOfAll || 1;
  const isNarrowed = isRead && builder.activations === 8;
  const unit = isNarrowed
    ? Math.min(bound, ACTIVATION_MARGIN * peak) / (I8_MAX * power2(NARROW_SHIFT))
    : wordUnit(Math.min(bound, WORD_MARGIN * peak));
  // The finer the unit, the nearer the table's 256 chords are to the curve.
  const reach = Math.min(ACTIVATION_FLAT[activation], PRE_MARGIN * (pre.peakOfAll || 1));
  const preUnit = wordUnit(reach);
  const isLinear = activation === "linear";
  const units = new Float64Array(out.length).fill(unit);
  if (isRead) layout.addColumns(out, builder.activations);
  const columns = layout.columns(out);
  const shift = isNarrowed ? NARROW_SHIFT : 0;
  columns?.shift.fill(shift);
  columns?.columns.step.fill(unit * power2(shift));
  const place = columns !== null && !isNarrowed ? columns.vector : layout.place(out.length);
  layout.addWords(out, place, units);
  builder.add(
    {
      kind: "int-dense",
      name: layer.name,
      in: builder.columnsAt({ at: layer.in.at, length: matrix.nIn }),
      out: place,
      matrix: builder.matrix(l, matrix, isLinear ? unit : preUnit, layer.in),
      table: isLinear ? null : activationTable(activation, preUnit, unit),
      narrowed: builder.narrowed(out),
    },
    units,
  );
}

function addCfc(builder: IntegerBuilder, layer: Kind<"cfc">, l: number): void {
  const { name, out } = layer;
  const { vector, unit } = builder.layout.words(out);
  const base = { kind: "int-cfc", name, in: builder.columnsAt(layer.in), out: vector } as const;
  const narrowed = builder.narrowed(out);
  const { format } = builder;
  const { constant } = format;
  const { exponent } = format.time;
  const { pre } = builder.run.layers[l]!;
  if (layer.mode === "pure") {
    const k = pureFineness(pre, layer.absTau, format);
    const rateUnit = PRE_UNIT * power2(-k);
    const mostTau = largestTau(format);
    const absTau = Int32Array.from(layer.absTau, (tau) => Math.min(mostTau, roundHalfUp(tau / rateUnit)));
    const ff1 = builder.matrix(l, layer.ff1, rateUnit, layer.in);
    const bound = pureBound(layer.bound, unit);
    const shifts = { timeShift: exponent + k, swingShift: 15 + k };
    const rates = { ff1, absTau, ...shifts, ...bound, expNeg: expNegTable() };
    builder.add({ ...base, mode: "pure", ...rates, narrowed }, unit);
    return;
  }
  const [ff1, ff2, timeA, timeB] = layer.heads;
  // Without a gate the sum of both halves is halved.
  const tanhUnit = (layer.mode === "no_gate" ? 0.5 : 1) * unit[0]!;
  const product = (head: Matrix, fineness = 0) =>
    builder.matrix(l, head, PRE_UNIT * power2(-fineness), layer.in);
  if (constant !== null) {
    const heads = [ff1, ff2, heldTime(timeA, timeB, constant)].map((head) => product(head));
    builder.add({ ...base, mode: layer.mode, heads, timeShift: 0, ...tables(tanhUnit), narrowed }, unit);
    return;
  }
  const k = timeHeadFineness(pre, out.length, format);
  const heads = [product(ff1), product(ff2), product(timeA, k), product(timeB)];
  const timeShift = exponent + k;
  builder.add({ ...base, mode: layer.mode, heads, timeShift, ...tables(tanhUnit), narrowed }, unit);
}

/** Both time heads in one, for a constant elapsed time; a weight is absent where both heads lack it. */
function heldTime(timeA: Matrix, timeB: Matrix, elapsed: number): Matrix {
  const combine = (a: Float32Array, b: Float32Array) => a.map((value, i) => value * elapsed + b[i]!);
  const [a, b] = [timeA.mask, timeB.mask];
  return {
    ...timeA,
    weights: combine(timeA.weights, timeB.weights),
    mask: a === null || b === null ? null : a.map((present, i) => present | b[i]!),
    bias: combine(timeA.bias, timeB.bias),
  };
}

/** Shift from Q0.15 to units of `unit`, a power of two. */
function shiftTo(unit: number): number {
  let shift = 0;
  while (power2(shift - 15) < unit) shift++;
  return shift;
}

function addLstm(builder: IntegerBuilder, layer: Kind<"lstm">, l: number): void {
  const { layout, run } = builder;
  const { vector, unit } = layout.words(layer.out);
  const format = cellFormat(run.layers[l]!.cell.peakOfAll);
  builder.add(
    {
      kind: "int-lstm",
      name: layer.name,
      in: builder.columnsAt(layer.in),
      out: vector,
      cell: layout.words(layer.cell).vector,
      matrix: builder.matrix(l, layer.matrix, PRE_UNIT, layer.in),
      cellFormat: format,
      outShift: shiftTo(unit[0]!),
      ...tables(),
      narrowed: builder.narrowed(layer.out),
    },
    unit,
  );
}

function addGru(builder: IntegerBuilder, layer: Kind<"gru">, l: number): void {
  const { vector, unit } = builder.layout.words(layer.out);
  builder.add(
    {
      kind: "int-gru",
      name: layer.name,
      in: builder.columnsAt(layer.in),
      out: vector,
      resetUpdate: builder.matrix(l, layer.resetUpdate, PRE_UNIT, layer.in),
      fromInput: builder.matrix(l, layer.fromInput, PRE_UNIT, layer.in),
      fromState: builder.matrix(l, layer.fromState, PRE_UNIT, layer.out),
      ...tables(unit[0]!),
      narrowed: builder.narrowed(layer.out),
    },
    unit,
  );
}

/** For a constant elapsed time what stays of the old state is a function of one number, a table like the sigmoid. */
function addGate(builder: IntegerBuilder, layer: Kind<"gate">, l: number): void {
  const { layout, format, run } = builder;
  const { vector, unit } = layout.words(layer.out);
  const { constant } = format;
  const decay =
    constant === null
      ? { sigmoid: null, ...rateTables(run.layers[l]!.pre, format) }
      : { sigmoid: remainderTable(constant), softplus: null, expNeg: null, timeShift: 0 };
  builder.add(
    {
      kind: "int-gate",
      name: layer.name,
      in: builder.columnsAt({ at: layer.in.at, length: layer.target.nIn }),
      out: vector,
      g: builder.matrix(l, layer.target, PRE_UNIT, layer.in),
      a: builder.matrix(l, layer.rate, PRE_UNIT, layer.in),
      tanh: tanhTable(unit[0]!),
      ...decay,
      narrowed: builder.narrowed(layer.out),
    },
    unit,
  );
}

function addLtc(builder: IntegerBuilder, layer: Kind<"ltc">, l: number): void {
  const input = builder.wordInput(layer.in, layer, builder.run.layers[l]!);
  const { vector, unit } = builder.layout.words(layer.out);
  const fractionBits = builder.stateBits[l]!;
  const bits = builder.bitsOf(l);
  const { scale, reach, ...integers } = quantizeLtc(
    layer,
    fractionBits,
    input.bits,
    LARGEST_WEIGHT[bits],
    builder.format,
    builder.run.layers[l]!.synapses!,
  );
  builder.noteScales(bits, scale);
  builder.add(
    {
      kind: "int-ltc",
      name: layer.name,
      in: input.vector,
      out: vector,
      unfolds: layer.unfolds,
      fractionBits,
      ...integers,
      sigmoid: synapseTable(reach),
      narrowed: builder.narrowed(layer.out),
    },
    unit,
  );
}

/** LTC's output map; what it can reach follows from the states' format. */
function addOutputMap(builder: IntegerBuilder, layer: Kind<"affine">, l: number): void {
  const { layout, run } = builder;
  const from = layout.words(layer.in);
  const place = layout.place(layer.out.length);
  const unit = Float64Array.from(from.unit, (stateUnit, i) => {
    const reach = Math.abs(layer.w[i]!) * stateUnit * I16_MAX + Math.abs(layer.b[i]!);
    const seen = WORD_MARGIN * run.layers[l]!.out.peak(i);
    return wordUnit(Math.min(reach, seen) || 1);
  });
  const map = elementMap(
    unit.map((u, i) => (layer.w[i]! * from.unit[i]!) / u),
    unit.map((u, i) => layer.b[i]! / u),
  );
  layout.addWords(layer.out, place, unit);
  builder.add({ kind: "int-affine", name: layer.name, in: from.vector, out: place, ...map }, unit);
}
