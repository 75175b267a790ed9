// What the core's check says to one wrong field at a time: the code that names it, and at edges both sides of them.

import { describe, expect, it } from "vitest";
import { crc32 } from "../../bindings/image/crc32.ts";
import {
  CONTROL_BYTES,
  Format,
  HEADER_BYTES,
  Header,
  Kind,
  LAYER_BYTES,
  Layer,
  MAX_ELEMENTS,
  MAX_UNFOLDS,
  Mode,
  Solver,
  scratchElements,
} from "../../bindings/image/format.ts";
import { type BaseImage, type BlockPlace, baseImages, viewOf } from "../fuzz/image-bases.ts";
import { loadEngines } from "../kernel/engines.ts";

const MEMORY_BYTES = 65536;
const ENGINES = loadEngines(MEMORY_BYTES);
const ARENA_AT = 64;
const IMAGE_AT = 16384;
const FIRST = HEADER_BYTES;

const BASES = baseImages();
const kindOf = ({ image }: BaseImage, layer: number) =>
  viewOf(image).getUint16(HEADER_BYTES + LAYER_BYTES * layer + Layer.KIND, true) as Kind;
const variantOf = ({ image }: BaseImage, layer: number) =>
  viewOf(image).getUint16(HEADER_BYTES + LAYER_BYTES * layer + Layer.VARIANT, true);

/** The first of the base images for which `matches` holds. */
function find(matches: (base: BaseImage) => boolean): BaseImage {
  const base = BASES.find(matches);
  if (base === undefined) throw new Error("no base image of this kind");
  return base;
}

/** An affine layer, then an LTC layer: blocks are the affine vector, sensory synapses, recurrent synapses, vector. */
const isLtc = (base: BaseImage) => kindOf(base, 0) === Kind.AFFINE && kindOf(base, 1) === Kind.LTC;
const isDense = ({ format }: BlockPlace) => format === Format.DENSE;
const LTC = find((base) => isLtc(base) && isDense(base.blocks[1]!) && isDense(base.blocks[2]!));
/** A row of four sources and more, and one whose sources are no multiple of four, in that block and format. */
const withRows = (block: number, format: number) => (base: BaseImage) => {
  if (base.blocks[block]?.format !== format) return false;
  const counts = rowCounts(viewOf(base.image), base.blocks[block]!);
  return counts.some((count) => count >= 4) && counts.some((count) => count % 4 > 0);
};
const sparseLtc = (format: number) => find((base) => isLtc(base) && withRows(2, format)(base));
const SPARSE_LTC = sparseLtc(Format.SPARSE);
/** Images with rows: the block that has them, and how many weights a source has there. */
const ROWS = [
  { name: "synapses", base: SPARSE_LTC, block: 2, nWeights: 4 },
  { name: "synapses in fp16", base: sparseLtc(Format.SPARSE_F16), block: 2, nWeights: 4 },
  { name: "a sparse matrix", base: find(withRows(0, Format.SPARSE)), block: 0, nWeights: 1 },
  { name: "a sparse matrix in fp16", base: find(withRows(0, Format.SPARSE_F16)), block: 0, nWeights: 1 },
  { name: "a matrix of blocks", base: find(withRows(0, Format.BLOCK)), block: 0, nWeights: 4 },
  { name: "a matrix of blocks in fp16", base: find(withRows(0, Format.BLOCK_F16)), block: 0, nWeights: 4 },
];
const F16 = find(({ blocks }) => blocks[0]!.format === Format.DENSE_F16);
const GRU = find((base) => kindOf(base, 0) === Kind.GRU);
const GATE = find((base) => kindOf(base, 0) === Kind.GATE && isDense(base.blocks[1]!));
const LSTM = find((base) => kindOf(base, 0) === Kind.LSTM);
const DENSE = find((base) => kindOf(base, 0) === Kind.DENSE && isDense(base.blocks[0]!));
const PURE = find((base) => kindOf(base, 0) === Kind.CFC && variantOf(base, 0) === Mode.PURE);
const LTC_RECORD = HEADER_BYTES + LAYER_BYTES;

interface Edit {
  what: string;
  base: BaseImage;
  change: (view: DataView, base: BaseImage) => void;
  code: number;
}

