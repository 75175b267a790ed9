// Lowered float layers → integer layers: formats, places in the arena, and each layer's integers. What is decided where:
// time-format.ts the elapsed time, layout.ts places, state-format.ts states, input-map.ts both ends, matrix.ts products,
// quantize-ltc.ts LTC, integer-cells.ts the layers.

import type { ArenaVector, LoweredLayer, LoweredNetwork } from "../image/lowered.ts";
import type { IntLayer, IntMatrix, IntNetwork, IntVector, Narrowed } from "../image/lowered-integer.ts";
import type { Matrix } from "../image/parameters.ts";
import type { CalibrationRun, LayerStatistics } from "./calibration.ts";
import { power2 } from "./elementary.ts";
import { elementMap, inputReach, type RawScale } from "./input-map.ts";
import { addCell } from "./integer-cells.ts";
import { IntLayout } from "./layout.ts";
import {
  type ActivationBits,
  LARGEST_ACTIVATION,
  quantizeMatrix,
  type Rounding,
  type WeightBits,
} from "./matrix.ts";
import { fractionBits, midpointBound } from "./quantize-ltc.ts";
import type { LayerReport } from "./report.ts";
import {
  balancedStates,
  cellFormat,
  fittedStates,
  narrowShift,
  type StateUnits,
  stateFormats,
  statePeak,
  unitsOf,
} from "./state-format.ts";
import { I16_MAX } from "./tables.ts";
import type { TimeFormat } from "./time-format.ts";

const FLOAT_BYTES = 4;
/** i16 values have bits to spare for what calibration did not see. */
export const WORD_MARGIN = 2;
/**
 * Less for inputs of 16 bits: a larger unit makes their weights larger beside those of the states, which share their scale.
 */
const WIDE_INPUT_MARGIN = 1.5;
/** An input range counts as lopsided when its middle lies further from 0 than this share of its half width. */
const LOPSIDED = 0.25;

/** What is decided before anything is rounded. */
export interface Plan {
  format: TimeFormat;
  raw: RawScale;
  /** Bits of each layer's weights. */
  bits: readonly WeightBits[];
  /** Bits of what matrices read. */
  activations: ActivationBits;
}

/** Builds the integer network of one lowered network. */
export class IntegerBuilder {
  readonly lowered: LoweredNetwork;
  readonly run: CalibrationRun;
  readonly format: TimeFormat;
  readonly rounding: Rounding;
  readonly layout = new IntLayout();
  /** Fraction bits of the state that each layer writes. */
  readonly stateBits: number[];
  /** Units of that state, and the shift that makes an i8 activation of it. */
  readonly stateUnits: StateUnits[];
  readonly #layers: IntLayer[] = [];
  readonly #reports: LayerReport[] = [];
  readonly #raw: IntVector;
  readonly #plan: Plan;
  /** Of the matrices and synapses of the layer at hand. */
  #scales: number[] = [];
  #bits: WeightBits | null = null;

