// What the core's check says to one wrong field of an integer image at a time, and at the edges of its proofs both sides.

import { describe, expect, it } from "vitest";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import {
  CONTROL_BYTES,
  Format,
  HEADER_BYTES,
  Header,
  Held,
  IntKind,
  LAYER_BYTES,
  Layer,
} from "../../bindings/image/format.ts";
import { type BaseImage, type BlockPlace, describeImage, viewOf } from "../fuzz/image-bases.ts";
import { loadEngines } from "../kernel/engines.ts";
import { CELLS, type CellName, randomCase } from "../reference/integer/random-network.ts";

const ENGINES = loadEngines(1 << 17);
const ARENA_AT = 64;
const IMAGE_AT = 32768;
const INT32_MAX = 2 ** 31 - 1;

interface Place {
  base: BaseImage;
  record: number;
  blocks: BlockPlace[];
}

/** The first layer of that kind in random networks of a cell, whose first block has that format. */
function find(cell: CellName, kind: IntKind, format?: number): Place {
  for (let seed = 0; seed < 200; seed++) {
    const { image, arenaBytes } = compileInteger(randomCase(cell, seed, 1, CONTROL_BYTES).network);
    const base = describeImage(image, arenaBytes);
    const view = viewOf(image);
    for (let i = 0; i < base.nLayers; i++) {
      const record = HEADER_BYTES + LAYER_BYTES * i;
      const blocks = base.blocks.filter(({ field }) => field >= record && field < record + LAYER_BYTES);
      const isKind = view.getUint16(record + Layer.KIND, true) === kind;
      if (isKind && (format === undefined || view.getUint32(blocks[0]!.at, true) === format)) {
        return { base, record, blocks };
      }
    }
  }
  throw new Error(`no ${cell} with a layer of kind ${kind} and format ${format}`);
}

const INPUT = find("gru", IntKind.INPUT);
const AFFINE = find("ltc", IntKind.AFFINE);
const GRU = find("gru", IntKind.GRU, Format.DENSE);
const HELD = heldPlace();
const GRU_4 = find("gru", IntKind.GRU, Format.DENSE_4);
const SPARSE = find("gru", IntKind.GRU, Format.SPARSE);
const BLOCKS = find("gru", IntKind.GRU, Format.BLOCK);
const LSTM = find("lstm", IntKind.LSTM);
const PURE = find("cfc-pure", IntKind.CFC);
const CFC = find("cfc-default", IntKind.CFC);
const GATE = find("gate", IntKind.GATE);
const LTC = find("ltc", IntKind.LTC, Format.DENSE);
const SPARSE_LTC = find("ltc", IntKind.LTC, Format.SPARSE);
const nOf = ({ base, record }: Place, field: number) => viewOf(base.image).getUint32(record + field, true);

/** A GRU all of whose columns are held. */
function heldPlace(): Place {
  const form = { bits: 8, pattern: "all", activations: 8 } as const;
  const { network } = randomCase("gru", 1, 1, CONTROL_BYTES, form);
  const { image, arenaBytes } = compileInteger(network, { skipUnchanged: { of: "all", threshold: 0 } });
  const base = describeImage(image, arenaBytes);
  const record = HEADER_BYTES + LAYER_BYTES * network.layers.findIndex(({ kind }) => kind === "int-gru");
  const blocks = base.blocks.filter(({ field }) => field >= record && field < record + LAYER_BYTES);
  return { base, record, blocks };
}

interface Edit {
  what: string;
  place: Place;
  change: (view: DataView, place: Place) => void;
  code: number;
}

const i32 =
  (block: number, at: number, value: number) =>
  (view: DataView, { blocks }: Place) =>
    view.setInt32(blocks[block]!.at + at, value, true);
const u16 =
  (block: number, at: number, value: number) =>
  (view: DataView, { blocks }: Place) =>
    view.setUint16(blocks[block]!.at + at, value, true);
const u8 =
  (block: number, at: number, value: number) =>
  (view: DataView, { blocks }: Place) =>
    view.setUint8(blocks[block]!.at + at, value);