const u32 =
  (at: number, value: number | ((base: BaseImage) => number)) => (view: DataView, base: BaseImage) =>
    view.setUint32(at, typeof value === "number" ? value : value(base), true);
const u16 = (at: number, value: number) => (view: DataView) => view.setUint16(at, value, true);
/** Edits a field of a parameter block. */
const inBlock =
  (block: number, at: number, value: (old: number) => number) => (view: DataView, base: BaseImage) => {
    const address = base.blocks[block]!.at + at;
    view.setUint32(address, value(view.getUint32(address, true)), true);
  };
/** Puts an arena vector of `length` floats so that `past` bytes of it lie beyond the end. */
const atArenaEnd =
  (field: number, length: (view: DataView) => number, past: number) => (view: DataView, base: BaseImage) =>
    view.setUint32(field, base.arenaBytes - 4 * length(view) + past, true);
const word = (at: number) => (view: DataView) => view.getUint32(at, true);

const EDITS: Edit[] = [
  { what: "nothing", base: LTC, change: () => {}, code: 0 },
  { what: "another magic number", base: LTC, change: u32(0, 0x3245514c), code: 5 },
  { what: "an older version", base: LTC, change: u16(Header.VERSION, 1), code: 6 },
  { what: "a newer version", base: LTC, change: u16(Header.VERSION, 3), code: 6 },
  { what: "a reserved word", base: LTC, change: u32(Header.RESERVED, 1), code: 9 },
  { what: "the last reserved word", base: LTC, change: u32(HEADER_BYTES - 4, 1), code: 9 },
  {
    what: "an arena larger than the one given",
    base: LTC,
    change: u32(Header.ARENA_BYTES, (b) => b.arenaBytes + 1),
    code: 10,
  },
  {
    what: "an arena without control block",
    base: LTC,
    change: u32(Header.ARENA_BYTES, CONTROL_BYTES - 1),
    code: 10,
  },
  { what: "no layers", base: LTC, change: u16(Header.LAYERS, 0), code: 11 },
  { what: "more layers than bytes", base: LTC, change: u16(Header.LAYERS, 65535), code: 11 },
  {
    what: "a layer more than fits",
    base: LTC,
    change: (view) => view.setUint16(Header.LAYERS, Math.floor(view.byteLength / LAYER_BYTES), true),
    code: 11,
  },
  { what: "no inputs", base: LTC, change: u32(Header.INPUTS, 0), code: 12 },
  { what: "too many inputs", base: LTC, change: u32(Header.INPUTS, MAX_ELEMENTS + 1), code: 12 },
  { what: "no outputs", base: LTC, change: u32(Header.OUTPUTS, 0), code: 12 },
  { what: "too many outputs", base: LTC, change: u32(Header.OUTPUTS, MAX_ELEMENTS + 1), code: 12 },
  { what: "too many states", base: LTC, change: u32(Header.STATES, 4 * MAX_ELEMENTS + 1), code: 12 },
  ...[
    { name: "input", field: Header.INPUT, length: word(Header.INPUTS) },
    { name: "output", field: Header.OUTPUT, length: word(Header.OUTPUTS) },
    { name: "state", field: Header.STATE, length: word(Header.STATES) },
  ].flatMap(({ name, field, length }): Edit[] => [
    { what: `${name} up to the arena's end`, base: LTC, change: atArenaEnd(field, length, 0), code: 0 },
    { what: `${name} beyond the arena's end`, base: LTC, change: atArenaEnd(field, length, 4), code: 13 },
    { what: `${name} not aligned`, base: LTC, change: atArenaEnd(field, length, -2), code: 13 },
    { what: `${name} at the control block's end`, base: LTC, change: u32(field, CONTROL_BYTES), code: 0 },
    { what: `${name} in the control block`, base: LTC, change: u32(field, CONTROL_BYTES - 4), code: 13 },
    { what: `${name} at an offset that wraps`, base: LTC, change: u32(field, 0xfffffffc), code: 13 },
  ]),
  { what: "layer kind 0", base: LTC, change: u16(FIRST + Layer.KIND, 0), code: 14 },
  { what: "layer kind 9", base: LTC, change: u16(FIRST + Layer.KIND, 9), code: 14 },
  { what: "a variant of an affine layer", base: LTC, change: u16(FIRST + Layer.VARIANT, 1), code: 15 },
  { what: "solver 3", base: LTC, change: u16(LTC_RECORD + Layer.VARIANT, Solver.RK4 + 1), code: 15 },
  { what: "activation 7", base: DENSE, change: u16(FIRST + Layer.VARIANT, 7), code: 15 },
  { what: "CfC mode 3", base: PURE, change: u16(FIRST + Layer.VARIANT, 3), code: 15 },
  { what: "a layer without units", base: LTC, change: u32(LTC_RECORD + Layer.N, 0), code: 16 },
  { what: "a layer without inputs", base: LTC, change: u32(LTC_RECORD + Layer.N_IN, 0), code: 16 },
  { what: "a layer too wide", base: LTC, change: u32(LTC_RECORD + Layer.N, MAX_ELEMENTS + 1), code: 16 },
  {
    what: "an affine layer that changes width",
    base: LTC,
    change: u32(FIRST + Layer.N_IN, MAX_ELEMENTS),
    code: 16,
  },
  ...[
    {
      name: "a layer's input",
      base: LTC,
      field: LTC_RECORD + Layer.IN,
      length: word(LTC_RECORD + Layer.N_IN),
    },
    {
      name: "a layer's output",
      base: LTC,
      field: LTC_RECORD + Layer.OUT,
      length: word(LTC_RECORD + Layer.N),
    },
    { name: "cell memory", base: LSTM, field: FIRST + Layer.CELL, length: word(FIRST + Layer.N) },
  ].flatMap(({ name, base, field, length }): Edit[] => [
    { what: `${name} up to the arena's end`, base, change: atArenaEnd(field, length, 0), code: 0 },
    { what: `${name} beyond the arena's end`, base, change: atArenaEnd(field, length, 4), code: 17 },
    { what: `${name} not aligned`, base, change: atArenaEnd(field, length, -1), code: 17 },
    { what: `${name} in the control block`, base, change: u32(field, CONTROL_BYTES - 4), code: 17 },
  ]),
  {
    what: "a GRU whose state does not follow its input",
    base: GRU,
    change: u32(FIRST + Layer.IN, CONTROL_BYTES + 4),
    code: 18,
  },
  {
    what: "a LiquidGate whose state does not follow its input",
    base: GATE,
    change: u32(FIRST + Layer.IN, CONTROL_BYTES + 4),
    code: 18,
  },
  { what: "a variant of a LiquidGate", base: GATE, change: u16(FIRST + Layer.VARIANT, 1), code: 15 },
  {
    what: "a LiquidGate whose second matrix reads the inputs alone",
    base: GATE,
    change: (view, base) => {
      const { at, nOut, nIn } = base.blocks[1]!;
      const inputs = view.getUint32(FIRST + Layer.N_IN, true);
      view.setUint32(at + 4, view.getUint32(at + 4, true) - 16 * Math.ceil(nOut / 4) * (nIn - inputs), true);
    },
    code: 22,
  },
  { what: "no unfolds", base: LTC, change: u32(LTC_RECORD + Layer.UNFOLDS, 0), code: 19 },
  { what: "the most unfolds", base: LTC, change: u32(LTC_RECORD + Layer.UNFOLDS, MAX_UNFOLDS), code: 0 },
  { what: "too many unfolds", base: LTC, change: u32(LTC_RECORD + Layer.UNFOLDS, MAX_UNFOLDS + 1), code: 19 },
  {
    what: "a block in the header",
    base: LTC,
    change: u32(LTC_RECORD + Layer.BLOCK_0, HEADER_BYTES - 4),
    code: 20,
  },
  {
    what: "a block not aligned",
    base: LTC,
    change: (v, b) => v.setUint32(b.blocks[1]!.field, b.blocks[1]!.at + 2, true),
    code: 20,
  },
  { what: "a vector up to the image's end", base: LTC, change: vectorAtEnd(0), code: 0 },
  { what: "a vector beyond the image's end", base: LTC, change: vectorAtEnd(4), code: 20 },
  {
    what: "a block that ends beyond the image",
    base: LTC,
    change: inBlock(1, 4, () => 0x7ffffff0),
    code: 20,
  },
  { what: "block format 0", base: LTC, change: inBlock(1, 0, () => 0), code: 21 },
  { what: "blocks of synapses", base: LTC, change: inBlock(1, 0, () => Format.BLOCK), code: 21 },
  { what: "blocks of synapses in fp16", base: LTC, change: inBlock(1, 0, () => Format.BLOCK_F16), code: 21 },
  { what: "matrix format 7", base: DENSE, change: inBlock(0, 0, () => 7), code: 21 },
  { what: "block format 0xffffffff", base: LTC, change: inBlock(1, 0, () => 0xffffffff), code: 21 },
  { what: "block format 33", base: LTC, change: inBlock(1, 0, () => 33), code: 21 },
  { what: "f32 weights said to be halves", base: DENSE, change: inBlock(0, 0, () => 4), code: 22 },
  { what: "halves said to be f32", base: F16, change: inBlock(0, 0, () => 1), code: 22 },
  {
    what: "a dense block with a record too few",
    base: LTC,
    change: inBlock(1, 4, (old) => old - 64),
    code: 22,
  },
  { what: "a block shorter than its head", base: DENSE, change: inBlock(0, 4, () => 4), code: 22 },
  ...ROWS.flatMap(({ name, base, block }): Edit[] => [
    { what: `${name} with a word too few`, base, change: inBlock(block, 4, (old) => old - 4), code: 22 },
    {
      what: `${name} without room for counts`,
      base,
      change: inBlock(block, 4, () => base.blocks[block]!.head),
      code: 22,
    },
    {
      what: `${name} with a word to spare`,
      base,
      change(view) {
        // The last block has no word behind it; any other has the next block.
        const { at, bytes } = base.blocks[block]!;
        if (at + bytes + 4 > view.byteLength) view.setUint32(at + 4, bytes - 8, true);
        else view.setUint32(at + 4, bytes + 4, true);
      },
      code: 22,
    },
  ]),
  {
    what: "a sparse block shorter than its head, with counts that lead out of memory",
    base: SPARSE_LTC,
    change: (view, { blocks }) => {
      const { at, head, nOut } = blocks[2]!;
      view.setUint32(at + 4, 4, true);
      for (let j = 0; j < nOut; j++) view.setUint16(at + head + 2 * j, 65535, true);
    },
    code: 22,
  },
  ...ROWS.flatMap((rows) =>
    (["four", "tail"] as const).flatMap((part): Edit[] => [
      {
        what: `a source beyond the last one, in a ${part} of ${rows.name}`,
        base: rows.base,
        change: sourceIn(rows, part, (nIn) => 4 * nIn),
        code: 23,
      },
      {
        what: `the last source, in a ${part} of ${rows.name}`,
        base: rows.base,
        change: sourceIn(rows, part, (nIn) => 4 * (nIn - 1)),
        code: 0,
      },
      {
        what: `a source not aligned, in a ${part} of ${rows.name}`,
        base: rows.base,
        change: sourceIn(rows, part, () => 2),
        code: 23,
      },
    ]),
  ),
];