  constructor(lowered: LoweredNetwork, run: CalibrationRun, plan: Plan, rounding: Rounding) {
    this.lowered = lowered;
    this.run = run;
    this.format = plan.format;
    this.rounding = rounding;
    this.stateBits = stateFormats(lowered, plan.format);
    this.#plan = plan;
    this.stateUnits = lowered.layers.map((_, l) => this.#unitsOfState(l, plan));
    this.#raw = this.layout.place(lowered.input.length);
  }

  /** Bits of the weights of layer number `l`. */
  bitsOf(l: number): WeightBits {
    return this.#plan.bits[l]!;
  }

  build(): { network: IntNetwork; layers: LayerReport[] } {
    const { lowered, layout } = this;
    const narrowedState = this.#placeStates();
    if (layout.columns(lowered.input) !== null) this.#addColumnInput();
    for (const [l, layer] of lowered.layers.entries()) {
      const isInputMap = layer.kind === "affine" && layer.in.at === lowered.input.at;
      if (!isInputMap) addCell(this, layer, l);
    }
    const output = layout.words(lowered.output);
    const empty = { vector: { at: this.#raw.at, length: 0 }, unit: new Float64Array(0) };
    const [hidden, cell] = [lowered.hidden, lowered.cell].map((vector) =>
      vector.length === 0 ? empty : layout.words(vector),
    );
    const network: IntNetwork = {
      layers: this.#layers,
      input: this.#raw,
      output: output.vector,
      hidden: hidden!.vector,
      cell: cell!.vector,
      narrowedState,
      arenaEnd: Math.ceil(layout.end / 4) * 4,
      time: this.format.time,
      scales: {
        input: this.#plan.raw.unit,
        inputOffset: this.#plan.raw.offset,
        output: output.unit,
        hidden: hidden!.unit,
        cell: cell!.unit,
      },
    };
    return { network, layers: this.#reports };
  }

  /** Adds a layer; `unit` is the real value of one unit of its output. */
  add(layer: IntLayer, unit: ArrayLike<number>): void {
    this.#layers.push(layer);
    const { name, kind } = layer;
    const range = (values: ArrayLike<number>): [number, number] | null =>
      values.length === 0
        ? null
        : [
            Array.prototype.reduce.call(values, (a, b) => Math.min(a as number, b), Infinity) as number,
            Array.prototype.reduce.call(values, (a, b) => Math.max(a as number, b), -Infinity) as number,
          ];
    this.#reports.push({
      name,
      kind,
      bits: this.#bits,
      weightScale: range(this.#scales),
      outputUnit: range(unit)!,
      saturated: 0,
      values: 0,
    });
    this.#scales = [];
    this.#bits = null;
  }

  /** Notes the bits of weights, and the real value of one unit by row or destination, for the report. */
  noteScales(bits: WeightBits, scales: ArrayLike<number>): void {
    this.#bits = bits;
    for (let i = 0; i < scales.length; i++) this.#scales.push(scales[i]!);
  }

  /** A product of the columns from `from` on, to units of `outUnit`. */
  matrix(l: number, matrix: Matrix, outUnit: number, from: ArenaVector): IntMatrix {
    const layer = this.lowered.layers[l]!;
    const window = { at: from.at, length: matrix.nIn };
    const skip = (from.at - layer.in.at) / FLOAT_BYTES;
    const { columns } = this.layout.columns(window)!;
    const read = this.run.layers[l]!.read;
    const bits = this.bitsOf(l);
    const result = quantizeMatrix(layer.name, matrix, columns, read, skip, outUnit, bits, this.rounding);
    this.noteScales(
      bits,
      Array.from(result.multiplier, (m, r) => m * power2(-result.shift[r]!) * outUnit),
    );
    return result;
  }

  get activations(): ActivationBits {
    return this.#plan.activations;
  }

  /** What products read at `vector`. */
  columnsAt(vector: ArenaVector): IntVector {
    return this.layout.columns(vector)!.vector;
  }

  /** Where the i8 copy of `vector` goes, where it has one. */
  narrowed(vector: ArenaVector): Narrowed {
    const copy = this.activations === 16 ? null : this.layout.columns(vector);
    return copy === null ? null : { to: copy.vector, shift: copy.shift[0]! };
  }

  /** Whether a product reads `vector`, at this step or the next. */
  isReadByProducts(vector: ArenaVector): boolean {
    return this.lowered.layers.some((layer, l) => {
      if (layer.kind === "ltc" || layer.kind === "affine") return false;
      const columns = this.run.layers[l]!.read.sum.length;
      const end = layer.in.at + FLOAT_BYTES * columns;
      return vector.at < end && vector.at + FLOAT_BYTES * vector.length > layer.in.at;
    });
  }

  /** The i16 inputs of an LTC whose synapses read `vector`, through the input map where there is one. */
  wordInput(vector: ArenaVector, layer: Extract<LoweredLayer, { kind: "ltc" }>, statistics: LayerStatistics) {
    const { lowered } = this;
    const map = lowered.layers.find(({ kind, out }) => kind === "affine" && out.at === vector.at);
    const peak = Math.max(WORD_MARGIN * statistics.read.peakOfAll, midpointBound(layer.sensory));
    const bits = fractionBits(peak);
    const place = this.layout.place(vector.length);
    const [w, b] =
      map?.kind === "affine"
        ? [map.w, map.b]
        : [new Float32Array(vector.length).fill(1), new Float32Array(vector.length)];
    const scale = power2(bits);
    const { unit, offset } = this.#plan.raw;
    const factors = unit.map((u, c) => u * w[c]! * scale);
    const offsets = offset.map((o, c) => (o * w[c]! + b[c]!) * scale);
    const units = unitsOf(vector.length, bits);
    const name = map?.name ?? "input";
    this.add(
      { kind: "int-input", name, in: this.#raw, out: place, width: 16, ...elementMap(factors, offsets) },
      units,
    );
    return { vector: place, bits };
  }

  #unitsOfState(l: number, { format, activations }: Plan): StateUnits {
    const { lowered, run, rounding } = this;
    const bits = this.stateBits[l]!;
    const { out } = lowered.layers[l]!;
    if (rounding.fitsStates) {
      const fitted =
        activations === 8
          ? fittedStates(lowered, run, format, l, bits)
          : balancedStates(lowered, l, bits, this.#largestInputUnit());
      if (fitted !== null) return fitted;
    }
    const shift = activations === 16 ? 0 : narrowShift(statePeak(lowered, run, out.at), bits);
    return { unit: unitsOf(out.length, bits), shift };
  }

  /** Of the inputs with 16 bits. */
  #largestInputUnit(): number {
    const { input } = this.run;
    return Array.from(input.min, (_, c) => this.#inputRange(c).reach / LARGEST_ACTIVATION[16]).reduce(
      (a, b) => Math.max(a, b),
      0,
    );
  }

  /** Places of states, second states and of what products read; the i8 copy of the state, of length 0 where it has none. */
  #placeStates(): IntVector {
    const { lowered, layout, run, activations } = this;
    const { input, hidden, cell } = lowered;
    const readsInput = this.isReadByProducts(input);
    const readsState = hidden.length > 0 && this.isReadByProducts(hidden);
    if (readsInput || readsState) {
      const length = (readsInput ? input.length : 0) + (readsState ? hidden.length : 0);
      layout.addColumns({ at: readsInput ? input.at : hidden.at, length }, activations);
    }
    const columns = readsState ? layout.columns(hidden)!.vector : null;
    const narrowedState = columns !== null && activations === 8 ? columns : { at: this.#raw.at, length: 0 };
    if (hidden.length === 0) return narrowedState;
    const place = columns !== null && activations === 16 ? columns : layout.place(hidden.length);
    const units = new Float64Array(hidden.length);
    for (const [l, layer] of lowered.layers.entries()) {
      const first = (layer.out.at - hidden.at) / FLOAT_BYTES;
      if (first < 0 || first >= hidden.length) continue;
      const { unit, shift } = this.stateUnits[l]!;
      units.set(unit, first);
      if (!readsState) continue;
      const copy = layout.columns(layer.out)!;
      copy.shift.fill(shift);
      copy.columns.step.set(unit.map((u) => u * power2(shift)));
    }
    // A wired cell's layers are parts of the whole state.
    for (const { out } of lowered.layers) {
      const first = (out.at - hidden.at) / FLOAT_BYTES;
      if (first < 0 || first >= hidden.length) continue;
      const part = { at: place.at + 2 * first, length: out.length };
      layout.addWords(out, part, units.subarray(first, first + out.length));
    }
    layout.addWords(hidden, place, units);
    if (cell.length > 0) {
      const l = lowered.layers.findIndex(({ kind }) => kind === "lstm");
      const k = cellFormat(run.layers[l]!.cell.peakOfAll);
      layout.addWords(cell, layout.place(cell.length), unitsOf(cell.length, 15 - k));
    }
    return narrowedState;
  }

  /** What is 0 of input `c`, and how far from it the range goes. */
  #inputRange(c: number): { middle: number; reach: number } {
    const { input } = this.run;
    const margin = this.activations === 16 ? WIDE_INPUT_MARGIN : this.rounding.inputMargin;
    const [low, high] = [input.min[c]!, input.max[c]!];
    const [middle, half] = [(low + high) / 2, (high - low) / 2];
    const isLopsided = half > 0 && Math.abs(middle) > LOPSIDED * half;
    return isLopsided
      ? { middle, reach: margin * half }
      : { middle: 0, reach: margin * inputReach(input, c) };
  }

  /** Raw counts → columns, each channel over the range that calibration saw. */
  #addColumnInput(): void {
    const { layout, lowered, activations } = this;
    const { vector, columns } = layout.columns(lowered.input)!;
    for (let c = 0; c < vector.length; c++) {
      const { middle, reach } = this.#inputRange(c);
      columns.offset[c] = middle;
      columns.step[c] = reach / LARGEST_ACTIVATION[activations];
    }
    const { step, offset } = columns;
    const { raw } = this.#plan;
    const map = elementMap(
      raw.unit.map((unit, c) => unit / step[c]!),
      raw.offset.map((o, c) => (o - offset[c]!) / step[c]!),
    );
    const width = activations;
    this.add({ kind: "int-input", name: "input", in: this.#raw, out: vector, width, ...map }, step);
  }
}

/** The unit with which ±`range` fills an i16. */
export const wordUnit = (range: number): number => range / I16_MAX;