const header = (at: number, value: number) => (view: DataView) => view.setUint16(at, value, true);
const inRecord =
  (at: number, value: number) =>
  (view: DataView, { record }: Place) =>
    view.setUint8(record + at, value);

const HELD_ROWS = 2 * nOf(HELD, Layer.N);
const HELD_COLUMNS = nOf(HELD, Layer.N_IN) + nOf(HELD, Layer.N);
const PADDED_BYTES = 32 * Math.ceil(HELD_ROWS / 4);
const GRU_TERMS = nOf(GRU, Layer.N_IN) + nOf(GRU, Layer.N);
const N_LTC = nOf(LTC, Layer.N);
const VECTORS = { cm: 0, leak: 4 * N_LTC, current: 8 * N_LTC };
const FRACTION_BITS = LTC.base.image[LTC.record + Layer.PARAMETER_0]!;

const EDITS: Edit[] = [
  { what: "nothing", place: GRU, change: () => {}, code: 0 },
  { what: "numbers of a later format", place: GRU, change: header(Header.NUMBERS, 2), code: 24 },
  { what: "a unit of time of 2^-17", place: GRU, change: header(Header.TIME_EXPONENT, 17), code: 24 },
  { what: "a shortest time of 0", place: GRU, change: header(Header.TIME_MIN, 0), code: 24 },
  { what: "a longest time below the shortest", place: GRU, change: header(Header.TIME_MAX, 0), code: 24 },
  { what: "limits of time without integers", place: GRU, change: header(Header.NUMBERS, 0), code: 9 },
  { what: "a layer of floats", place: GRU, change: inRecord(Layer.KIND, 7), code: 14 },
  { what: "an unknown layer", place: GRU, change: inRecord(Layer.KIND, 24), code: 14 },
  { what: "a multiplier below 2^14", place: GRU, change: u16(0, 12, 2 ** 14 - 1), code: 25 },
  { what: "a multiplier above 2^15", place: GRU, change: u16(0, 12, 2 ** 15), code: 25 },
  { what: "a shift of 47", place: GRU, change: u16(0, 14, 46), code: 25 },
  {
    what: "the largest bias",
    place: GRU,
    change: i32(0, 8, INT32_MAX - 128 * 127 * GRU_TERMS),
    code: 0,
  },
  {
    what: "a bias too large",
    place: GRU,
    change: i32(0, 8, INT32_MAX - 128 * 127 * GRU_TERMS + 1),
    code: 26,
  },
  { what: "a bias too small", place: GRU, change: i32(0, 8, 128 * 127 * GRU_TERMS - 2 ** 31), code: 26 },
  { what: "the lowest bias", place: GRU_4, change: i32(0, 8, -(2 ** 31)), code: 26 },
  { what: "a matrix of format 6", place: GRU, change: i32(0, 0, 6), code: 21 },
  { what: "a dense matrix with a byte too few", place: GRU, change: longer(-4), code: 22 },
  { what: "a dense int4 matrix with a byte too few", place: GRU_4, change: longer(-4), code: 22 },
  { what: "blocks with bytes to spare", place: BLOCKS, change: longer(4), code: 22 },
  { what: "blocks without the last bytes", place: BLOCKS, change: longer(-4), code: 22 },
  { what: "more blocks than sources", place: BLOCKS, change: u16(0, 8 + 36, 65535), code: 22 },
  {
    what: "a sparse row with more weights than sources",
    place: SPARSE,
    change: u16(0, 8 + 10, 65535),
    code: 22,
  },
  { what: "held columns", place: HELD, change: () => {}, code: 0 },
  { what: "held columns of i16", place: HELD, change: i32(0, 0, Format.WIDE + Format.HELD), code: 21 },
  { what: "held columns with a byte too few", place: HELD, change: longer(-4), code: 22 },
  { what: "held columns without a place for their sizes", place: HELD, change: i32(0, 4, 24), code: 22 },
  { what: "another number of rows", place: HELD, change: i32(0, Held.N_OUT, HELD_ROWS + 1), code: 22 },
  { what: "no held column", place: HELD, change: i32(0, Held.N_HELD, 0), code: 22 },
  { what: "one held column", place: HELD, change: i32(0, Held.N_HELD, 1), code: 0 },
  { what: "a held column too many", place: HELD, change: i32(0, Held.N_HELD, HELD_COLUMNS + 1), code: 22 },
  { what: "the largest threshold", place: HELD, change: i32(0, Held.THRESHOLD, 127), code: 0 },
  { what: "a threshold of 128", place: HELD, change: i32(0, Held.THRESHOLD, 128), code: 34 },
  { what: "a negative threshold", place: HELD, change: i32(0, Held.THRESHOLD, -1), code: 34 },
  { what: "sums in the control block", place: HELD, change: i32(0, Held.ROWS, 8), code: 34 },
  { what: "sums up to the end of the arena", place: HELD, change: heldAt(Held.ROWS, PADDED_BYTES), code: 0 },
  { what: "sums beyond it", place: HELD, change: heldAt(Held.ROWS, PADDED_BYTES - 4), code: 34 },
  { what: "sums at an odd place", place: HELD, change: heldAt(Held.ROWS, PADDED_BYTES + 2), code: 34 },
  { what: "values at an odd place", place: HELD, change: heldAt(Held.HELD, 402), code: 34 },
  { what: "values beyond the arena", place: HELD, change: heldAt(Held.HELD, 0), code: 34 },
  {
    what: "the largest bias of held columns",
    place: HELD,
    change: i32(0, Held.HEAD_BYTES, INT32_MAX - 128 * 127 * HELD_COLUMNS),
    code: 0,
  },
  {
    what: "a bias of held columns too large",
    place: HELD,
    change: i32(0, Held.HEAD_BYTES, INT32_MAX - 128 * 127 * HELD_COLUMNS + 1),
    code: 26,
  },
  { what: "a narrowing shift of 16", place: GRU, change: inRecord(Layer.NARROW_SHIFT, 16), code: 30 },
  {
    what: "an i8 copy beyond the arena",
    place: GRU,
    change: (view, { record, base }) => view.setUint32(record + Layer.NARROWED, base.arenaBytes, true),
    code: 17,
  },
  { what: "a cell format of 5", place: LSTM, change: inRecord(Layer.PARAMETER_0, 5), code: 30 },
  { what: "a shift of the state by 16", place: LSTM, change: inRecord(Layer.PARAMETER_1, 16), code: 30 },
  { what: "a table with steps of 2^9", place: LSTM, change: i32(1, 4, 9), code: 29 },
  { what: "a table with steps of 1", place: LSTM, change: i32(1, 4, 0), code: 29 },
  { what: "a table that begins beyond i16", place: LSTM, change: i32(1, 0, 32768), code: 29 },
  { what: "a negative sigmoid", place: LSTM, change: u16(2, 8 + 2 * 256, 0xffff), code: 29 },
  { what: "another tanh", place: LSTM, change: u16(1, 8 + 2 * 256, 0x8000), code: 0 },
  { what: "a factor of 2^15 of an input", place: INPUT, change: i32(0, 0, 2 ** 15), code: 31 },
  { what: "a shift of 31 of an input", place: INPUT, change: shiftOfMap(31), code: 31 },
  { what: "an offset of an input too large", place: INPUT, change: biasOfMap(INT32_MAX), code: 31 },
  { what: "the lowest offset of an input", place: INPUT, change: biasOfMap(-(2 ** 31)), code: 31 },
  { what: "any offset of an output", place: AFFINE, change: biasOfMap(-(2 ** 31)), code: 0 },
  { what: "a shift of 47 of an output", place: AFFINE, change: shiftOfMap(47), code: 31 },
  { what: "a decay beyond 32 bits", place: PURE, change: i32(1, 0, -1), code: 32 },
  { what: "a bound of 2^14", place: PURE, change: i32(1, 4 * nOf(PURE, Layer.N), 2 ** 14), code: 30 },
  { what: "a shift of the time of 31", place: PURE, change: inRecord(Layer.PARAMETER_0, 31), code: 30 },
  { what: "a shift of the time of 30", place: PURE, change: inRecord(Layer.PARAMETER_0, 30), code: 0 },
  { what: "a shift of the swing of 14", place: PURE, change: inRecord(Layer.PARAMETER_1, 14), code: 30 },
  { what: "a shift of the swing of 31", place: PURE, change: inRecord(Layer.PARAMETER_1, 31), code: 30 },
  { what: "a shift of the swing of 30", place: PURE, change: inRecord(Layer.PARAMETER_1, 30), code: 0 },
  { what: "a shift of a rate's time of 31", place: GATE, change: inRecord(Layer.PARAMETER_0, 31), code: 30 },
  { what: "a shift of a head's time of 31", place: CFC, change: inRecord(Layer.PARAMETER_0, 31), code: 30 },
  { what: "the longest time at the widest shift", place: CFC, change: longest(30, 49153), code: 0 },
  { what: "a time head beyond 32 bits", place: CFC, change: longest(30, 49154), code: 32 },
  { what: "any time at a shift of 17", place: CFC, change: longest(17, 65535), code: 0 },
  { what: "a time head beyond 32 bits by its rounding", place: CFC, change: longest(18, 65535), code: 32 },
  { what: "a rate at any time and shift", place: GATE, change: longest(30, 65535), code: 0 },
  { what: "a shift of synapses of 17", place: LTC, change: i32(0, 8, 17), code: 27 },
  { what: "a slope whose argument overflows", place: LTC, change: slope(32767, 32767), code: 27 },
  { what: "bounded synapses at the end of the table", place: LTC, change: bounded(13, 2047, 32767), code: 0 },
  { what: "bounded synapses beyond the table", place: LTC, change: bounded(13, 2048, 32767), code: 27 },
  { what: "bounded synapses beyond it by a half unit", place: LTC, change: bounded(13, 4096, 0), code: 27 },
  {
    what: "bounded synapses within it by their midpoint",
    place: LTC,
    change: bounded(13, -4095, 0),
    code: 0,
  },
  { what: "a shift of bounded synapses of 17", place: LTC, change: bounded(17, 0, 0), code: 27 },
  { what: "another flag of synapses", place: LTC, change: i32(0, 8, 512 + 13), code: 27 },
  { what: "a negative conductance", place: LTC, change: u8(0, 12 + 16, 0x80), code: 27 },
  { what: "a reversal potential beyond the state", place: LTC, change: weights(0, 1), code: 27 },
  { what: "fraction bits of 15", place: LTC, change: inRecord(Layer.PARAMETER_0, 15), code: 30 },
  { what: "a shift of the capacity of 63", place: LTC, change: inRecord(Layer.PARAMETER_1, 63), code: 30 },
  { what: "a negative synaptic sigmoid", place: LTC, change: u16(3, 2046, 0x8000), code: 29 },
  { what: "a negative capacity", place: LTC, change: i32(2, VECTORS.cm, -1), code: 28 },
  { what: "a negative leak", place: LTC, change: i32(2, VECTORS.leak, -1), code: 28 },
  { what: "a denominator of 0", place: LTC, change: membrane(0, 0, 0), code: 28 },
  { what: "the smallest denominator", place: LTC, change: membrane(0, 1, 0), code: 0 },
  {
    what: "a leak potential beyond the state",
    place: LTC,
    change: membrane(0, 10, 10 * (2 ** (16 - FRACTION_BITS) - 1) + 1),
    code: 28,
  },
  { what: "a denominator beyond the quotient", place: LTC, change: membrane(0, INT32_MAX, 0), code: 28 },
  { what: "a capacity beyond 32 bits", place: LTC, change: membrane(INT32_MAX, 1, 0, 0), code: 28 },
  { what: "more synapses than sources", place: SPARSE_LTC, change: u16(0, 12, 65535), code: 22 },
  {
    what: "a state in the scratch",
    place: LTC,
    change: (view, { record }) =>
      view.setUint32(record + Layer.OUT, view.getUint32(record + Layer.SCRATCH, true) + 4, true),
    code: 33,
  },
];