describe.each(ENGINES)("the $name core's check", (engine) => {
  const check = (image: Uint8Array, arenaBytes: number, imageAt = IMAGE_AT, arenaAt = ARENA_AT) => {
    new Uint8Array(engine.memory.buffer).set(image, IMAGE_AT);
    return engine.exports.check(imageAt, image.length, arenaAt, arenaBytes);
  };

  it.each(EDITS)("answers $code to $what", ({ base, change, code }) => {
    expect(check(edited(base, change), base.arenaBytes)).toBe(code);
  });

  it("answers 1 to addresses that are not aligned", () => {
    expect(check(LTC.image, LTC.arenaBytes, IMAGE_AT + 1)).toBe(1);
    expect(check(LTC.image, LTC.arenaBytes, IMAGE_AT, ARENA_AT + 2)).toBe(1);
  });

  it("answers 2 to an image without header and an arena without control block", () => {
    expect(check(LTC.image.subarray(0, HEADER_BYTES - 1), LTC.arenaBytes)).toBe(2);
    expect(check(LTC.image.subarray(0, 0), LTC.arenaBytes)).toBe(2);
    expect(check(LTC.image, CONTROL_BYTES - 1)).toBe(2);
  });

  it("answers 3, without reading, to ranges at the end of the address space", () => {
    const { image, arenaBytes } = LTC;
    for (const at of [0xffffff04, 0xffffffc0, 0xfffffffc]) {
      expect(check(image, arenaBytes, at), `image at ${at}`).toBe(3);
      expect(check(image, arenaBytes, IMAGE_AT, at), `arena at ${at}`).toBe(3);
    }
    expect(check(image, arenaBytes, (0xffffff04 - image.length) & ~3)).toBe(3);
    expect(check(image, arenaBytes, IMAGE_AT, (0xffffff04 - arenaBytes) & ~3)).toBe(3);
    expect(engine.exports.check(IMAGE_AT, 0xffffffff, ARENA_AT, arenaBytes)).toBe(3);
    expect(engine.exports.check(IMAGE_AT, image.length, ARENA_AT, 0xffffffff)).toBe(3);
  });

  it("answers 4 as soon as one byte is shared", () => {
    const { image, arenaBytes } = LTC;
    const end = IMAGE_AT + image.length;
    expect(check(image, arenaBytes, IMAGE_AT, end)).toBe(0);
    expect(check(image, arenaBytes, IMAGE_AT, end - 4)).toBe(4);
    expect(check(image, arenaBytes, IMAGE_AT, IMAGE_AT - arenaBytes)).toBe(0);
    expect(check(image, arenaBytes, IMAGE_AT, IMAGE_AT - arenaBytes + 4)).toBe(4);
    expect(check(image, arenaBytes, IMAGE_AT, IMAGE_AT)).toBe(4);
  });

  it("answers 7 to a truncated image and 8 to each single changed bit behind the checksum", () => {
    const { image, arenaBytes } = LTC;
    expect(check(image.subarray(0, -4), arenaBytes)).toBe(7);
    for (let bit = 8 * Header.RESERVED; bit < 8 * image.length; bit += 37) {
      const damaged = image.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(check(damaged, arenaBytes), `bit ${bit}`).toBe(8);
    }
  });

  it("wants as much scratch as the compiler reserves, for every kind of layer", () => {
    for (const base of BASES) {
      for (let i = 0; i < base.nLayers; i++) {
        const record = HEADER_BYTES + LAYER_BYTES * i;
        const scratch = scratchElements(
          kindOf(base, i),
          variantOf(base, i),
          viewOf(base.image).getUint32(record + Layer.N, true),
        );
        const at = (past: number) =>
          edited(
            base,
            atArenaEnd(record + Layer.SCRATCH, () => scratch, past),
          );
        expect(check(at(0), base.arenaBytes)).toBe(0);
        expect(check(at(4), base.arenaBytes)).toBe(17);
      }
    }
  });
});

function vectorAtEnd(past: number) {
  return (view: DataView, { image, blocks }: BaseImage) => {
    const { field, bytes } = blocks[0]!;
    view.setUint32(field, image.length - bytes + past, true);
  };
}

/** Changes a source in rows: the first one of four, or of a tail. */
function sourceIn(
  { block, nWeights }: { block: number; nWeights: number },
  part: "four" | "tail",
  value: (nIn: number) => number,
) {
  return (view: DataView, { blocks }: BaseImage) => {
    const { at, head, nIn, format, nCounts } = blocks[block]!;
    const counts = rowCounts(view, blocks[block]!);
    const weights = nWeights * (format >= Format.DENSE_F16 ? 2 : 4);
    const row = counts.findIndex((count) => (part === "four" ? count >= 4 : count % 4 > 0));
    let p = at + head + ((2 * nCounts + 3) & ~3);
    for (const count of counts.slice(0, row)) p += ((weights + 2) * count + 3) & ~3;
    if (part === "four") p += 4 * weights;
    else p += 4 * (weights + 2) * (counts[row]! >> 2) + weights * (counts[row]! & 3);
    view.setUint16(p, value(nIn), true);
  };
}

function rowCounts(view: DataView, { at, head, nCounts }: BlockPlace): number[] {
  return Array.from({ length: nCounts }, (_, j) => view.getUint16(at + head + 2 * j, true));
}

function edited(base: BaseImage, change: Edit["change"]): Uint8Array {
  const image = base.image.slice();
  const view = viewOf(image);
  change(view, base);
  view.setUint32(Header.CRC, crc32(image.subarray(Header.VERSION)), true);
  return image;
}