/** A place so many bytes before the end of the arena. */
function heldAt(field: number, bytes: number) {
  return (view: DataView, { blocks, base }: Place) =>
    view.setUint32(blocks[0]!.at + field, base.arenaBytes - bytes, true);
}

function longer(bytes: number) {
  return (view: DataView, { blocks }: Place) =>
    view.setUint32(blocks[0]!.at + 4, blocks[0]!.bytes + bytes, true);
}

function biasOfMap(value: number) {
  return (view: DataView, place: Place) =>
    view.setInt32(place.blocks[0]!.at + 4 * nOf(place, Layer.N), value, true);
}

function shiftOfMap(value: number) {
  return (view: DataView, place: Place) =>
    view.setUint8(place.blocks[0]!.at + 8 * nOf(place, Layer.N), value);
}

/** A shift of the elapsed time, and the longest one. */
function longest(shift: number, max: number) {
  return (view: DataView, { record }: Place) => {
    view.setUint8(record + Layer.PARAMETER_0, shift);
    view.setUint16(Header.TIME_MAX, max, true);
  };
}

/** k and mu of the first sensory synapse. */
function slope(k: number, mu: number) {
  return (view: DataView, { blocks }: Place) => {
    view.setInt16(blocks[0]!.at + 12, k, true);
    view.setInt16(blocks[0]!.at + 12 + 8, mu, true);
  };
}

/** Sensory synapses that promise to need no clamp, the first of them with a slope, the others with none. */
function bounded(shift: number, k: number, mu: number) {
  return (view: DataView, place: Place) => {
    const { at, bytes } = place.blocks[0]!;
    for (let record = at + 12; record < at + bytes; record += 24) {
      for (let lane = 0; lane < 4; lane++) view.setInt16(record + 2 * lane, 0, true);
    }
    view.setUint32(at + 8, 256 + shift, true);
    slope(k, mu)(view, place);
  };
}

/** w and we of the first sensory synapse. */
function weights(w: number, we: number) {
  return (view: DataView, { blocks }: Place) => {
    view.setInt8(blocks[0]!.at + 12 + 16, w);
    view.setInt8(blocks[0]!.at + 12 + 20, we);
  };
}

/** cm, gleak and gleak vleak of the first neuron, and the shift of its capacity. */
function membrane(cm: number, leak: number, current: number, shift?: number) {
  return (view: DataView, { record, blocks }: Place) => {
    const { at } = blocks[2]!;
    view.setInt32(at + VECTORS.cm, cm, true);
    view.setInt32(at + VECTORS.leak, leak, true);
    view.setInt32(at + VECTORS.current, current, true);
    if (shift !== undefined) view.setUint8(record + Layer.PARAMETER_1, shift);
  };
}

describe.each(ENGINES)("the $name core's check", ({ exports, memory }) => {
  const check = (image: Uint8Array, arenaBytes: number) => {
    new Uint8Array(memory.buffer).set(image, IMAGE_AT);
    return exports.check(IMAGE_AT, image.length, ARENA_AT, arenaBytes);
  };

  it.each(EDITS)("answers $code to $what", ({ place, change, code }) => {
    const image = place.base.image.slice();
    const view = viewOf(image);
    change(view, place);
    view.setUint32(Header.CRC, crc32(image.subarray(Header.VERSION)), true);
    expect(check(image, place.base.arenaBytes)).toBe(code);
  });

  it("accepts every random network, in an arena of exactly its size and in none smaller", () => {
    for (const cell of CELLS) {
      for (let seed = 0; seed < 20; seed++) {
        const { image, arenaBytes } = compileInteger(randomCase(cell, seed, 1, CONTROL_BYTES).network);
        expect(check(image, arenaBytes), `${cell}, seed ${seed}`).toBe(0);
        expect(check(image, arenaBytes - 1), `${cell}, seed ${seed}`).toBe(10);
      }
    }
  });
});
